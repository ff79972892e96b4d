#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/offsetmap.h"

static void span(const struct offsetmap *m, uint64_t from, uint64_t to,
                 uint64_t in_from, uint64_t in_to)
{
    uint64_t a = 99, b = 99;
    offsetmap_span(m, from, to, &a, &b);
    cr_assert(a == in_from && b == in_to, "[%d,%d): expected [%d,%d), got [%d,%d)",
              (int)from, (int)to, (int)in_from, (int)in_to, (int)a, (int)b);
}

/* source:  ab&amp;cd<b>ef   derived: ab&cdef */
static struct offsetmap example(void)
{
    struct offsetmap m = {0};
    offsetmap_put(&m, 2, 0, 2);
    offsetmap_put(&m, 1, 2, 5);
    offsetmap_put(&m, 2, 7, 2);
    offsetmap_put(&m, 2, 12, 2);
    return m;
}

Test(offsetmap, spans_leave_dropped_ends_out)
{
    struct offsetmap m = example();
    cr_assert_eq(m.out_len, 7);
    cr_assert_eq(m.segments.len, 4);
    span(&m, 0, 2, 0, 2);
    span(&m, 0, 3, 0, 7);
    span(&m, 2, 3, 2, 7);
    span(&m, 1, 4, 1, 8);
    span(&m, 3, 5, 7, 9);
    span(&m, 4, 6, 8, 13);
    span(&m, 5, 7, 12, 14);
    span(&m, 0, 7, 0, 14);
    offsetmap_release(&m);
}

Test(offsetmap, linear_neighbours_merge)
{
    struct offsetmap m = {0};
    offsetmap_put(&m, 3, 10, 3);
    offsetmap_put(&m, 4, 13, 4);
    offsetmap_put(&m, 0, 17, 9);
    cr_assert_eq(m.segments.len, 1);
    offsetmap_put(&m, 1, 18, 1);
    cr_assert_eq(m.segments.len, 2);
    cr_assert_eq(m.out_len, 8);
    offsetmap_put(&m, UINT32_MAX, 19, UINT32_MAX);
    cr_assert_eq(m.segments.len, 3, "lengths do not wrap");
    cr_assert_eq(m.out_len, 8 + (uint64_t)UINT32_MAX);
    offsetmap_reset(&m);
    cr_assert_eq(m.out_len, 0);
    offsetmap_release(&m);
}

Test(offsetmap, inserted_text_has_a_place_and_no_length)
{
    struct offsetmap m = {0};
    offsetmap_put(&m, 2, 5, 2);
    offsetmap_put(&m, 3, 7, 0);
    offsetmap_put(&m, 2, 9, 2);
    span(&m, 2, 5, 7, 7);
    span(&m, 0, 4, 5, 7);
    span(&m, 3, 7, 7, 11);
    offsetmap_release(&m);
}

Test(offsetmap, sources_that_go_backwards)
{
    struct offsetmap m = {0};
    offsetmap_put(&m, 5, 100, 5); /* the title stands after the text */
    offsetmap_put(&m, 2, 105, 0);
    offsetmap_put(&m, 50, 10, 50);
    span(&m, 0, 5, 100, 105);
    span(&m, 7, 17, 10, 20);
    span(&m, 4, 9, 10, 105);
    offsetmap_release(&m);
}

/* One source range for each derived byte: the meaning of a map, spelled out. */
struct range {
    uint64_t from, to;
};

static size_t flatten(const struct offsetmap *m, struct range *out)
{
    size_t n = 0;
    vec_foreach(struct offset_segment, s, &m->segments) {
        for (uint32_t i = 0; i < s->out_len; i++) {
            bool linear = s->out_len == s->in_len;
            out[n].from = linear ? s->in_pos + i : s->in_pos;
            out[n].to = linear ? s->in_pos + i + 1 : s->in_pos + s->in_len;
            n++;
        }
    }
    return n;
}

static uint32_t below(uint32_t *state, uint32_t n)
{
    *state = *state * 1664525U + 1013904223U;
    return (*state >> 8) % n;
}

static void random_map(struct offsetmap *m, uint32_t *state)
{
    uint64_t pos = 0;
    for (uint32_t i = below(state, 12) + 1; i > 0; i--) {
        uint32_t out = below(state, 6) + 1;
        uint32_t in = below(state, 2) ? out : below(state, 6);
        pos += below(state, 2) ? below(state, 4) : 0;
        offsetmap_put(m, out, pos, in);
        pos += in;
    }
}

enum {
    FLAT_MAX = 200
};

Test(offsetmap, random_spans_agree_with_bytes)
{
    uint32_t state = 1;
    for (int round = 0; round < 300; round++) {
        struct offsetmap m = {0};
        struct range flat[FLAT_MAX];
        random_map(&m, &state);
        size_t n = flatten(&m, flat);
        cr_assert_eq(n, m.out_len);
        for (size_t from = 0; from < n; from++) {
            for (size_t to = from + 1; to <= n; to++)
                span(&m, from, to, flat[from].from, flat[to - 1].to);
        }
        offsetmap_release(&m);
    }
}

Test(offsetmap, random_copies_agree_with_bytes)
{
    uint32_t state = 2;
    for (int round = 0; round < 3000; round++) {
        struct offsetmap m = {0}, copy = {0};
        struct offsetmap_cursor at = {0};
        struct range flat[FLAT_MAX], expected[FLAT_MAX], got[FLAT_MAX];
        random_map(&m, &state);
        size_t n = flatten(&m, flat);
        size_t kept = 0;
        for (size_t from = 0; from < n;) {
            size_t len = below(&state, 5);
            if (len > n - from)
                len = n - from;
            offsetmap_copy(&copy, &m, &at, from, len);
            for (size_t i = 0; i < len; i++)
                expected[kept++] = flat[from + i];
            from += len + below(&state, 3);
        }
        cr_assert_eq(copy.out_len, kept);
        cr_assert_eq(flatten(&copy, got), kept);
        for (size_t i = 0; i < kept; i++)
            cr_assert(got[i].from == expected[i].from && got[i].to == expected[i].to,
                      "round %d byte %zu", round, i);
        offsetmap_release(&m);
        offsetmap_release(&copy);
    }
}

Test(offsetmap, a_failure_is_passed_on)
{
    struct offsetmap m = {.failed = true}, copy = {0};
    struct offsetmap_cursor at = {0};
    offsetmap_put(&m, 1, 0, 1);
    cr_assert_eq(m.segments.len, 0);
    offsetmap_copy(&copy, &m, &at, 0, 1);
    cr_assert(copy.failed);
    offsetmap_release(&m);
    offsetmap_release(&copy);
}
