#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "formats/columns.h"
#include "tests/unit/formats_fixture.h"

static void round_trip(const uint64_t *values, size_t n)
{
    struct buf b = {0};
    uint64_t all[COLUMNS_ROWS], one;
    columns_put(&b, values, n);
    size_t len = b.len;
    buf_put_u8(&b, 77); /* what follows is left alone */
    cr_assert(buf_reserve(&b, 16));
    for (size_t i = 0; i < n; i++) {
        struct bytes in = bytes_of(b.data, len + 1);
        cr_assert(columns_get(&in, n, i, &one));
        cr_assert_eq(one, values[i]);
        cr_assert_eq(in.len, 1);
        cr_assert_eq(*in.data, 77);
    }
    struct bytes in = bytes_of(b.data, len);
    cr_assert(columns_get_all(&in, n, all));
    cr_assert_eq(memcmp(all, values, n * sizeof *values), 0);
    cr_assert_eq(in.len, 0);
    in = bytes_of(b.data, len);
    cr_assert_not(columns_get(&in, n, n, &one));
    /* every shorter string is refused */
    for (size_t cut = 0; cut < len; cut++) {
        in = bytes_of(b.data, cut);
        cr_assert_not(columns_get(&in, n, 0, &one), "%zu of %zu", cut, len);
    }
    buf_release(&b);
}

Test(columns, edges)
{
    const uint64_t same[] = {5, 5, 5}, one[] = {UINT64_MAX}, pair[] = {0, 1};
    const uint64_t wide[] = {1000, 1000 + (UINT64_C(1) << 56) - 1, 1001};
    round_trip(same, 3);
    round_trip(one, 1);
    round_trip(pair, 2);
    round_trip(wide, 3);
}

Test(columns, equal_values_cost_two_bytes)
{
    uint64_t values[COLUMNS_ROWS];
    struct buf b = {0};
    for (size_t i = 0; i < COLUMNS_ROWS; i++)
        values[i] = 7;
    columns_put(&b, values, COLUMNS_ROWS);
    cr_assert_eq(b.len, 2);
    buf_release(&b);
}

Test(columns, random_values)
{
    uint64_t state = 11, values[COLUMNS_ROWS];
    for (unsigned width = 0; width <= COLUMNS_WIDTH_MAX; width++) {
        size_t n = 1 + fixture_random(&state) % COLUMNS_ROWS;
        uint64_t low = fixture_random(&state) >> 8;
        for (size_t i = 0; i < n; i++)
            values[i] = low + (fixture_random(&state) & ((UINT64_C(1) << width) - 1));
        round_trip(values, n);
    }
}

Test(columns, a_width_over_the_limit_is_refused)
{
    uint8_t bytes[64] = {0, COLUMNS_WIDTH_MAX + 1};
    struct bytes in = bytes_of(bytes, sizeof bytes);
    uint64_t v;
    cr_assert_not(columns_get(&in, 1, 0, &v));
    bytes[1] = COLUMNS_WIDTH_MAX;
    cr_assert(columns_get(&in, 1, 0, &v));
    in = bytes_of(bytes, sizeof bytes);
    cr_assert_not(columns_get(&in, COLUMNS_ROWS + 1, 0, &v));
}
