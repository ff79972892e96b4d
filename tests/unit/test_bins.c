#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/provenance.h"
#include "query/bars.h"
#include "query/bins.h"
#include "query/values.h"

static void check(enum bins_unit unit, int32_t day, const char *want)
{
    char text[BINS_TEXT_MAX];
    int n = bins_format(unit, bins_of(unit, day), text);
    cr_expect_str_eq(text, want, "day %d: %s, not %s", (int)day, text, want);
    cr_expect_eq((size_t)n, strlen(want));
}

Test(bins, names)
{
    check(BINS_DAY, 0, "1970-01-01");
    check(BINS_WEEK, 0, "1970-W01");
    check(BINS_WEEK, -4, "1969-W52"); /* a Sunday */
    check(BINS_WEEK, -3, "1970-W01"); /* the Monday behind it */
    check(BINS_MONTH, -1, "1969-12");
    check(BINS_YEAR, -1, "1969");
    check(BINS_WEEK, 16801, "2015-W53"); /* 2016-01-01, a Friday */
    check(BINS_WEEK, 17166, "2016-W52"); /* 2016-12-31, a Saturday */
    check(BINS_MONTH, 2932896, "9999-12");
    check(BINS_DAY, -719162, "0001-01-01");
    check(BINS_WEEK, -719162, "0001-W01");
    check(BINS_YEAR, 2932897, "");
    check(BINS_DAY, -719163, "");
    check(BINS_MONTH, DAY_NONE, "");
    check(BINS_WEEK, INT32_MAX, "");
}

/* Every day lies in its bin, and bins follow one another without a gap. */
Test(bins, days_of_bins)
{
    for (int u = BINS_DAY; u <= BINS_YEAR; u++) {
        enum bins_unit unit = (enum bins_unit)u;
        for (int32_t day = -1000; day < 20000; day++) {
            int32_t bin = bins_of(unit, day);
            cr_assert(bins_first(unit, bin) <= day && day <= bins_last(unit, bin));
            cr_assert_eq(bins_of(unit, bins_first(unit, bin)), bin);
            cr_assert_eq(bins_of(unit, bins_last(unit, bin) + 1), bin + 1);
        }
    }
}

static void check_bar(double share, unsigned width, bool blocks, const char *want)
{
    struct buf out = {0};
    bars_put(&out, share, width, blocks, false);
    buf_put_u8(&out, 0);
    cr_expect_str_eq((const char *)out.data, want, "%f of %u: '%s'", share, width,
                     (const char *)out.data);
    buf_release(&out);
}

Test(bars, eighths)
{
    check_bar(0, 3, true, "");
    check_bar(1, 3, true, "\u2588\u2588\u2588");
    check_bar(2, 3, true, "\u2588\u2588\u2588");
    check_bar(0.5, 3, true, "\u2588\u258c");
    check_bar(0.0001, 3, true, "\u258f");
    check_bar(7.0 / 24, 3, true, "\u2589");
    check_bar(0.5, 4, false, "##");
    check_bar(0.0001, 4, false, "#");
    check_bar(-1, 4, false, "");
    check_bar(0.5, 0, true, "");
}

Test(bars, fills)
{
    for (unsigned i = 0; i <= 80; i++) {
        struct buf out = {0};
        unsigned columns = 0;
        bars_put(&out, i / 80.0, 10, true, true);
        for (size_t k = 0; k < out.len; k++)
            columns += (out.data[k] & 0xC0) != 0x80;
        cr_expect_eq(columns, 10, "%u", i);
        buf_release(&out);
    }
}

Test(bars, locales)
{
    cr_expect(bars_has_blocks("C.UTF-8", NULL, NULL));
    cr_expect(bars_has_blocks("", NULL, "de_DE.utf8"));
    cr_expect(!bars_has_blocks("C", "C.UTF-8", "C.UTF-8"));
    cr_expect(!bars_has_blocks(NULL, "POSIX", "C.UTF-8"));
    cr_expect(!bars_has_blocks(NULL, NULL, NULL));
}

Test(values, numbers)
{
    struct values v = {0};
    struct err err = {0};
    uint32_t number, order[2000];
    char text[20];
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 2000; i++) {
            snprintf(text, sizeof text, "%u", (unsigned)(i * 7919 % 2000));
            cr_assert_eq(values_put(&v, bytes_str(text), &number, &err), 0);
            cr_assert_eq(number, i);
            cr_assert(bytes_equal(values_get(&v, number), bytes_str(text)));
        }
    }
    cr_assert_eq(values_put(&v, bytes_str(""), &number, &err), 0);
    cr_assert_eq(number, 2000);
    v.items.len = 2000;
    cr_assert_eq(values_order(&v, order, &err), 0);
    for (uint32_t i = 0; i < 2000; i++) {
        uint32_t other = (i + 1) % 2000;
        int way = bytes_compare(values_get(&v, i), values_get(&v, other));
        cr_assert_eq(way < 0, order[i] < order[other]);
    }
    values_release(&v);
}
