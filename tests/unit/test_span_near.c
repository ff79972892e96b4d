#include <criterion/criterion.h>
#include <string.h>

#include "query/span.h"

static struct hits make(const struct hit *v, size_t n)
{
    struct hits h = {0};
    for (size_t i = 0; i < n; i++)
        cr_assert(vec_push(&h.list, v[i]));
    return h;
}

#define HITS(...)                           \
    make((const struct hit[]){__VA_ARGS__}, \
         sizeof((const struct hit[]){__VA_ARGS__}) / sizeof(struct hit))

static const uint32_t start[] = {0};
static const struct span_bounds one = {start, 1, 1000};

/* want: pairs of (first, len); n of them. */
static void check(struct hits a, struct hits b, uint32_t distance, bool ordered,
                  struct span_bounds bounds, const struct span *want, size_t n)
{
    struct hits out = {0};
    struct span_pool pool = {0};
    struct err err = {0};
    cr_assert_eq(span_near(&a, &b, (struct span_reach){distance, ordered, false},
                           bounds, &pool, &out, &err),
                 0);
    cr_assert_eq(out.list.len, n, "%zu", out.list.len);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(out.list.items[i].first, want[i].first, "%zu", i);
        cr_assert_eq(out.list.items[i].len, want[i].len, "%zu", i);
        cr_assert_neq(out.list.items[i].parts, 0);
    }
    span_hits_release(&a);
    span_hits_release(&b);
    span_hits_release(&out);
    span_pool_release(&pool);
}

#define SPANS(...)                      \
    (const struct span[]){__VA_ARGS__}, \
        sizeof((const struct span[]){__VA_ARGS__}) / sizeof(struct span)

Test(span_near, side_by_side_is_one)
{
    check(HITS({3, 1, 0}), HITS({4, 1, 0}), 1, false, one, SPANS({3, 2}));
    check(HITS({3, 1, 0}), HITS({5, 1, 0}), 1, false, one, NULL, 0);
    check(HITS({3, 1, 0}), HITS({5, 1, 0}), 2, false, one, SPANS({3, 3}));
    check(HITS({3, 2, 0}), HITS({6, 2, 0}), 2, false, one, SPANS({3, 5}));
    check(HITS({3, 2, 0}), HITS({7, 2, 0}), 2, false, one, NULL, 0);
}

Test(span_near, order)
{
    check(HITS({7, 1, 0}), HITS({4, 1, 0}), 3, false, one, SPANS({4, 4}));
    check(HITS({7, 1, 0}), HITS({4, 1, 0}), 3, true, one, NULL, 0);
    check(HITS({4, 1, 0}), HITS({7, 1, 0}), 3, true, one, SPANS({4, 4}));
}

Test(span_near, no_overlap)
{
    check(HITS({4, 3, 0}), HITS({5, 1, 0}, {6, 4, 0}), 5, false, one, NULL, 0);
    check(HITS({4, 1, 0}), HITS({4, 1, 0}), 5, false, one, NULL, 0);
    /* the same word twice */
    check(HITS({4, 1, 0}, {6, 1, 0}), HITS({4, 1, 0}, {6, 1, 0}), 5, false, one,
          SPANS({4, 3}));
}

Test(span_near, first_end_then_shortest_then_on)
{
    /* 2 and 4 both reach 6: the nearer is taken; 7 begins anew */
    check(HITS({2, 1, 0}, {4, 1, 0}, {7, 1, 0}), HITS({6, 1, 0}, {9, 1, 0}), 5, false,
          one, SPANS({4, 3}, {7, 3}));
    /* what ends first wins over what is shorter */
    check(HITS({0, 1, 0}, {8, 1, 0}), HITS({5, 1, 0}, {9, 1, 0}), 9, false, one,
          SPANS({0, 6}, {8, 2}));
    /* nothing is used twice */
    check(HITS({1, 1, 0}, {3, 1, 0}), HITS({2, 1, 0}, {4, 1, 0}), 1, false, one,
          SPANS({1, 2}, {3, 2}));
}

