#include <criterion/criterion.h>

#include "query/span_match.h"

enum {
    TOKENS = 14,
    CASES = 20000
};

static uint64_t state = 88172645463325252U;

static unsigned draw(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 11) % n);
}

/* Can lists i, i + 1 ... each take a token of [lo, TOKENS) that is not taken? */
static bool can_place(const uint32_t *has, size_t i, size_t n, uint32_t lo,
                      uint32_t taken)
{
    if (i == n)
        return true;
    for (uint32_t t = lo; t < TOKENS; t++) {
        if ((has[i] >> t & 1) && !(taken >> t & 1) &&
            can_place(has, i + 1, n, lo, taken | 1U << t))
            return true;
    }
    return false;
}

Test(span_match, as_trying_all_ways)
{
    size_t found = 0;
    for (int c = 0; c < CASES; c++) {
        struct hits h[SPAN_WINDOW_LISTS_MAX] = {0};
        const struct hits *lists[SPAN_WINDOW_LISTS_MAX];
        size_t begun[SPAN_WINDOW_LISTS_MAX], n = 1 + draw(5);
        uint32_t has[SPAN_WINDOW_LISTS_MAX] = {0}, lo = draw(4);
        for (size_t i = 0; i < n; i++) {
            has[i] = i > 0 && draw(2) ? has[draw((unsigned)i)]
                                      : draw(1U << TOKENS) & draw(1U << TOKENS);
            for (uint32_t t = 0; t < TOKENS; t++)
                if (has[i] >> t & 1)
                    cr_assert(vec_push(&h[i].list, (struct hit){t, 1, 0}));
            lists[i] = &h[i];
            begun[i] = h[i].list.len;
        }
        uint64_t want = 0;
        for (uint32_t begin = lo; begin < TOKENS; begin++)
            if (can_place(has, 0, n, begin, 0))
                want = begin + 1;
        uint32_t lacking;
        cr_assert_eq(span_match(lists, begun, n, lo, &lacking), want, "case %d", c);
        cr_assert_eq(lacking == 0, want > 0);
        if (lacking) { /* others may have all tokens there are */
            for (size_t i = 0; i < n; i++)
                has[i] = lacking >> i & 1 ? has[i] : (1U << TOKENS) - 1;
            cr_assert(!can_place(has, 0, n, lo, 0), "case %d", c);
        }
        found += want > 0;
        for (size_t i = 0; i < n; i++)
            span_hits_release(&h[i]);
    }
    cr_assert(found > CASES / 4 && found < CASES - CASES / 20);
}

Test(span_match, wide_spans_are_another_question)
{
    struct hits h = {0};
    const struct hits *lists[] = {&h};
    size_t begun = 2;
    uint32_t lacking;
    cr_assert(vec_push(&h.list, (struct hit){1, 2, 0}));
    cr_assert(vec_push(&h.list, (struct hit){5, 1, 0}));
    cr_assert_eq(span_match(lists, &begun, 1, 0, &lacking), 6);
    begun = 1;
    cr_assert_eq(span_match(lists, &begun, 1, 0, &lacking), SPAN_MATCH_WIDE);
    cr_assert_eq(span_match(lists, &begun, 1, 2, &lacking), 0);
    span_hits_release(&h);
}
