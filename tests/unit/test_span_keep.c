#include <criterion/criterion.h>

#include "query/span.h"

static const uint32_t starts[] = {0, 10, 30};
static const struct span_bounds bounds = {starts, 3, 60};

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

static void same(struct hits *got, struct hits want)
{
    cr_assert_eq(got->list.len, want.list.len, "%zu", got->list.len);
    for (size_t i = 0; i < want.list.len; i++) {
        cr_assert_eq(got->list.items[i].first, want.list.items[i].first, "%zu", i);
        cr_assert_eq(got->list.items[i].len, want.list.items[i].len, "%zu", i);
    }
    span_hits_release(&want);
    span_hits_release(got);
}

static void check_not_near(struct hits a, struct hits b, uint32_t distance,
                           struct hits want)
{
    struct hits out = {0};
    struct err err = {0};
    cr_assert_eq(span_not_near(&a, &b, distance, bounds, &out, &err), 0);
    same(&out, want);
    span_hits_release(&a);
    span_hits_release(&b);
}

Test(span_keep, not_near)
{
    /* 12 is three words before 15, and 18 behind it */
    check_not_near(HITS({12, 1, 0}, {18, 1, 0}, {25, 1, 0}), HITS({15, 1, 0}), 3,
                   HITS({25, 1, 0}));
    check_not_near(HITS({12, 1, 0}, {18, 1, 0}), HITS({15, 1, 0}), 2,
                   HITS({12, 1, 0}, {18, 1, 0}));
    /* in the same place, inside and around is near */
    check_not_near(HITS({12, 1, 0}, {15, 3, 0}, {20, 1, 0}),
                   HITS({12, 1, 0}, {16, 1, 0}, {19, 3, 0}), 1, (struct hits){0});
    /* other wordings are not */
    check_not_near(HITS({9, 1, 0}, {30, 1, 0}), HITS({10, 1, 0}, {29, 1, 0}), 9,
                   HITS({9, 1, 0}, {30, 1, 0}));
}

Test(span_keep, atleast)
{
    struct hits out = {0};
    struct err err = {0};
    struct hits a =
        HITS({1, 1, 0}, {9, 1, 0}, {10, 1, 0}, {30, 1, 0}, {30, 2, 0}, {59, 1, 0});
    cr_assert_eq(span_atleast(&a, 2, bounds, &out, &err), 0);
    same(&out, HITS({1, 1, 0}, {9, 1, 0}, {30, 1, 0}, {30, 2, 0}, {59, 1, 0}));
    out = (struct hits){0};
    cr_assert_eq(span_atleast(&a, 3, bounds, &out, &err), 0);
    same(&out, HITS({30, 1, 0}, {30, 2, 0}, {59, 1, 0}));
    out = (struct hits){0};
    cr_assert_eq(span_atleast(&a, 4, bounds, &out, &err), 0);
    cr_assert_eq(out.list.len, 0);
    span_hits_release(&out);
    span_hits_release(&a);
}

static uint32_t draw(uint64_t *state, uint32_t n)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)((*state >> 16) % n);
}

/* Spans of the three wordings, in order. */
static struct hits random_hits(uint64_t *state)
{
    struct hits h = {0};
    for (uint32_t first = 0; first < 60; first++) {
        uint32_t end = first < 10 ? 10 : first < 30 ? 30 : 60;
        for (uint32_t len = 1; len <= 4 && first + len <= end; len++) {
            if (draw(state, 14) == 0)
                cr_assert(vec_push(&h.list, ((struct hit){first, len, 0})));
        }
    }
    return h;
}

Test(span_keep, not_near_by_every_pair)
{
    uint64_t state = 99;
    for (unsigned round = 0; round < 300; round++) {
        struct hits a = random_hits(&state), b = random_hits(&state), out = {0};
        struct hits want = {0};
        struct err err = {0};
        int64_t n = 1 + draw(&state, 6);
        for (size_t i = 0; i < a.list.len; i++) {
            bool near = false;
            int64_t x = a.list.items[i].first, x_last = x + a.list.items[i].len - 1;
            for (size_t k = 0; k < b.list.len; k++) {
                int64_t y = b.list.items[k].first, y_last = y + b.list.items[k].len - 1;
                bool apart = (x < 10) != (y < 10) || (x < 30) != (y < 30);
                near = near || (!apart && y - x_last <= n && x - y_last <= n);
            }
            if (!near)
                cr_assert(vec_push(&want.list, a.list.items[i]));
        }
        cr_assert_eq(span_not_near(&a, &b, (uint32_t)n, bounds, &out, &err), 0);
        same(&out, want);
        span_hits_release(&a);
        span_hits_release(&b);
    }
}

static void check_window(uint32_t room, struct hits want)
{
    struct hits a = HITS({1, 1, 0}, {7, 1, 0}, {12, 1, 0}, {31, 1, 0});
    struct hits b = HITS({4, 1, 0}, {9, 2, 0}, {12, 3, 0}, {33, 1, 0}), out = {0};
    const struct hits *lists[] = {&a, &a, &b};
    struct err err = {0};
    cr_assert_eq(span_window(lists, 3, room, bounds, &out, &err), 0);
    same(&out, want);
    struct hits none = {0};
    lists[1] = &none;
    cr_assert_eq(span_window(lists, 3, 100, bounds, &out, &err), 0);
    cr_assert_eq(out.list.len, 0);
    span_hits_release(&out);
    span_hits_release(&a);
    span_hits_release(&b);
}

/* Two of the first list and one of the second: no token serves twice. */
Test(span_window, examples)
{
    check_window(6, (struct hits){0});
    check_window(7, HITS({1, 7, 0}));
}
