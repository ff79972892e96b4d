#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "indexer/dates.h"

struct example {
    const char *text;
    int year; /* 0: no date */
    unsigned month, day;
    int seconds; /* -1: none */
};

enum {
    H = 3600,
    M = 60
};

static const struct example examples[] = {
    {"2025-07-31", 2025, 7, 31, -1},
    {"  2025-07-31\n", 2025, 7, 31, -1},
    {"2025-7-3", 2025, 7, 3, -1},
    {"2025/07/31", 2025, 7, 31, -1},
    {"2025.07.31", 2025, 7, 31, -1},
    {"2025-07-31T12:34:56Z", 2025, 7, 31, 12 * H + 34 * M + 56},
    {"2025-07-31T12:34:56.789Z", 2025, 7, 31, 12 * H + 34 * M + 56},
    {"2025-07-31T12:34:56.123456+00:00", 2025, 7, 31, 12 * H + 34 * M + 56},
    {"2025-07-31T12:34", 2025, 7, 31, 12 * H + 34 * M},
    {"2025-07-31 12:00:00 +0800", 2025, 7, 31, 4 * H},
    {"2025-07-31 01:00:00 +0800", 2025, 7, 30, 17 * H},
    {"2025-07-31T23:30:00-05:00", 2025, 8, 1, 4 * H + 30 * M},
    {"2025-07-31 23:30:00 EST", 2025, 8, 1, 4 * H + 30 * M},
    {"2025-07-31 00:00:00", 2025, 7, 31, 0},
    {"2025-07-31T24:00:00", 2025, 8, 1, 0},
    {"2016-12-31T23:59:60Z", 2016, 12, 31, 86399},
    {"20250731", 2025, 7, 31, -1},
    {"20250731T120000Z", 2025, 7, 31, 12 * H},
    {"20250731120000", 2025, 7, 31, 12 * H},
    {"Thu, 31 Jul 2025 12:00:00 +0000", 2025, 7, 31, 12 * H},
    {"31 Jul 2025 12:00 GMT", 2025, 7, 31, 12 * H},
    {"Thu Jul 31 12:00:00 +0000 2014", 2014, 7, 31, 12 * H},
    {"July 31, 2025", 2025, 7, 31, -1},
    {"July 31st, 2025", 2025, 7, 31, -1},
    {"31 July 2025", 2025, 7, 31, -1},
    {"Sept. 3, 2025", 2025, 9, 3, -1},
    {"Published on July 31, 2025 at 3:45 pm EDT", 2025, 7, 31, 19 * H + 45 * M},
    {"July 31, 2025 12:05 a.m.", 2025, 7, 31, 5 * M},
    {"July 31, 2025 12:05 PM", 2025, 7, 31, 12 * H + 5 * M},
    {"8-APR-1987 16:13:13.97", 1987, 4, 8, 16 * H + 13 * M + 13},
    {"26-FEB-1987", 1987, 2, 26, -1},
    {"07/31/2025", 2025, 7, 31, -1},
    {"31/07/2025", 2025, 7, 31, -1},
    {"31.07.2025", 2025, 7, 31, -1},
    {"03.07.2025", 2025, 7, 3, -1},
    {"07/07/2025", 2025, 7, 7, -1},
    {"07/31/2025 3:45 PM", 2025, 7, 31, 15 * H + 45 * M},
    {"1469980800", 2016, 7, 31, 16 * H},
    {"1469980800.5", 2016, 7, 31, 16 * H},
    {"1469980800000", 2016, 7, 31, 16 * H},
    {"1469980800000000", 2016, 7, 31, 16 * H},
    {"2024-02-29", 2024, 2, 29, -1},
    {"2000-02-29", 2000, 2, 29, -1},
    {"2025-07-31 (updated)", 2025, 7, 31, -1},
    {"1000-01-01", 1000, 1, 1, -1},
    {"9999-12-31", 9999, 12, 31, -1},
    /* no dates */
    {"", 0, 0, 0, 0},
    {"   ", 0, 0, 0, 0},
    {"2025", 0, 0, 0, 0},
    {"2025-07", 0, 0, 0, 0},
    {"2025-04-31", 0, 0, 0, 0},
    {"2025-13-01", 0, 0, 0, 0},
    {"2025-00-10", 0, 0, 0, 0},
    {"2025-02-29", 0, 0, 0, 0},
    {"1900-02-29", 0, 0, 0, 0},
    {"0999-01-01", 0, 0, 0, 0},
    {"2025-07-311", 0, 0, 0, 0},
    {"03/07/2025", 0, 0, 0, 0}, /* which is the month? */
    {"yesterday", 0, 0, 0, 0},
    {"July 2025", 0, 0, 0, 0},
    {"31 Foo 2025", 0, 0, 0, 0},
    {"true", 0, 0, 0, 0},
    {"12345", 0, 0, 0, 0},
    {"99999999", 0, 0, 0, 0},
    {"123456789012345678901234567890", 0, 0, 0, 0},
};

