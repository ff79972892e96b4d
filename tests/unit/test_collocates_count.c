#include <criterion/criterion.h>
#include <string.h>

#include "query/collocates_count.h"
#include "tests/unit/formats_fixture.h"

enum {
    ROWS = 50,
    WORDS = 90
};

static void check_same(collocates_counter *count, uint64_t seed)
{
    struct collocate rows[ROWS] = {0}, same[ROWS] = {0};
    uint64_t state = seed, total = 0;
    for (uint32_t story = 1; story <= 300; story++) {
        uint32_t v[WORDS], outlets = (uint32_t)fixture_random(&state);
        size_t n = fixture_random(&state) % (WORDS + 1);
        uint32_t number = story % 7 == 0 ? UINT32_MAX - story : story;
        for (size_t i = 0; i < n; i++) {
            v[i] = (uint32_t)(fixture_random(&state) % (1 + story % ROWS));
        }
        outlets &= UINT32_C(1) << story % 32 | UINT32_C(1) << 31;
        count(rows, v, n, number, outlets);
        collocates_count_scalar(same, v, n, number, outlets);
        total += n;
    }
    cr_assert_eq(memcmp(rows, same, sizeof rows), 0);
    for (size_t i = 0; i < ROWS; i++) {
        total -= rows[i].o;
    }
    cr_assert_eq(total, 0);
}

/* A story's number may be that of observations, of stories or of outlets: nothing but the last story is compared with it. */
static void check_alike(collocates_counter *count)
{
    for (uint32_t number = 1; number < 5; number++) {
        struct collocate row = {number, number - 1, number, number};
        count(&row, (const uint32_t[]){0, 0}, 2, number, 8);
        cr_assert_eq(row.o, number + 2);
        cr_assert_eq(row.last_story, number);
        cr_assert_eq(row.stories, number + 1);
        cr_assert_eq(row.outlets, number | 8);
    }
}

Test(collocates_count, says_what_was_observed)
{
    check_alike(collocates_count_scalar);
    check_alike(collocates_count());
}

Test(collocates_count, is_what_the_scalar_one_says)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        check_same(collocates_count(), seed);
    }
}
