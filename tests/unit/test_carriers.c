#include <criterion/criterion.h>
#include <stdio.h>

#include "query/carriers.h"
#include "query/passages.h"
#include "tests/unit/query_fixture.h"

/* A root of 40 words, a copy that has 20 of them behind words of its own. */
static void begin(struct query_fixture *f)
{
    char text[1000];
    size_t n = 0;
    query_fixture_begin(f);
    handmade_story(&f->made);
    handmade_plain(&f->made, "", "before it all");
    handmade_story(&f->made);
    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "w%d ", i);
    handmade_plain(&f->made, "", text);
    n = (size_t)snprintf(text, sizeof text, "x0 x1 x2 x3 ");
    for (int i = 10; i < 40; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "w%d ", i);
    handmade_plain(&f->made, "", text);
    query_fixture_publish(f, 1);
}

Test(carriers, ownership)
{
    struct query_fixture f;
    struct scope scope = {0};
    struct scope_window window = {0};
    struct carriers c = {0};
    struct hits hits = {0};
    begin(&f);
    const struct segment *s = &f.snapshot.segments[0];
    cr_assert_eq(scope_window_one(&window, s, 1, &f.err), 0);
    cr_assert_eq(scope_all(&window, &scope, &f.err), 0);
    cr_assert_eq(carriers_lay_out(&c, s, &scope, &f.err), 0);
    cr_assert_not(c.plain);
    cr_assert_eq(c.units.len, 2);
    cr_assert_eq(c.units.items[1].end - c.units.items[1].start, 34);

    /* w20 w21 at the root's address: once in each wording, at its own place */
    address at[] = {3 + 20};
    cr_assert_eq(carriers_map(&c, at, 1, 2, &hits, &f.err), 0);
    cr_assert_eq(hits.list.len, 2);
    cr_assert_eq(hits.list.items[0].first, 20);
    cr_assert_eq(hits.list.items[1].first, 40 + 14);
    /* before the copy's piece: the root's alone */
    at[0] = 3 + 5;
    cr_assert_eq(carriers_map(&c, at, 1, 2, &hits, &f.err), 0);
    cr_assert_eq(hits.list.len, 1);
    /* across the story's end: nobody's */
    at[0] = 3 + 39;
    cr_assert_eq(carriers_map(&c, at, 1, 2, &hits, &f.err), 0);
    cr_assert_eq(hits.list.len, 0);
    /* outside of the scope */
    at[0] = 0;
    cr_assert_eq(carriers_map(&c, at, 1, 1, &hits, &f.err), 0);
    cr_assert_eq(hits.list.len, 0);
    span_hits_release(&hits);
    carriers_release(&c);
    scope_release(&scope);
    scope_window_release(&window);
    query_fixture_end(&f);
}

/* A hit of the root and the same words in the copy are one passage; a hit across the copy's
 * joint is its own. */
Test(carriers, homes)
{
    struct query_fixture f;
    struct scope scope = {0};
    struct scope_window window = {0};
    struct carriers c = {0};
    struct passages p = {0};
    struct span_pool pool = {0};
    begin(&f);
    const struct segment *s = &f.snapshot.segments[0];
    cr_assert_eq(scope_window_one(&window, s, 1, &f.err), 0);
    cr_assert_eq(scope_all(&window, &scope, &f.err), 0);
    cr_assert_eq(carriers_lay_out(&c, s, &scope, &f.err), 0);
    passages_reset(&p, &c, &pool);
    struct hit root = {24, 12, 0}, copy = {40 + 18, 12, 0}, joint = {40 + 2, 5, 0};
    cr_assert_eq(passages_add(&p, 0, &root, &f.err), 0);
    cr_assert_eq(passages_add(&p, 1, &copy, &f.err), 0);
    cr_assert_eq(passages_count(&p), 1);
    cr_assert_eq(passages_add(&p, 1, &joint, &f.err), 0);
    cr_assert_eq(passages_add(&p, 1, &joint, &f.err), 0);
    cr_assert_eq(passages_count(&p), 2);
    passages_release(&p);
    carriers_release(&c);
    scope_release(&scope);
    scope_window_release(&window);
    query_fixture_end(&f);
}

/* A plain window's axis is the stream. */
Test(carriers, plain)
{
    struct query_fixture f;
    struct scope scope = {0};
    struct scope_window window = {0};
    struct carriers c = {0};
    struct hits hits = {0};
    begin(&f);
    cr_assert_eq(scope_window_one(&window, &f.snapshot.segments[0], 0, &f.err), 0);
    cr_assert_eq(scope_all(&window, &scope, &f.err), 0);
    cr_assert_eq(carriers_lay_out(&c, &f.snapshot.segments[0], &scope, &f.err), 0);
    cr_assert(c.plain);
    address at[] = {0, 2};
    cr_assert_eq(carriers_map(&c, at, 2, 2, &hits, &f.err), 0);
    cr_assert_eq(hits.list.len, 1); /* the second runs into the next story */
    span_hits_release(&hits);
    carriers_release(&c);
    scope_release(&scope);
    scope_window_release(&window);
    query_fixture_end(&f);
}
