#include "indexer/draft.h"

#include "formats/coding.h"

enum {
    VARINT_ROOM = 8 /* writable where a varint of at most 5 bytes is put */
};

bool draft_put_block(struct buf *out, struct token_block *b)
{
    if (!buf_reserve(out, TOKEN_BLOCK_BYTES_MAX + TOKEN_BLOCK_SLACK))
        return false;
    uint8_t *end = token_block_put(b, out->data + out->len);
    out->len = (size_t)(end - out->data);
    return true;
}

bool draft_put_tail(struct buf *out, uint32_t tail, const struct spool_join *joins,
                    size_t n_joins)
{
    uint32_t token = 0;
    if (!buf_reserve(out, (2 + 2 * n_joins) * 5 + VARINT_ROOM))
        return false;
    uint8_t *at = out->data + out->len;
    at += coding_put_varint35(at, tail);
    at += coding_put_varint35(at, n_joins);
    for (size_t i = 0; i < n_joins; i++) {
        at += coding_put_varint35(at, joins[i].token - token);
        at += coding_put_varint35(at, joins[i].term);
        token = joins[i].token;
    }
    out->len = (size_t)(at - out->data);
    return true;
}
