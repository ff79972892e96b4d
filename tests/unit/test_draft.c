/* Articles whose numbers are filled in later read as if all had been known. */
#include <criterion/criterion.h>

#include "formats/coding.h"
#include "indexer/draft.h"

enum {
    ARTICLES = 300,
    KNOWN = 5000 /* numbers of a glossary */
};

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 32);
}

/* A number, or one of the glossary in its place. */
static uint32_t some_number(uint64_t *state, uint32_t own_of)
{
    uint32_t bits = next_random(state) % 32, r = next_random(state);
    if (own_of > 0 && r % own_of == 0)
        return GLOSSARY_OWN | (r / own_of % KNOWN);
    return bits == 0 ? 0 : next_random(state) >> (32 - bits) & INT32_MAX;
}

static struct glossary_map map;

static void make_map(uint64_t *state)
{
    for (uint32_t i = 0; i < KNOWN; i++) {
        cr_assert(vec_push(&map.surfaces, some_number(state, 0)));
        cr_assert(vec_push(&map.seps, some_number(state, 0) | 1));
        cr_assert(vec_push(&map.joined, some_number(state, 0)));
    }
}

static void release_map(void)
{
    vec_release(&map.surfaces);
    vec_release(&map.seps);
    vec_release(&map.joined);
}

static void make_block(struct token_block *b, uint64_t *state, uint32_t own_of)
{
    *b = (struct token_block){.n = 1 + next_random(state) % TOKEN_BLOCK};
    for (uint32_t i = 0; i < b->n; i++) {
        b->surfaces[i] = some_number(state, own_of);
        if (next_random(state) % 3 == 0) {
            b->places[b->n_seps] = (uint8_t)i;
            b->seps[b->n_seps++] = some_number(state, own_of) | 1;
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

static unsigned late_of(const struct token_block *b)
{
    unsigned late = 0;
    for (uint32_t i = 0; i < b->n; i++)
        late |= b->surfaces[i] & GLOSSARY_OWN ? (unsigned)DRAFT_SURFACES : 0;
    for (uint32_t i = 0; i < b->n_seps; i++)
        late |= b->seps[i] & GLOSSARY_OWN ? (unsigned)DRAFT_SEPS : 0;
    return late;
}

static void put(struct draft *d, struct drafted *a, uint64_t *state, uint32_t own_of)
{
    struct token_block copy;
    uint32_t token = 0;
    make_block(&a->block, state, own_of);
    a->at = d->bytes.len;
    a->tail = some_number(state, own_of);
    a->n_joins = next_random(state) % 20;
    for (uint32_t i = 0; i < a->n_joins; i++) {
        token += next_random(state) % 300;
        a->joins[i] = (struct spool_join){token, some_number(state, own_of)};
    }
    copy = a->block;
    cr_assert(draft_put_block(d, &copy, late_of(&copy)));
    cr_assert(draft_put_tail(d, a->tail, a->joins, a->n_joins));
}

static void check_block(const struct token_block *b, const struct token_block *got)
{
    cr_assert_eq(got->n_seps, b->n_seps);
    for (uint32_t i = 0; i < b->n; i++)
        cr_assert_eq(got->surfaces[i],
                     glossary_mapped(map.surfaces.items, b->surfaces[i]));
    for (uint32_t i = 0; i < b->n_seps; i++) {
        cr_assert_eq(got->places[i], b->places[i]);
        cr_assert_eq(got->seps[i], glossary_mapped(map.seps.items, b->seps[i]));
    }
}

static void check(const struct draft *d, const struct drafted *a, const uint8_t *end)
{
    struct token_block got = {.n = a->block.n};
    uint32_t seps[TOKEN_BLOCK], surfaces[TOKEN_BLOCK], token = 0;
    const uint8_t *at = token_block_take(d->bytes.data + a->at, &got);
    cr_assert_not_null(at);
    check_block(&a->block, &got);
    cr_assert_eq(token_block_get(d->bytes.data + a->at, got.n, surfaces, seps), at);
    for (uint32_t i = 0; i < got.n_seps; i++)
        cr_assert_eq(seps[got.places[i]], got.seps[i]);
    struct cursor c = cursor_of(at, (size_t)(end - at));
    cr_assert_eq(cursor_varint32(&c) & ~TOKEN_BLOCK_OWN,
                 glossary_mapped(map.seps.items, a->tail));
    cr_assert_eq(cursor_varint(&c), a->n_joins);
    for (uint32_t i = 0; i < a->n_joins; i++) {
        token += cursor_varint32(&c);
        cr_assert_eq(token, a->joins[i].token);
        cr_assert_eq(cursor_varint32(&c) & ~TOKEN_BLOCK_OWN,
                     glossary_mapped(map.joined.items, a->joins[i].term));
    }
    cr_assert(!c.failed && c.p == c.end);
}

static void check_all(uint32_t own_of)
{
    static struct drafted articles[ARTICLES];
    struct draft d = {0};
    uint64_t state = own_of + 1;
    make_map(&state);
    for (int round = 0; round < 2; round++) {
        draft_reset(&d);
        for (uint32_t i = 0; i < ARTICLES; i++)
            put(&d, &articles[i], &state, own_of);
        cr_assert(own_of > 0 || (d.late.len == 0 && d.late_numbers.len == 0));
        cr_assert(own_of != 1 ||
                  (d.late.len == ARTICLES && d.late_numbers.len >= ARTICLES));
        size_t len = d.bytes.len;
        draft_fill(&d, &map);
        cr_assert_eq(d.bytes.len, len);
        /* What is read for the last block must be readable. */
        cr_assert(buf_reserve(&d.bytes, TOKEN_BLOCK_BYTES_MAX + TOKEN_BLOCK_SLACK));
        for (uint32_t i = 0; i < ARTICLES; i++)
            check(&d, &articles[i],
                  d.bytes.data + (i + 1 < ARTICLES ? articles[i + 1].at : len));
    }
    cr_assert_geq(draft_memory(&d), d.bytes.len);
    draft_release(&d);
    release_map();
}

Test(draft, none_is_late)
{
    check_all(0);
}

Test(draft, all_are_late)
{
    check_all(1);
}

Test(draft, some_are_late)
{
    check_all(100);
}

Test(draft, few_are_late)
{
    check_all(2000);
}