static void check(const struct example *e)
{
    int32_t day = -7;
    uint32_t second = 7;
    bool got = dates_parse(bytes_str(e->text), &day, &second);
    if (e->year == 0) {
        cr_expect(!got, "'%s' was taken for day %d", e->text, day);
        cr_expect(day == -7 && second == 7, "'%s': outputs touched", e->text);
        return;
    }
    uint32_t seconds = e->seconds < 0 ? UINT32_MAX : (uint32_t)e->seconds;
    cr_expect(got, "'%s' is a date", e->text);
    cr_expect_eq(day, dates_civil(e->year, e->month, e->day), "'%s': day %d", e->text,
                 day);
    cr_expect_eq(second, seconds, "'%s': second %u", e->text, second);
}

Test(dates, examples)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check(&examples[i]);
}

/* The C library's calendar is the oracle. */
Test(dates, civil_days_agree_with_timegm)
{
    for (int64_t day = -354285; day < 2932897; day += 97) {
        time_t t = (time_t)day * 86400;
        struct tm tm;
        char text[64];
        int32_t got;
        uint32_t second;
        cr_assert_not_null(gmtime_r(&t, &tm));
        cr_assert_eq(dates_civil(tm.tm_year + 1900, (unsigned)tm.tm_mon + 1,
                                 (unsigned)tm.tm_mday),
                     day);
        (void)snprintf(text, sizeof text, "%04d-%02d-%02dT05:06:07Z", tm.tm_year + 1900,
                       tm.tm_mon + 1, tm.tm_mday);
        cr_assert(dates_parse(bytes_str(text), &got, &second), "%s", text);
        cr_assert_eq(got, day, "%s", text);
        cr_assert_eq(second, 5 * 3600 + 6 * 60 + 7);
    }
}

Test(dates, paths)
{
    static const struct example paths[] = {
        {"_posts/2007-04-24-name.md", 2007, 4, 24, -1},
        {"news/2016/12/20/name.txt", 2016, 12, 20, -1},
        {"news/2016/12/name.txt", 0, 0, 0, -1},
        {"export-2020-01-01/2007-04-24-name.md", 2007, 4, 24, -1},
        {"a/report_20161220.txt", 2016, 12, 20, -1},
        {"a/2016_12_20.txt", 2016, 12, 20, -1},
        {"a/20161320.txt", 0, 0, 0, -1},
        {"a/120161220.txt", 0, 0, 0, -1},
        {"a/201612201.txt", 0, 0, 0, -1},
        {"a/1066-10-14.txt", 0, 0, 0, -1},
        {"", 0, 0, 0, -1},
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        int32_t day = -7;
        bool got = dates_from_path(bytes_str(paths[i].text), &day);
        cr_expect_eq(got, paths[i].year != 0, "%s", paths[i].text);
        if (got)
            cr_expect_eq(day, dates_civil(paths[i].year, paths[i].month, paths[i].day),
                         "%s", paths[i].text);
    }
}

Test(dates, urls)
{
    int32_t day = 0;
    cr_expect(
        dates_from_url(bytes_str("https://x.example/2016/12/20/some-name"), &day));
    cr_expect_eq(day, dates_civil(2016, 12, 20));
    cr_expect(
        dates_from_url(bytes_str("https://x.example/world/2016/dec/20/name"), &day));
    cr_expect_eq(day, dates_civil(2016, 12, 20));
    /* The query and the host are not asked. */
    cr_expect(!dates_from_url(bytes_str("https://x.example/a?d=2016-12-20"), &day));
    cr_expect(!dates_from_url(bytes_str("https://2016-12-20.example/"), &day));
    cr_expect(!dates_from_url(bytes_str("https://x.example/2016/12/"), &day));
    cr_expect(!dates_from_url(bytes_str(""), &day));
}

/* Any bytes: no crash, and what is taken for a date is in range. */
Test(dates, random_bytes)
{
    static const char letters[] = "0123456789-/:. TZ+JulyMonpmAt,\t";
    uint64_t state = 7;
    char text[40];
    for (int i = 0; i < 200000; i++) {
        size_t n = 0;
        int32_t day;
        uint32_t second;
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        uint64_t bits = state;
        for (size_t len = bits % sizeof text; n < len; n++) {
            bits = bits * UINT64_C(6364136223846793005) + 1442695040888963407u;
            text[n] = letters[(bits >> 33) % (sizeof letters - 1)];
        }
        if (dates_parse(bytes_of(text, n), &day, &second)) {
            cr_assert(day >= dates_civil(999, 12, 30) &&
                      day <= dates_civil(9999, 12, 31) + 2);
            cr_assert(second == UINT32_MAX || second < 86400);
        }
    }
}
