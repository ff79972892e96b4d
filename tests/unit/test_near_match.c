#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "query/near_match.h"
#include "tests/unit/formats_fixture.h"

enum {
    MOST = 200
};

struct list {
    address v[MOST + NEAR_MATCH_ROOM];
    size_t n;
};

/* Addresses from `start` on, about one of `gap`; some twice if asked. */
static void make_list(uint64_t *state, struct list *l, address start, uint32_t gap,
                      bool twice)
{
    uint64_t at = (uint64_t)start + fixture_random(state) % (gap + 1);
    size_t n = fixture_random(state) % (fixture_random(state) % 8 ? 30 : MOST);
    memset(l->v, 0xff, sizeof l->v);
    for (l->n = 0; l->n < n && at < UINT32_MAX; l->n++) {
        l->v[l->n] = (address)at;
        at += fixture_random(state) % gap + !(twice && fixture_random(state) % 4 == 0);
    }
}

static bool brute(const struct near_try *t, const struct near_band *band)
{
    for (const address *x = t->a; *x < t->end_a; x++)
        for (const address *y = t->b; *y < t->end_b; y++) {
            int64_t d = (int64_t)*y - *x;
            if (d >= band->least && d <= band->most && !(band->apart && d == 0))
                return true;
        }
    return false;
}

static struct near_band make_band(uint64_t *state)
{
    int64_t least = (int64_t)(fixture_random(state) % 40) - 20;
    int64_t reach = 1 + (int64_t)(fixture_random(state) % 20);
    switch (fixture_random(state) % 3) {
    case 0: return (struct near_band){-reach, reach, true};
    case 1: return (struct near_band){least, least, false};
    default: return (struct near_band){least, least + reach, false};
    }
}

/* Sparse and dense words, at the start of the addresses and near their end. */
Test(near_match, is_what_all_pairs_say)
{
    const struct near_kernels *fast = near_kernels(MOST * 1000, 40);
    uint64_t state = 3;
    unsigned hits = 0, rounds = 60000;
    for (unsigned round = 0; round < rounds; round++) {
        static const address starts[] = {0, 5, 1 << 20, UINT32_MAX - 3000};
        struct list x, y;
        const address start = starts[round % 4];
        bool twice = fixture_random(&state) % 4 == 0;
        make_list(&state, &x, start, 1 + fixture_gap(&state, 300), twice);
        make_list(&state, &y, start, 1 + fixture_gap(&state, 300), twice);
        /* a token that is both, here and there */
        if (y.n > 0 && x.n > 0 && round % 3 == 0)
            memcpy(y.v, x.v, (x.n < y.n ? x.n : y.n) / 2 * sizeof *x.v);
        for (size_t i = 1; i < y.n; i++)
            y.v[i] = y.v[i] < y.v[i - 1] ? y.v[i - 1] + !twice : y.v[i];
        uint64_t span = 1 + fixture_random(&state) % 4000;
        uint64_t end = start + span < UINT32_MAX ? start + span : UINT32_MAX;
        struct near_try t = {.a = x.v,
                             .b = y.v,
                             .end_a = (address)end,
                             .end_b = (address)(end - fixture_random(&state) % 2)};
        struct near_band band = make_band(&state);
        bool want = brute(&t, &band);
        cr_assert_eq(near_kernels_scalar.match(&t, &band), want, "round %u", round);
        cr_assert_eq(fast->match(&t, &band), want, "round %u", round);
        hits += want;
    }
    cr_assert(hits > rounds / 10 && hits < rounds / 10 * 9, "%u", hits);
}

/* Two words in a story, and whether a pair of places is in the band. */
struct story {
    struct list x, y;
    bool want;
};

static void make_story(uint64_t *state, struct story *s, struct near_try *t,
                       const struct near_band *band)
{
    const address start = fixture_random(state) % 2 ? 5 : UINT32_MAX - 3000;
    const bool twice = fixture_random(state) % 4 == 0;
    make_list(state, &s->x, start, 1 + fixture_gap(state, 300), twice);
    make_list(state, &s->y, start, 1 + fixture_gap(state, 300), twice);
    if (fixture_random(state) % 4 == 0) { /* the same token */
        s->y = s->x;
    }
    const address end = start + (address)(1 + fixture_random(state) % 2900);
    *t = (struct near_try){.a = s->x.v, .b = s->y.v, .end_a = end, .end_b = end};
    s->want = brute(t, band);
    while (*t->b < end && (int64_t)*t->b - *t->a < band->least) {
        t->b++;
    }
}