Test(span_near, several_lengths)
{
    /* the longer left span is nearer, the shorter one within reach of nothing */
    check(HITS({2, 1, 0}, {2, 4, 0}), HITS({7, 1, 0}), 2, true, one, SPANS({2, 6}));
    /* ends out of order */
    check(HITS({0, 1, 0}), HITS({1, 9, 0}, {3, 1, 0}), 5, true, one, SPANS({0, 4}));
}

Test(span_near, stays_in_its_wording)
{
    static const uint32_t starts[] = {0, 5, 5, 9};
    check(HITS({4, 1, 0}, {6, 1, 0}), HITS({5, 1, 0}, {8, 1, 0}, {9, 1, 0}), 3, true,
          (struct span_bounds){starts, 4, 1000}, SPANS({6, 3}));
}

/* The bounds are sentences: 0-4, 5-9, 10-; spans that reach over their ends lie in none. */
Test(span_near, in_one_unit)
{
    static const uint32_t starts[] = {0, 5, 10};
    static const struct span_bounds bounds = {starts, 3, 100};
    struct hits a = HITS({1, 1, 0}, {6, 1, 0}, {12, 1, 0});
    struct hits b = HITS({3, 9, 0}, {4, 2, 0}, {5, 1, 0}, {9, 1, 0}, {60, 1, 0});
    struct hits out = {0};
    struct span_pool pool = {0};
    struct err err = {0};
    struct span_reach reach = {UINT32_MAX, false, true};
    static const struct span want[] = {{5, 2}, {12, 49}};
    cr_assert_eq(span_near(&a, &b, reach, bounds, &pool, &out, &err), 0);
    cr_assert_eq(out.list.len, 2, "%zu", out.list.len);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(out.list.items[i].first, want[i].first);
        cr_assert_eq(out.list.items[i].len, want[i].len);
    }
    reach.ordered = true;
    cr_assert_eq(span_near(&a, &b, reach, bounds, &pool, &out, &err), 0);
    cr_assert_eq(out.list.len, 2);
    cr_assert_eq(out.list.items[0].first, 6);
    cr_assert_eq(out.list.items[0].len, 4);
    span_hits_release(&a);
    span_hits_release(&b);
    span_hits_release(&out);
    span_pool_release(&pool);
}

Test(span_near, matched_words)
{
    struct hits a = HITS({1, 1, 0}), b = HITS({3, 2, 0}), c = HITS({9, 1, 0});
    struct hits near = {0}, out = {0};
    struct span_pool pool = {0};
    struct span whole;
    const struct span *runs;
    struct err err = {0};
    cr_assert_eq(span_near(&a, &b, (struct span_reach){5, false, false}, one, &pool,
                           &near, &err),
                 0);
    cr_assert_eq(span_near(&c, &near, (struct span_reach){5, false, false}, one, &pool,
                           &out, &err),
                 0);
    cr_assert_eq(out.list.len, 1);
    cr_assert_eq(span_pool_get(&pool, &out.list.items[0], &whole, &runs), 3);
    cr_assert_eq(runs[0].first, 1);
    cr_assert_eq(runs[1].first, 3);
    cr_assert_eq(runs[1].len, 2);
    cr_assert_eq(runs[2].first, 9);
    span_hits_release(&a);
    span_hits_release(&b);
    span_hits_release(&c);
    span_hits_release(&near);
    span_hits_release(&out);
    span_pool_release(&pool);
}

/* One hull, several pairs: the shorter left one gives the matched words, then the shorter
 * right one, then the first operand's. */
static void check_tie(struct hits a, struct hits b, uint32_t left_len,
                      uint32_t right_len)
{
    struct hits out = {0};
    struct span_pool pool = {0};
    struct span whole;
    const struct span *runs;
    struct err err = {0};
    cr_assert_eq(
        span_near(&a, &b, (struct span_reach){9, false, false}, one, &pool, &out, &err),
        0);
    cr_assert_eq(out.list.len, 1);
    cr_assert_eq(span_pool_get(&pool, &out.list.items[0], &whole, &runs), 2);
    cr_assert_eq(runs[0].len, left_len);
    cr_assert_eq(runs[1].len, right_len);
    span_hits_release(&a);
    span_hits_release(&b);
    span_hits_release(&out);
    span_pool_release(&pool);
}

