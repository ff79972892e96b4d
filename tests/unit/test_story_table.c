#include <criterion/criterion.h>

#include "query/story_table.h"
#include "tests/unit/formats_fixture.h"

/* Stories of which some are empty and some far longer than others. */
static void make_starts(address_vec *starts, uint64_t seed, size_t n)
{
    uint64_t state = seed;
    address at = (address)(seed % 3);
    vec_reset(starts);
    for (size_t i = 0; i < n; i++) {
        cr_assert(vec_push(starts, at));
        uint64_t kind = fixture_random(&state) % 8;
        at += kind == 0 ? 0 : 1 + (address)(fixture_random(&state) % 4);
        at += kind == 1 ? (address)(fixture_random(&state) % 5000) : 0;
    }
    cr_assert(vec_push(starts, at + 1));
}

static size_t by_search(const address *starts, size_t n, address a)
{
    size_t k = 0;
    while (k < n && starts[k + 1] <= a) {
        k++;
    }
    return k;
}

/* Every address against a look at every story, from the story before and from none. */
Test(story_table, as_by_looking_at_all)
{
    for (uint64_t seed = 1; seed < 20; seed++) {
        struct err err = {0};
        struct story_table *t = NULL;
        address_vec starts = {0};
        size_t n = seed * seed, last = 0;
        make_starts(&starts, seed, n);
        cr_assert_eq(story_table_make(&starts, &t, &err), 0, "%s", err.msg);
        cr_assert_eq(starts.len, 0u, "the table has them");
        address from = t->starts.items[0], end = t->starts.items[n];
        for (address a = from; a < end + 3; a++) {
            size_t want = by_search(t->starts.items, n, a);
            cr_assert_eq(story_table_find(t, 0, a), want, "story of %u", a);
            cr_assert_eq(story_table_find(t, last, a), want, "story of %u", a);
            last = want < n ? want : last;
        }
        story_table_free(t);
    }
    story_table_free(NULL);
}
