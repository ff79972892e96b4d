#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "query/bins.h"
#include "query/calendar.h"
#include "query/label.h"
#include "query/ticks.h"

enum {
    BINS = 4000
};

struct axis {
    struct bytes bins[BINS];
    char names[BINS][BINS_TEXT_MAX];
    size_t n;
};

/* The bins of n units from a day on. */
static struct axis *axis_new(enum bins_unit unit, int32_t day, size_t n)
{
    struct axis *a = calloc(1, sizeof *a);
    cr_assert_not_null(a);
    int32_t first = bins_of(unit, day);
    for (a->n = 0; a->n < n; a->n++) {
        int len = bins_format(unit, first + (int32_t)a->n, a->names[a->n]);
        a->bins[a->n] = bytes_of(a->names[a->n], (size_t)len);
    }
    return a;
}

static void expect(enum bins_unit unit, int32_t day, size_t n, double width,
                   const char *want)
{
    struct axis *a = axis_new(unit, day, n);
    struct ticks t = {0};
    struct err err = {0};
    struct buf got = {0};
    cr_assert_eq(ticks_choose(&t, a->bins, n, width / (double)n, 13, &err), 0);
    vec_foreach(const struct tick, tick, &t.list) {
        buf_put_str(&got, got.len ? " " : "");
        buf_put(&got, a->bins[tick->bin].data, tick->len);
    }
    buf_put_u8(&got, 0);
    cr_expect_str_eq((const char *)got.data, want);
    buf_release(&got);
    ticks_release(&t);
    free(a);
}

#define DAY_2016 16801 /* 2016-01-01 */

Test(ticks, at_places_that_people_count_by)
{
    expect(BINS_YEAR, DAY_2016, 3, 800, "2016 2017 2018");
    expect(BINS_YEAR, DAY_2016, 40, 800, "2020 2025 2030 2035 2040 2045 2050 2055");
    expect(BINS_MONTH, DAY_2016, 4, 800, "2016-01 2016-02 2016-03 2016-04");
    expect(BINS_MONTH, DAY_2016, 24, 800,
           "2016-01 2016-04 2016-07 2016-10 2017-01 2017-04 2017-07 2017-10");
    expect(BINS_MONTH, DAY_2016, 98, 800,
           "2016 2017 2018 2019 2020 2021 2022 2023 2024");
    expect(BINS_MONTH, DAY_2016, 1200, 800,
           "2020 2030 2040 2050 2060 2070 2080 2090 2100 2110");
    expect(BINS_DAY, DAY_2016, 4, 800, "2016-01-01 2016-01-02 2016-01-03 2016-01-04");
    expect(BINS_DAY, DAY_2016, 182, 800,
           "2016-01 2016-02 2016-03 2016-04 2016-05 2016-06");
    expect(BINS_DAY, DAY_2016, 30, 600, "2016-01-01 2016-01-08 2016-01-15 2016-01-22");
    expect(BINS_DAY, DAY_2016, 3000, 800,
           "2016 2017 2018 2019 2020 2021 2022 2023 2024");
    expect(BINS_YEAR, DAY_2016, 1, 800, "2016");
    expect(BINS_YEAR, DAY_2016, 0, 800, "");
}

/* Of all lengths and widths: names do not touch, and there is one at least. */
Test(ticks, never_touch)
{
    for (int unit = BINS_DAY; unit <= BINS_YEAR; unit++) {
        struct axis *a = axis_new((enum bins_unit)unit, DAY_2016 + 200, BINS);
        for (size_t n = 1; n < BINS; n = n * 5 / 4 + 1) {
            struct ticks t = {0};
            struct err err = {0};
            double band = 790 / (double)n, end = -1e9;
            cr_assert_eq(ticks_choose(&t, a->bins, n, band, 13, &err), 0);
            cr_assert_gt(t.list.len, 0, "unit %d, %zu bins", unit, n);
            vec_foreach(const struct tick, tick, &t.list) {
                double half =
                    label_width(bytes_of(a->bins[tick->bin].data, tick->len), 13) / 2;
                double at = ((double)tick->bin + 0.5) * band;
                cr_assert_gt(at - half, end, "unit %d, %zu bins", unit, n);
                end = at + half;
            }
            ticks_release(&t);
        }
        free(a);
    }
}

Test(ticks, names_that_are_no_dates)
{
    struct bytes bins[30];
    struct ticks t = {0};
    struct err err = {0};
    for (size_t i = 0; i < 30; i++)
        bins[i] = bytes_str(i % 2 ? "-" : "some words that are long");
    cr_assert_eq(ticks_choose(&t, bins, 30, 20, 13, &err), 0);
    cr_expect(t.list.len > 0 && t.list.len < 5);
    ticks_release(&t);
}
