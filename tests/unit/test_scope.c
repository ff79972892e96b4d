#include <criterion/criterion.h>
#include <stdio.h>

#include "query/scope.h"
#include "tests/unit/query_fixture.h"

enum {
    STORIES = 60
};

static struct query_fixture f;
static const struct segment *segment;
static uint32_t lengths[STORIES];
static address starts[STORIES + 1];

/* Stories of 0 to 6 words, three empty ones at each end. */
static void begin(void)
{
    query_fixture_begin(&f);
    for (size_t i = 0; i < STORIES; i++) {
        char text[40] = "";
        lengths[i] = i < 3 || i >= STORIES - 3 ? 0 : (uint32_t)(i * 5 % 7);
        for (uint32_t k = 0; k < lengths[i]; k++)
            snprintf(text + 2 * k, 3, "%c ", 'a' + (char)k);
        handmade_story(&f.made);
        handmade_plain(&f.made, "", text);
        starts[i + 1] = starts[i] + lengths[i];
    }
    query_fixture_publish(&f, 1);
    segment = &f.snapshot.segments[0];
}

static void end(void)
{
    query_fixture_end(&f);
}

TestSuite(scope, .init = begin, .fini = end);

/* Windows of any size are ranges of whole stories that follow one another. */
Test(scope, windows)
{
    struct scope_window w = {0};
    struct scope all = {0};
    for (uint64_t size = 1; size < 300; size += size < 20 ? 1 : 37) {
        story_id from = 0;
        while (from < STORIES) {
            cr_assert_eq(scope_window_set(&w, segment, from, size, &f.err), 0);
            cr_assert_eq(w.from, from);
            cr_assert(w.to > from && w.to <= STORIES);
            cr_assert_eq(w.lo, starts[w.from]);
            cr_assert_eq(w.hi, starts[w.to]);
            cr_assert(w.hi - w.lo <= size || w.to == from + 1);
            cr_assert_eq(scope_all(&w, &all, &f.err), 0);
            cr_assert_eq(all.stories.len, w.to - w.from);
            for (size_t i = 0; i < all.stories.len; i++) {
                const struct scope_story *s = &all.stories.items[i];
                cr_assert_eq(s->id, from + i);
                cr_assert_eq(s->start, starts[from + i]);
                cr_assert_eq(s->end, starts[from + i + 1], "size %llu, story %u",
                             (unsigned long long)size, s->id);
            }
            from = w.to;
        }
    }
    scope_release(&all);
    scope_window_release(&w);
}

static void check_hits(struct scope_window *w, const struct scope *within,
                       const address *hits, size_t n, uint32_t width)
{
    address_vec list = {0};
    struct scope out = {0};
    size_t at = 0, kept = 0;
    for (size_t i = 0; i < n; i++)
        cr_assert(vec_push(&list, hits[i]));
    cr_assert_eq(scope_of_hits(w, within, &list, width, &out, &f.err), 0, "%s",
                 f.err.msg);
    for (story_id s = w->from; s < w->to; s++) {
        bool any = false;
        bool allowed = !within;
        for (size_t k = 0; within && k < within->stories.len; k++)
            allowed = allowed || within->stories.items[k].id == s;
        for (size_t i = 0; i < n && allowed; i++) {
            if (hits[i] < starts[s] || hits[i] + width > starts[s + 1])
                continue;
            cr_assert(kept < list.len && list.items[kept] == hits[i]);
            kept++;
            any = true;
        }
        if (any) {
            cr_assert(at < out.stories.len && out.stories.items[at].id == s);
            cr_assert_eq(out.stories.items[at].start, starts[s]);
            cr_assert_eq(out.stories.items[at].end, starts[s + 1]);
            at++;
        }
    }
    cr_assert_eq(kept, list.len);
    cr_assert_eq(at, out.stories.len);
    vec_release(&list);
    scope_release(&out);
}

/* By a walk, by a merge with all beginnings, and among chosen stories. */
Test(scope, hits)
{
    struct scope_window w = {0};
    struct scope some = {0};
    address hits[400];
    uint32_t n_tokens = starts[STORIES];
    for (uint32_t step = 1; step < n_tokens; step += step / 2 + 1) {
        for (uint32_t width = 1; width < 4; width++) {
            size_t n = 0;
            for (address a = step / 2; a < n_tokens; a += step)
                hits[n++] = a;
            cr_assert_eq(scope_window_set(&w, segment, 0, 1000, &f.err), 0);
            check_hits(&w, NULL, hits, n, width);
            cr_assert_eq(scope_all(&w, &some, &f.err), 0);
            size_t kept = 0;
            for (size_t i = 0; i < some.stories.len; i += 1 + i % 3)
                some.stories.items[kept++] = some.stories.items[i];
            some.stories.len = kept;
            check_hits(&w, &some, hits, n, width);
        }
    }
    scope_release(&some);
    scope_window_release(&w);
}

static struct scope of(const story_id *ids, size_t n)
{
    struct scope s = {0};
    for (size_t i = 0; i < n; i++)
        cr_assert(vec_push(&s.stories, (struct scope_story){ids[i], 0, 0}));
    return s;
}

Test(scope, sets)
{
    const story_id x[] = {1, 4, 5, 9}, y[] = {0, 4, 9, 10}, both[] = {4, 9},
                   any[] = {0, 1, 4, 5, 9, 10};
    struct scope a = of(x, 4), b = of(y, 4), out = {0};
    cr_assert_eq(scope_union(&a, &b, &out, &f.err), 0);
    cr_assert_eq(out.stories.len, 6);
    for (size_t i = 0; i < 6; i++)
        cr_assert_eq(out.stories.items[i].id, any[i]);
    cr_assert_eq(scope_intersect(&a, &b, &out, &f.err), 0);
    cr_assert_eq(out.stories.len, 2);
    for (size_t i = 0; i < 2; i++)
        cr_assert_eq(out.stories.items[i].id, both[i]);
    scope_release(&a);
    scope_release(&b);
    scope_release(&out);
}
