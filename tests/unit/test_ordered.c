#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>

#include "query/ordered.h"

/* Greater numbers first, less `arg` of them. */
static int compare(const void *arg, const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a % *(const uint32_t *)arg;
    uint32_t y = *(const uint32_t *)b % *(const uint32_t *)arg;
    return x > y ? -1 : x < y;
}

static int descending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x > y ? -1 : x < y;
}

Test(ordered, first_of_many)
{
    enum {
        MOST = 200
    };
    uint32_t rows[MOST], want[MOST], state = 7, modulus = 100003;
    for (size_t n = 0; n <= MOST; n += n < 20 ? 1 : 37) {
        for (size_t k = 0; k <= n + 1; k += n < 20 ? 1 : 19) {
            for (size_t i = 0; i < n; i++) {
                state = state * 1664525 + 1013904223;
                rows[i] = want[i] = (uint32_t)(state >> 8) % modulus;
            }
            qsort(want, n, sizeof *want, descending);
            ordered_first(rows, n, sizeof *rows, k, compare, &modulus);
            for (size_t i = 0; i < k && i < n; i++)
                cr_assert_eq(rows[i], want[i], "%zu of %zu, %zu", i, n, k);
            qsort(rows, n, sizeof *rows, descending);
            for (size_t i = 0; i < n; i++)
                cr_assert_eq(rows[i], want[i], "a row was lost");
        }
    }
}

Test(ordered, wide_rows)
{
    struct row {
        uint32_t key;
        char text[100];
    } rows[3] = {{1, "one"}, {3, "three"}, {2, "two"}};
    uint32_t modulus = 10;
    ordered_first(rows, 3, sizeof *rows, 2, compare, &modulus);
    cr_assert_str_eq(rows[0].text, "three");
    cr_assert_str_eq(rows[1].text, "two");
    cr_assert_str_eq(rows[2].text, "one");
}
