#include <criterion/criterion.h>

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

static void check(struct hits a, struct hits b, int32_t overlap,
                  struct span_bounds bounds, struct hits want)
{
    struct hits out = {0};
    struct err err = {0};
    cr_assert_eq(span_join(&a, &b, overlap, bounds, &out, &err), 0);
    cr_assert_eq(out.list.len, want.list.len);
    for (size_t i = 0; i < out.list.len; i++) {
        cr_assert_eq(out.list.items[i].first, want.list.items[i].first, "%zu", i);
        cr_assert_eq(out.list.items[i].len, want.list.items[i].len, "%zu", i);
    }
    span_hits_release(&a);
    span_hits_release(&b);
    span_hits_release(&want);
    span_hits_release(&out);
}

static const uint32_t start[] = {0};
static const struct span_bounds one = {start, 1, 1000};

Test(span_join, side_by_side)
{
    check(HITS({3, 1, 0}, {8, 1, 0}, {9, 1, 0}), HITS({4, 2, 0}, {9, 1, 0}, {11, 1, 0}),
          0, one, HITS({3, 3, 0}, {8, 2, 0}));
}

/* Left spans of several lengths, so that ends do not ascend; results stay in order. */
Test(span_join, of_several_lengths)
{
    check(HITS({3, 1, 0}, {3, 4, 0}, {4, 1, 0}, {4, 2, 0}),
          HITS({4, 4, 0}, {5, 1, 0}, {6, 3, 0}, {7, 1, 0}), 0, one,
          HITS({3, 5, 0}, {4, 2, 0}, {4, 5, 0}));
}

/* Two ways to the same span are one. */
Test(span_join, each_span_once)
{
    check(HITS({3, 1, 0}, {3, 2, 0}), HITS({4, 2, 0}, {5, 1, 0}, {5, 4, 0}), 0, one,
          HITS({3, 3, 0}, {3, 6, 0}));
}

Test(span_join, overlapping)
{
    check(HITS({3, 2, 0}, {6, 3, 0}), HITS({4, 2, 0}, {5, 1, 0}, {8, 2, 0}), 1, one,
          HITS({3, 3, 0}, {6, 4, 0}));
}

Test(span_join, stays_in_its_wording)
{
    static const uint32_t starts[] = {0, 4, 10};
    check(HITS({3, 1, 0}, {5, 1, 0}, {9, 1, 0}), HITS({4, 1, 0}, {6, 1, 0}, {10, 2, 0}),
          0, (struct span_bounds){starts, 3, 1000}, HITS({5, 2, 0}));
}

Test(span_join, with_tokens_between)
{
    static const uint32_t starts[] = {0, 6};
    check(HITS({1, 1, 0}, {2, 2, 0}, {4, 1, 0}, {6, 1, 0}),
          HITS({3, 1, 0}, {4, 2, 0}, {7, 1, 0}, {9, 3, 0}), -2,
          (struct span_bounds){starts, 2, 1000}, HITS({1, 5, 0}, {6, 6, 0}));
}

static void check_pad(uint32_t before, uint32_t behind, struct hits want)
{
    static const uint32_t starts[] = {0, 6};
    struct hits a = HITS({1, 1, 0}, {2, 2, 0}, {5, 1, 0}, {7, 2, 0}, {9, 1, 0}),
                out = {0};
    struct err err = {0};
    cr_assert_eq(
        span_pad(&a, before, behind, (struct span_bounds){starts, 2, 10}, &out, &err),
        0);
    cr_assert_eq(out.list.len, want.list.len);
    for (size_t i = 0; i < out.list.len; i++) {
        cr_assert_eq(out.list.items[i].first, want.list.items[i].first, "%zu", i);
        cr_assert_eq(out.list.items[i].len, want.list.items[i].len, "%zu", i);
    }
    span_hits_release(&a);
    span_hits_release(&want);
    span_hits_release(&out);
}

Test(span_pad, stays_in_its_wording)
{
    check_pad(0, 1, HITS({1, 2, 0}, {2, 3, 0}, {7, 3, 0}));
    check_pad(2, 0, HITS({0, 4, 0}, {3, 3, 0}, {7, 3, 0}));
    check_pad(1, 1, HITS({0, 3, 0}, {1, 4, 0}, {6, 4, 0}));
    check_pad(1, 3, HITS({0, 5, 0}));
}
