/* The pairs of a chunk: as one by one, however the tokens are cut into blocks and whatever texts begin among them. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "indexer/bigram_runs.h"

enum {
    N_SURFACES = 40,
    N_WORDS = 10,
    N_CLASSES = 13, /* three of two words each */
    TOKENS_MAX = 1500,
    PAIRS_MAX = 4 * TOKENS_MAX,
    BASE = 70000
};

static uint32_t next_random(uint64_t *state, uint32_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 32) % n;
}

/* Every third surface has no class, and every other pair of words no list. */
static void make_plan(struct bigram_plan *b, uint8_t classes[N_SURFACES])
{
    *b = (struct bigram_plan){
        .classes = classes, .n_words = N_WORDS, .n_classes = N_CLASSES};
    b->lists = calloc(BIGRAM_PLAN_CODES, sizeof *b->lists);
    cr_assert(b->lists);
    for (uint8_t i = 0; i < N_SURFACES; i++)
        classes[i] = i % 3 == 0 ? 0 : (uint8_t)(1 + i % N_CLASSES);
    for (uint8_t c = N_WORDS + 1; c <= N_CLASSES; c++) {
        b->both[c][0] = (uint8_t)(c - N_WORDS);
        b->both[c][1] = (uint8_t)(c - N_WORDS + 4);
    }
    for (uint8_t x = 1; x <= N_WORDS; x++) {
        for (uint8_t y = 1; y <= N_WORDS; y++)
            b->lists[bigram_plan_code(x, y)] = (x + y) % 2;
    }
    cr_assert(bigram_plan_number(b));
}

struct text {
    uint32_t n, n_cuts;
    surface_id ids[TOKENS_MAX];
    uint32_t cuts[TOKENS_MAX];
};

static void make_text(struct text *t, uint64_t *state, uint32_t n, uint32_t cut_share)
{
    t->n = n;
    t->n_cuts = 0;
    for (uint32_t i = 0; i < n; i++) {
        t->ids[i] = next_random(state, N_SURFACES);
        for (unsigned k = next_random(state, cut_share) == 0 ? 2 : 0; k > 0; k--)
            t->cuts[t->n_cuts++] = i; /* the same twice */
    }
}

static bool is_cut(const struct text *t, uint32_t at)
{
    for (uint32_t i = 0; i < t->n_cuts; i++)
        if (t->cuts[i] == at)
            return true;
    return false;
}

/* The places that a list should have, as the run counts them. */
static uint32_t expected(const struct bigram_plan *b, const struct text *t,
                         uint16_t list, uint32_t *out)
{
    uint32_t n = 0;
    for (uint32_t i = 1; i < t->n; i++) {
        uint8_t x = b->classes[t->ids[i - 1]], y = b->classes[t->ids[i]];
        uint16_t codes[4];
        if (x == 0 || y == 0 || is_cut(t, i))
            continue;
        unsigned k = bigram_plan_codes(b, x, y, codes);
        for (unsigned c = 0; c < k; c++)
            if (codes[c] == b->codes.items[list])
                out[n++] = i;
    }
    return n;
}

static void put_all(const struct bigram_plan *b, struct bigram_scratch *s,
                    const struct text *t, uint64_t *state)
{
    bigram_runs_begin(s, t->n);
    for (uint32_t i = 0; i < t->n_cuts; i++)
        cr_assert(vec_push(&s->cuts, t->cuts[i]));
    for (uint32_t at = 0, n; at < t->n; at += n) {
        uint64_t classed[2] = {0};
        n = next_random(state, 4) == 0 ? 1 + next_random(state, 128) : 128;
        n = n < t->n - at ? n : t->n - at;
        /* Nothing behind the last is read: the sanitizer looks. */
        surface_id *ids = malloc(n * sizeof *ids);
        cr_assert(ids);
        memcpy(ids, t->ids + at, n * sizeof *ids);
        for (uint32_t i = 0; i < n; i++)
            classed[i / 64] |= (uint64_t)(b->classes[ids[i]] != 0) << i % 64;
        cr_assert(bigram_runs_put(b, s, ids, n, classed));
        free(ids);
    }
}