/* What it leaves open, the other kernel settles from where it stands. */
Test(near_match, settles_what_all_pairs_say)
{
    enum {
        TRIES = 50
    };
    const struct near_kernels *kernels[] = {&near_kernels_scalar,
                                            near_kernels(MOST * 1000, 40)};
    struct story *stories = malloc(TRIES * sizeof *stories);
    uint64_t state = 8;
    unsigned hits = 0, open = 0;
    for (unsigned round = 0; round < 1200; round++) {
        struct near_try tries[2][TRIES];
        bool found[2][TRIES] = {{false}};
        size_t n = fixture_random(&state) % TRIES;
        struct near_band band = make_band(&state);
        for (size_t i = 0; i < n; i++) {
            make_story(&state, &stories[i], &tries[0][i], &band);
            tries[0][i].story = (uint32_t)i;
        }
        memcpy(tries[1], tries[0], sizeof tries[0]);
        for (size_t k = 0; k < 2; k++) {
            size_t left = kernels[k]->settle(tries[k], n, &band, found[k]);
            cr_assert_leq(left, n);
            for (size_t i = 0; i < left; i++) {
                struct near_try *t = &tries[k][i];
                cr_assert(i == 0 || t->story > tries[k][i - 1].story);
                found[k][t->story] |= near_kernels_scalar.match(t, &band);
            }
            open += (unsigned)left;
            for (size_t i = 0; i < n; i++) {
                cr_assert_eq(found[k][i], stories[i].want, "round %u, %zu", round, i);
                hits += found[k][i];
            }
        }
    }
    cr_assert(hits > 10000);
    cr_assert(kernels[1] == kernels[0] || open > 100);
    free(stories);
}

Test(near_match, seeks_agree)
{
    enum {
        N = 5000,
        RANGES = 700
    };
    const struct near_kernels *fast = near_kernels(1, 1);
    uint64_t state = 4;
    address *v = malloc((N + NEAR_MATCH_ROOM) * sizeof *v);
    for (unsigned round = 0; round < 60; round++) {
        struct address_range ranges[RANGES] = {{0}};
        const address *slow_at[RANGES], *fast_at[RANGES];
        size_t n = round ? fixture_random(&state) % N : 0;
        uint64_t at = 0, lo = 0;
        memset(v, 0xff, (N + NEAR_MATCH_ROOM) * sizeof *v);
        for (size_t i = 0; i < n; i++)
            v[i] = (address)(at += 1 + fixture_random(&state) % 50);
        for (size_t i = 0; i < RANGES; i++)
            ranges[i].lo =
                (address)(lo += fixture_random(&state) % (round % 7 ? 400 : 3));
        ranges[RANGES - 1].lo = UINT32_MAX;
        near_kernels_scalar.seek(v, ranges, RANGES, slow_at);
        fast->seek(v, ranges, RANGES, fast_at);
        for (size_t i = 0; i < RANGES; i++) {
            cr_assert_eq(slow_at[i], fast_at[i], "round %u, %zu", round, i);
            cr_assert(*slow_at[i] >= ranges[i].lo &&
                      (slow_at[i] == v || slow_at[i][-1] < ranges[i].lo));
        }
    }
    free(v);
}

/* What eight at once are not made for is left to the other one. */
Test(near_match, far_is_scalar)
{
    cr_assert_eq(near_kernels(NEAR_MATCH_STORY, 10), &near_kernels_scalar);
    cr_assert_eq(near_kernels(10, NEAR_MATCH_REACH + 1), &near_kernels_scalar);
    struct list x = {.n = 1}, y = {.n = 1};
    memset(x.v, 0xff, sizeof x.v);
    memset(y.v, 0xff, sizeof y.v);
    x.v[0] = 7;
    y.v[0] = UINT32_MAX - 2;
    struct near_try t = {x.v, y.v, UINT32_MAX, UINT32_MAX, 0};
    struct near_band band = {-(int64_t)UINT32_MAX, UINT32_MAX, true};
    cr_assert(near_kernels_scalar.match(&t, &band));
    band.most = UINT32_MAX - 10;
    cr_assert_not(near_kernels_scalar.match(&t, &band));
}
