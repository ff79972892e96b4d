#include "indexer/draft.h"

#include <assert.h>
#include <string.h>

#include "base/prefetch.h"
#include "formats/coding.h"

enum {
    LINE = 64,                 /* bytes of a cache line */
    AHEAD = 4,                 /* blocks asked for before they are filled in */
    EXPECTED_BLOCK = 6 * LINE, /* of each; one of news has some 290 bytes */
    VARINT_ROOM = 8            /* writable where a varint of at most 5 bytes is put */
};

_Static_assert(GLOSSARY_OWN == TOKEN_BLOCK_OWN, "marks");

void draft_release(struct draft *d)
{
    buf_release(&d->bytes);
    vec_release(&d->late);
    vec_release(&d->late_numbers);
}

void draft_reset(struct draft *d)
{
    buf_reset(&d->bytes);
    vec_reset(&d->late);
    vec_reset(&d->late_numbers);
}

size_t draft_memory(const struct draft *d)
{
    return d->bytes.cap + d->late.cap * sizeof *d->late.items +
           d->late_numbers.cap * sizeof *d->late_numbers.items;
}

bool draft_put_block(struct draft *d, struct token_block *b, unsigned late)
{
    struct draft_block block = {d->bytes.len, b->n, late};
    if (!buf_reserve(&d->bytes, TOKEN_BLOCK_BYTES_MAX + TOKEN_BLOCK_SLACK) ||
        (late && !vec_push(&d->late, block)))
        return false;
    uint8_t *end = token_block_put(b, d->bytes.data + d->bytes.len);
    d->bytes.len = (size_t)(end - d->bytes.data);
    return true;
}

/* Notes a number that will be put at `at`, if it is late. */
static bool note(struct draft *d, uint32_t number, const uint8_t *at, bool is_sep)
{
    struct draft_number n = {(size_t)(at - d->bytes.data), is_sep};
    return !(number & GLOSSARY_OWN) || vec_push(&d->late_numbers, n);
}

bool draft_put_tail(struct draft *d, uint32_t tail, const struct spool_join *joins,
                    size_t n_joins)
{
    uint32_t token = 0;
    if (!buf_reserve(&d->bytes, (2 + 2 * n_joins) * 5 + VARINT_ROOM))
        return false;
    uint8_t *at = d->bytes.data + d->bytes.len;
    bool good = note(d, tail, at, true);
    at += coding_put_varint35(at, tail);
    at += coding_put_varint35(at, n_joins);
    for (size_t i = 0; good && i < n_joins; i++) {
        at += coding_put_varint35(at, joins[i].token - token);
        good = note(d, joins[i].term, at, false);
        at += coding_put_varint35(at, joins[i].term);
        token = joins[i].token;
    }
    d->bytes.len = (size_t)(at - d->bytes.data);
    return good;
}

/* The lines of a block that comes soon, which the worker wrote too long ago for the near caches. */
static void expect(const struct draft *d, const struct draft_block *b)
{
    size_t left = d->bytes.len - b->at;
    for (size_t i = 0; i < EXPECTED_BLOCK && i < left; i += LINE)
        prefetch_read(d->bytes.data + b->at + i);
}

void draft_fill(struct draft *d, const struct glossary_map *map)
{
    const struct draft_block *end = d->late.items + d->late.len;
    for (const struct draft_block *b = d->late.items; b < end; b++) {
        if (end - b > AHEAD)
            expect(d, b + AHEAD);
        token_block_fill(d->bytes.data + b->at, b->n, map->surfaces.items,
                         b->late & DRAFT_SEPS ? map->seps.items : NULL);
    }
    vec_foreach(const struct draft_number, n, &d->late_numbers)
        (void)token_block_fill_varint(d->bytes.data + n->at,
                                      n->is_sep ? map->seps.items : map->joined.items);
}
