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

/* A word's places from one on that are below an end. */
struct places {
    const address *v;
    uint32_t from;
    address end;
};

static bool brute(struct places x, struct places y, const struct near_band *band)
{
    for (const address *a = x.v + x.from; *a < x.end; a++)
        for (const address *b = y.v + y.from; *b < y.end; b++) {
            int64_t d = (int64_t)*b - *a;
            if (d >= band->least && d <= band->most && !(band->apart && d == 0))
                return true;
        }
    return false;
}

static bool brute_try(const struct near_tries *t, size_t i, const struct near_lists *l,
                      const struct near_band *band)
{
    return brute((struct places){l->a, t->a[i], t->end_a[i]},
                 (struct places){l->b, t->b[i], t->end_b[i]}, band);
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
        static struct near_tries t;
        const struct near_lists lists = {x.v, y.v};
        t.n = 1;
        t.end_a[0] = (address)end;
        t.end_b[0] = (address)(end - fixture_random(&state) % 2);
        struct near_band band = make_band(&state);
        bool want = brute_try(&t, 0, &lists, &band);
        cr_assert_eq(near_kernels_scalar.match(&t, 0, &lists, &band), want, "round %u",
                     round);
        cr_assert_eq(fast->match(&t, 0, &lists, &band), want, "round %u", round);
        hits += want;
    }
    cr_assert(hits > rounds / 10 && hits < rounds / 10 * 9, "%u", hits);
}

enum {
    STORIES = 50,
    STORY = 3000 /* addresses of one, at most */
};

/* Two words in stories one behind the other, which may be empty. */
struct words {
    address_vec x, y; /* with NEAR_MATCH_ROOM behind them */
    size_t n;
    struct address_range stories[STORIES];
};

static void push_list(address_vec *to, const struct list *l, address end)
{
    for (size_t i = 0; i < l->n && l->v[i] < end; i++)
        cr_assert(vec_push(to, l->v[i]));
}

static void end_list(address_vec *v)
{
    for (size_t i = 0; i < NEAR_MATCH_ROOM; i++)
        cr_assert(vec_push(v, UINT32_MAX));
}

static void make_words(uint64_t *state, struct words *w)
{
    address at = fixture_random(state) % 2 ? 5 : UINT32_MAX - 1 - (STORIES + 1) * STORY;
    vec_reset(&w->x);
    vec_reset(&w->y);
    w->n = fixture_random(state) % STORIES;
    for (size_t i = 0; i < w->n; i++) {
        struct list x, y;
        const address end =
            at + (address)(fixture_random(state) % 8 ? fixture_random(state) % STORY
                                                     : fixture_random(state) % 3);
        make_list(state, &x, at, 1 + fixture_gap(state, 300), false);
        make_list(state, &y, at, 1 + fixture_gap(state, 300), false);
        push_list(&w->x, &x, end);
        /* the same tokens, here and there */
        push_list(&w->y, fixture_random(state) % 4 ? &y : &x, end);
        w->stories[i] = (struct address_range){at, end};
        at = end + (address)(fixture_random(state) % 2 * 40);
    }
    end_list(&w->x);
    end_list(&w->y);
}

/* What the kernel says of each story: those that it keeps, and settles, and what is left open matched one by one. */
static size_t say(const struct near_kernels *k, const struct words *w,
                  const struct near_shape *shape, const struct near_band *band,
                  bool *found)
{
    struct near_tries *t = calloc(1, sizeof *t);
    const struct near_lists lists = {w->x.items, w->y.items};
    struct address_range ranges[STORIES + NEAR_MATCH_LANES] = {{0}};
    memcpy(ranges, w->stories, w->n * sizeof *ranges);
    memset(found, 0, STORIES * sizeof *found);
    t->n = w->n;
    for (size_t i = 0; i < w->n; i++)
        t->story[i] = (uint32_t)i;
    k->seek(lists.a, ranges, t->n, t->a);
    k->keep(t, lists.a, shape, ranges);
    for (size_t i = 0; i < t->n; i++) {
        const struct address_range story = w->stories[t->story[i]];
        const int64_t lo = lists.a[t->a[i]] + shape->least;
        cr_assert_eq(ranges[i].lo, lo > story.lo ? lo : story.lo);
        cr_assert_eq(ranges[i].hi, story.hi);
    }
    k->seek(lists.b, ranges, t->n, t->b);
    k->settle(t, &lists, band, found);
    for (size_t i = 0; i < t->n; i++) {
        cr_assert(i == 0 || t->story[i] > t->story[i - 1]);
        cr_assert_eq(k->match(t, i, &lists, band), brute_try(t, i, &lists, band));
        found[t->story[i]] |= k->match(t, i, &lists, band);
    }
    const size_t open = t->n;
    free(t);
    return open;
}

static address end_for(struct address_range s, uint32_t width)
{
    return s.hi - s.lo < width ? s.lo : s.hi - width + 1;
}

/* Stories whole, by all steps, against all pairs of places. */
Test(near_match, settles_what_all_pairs_say)
{
    const struct near_kernels *kernels[] = {&near_kernels_scalar,
                                            near_kernels(STORY, 40)};
    struct words w = {.n = 0};
    uint64_t state = 8;
    size_t hits = 0, stories = 0, open = 0;
    for (unsigned round = 0; round < 1500; round++) {
        struct near_band band = make_band(&state);
        struct near_shape shape = {1, 1, band.least};
        if (!band.apart && round % 2) {
            shape.width_a = 1 + (uint32_t)fixture_random(&state) % 3;
            shape.width_b = 1 + (uint32_t)fixture_random(&state) % 3;
        }
        make_words(&state, &w);
        for (size_t k = 0; k < 2; k++) {
            bool found[STORIES];
            open += say(kernels[k], &w, &shape, &band, found);
            for (size_t i = 0; i < w.n; i++) {
                const struct address_range s = w.stories[i];
                struct places x = {w.x.items, 0, end_for(s, shape.width_a)};
                struct places y = {w.y.items, 0, end_for(s, shape.width_b)};
                while (x.v[x.from] < s.lo)
                    x.from++;
                while (y.v[y.from] < s.lo)
                    y.from++;
                cr_assert_eq(found[i], brute(x, y, &band), "round %u, %zu", round, i);
                hits += found[i];
            }
            stories += w.n;
        }
    }
    cr_assert(hits > stories / 10 && hits < stories / 10 * 9, "%zu of %zu", hits,
              stories);
    cr_assert(kernels[1] == kernels[0] || open > 100, "%zu", open);
    vec_release(&w.x);
    vec_release(&w.y);
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
        uint32_t slow_at[RANGES + NEAR_MATCH_LANES], fast_at[RANGES + NEAR_MATCH_LANES];
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
            cr_assert(v[slow_at[i]] >= ranges[i].lo &&
                      (slow_at[i] == 0 || v[slow_at[i] - 1] < ranges[i].lo));
        }
        cr_assert(slow_at[RANGES] == 0 && fast_at[RANGES + NEAR_MATCH_LANES - 1] == 0);
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
    static struct near_tries t;
    const struct near_lists lists = {x.v, y.v};
    t.n = 1;
    t.end_a[0] = t.end_b[0] = UINT32_MAX;
    struct near_band band = {-(int64_t)UINT32_MAX, UINT32_MAX, true};
    cr_assert(near_kernels_scalar.match(&t, 0, &lists, &band));
    band.most = UINT32_MAX - 10;
    cr_assert_not(near_kernels_scalar.match(&t, 0, &lists, &band));
}
