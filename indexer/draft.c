#include "indexer/draft.h"

#include "formats/coding.h"

enum {
    VARINT_ROOM = 8, /* writable where a varint of at most 5 bytes is put */
    JOIN_ROOM = 5 + 4
};

bool draft_note_open(const struct buf *out, size_t from, size_t n,
                     struct draft_open *open)
{
    uint16_t at[TOKEN_BLOCK];
    const uint8_t *block = out->data + from;
    size_t n_longest = token_block_longest(block, n, at);
    if (!vec_reserve(&open->at, n_longest))
        return false;
    for (size_t i = 0; i < n_longest; i++) {
        open->at.items[open->at.len] = from + at[i];
        open->at.len += load_u32(block + at[i]) >= DRAFT_OPEN;
    }
    return true;
}

bool draft_put_block(struct buf *out, struct token_block *b)
{
    if (!buf_reserve(out, TOKEN_BLOCK_BYTES_MAX + TOKEN_BLOCK_SLACK))
        return false;
    uint8_t *end = token_block_put(b, out->data + out->len);
    out->len = (size_t)(end - out->data);
    return true;
}

bool draft_put_tail(struct buf *out, uint32_t tail, const struct spool_join *joins,
                    size_t n_joins, struct draft_open *open)
{
    uint32_t token = 0;
    if (!buf_reserve(out, 2 * 5 + n_joins * JOIN_ROOM + VARINT_ROOM) ||
        !vec_reserve(&open->at, n_joins))
        return false;
    uint8_t *at = out->data + out->len;
    at += coding_put_varint35(at, tail);
    at += coding_put_varint35(at, n_joins);
    for (size_t i = 0; i < n_joins; i++) {
        at += coding_put_varint35(at, joins[i].token - token);
        store_u32(at, joins[i].term);
        open->at.items[open->at.len] = (size_t)(at - out->data);
        open->at.len += joins[i].term >= DRAFT_OPEN;
        at += 4;
        token = joins[i].token;
    }
    out->len = (size_t)(at - out->data);
    return true;
}

void draft_close(struct buf *out, struct draft_open *open,
                 uint32_t (*number_of)(const void *arg, uint32_t number),
                 const void *arg)
{
    vec_foreach(const size_t, at, &open->at) {
        uint8_t *number = out->data + *at;
        store_u32(number, number_of(arg, load_u32(number)));
    }
    vec_reset(&open->at);
}
