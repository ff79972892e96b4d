/* Articles that a worker has drafted read as they were. */
#include <criterion/criterion.h>

#include "formats/coding.h"
#include "indexer/draft.h"

enum {
    ARTICLES = 300
};

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 32);
}

/* A number below 2^31 of any length. */
static uint32_t some_number(uint64_t *state)
{
    uint32_t bits = next_random(state) % 32;
    return bits == 0 ? 0 : next_random(state) >> (32 - bits) & INT32_MAX;
}

/* What number an open one stands for; none is that of another. */
static uint32_t number_of(const void *salt, uint32_t number)
{
    cr_assert_geq(number, DRAFT_OPEN);
    return (number * 7 ^ *(const uint32_t *)salt) & INT32_MAX;
}

/* A number; or an open one, and in *put what it stands for. */
static uint32_t maybe_open(uint32_t salt, uint32_t *put, uint64_t *state)
{
    *put = some_number(state);
    if (next_random(state) % 8 != 0)
        return *put;
    *put |= DRAFT_OPEN;
    return number_of(&salt, *put);
}

static void make_block(struct token_block *b, uint64_t *state)
{
    *b = (struct token_block){.n = 1 + next_random(state) % TOKEN_BLOCK};
    for (uint32_t i = 0; i < b->n; i++) {
        b->surfaces[i] = some_number(state);
        if (next_random(state) % 3 == 0) {
            b->places[b->n_seps] = (uint8_t)i;
            b->seps[b->n_seps++] = some_number(state) | 1;
        }
    }
}

/* One block and a tail. */
struct drafted {
    size_t at;
    struct token_block block;
    uint32_t tail, n_joins;
    struct spool_join joins[20];
};

enum {
    SURFACES = 5, /* salts */
    JOINED = 11
};

static void put(struct buf *d, struct drafted *a, struct draft_open *surfaces,
                struct draft_open *joined, uint64_t *state)
{
    struct token_block copy;
    struct spool_join joins[20];
    uint32_t token = 0;
    make_block(&a->block, state);
    copy = a->block;
    for (uint32_t i = 0; surfaces && i < copy.n; i++)
        a->block.surfaces[i] = maybe_open(SURFACES, &copy.surfaces[i], state);
    a->at = d->len;
    a->tail = some_number(state);
    a->n_joins = next_random(state) % 20;
    for (uint32_t i = 0; i < a->n_joins; i++) {
        token += next_random(state) % 300;
        joins[i].token = a->joins[i].token = token;
        a->joins[i].term = maybe_open(JOINED, &joins[i].term, state);
    }
    size_t from = d->len;
    cr_assert(draft_put_block(d, &copy));
    if (surfaces)
        cr_assert(draft_note_open(d, from, copy.n, surfaces));
    cr_assert(draft_put_tail(d, a->tail, joins, a->n_joins, joined));
}

static void check_block(const struct token_block *b, const struct token_block *got)
{
    cr_assert_eq(got->n_seps, b->n_seps);
    for (uint32_t i = 0; i < b->n; i++)
        cr_assert_eq(got->surfaces[i], b->surfaces[i]);
    for (uint32_t i = 0; i < b->n_seps; i++) {
        cr_assert_eq(got->places[i], b->places[i]);
        cr_assert_eq(got->seps[i], b->seps[i]);
    }
}

static void check(const struct buf *d, const struct drafted *a, const uint8_t *end)
{
    struct token_block got = {.n = a->block.n};
    uint32_t seps[TOKEN_BLOCK], surfaces[TOKEN_BLOCK], token = 0;
    const uint8_t *at = token_block_take(d->data + a->at, &got);
    cr_assert_not_null(at);
    check_block(&a->block, &got);
    cr_assert_eq(token_block_get(d->data + a->at, got.n, surfaces, seps), at);
    for (uint32_t i = 0; i < got.n_seps; i++)
        cr_assert_eq(seps[got.places[i]], got.seps[i]);
    struct cursor c = cursor_of(at, (size_t)(end - at));
    cr_assert_eq(cursor_varint32(&c), a->tail);
    cr_assert_eq(cursor_varint(&c), a->n_joins);
    for (uint32_t i = 0; i < a->n_joins; i++) {
        token += cursor_varint32(&c);
        cr_assert_eq(token, a->joins[i].token);
        cr_assert_eq(cursor_u32(&c), a->joins[i].term);
    }
    cr_assert(!c.failed && c.p == c.end);
}

static void close_all(struct buf *d, struct draft_open *surfaces,
                      struct draft_open *joined)
{
    uint32_t of_surfaces = SURFACES, of_joined = JOINED;
    cr_assert_gt(surfaces->at.len, 0);
    cr_assert_gt(joined->at.len, 0);
    draft_close(d, surfaces, number_of, &of_surfaces);
    draft_close(d, joined, number_of, &of_joined);
    cr_assert(surfaces->at.len == 0 && joined->at.len == 0);
}

/* Also numbers that were told later, in several parts; every fifth article has no open surfaces, and none are looked for. */
Test(draft, articles_read_as_they_were_put)
{
    static struct drafted articles[ARTICLES];
    struct draft_open surfaces = {{0}}, joined = {{0}};
    struct buf d = {0};
    uint64_t state = 1;
    for (int round = 0; round < 2; round++) {
        buf_reset(&d);
        for (uint32_t i = 0; i < ARTICLES; i++) {
            put(&d, &articles[i], i % 5 ? &surfaces : NULL, &joined, &state);
            if (i % 60 == 59)
                close_all(&d, &surfaces, &joined);
        }
        /* What is read for the last block must be readable. */
        cr_assert(buf_reserve(&d, TOKEN_BLOCK_BYTES_MAX + TOKEN_BLOCK_SLACK));
        for (uint32_t i = 0; i < ARTICLES; i++)
            check(&d, &articles[i],
                  d.data + (i + 1 < ARTICLES ? articles[i + 1].at : d.len));
    }
    vec_release(&surfaces.at);
    vec_release(&joined.at);
    buf_release(&d);
}