Test(span_near, ties)
{
    check_tie(HITS({1, 1, 0}, {1, 2, 0}), HITS({4, 1, 0}), 1, 1);
    check_tie(HITS({1, 1, 0}), HITS({4, 3, 0}, {6, 1, 0}), 1, 1);
    check_tie(HITS({4, 3, 0}, {6, 1, 0}), HITS({1, 1, 0}), 1, 1);
    /* left ones of both operands: the shorter left span wins over the shorter right one */
    check_tie(HITS({1, 2, 0}, {6, 1, 0}), HITS({1, 1, 0}, {5, 2, 0}), 1, 1);
    check_tie(HITS({1, 2, 0}, {5, 2, 0}), HITS({1, 1, 0}, {6, 1, 0}), 1, 2);
}

/* --- words, against every pair looked at --------------------------------------------------- */

enum {
    PLACES = 60,
    ROUNDS = 4000
};

struct naive {
    bool a[PLACES], b[PLACES];
    uint32_t starts[PLACES];
    size_t n_starts;
};

static bool in_one(const struct naive *n, size_t left, size_t right)
{
    for (size_t i = 0; i < n->n_starts; i++)
        if (n->starts[i] > left && n->starts[i] <= right)
            return false;
    return true;
}

/* The largest left place for a pair that ends at `end`; -1: there is none. */
static int naive_left(const struct naive *n, struct span_reach reach, size_t from,
                      size_t end)
{
    for (size_t left = end; left-- > from;) {
        bool pair =
            (n->a[left] && n->b[end]) || (!reach.ordered && n->b[left] && n->a[end]);
        if (pair && end - left <= reach.distance && in_one(n, left, end))
            return (int)left;
    }
    return -1;
}

static void draw(uint32_t *seed, struct naive *n, struct hits *a, struct hits *b)
{
    *n = (struct naive){.n_starts = 1};
    for (uint32_t i = 0; i < PLACES; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        n->a[i] = *seed >> 29 < 2;
        n->b[i] = (*seed >> 24 & 31) < 5;
        if (i > 0 && (*seed >> 20 & 15) == 0)
            n->starts[n->n_starts++] = i;
        if (n->a[i])
            cr_assert(vec_push(&a->list, (struct hit){i, 1, 0}));
        if (n->b[i])
            cr_assert(vec_push(&b->list, (struct hit){i, 1, 0}));
    }
}

static void check_naive(const struct naive *n, struct span_reach reach,
                        const struct hits *a, const struct hits *b)
{
    struct hits out = {0};
    struct span_pool pool = {0};
    struct span whole;
    const struct span *runs;
    struct err err = {0};
    struct span_bounds bounds = {n->starts, n->n_starts, PLACES};
    size_t found = 0, from = 0;
    cr_assert_eq(span_near(a, b, reach, bounds, &pool, &out, &err), 0);
    for (size_t end = 0; end < PLACES; end++) {
        int left = naive_left(n, reach, from, end);
        if (left < 0)
            continue;
        cr_assert_lt(found, out.list.len);
        const struct hit *h = &out.list.items[found++];
        cr_assert_eq(h->first, (uint32_t)left);
        cr_assert_eq(h->first + h->len, end + 1);
        cr_assert_eq(span_pool_get(&pool, h, &whole, &runs), 2);
        cr_assert_eq(runs[0].first, (uint32_t)left);
        cr_assert_eq(runs[1].first, end);
        cr_assert_eq(runs[0].len + runs[1].len, 2);
        from = end + 1;
    }
    cr_assert_eq(found, out.list.len);
    span_hits_release(&out);
    span_pool_release(&pool);
}

Test(span_near, words_as_a_naive_search_finds_them)
{
    uint32_t seed = 5;
    for (int round = 0; round < ROUNDS; round++) {
        struct naive n;
        struct hits a = {0}, b = {0};
        draw(&seed, &n, &a, &b);
        struct span_reach reach = {1 + (uint32_t)round % 12, round % 3 == 0, false};
        check_naive(&n, reach, &a, &b);
        reach.whole = true;
        reach.distance = UINT32_MAX;
        check_naive(&n, reach, &a, &b);
        memcpy(n.b, n.a, sizeof n.b);
        check_naive(&n, reach, &a, &a);
        span_hits_release(&a);
        span_hits_release(&b);
    }
}
