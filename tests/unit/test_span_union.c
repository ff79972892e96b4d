#include <criterion/criterion.h>

#include "query/span.h"

static struct hits make(const struct hit *v, size_t n)
{
    struct hits h = {0};
    for (size_t i = 0; i < n; i++)
        cr_assert(vec_push(&h.list, v[i]));
    return h;
}

Test(span_union, keeps_the_first_of_equal_spans)
{
    const struct hit x[] = {{1, 1, 7}, {1, 3, 0}, {9, 2, 0}};
    const struct hit y[] = {{0, 1, 0}, {1, 1, 0}, {1, 2, 0}, {9, 2, 5}, {12, 1, 0}};
    const struct hit want[] = {{0, 1, 0}, {1, 1, 7}, {1, 2, 0},
                               {1, 3, 0}, {9, 2, 0}, {12, 1, 0}};
    struct hits a = make(x, 3), b = make(y, 5), out = {0};
    struct err err = {0};
    cr_assert_eq(span_union(&a, &b, &out, &err), 0);
    cr_assert_eq(out.list.len, 6);
    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(out.list.items[i].first, want[i].first);
        cr_assert_eq(out.list.items[i].len, want[i].len);
        cr_assert_eq(out.list.items[i].parts, want[i].parts, "%zu", i);
    }
    span_hits_release(&a);
    span_hits_release(&b);
    span_hits_release(&out);
}

Test(span_union, of_nothing)
{
    struct hits a = {0}, b = {0}, out = {0};
    struct err err = {0};
    cr_assert_eq(span_union(&a, &b, &out, &err), 0);
    cr_assert_eq(out.list.len, 0);
    cr_assert(vec_push(&b.list, (struct hit){4, 2, 0}));
    cr_assert_eq(span_union(&a, &b, &out, &err), 0);
    cr_assert_eq(out.list.len, 1);
    cr_assert_eq(span_union(&b, &a, &out, &err), 0);
    cr_assert_eq(out.list.len, 1);
    span_hits_release(&b);
    span_hits_release(&out);
}

Test(span_union, pool_of_parts)
{
    struct span_pool pool = {0};
    struct span whole;
    const struct span *runs;
    cr_assert(vec_push(&pool.runs, (struct span){2, 1}));
    cr_assert(vec_push(&pool.runs, (struct span){5, 2}));
    cr_assert(vec_push(&pool.ends, 2));
    cr_assert(vec_push(&pool.runs, (struct span){9, 1}));
    cr_assert(vec_push(&pool.ends, 3));
    struct hit h = {2, 5, 1};
    cr_assert_eq(span_pool_get(&pool, &h, &whole, &runs), 2);
    cr_assert_eq(runs[1].first, 5);
    h.parts = 2;
    cr_assert_eq(span_pool_get(&pool, &h, &whole, &runs), 1);
    cr_assert_eq(runs[0].first, 9);
    h.parts = 0;
    cr_assert_eq(span_pool_get(&pool, &h, &whole, &runs), 1);
    cr_assert_eq(runs[0].first, 2);
    cr_assert_eq(runs[0].len, 5);
    span_pool_release(&pool);
}

/* Many lists: the same as one after another, and the first one's words stay. */
Test(span_union, of_many)
{
    struct hits lists[37] = {{{0}}}, one_by_one = {0}, spare = {0}, room = {0};
    const struct hits *all[37] = {NULL}, *out = NULL;
    struct span_unions scratch = {0};
    struct err err = {0};
    uint32_t x = 1;
    cr_assert_eq(span_union_all(all, 0, &scratch, &room, &out, &err), 0);
    cr_assert(out == &room && room.list.len == 0);
    for (size_t i = 0; i < 37; i++) {
        all[i] = &lists[i];
        for (uint32_t first = x % 7; first < 100; first += 1 + (x >> 8) % 19) {
            cr_assert(vec_push(&lists[i].list, (struct hit){first, 1 + x % 2, x}));
            x = x * 1103515245 + 12345;
        }
        cr_assert_eq(span_union(&one_by_one, &lists[i], &spare, &err), 0);
        struct hits swap = one_by_one;
        one_by_one = spare;
        spare = swap;
        cr_assert_eq(span_union_all(all, i + 1, &scratch, &room, &out, &err), 0);
        cr_assert_eq(out->list.len, one_by_one.list.len);
        for (size_t k = 0; k < out->list.len; k++) {
            cr_assert_eq(out->list.items[k].first, one_by_one.list.items[k].first);
            cr_assert_eq(out->list.items[k].len, one_by_one.list.items[k].len);
            cr_assert_eq(out->list.items[k].parts, one_by_one.list.items[k].parts);
        }
    }
    for (size_t i = 0; i < 37; i++)
        span_hits_release(&lists[i]);
    span_hits_release(&one_by_one);
    span_hits_release(&spare);
    span_hits_release(&room);
    span_unions_release(&scratch);
}