static void check(const struct bigram_plan *b, const struct text *t,
                  const struct bigram_part *part)
{
    static uint32_t wanted[PAIRS_MAX];
    unsigned high_bits = bigram_runs_high_bits(t->n);
    const uint32_t *ends = part->run.ends.items;
    cr_assert_eq(part->run.ends.len, b->codes.len << high_bits);
    cr_assert_eq(part->run.base, BASE);
    cr_assert_eq(part->run.n, t->n);
    uint32_t at = 0;
    for (uint16_t list = 0; list < b->codes.len; list++) {
        uint32_t n = expected(b, t, list, wanted);
        for (uint32_t i = 0; i < n; i++, at += BIGRAM_RUNS_POSTING) {
            size_t partition = ((size_t)list << high_bits) + (wanted[i] >> 16);
            cr_assert(at < ends[partition]);
            cr_assert(partition == 0 || at >= ends[partition - 1]);
            cr_assert_eq(load_u16(part->run.bytes.data + at), wanted[i] & 0xffff);
        }
        cr_assert_eq(ends[((size_t)(list + 1) << high_bits) - 1], at);
    }
    cr_assert_eq(part->run.bytes.len, at);
    cr_assert_eq(part->first, b->classes[t->ids[0]]);
    cr_assert_eq(part->last, b->classes[t->ids[t->n - 1]]);
    cr_assert_eq(part->cut, is_cut(t, 0));
}

Test(bigram_runs, as_one_by_one)
{
    static const uint32_t lengths[] = {1,   2,   63,  64,  65,
                                       127, 128, 129, 256, TOKENS_MAX};
    static struct text t;
    uint8_t classes[N_SURFACES];
    struct bigram_plan b;
    struct bigram_scratch s = {0};
    struct bigram_part part = {0};
    struct err err = {0};
    uint64_t state = 7;
    make_plan(&b, classes);
    for (unsigned round = 0; round < 60; round++) {
        uint32_t n = lengths[round % (sizeof lengths / sizeof *lengths)];
        make_text(&t, &state, n, round % 2 ? 3 : 100);
        put_all(&b, &s, &t, &state);
        cr_assert_eq(bigram_runs_make(&b, &s, BASE, &part, &err), 0);
        check(&b, &t, &part);
    }
    run_release(&part.run);
    bigram_runs_release(&s);
    b.classes = NULL; /* not on the heap */
    bigram_plan_release(&b);
}

/* A pair on the joint of two parts is place 0 of the second, before all others of its list. */
Test(bigram_runs, joints)
{
    static const surface_id ids[] = {1, 2, 1, 2, 1};
    static const uint64_t classed[2] = {31, 0};
    uint8_t classes[3] = {0, 1, 2};
    struct bigram_plan b = {.classes = classes, .n_words = 2, .n_classes = 2};
    struct bigram_scratch s = {0};
    struct bigram_part part = {0};
    struct budget budget;
    struct err err = {0};
    budget_init(&budget, UINT64_C(1) << 30);
    runs_init(&b.runs, &budget, UINT64_C(1) << 20, -1, "");
    b.budget = &budget;
    b.lists = calloc(BIGRAM_PLAN_CODES, sizeof *b.lists);
    cr_assert(b.lists);
    b.lists[bigram_plan_code(1, 2)] = b.lists[bigram_plan_code(1, 1)] = 1;
    cr_assert(bigram_plan_number(&b));
    for (address base = 0; base < 15; base += 5) {
        bigram_runs_begin(&s, 5);
        cr_assert(base < 10 || vec_push(&s.cuts, 0));
        cr_assert(bigram_runs_put(&b, &s, ids, 5, classed));
        cr_assert_eq(bigram_runs_make(&b, &s, base, &part, &err), 0);
        cr_assert_eq(bigram_runs_add(&b, &part, &err), 0);
        const struct run *run = &b.runs.list.items[base / 5];
        cr_assert_eq(run->ends.items[0], base == 5 ? 2 : 0, "1 1 at %u", base);
        cr_assert_eq(run->ends.items[1], base == 5 ? 6 : 4, "1 2 at %u", base);
        cr_assert_eq(run->bytes.len, run->ends.items[1]);
        const uint8_t *places = run->bytes.data + run->ends.items[0];
        cr_assert_eq(load_u16(places), 1);
        cr_assert_eq(load_u16(places + 2), 3);
        cr_assert(base != 5 || load_u16(run->bytes.data) == 0);
    }
    bigram_runs_release(&s);
    b.classes = NULL;
    bigram_plan_release(&b);
}
