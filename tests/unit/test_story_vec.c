/* Sets of stories against a table of who is in them. */
#include <criterion/criterion.h>
#include <string.h>

#include "query/story_vec.h"
#include "tests/unit/formats_fixture.h"

enum {
    STORIES = 3000
};

/* About one story of `gap`; in[i] tells whether story i is in the set. */
static void make_set(uint64_t *state, uint32_t gap, story_vec *set, bool in[STORIES])
{
    vec_reset(set);
    memset(in, 0, STORIES * sizeof *in);
    for (story_id i = 0; i < STORIES; i++)
        if (fixture_random(state) % gap == 0) {
            in[i] = true;
            cr_assert(vec_push(set, i));
        }
}

static void check_set(const story_vec *set, const bool in[STORIES])
{
    size_t n = 0;
    for (story_id i = 0; i < STORIES; i++)
        if (in[i]) {
            cr_assert_lt(n, set->len);
            cr_assert_eq(set->items[n++], i);
        }
    cr_assert_eq(n, set->len);
}

/* Sets of like sizes, few with many, many with few, and empty ones. */
Test(story_vec, united_and_subtracted)
{
    static const uint32_t gaps[] = {1, 2, 7, 60, 900, 1 << 30};
    static bool in_a[STORIES], in_b[STORIES], in_c[STORIES], want[STORIES];
    story_vec a = {0}, b = {0}, c = {0}, to = {0}, spare = {0};
    struct err err = {0};
    uint64_t state = 21;
    for (unsigned round = 0; round < 36 * 8; round++) {
        make_set(&state, gaps[round % 6], &a, in_a);
        make_set(&state, gaps[round / 6 % 6], &b, in_b);
        make_set(&state, 5, &c, in_c);
        cr_assert_eq(story_vec_copy(&a, &to, &err), 0);
        check_set(&to, in_a);
        cr_assert_eq(story_vec_unite(&to, &b, &spare, &err), 0);
        for (size_t i = 0; i < STORIES; i++)
            want[i] = in_a[i] || in_b[i];
        check_set(&to, want);
        story_vec_subtract(&a, &b, &c);
        for (size_t i = 0; i < STORIES; i++)
            want[i] = in_a[i] && (!in_b[i] || in_c[i]);
        check_set(&a, want);
        story_vec_swap(&a, &to);
        check_set(&to, want);
    }
    vec_release(&a);
    vec_release(&b);
    vec_release(&c);
    vec_release(&to);
    vec_release(&spare);
}

Test(story_vec, all_of_them)
{
    static bool in[STORIES];
    story_vec v = {0};
    struct err err = {0};
    memset(in, true, sizeof in);
    cr_assert_eq(story_vec_all(STORIES, &v, &err), 0);
    check_set(&v, in);
    cr_assert_eq(story_vec_all(0, &v, &err), 0);
    cr_assert_eq(v.len, 0);
    vec_release(&v);
}

Test(story_vec, gallops_to_the_first_that_is_not_below)
{
    static bool in[STORIES];
    story_vec v = {0};
    uint64_t state = 22;
    make_set(&state, 3, &v, in);
    for (unsigned round = 0; round < 20000; round++) {
        size_t from = fixture_random(&state) % (v.len + 1), want = from;
        size_t n = from + fixture_random(&state) % (v.len - from + 1);
        story_id id = (story_id)(fixture_random(&state) % (STORIES + 5));
        while (want < n && v.items[want] < id)
            want++;
        cr_assert_eq(story_vec_gallop(v.items, n, from, id), want);
    }
    vec_release(&v);
}
