#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "formats/provenance.h"
#include "query/calendar.h"

static void expect(int32_t day, uint32_t second, const char *want)
{
    char got[CALENDAR_TEXT_MAX];
    int n = calendar_format(day, second, got);
    cr_assert_str_eq(got, want);
    cr_assert_eq((size_t)n, strlen(want));
}

Test(calendar, known_days)
{
    expect(0, UINT32_MAX, "1970-01-01");
    expect(-1, UINT32_MAX, "1969-12-31");
    expect(19423, UINT32_MAX, "2023-03-07");
    expect(19423, 0, "2023-03-07T00:00:00Z");
    expect(19423, 86399, "2023-03-07T23:59:59Z");
    expect(11016, UINT32_MAX, "2000-02-29");
    expect(-25509, UINT32_MAX, "1900-02-28");
    expect(-25508, UINT32_MAX, "1900-03-01");
    expect(DAY_NONE, UINT32_MAX, "");
    expect(DAY_NONE, 5, "");
}

Test(calendar, a_second_that_cannot_be_is_left_out)
{
    expect(0, 86400, "1970-01-01");
}

/* gmtime_r is the oracle, over four centuries and a little more. */
Test(calendar, as_the_library_has_it)
{
    for (int32_t day = -80000; day < 90000; day += 7) {
        time_t t = (time_t)day * 86400;
        struct tm tm;
        char want[64];
        cr_assert(gmtime_r(&t, &tm));
        snprintf(want, sizeof want, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1,
                 tm.tm_mday);
        expect(day, UINT32_MAX, want);
    }
}

/* The ends of what a day can be do not overflow. */
Test(calendar, extremes)
{
    char got[CALENDAR_TEXT_MAX];
    cr_assert_gt(calendar_format(INT32_MAX, 86399, got), 10);
    cr_assert_gt(calendar_format(INT32_MIN + 1, 86399, got), 10);
}
