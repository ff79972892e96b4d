/* Stories of addresses against a walk over their starts: few and many stories in a block, lists dense and sparse. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/story_map.h"

enum {
    STORIES_MAX = 5000,
    LIST_MAX = 20000
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *state >> 33;
}

static size_t naive(const address *starts, const address *list, size_t n, story_id last,
                    story_id *out)
{
    size_t n_out = 0;
    story_id story = 0;
    for (size_t i = 0; i < n; i++) {
        while (starts[story + 1] <= list[i])
            story++;
        if (story != last)
            out[n_out++] = last = story;
    }
    return n_out;
}

struct lists {
    address starts[STORIES_MAX + 1], list[LIST_MAX];
    story_id expected[LIST_MAX], found[LIST_MAX];
};

static size_t make_list(struct lists *l, address end, uint32_t step, uint64_t *state)
{
    size_t n = 0;
    uint64_t at = next_random(state) % step;
    for (; at < end && n < LIST_MAX; at += 1 + next_random(state) % step)
        l->list[n++] = (address)at;
    return n;
}

/* The scalar code finds the same, whatever has found it first. */
static void check_twin(const struct story_map *map, const address *list, size_t n,
                       story_id last, const story_id *found, size_t n_found)
{
    story_id *room = calloc(n + 1, sizeof *room);
    cr_assert(room);
    cr_assert_eq(story_map_list_scalar(map, list, n, last, room), n_found);
    cr_assert_eq(memcmp(room, found, n_found * sizeof *room), 0);
    free(room);
}

/* Stories of 1 to `longest` tokens. */
static void check(uint32_t n_stories, uint32_t longest, uint64_t seed)
{
    struct lists *l = calloc(1, sizeof *l);
    struct story_map map;
    struct err err = {0};
    uint64_t state = seed;
    cr_assert(l);
    for (uint32_t i = 0; i < n_stories; i++)
        l->starts[i + 1] = l->starts[i] + 1 + (address)(next_random(&state) % longest);
    cr_assert_eq(story_map_init(&map, l->starts, n_stories, &err), 0);
    address end = l->starts[n_stories];
    for (uint32_t step = 1; step < 4 * longest + 2; step = step * 3 + 1) {
        size_t n = make_list(l, end, step, &state);
        for (size_t parts = 1; parts <= 3; parts++) {
            size_t expected = naive(l->starts, l->list, n, UINT32_MAX, l->expected);
            size_t found = 0;
            for (size_t part = 0; part < parts; part++) {
                size_t from = n * part / parts, to = n * (part + 1) / parts;
                story_id last = found ? l->found[found - 1] : UINT32_MAX;
                story_id *room = calloc(to - from + 1, sizeof *room);
                cr_assert(room);
                size_t some =
                    story_map_list(&map, l->list + from, to - from, last, room);
                cr_assert_leq(some, to - from);
                check_twin(&map, l->list + from, to - from, last, room, some);
                memcpy(l->found + found, room, some * sizeof *room);
                found += some;
                free(room);
            }
            cr_assert_eq(found, expected);
            cr_assert_eq(memcmp(l->found, l->expected, found * sizeof *l->found), 0);
        }
    }
    story_map_release(&map);
    free(l);
}

Test(story_map, one_story)
{
    check(1, 1, 1);
    check(1, 5000, 2);
}

Test(story_map, many_stories_in_a_block)
{
    check(STORIES_MAX, 1, 3);
    check(STORIES_MAX, 7, 4);
    check(STORIES_MAX, 40, 5);
}

Test(story_map, long_stories)
{
    check(300, 1000, 6);
    check(100, 100000, 7);
}

/* A few long ones, so that blocks are large, among them many of a token each. */
Test(story_map, short_ones_among_long_ones)
{
    struct lists *l = calloc(1, sizeof *l);
    struct story_map map;
    struct err err = {0};
    enum {
        N = 400
    };
    cr_assert(l);
    for (uint32_t i = 0; i < N; i++)
        l->starts[i + 1] = l->starts[i] + (i % 40 < 30 ? 1 : 2000);
    cr_assert_eq(story_map_init(&map, l->starts, N, &err), 0);
    for (uint32_t i = 0; i < N; i++) {
        address two[] = {l->starts[i], l->starts[i + 1] - 1};
        cr_assert_eq(
            story_map_list(&map, two, 1 + (two[0] < two[1]), UINT32_MAX, l->found), 1);
        cr_assert_eq(l->found[0], i);
        cr_assert_eq(story_map_list(&map, two, 1, i, l->found), 0);
    }
    story_map_release(&map);
    free(l);
}
