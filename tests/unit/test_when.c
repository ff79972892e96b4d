/* Dates as people write them. */
#include <criterion/criterion.h>
#include <string.h>

#include "query/calendar.h"
#include "query/clock.h"
#include "query/filter.h"
#include "query/when.h"

static int32_t day_of(int year, unsigned month, unsigned day)
{
    return calendar_day_of((struct calendar_date){year, month, day});
}

/* Every day of some centuries, one after the other. */
Test(calendar, days_and_dates)
{
    struct calendar_date date = {1599, 12, 31};
    int32_t day = day_of(1599, 12, 31);
    for (; date.year < 2405; day++) {
        struct calendar_date is = calendar_date_of(day);
        cr_assert(is.year == date.year && is.month == date.month && is.day == date.day);
        cr_assert_eq(calendar_day_of(date), day);
        cr_assert_eq(calendar_weekday(day), (unsigned)((day % 7 + 7 + 3) % 7));
        if (++date.day > calendar_month_days(date.year, date.month)) {
            date.day = 1;
            date.year += date.month == 12;
            date.month = date.month % 12 + 1;
        }
    }
    cr_assert_eq(day_of(1970, 1, 1), 0);
    cr_assert_eq(day_of(2000, 3, 1), 11017);
    cr_assert_eq(calendar_weekday(day_of(2016, 12, 5)), 0); /* a Monday */
}

Test(calendar, months)
{
    struct calendar_date end = {2016, 1, 31};
    struct calendar_date got = calendar_add_months(end, 1);
    cr_assert(got.year == 2016 && got.month == 2 && got.day == 29);
    got = calendar_add_months(end, -2);
    cr_assert(got.year == 2015 && got.month == 11 && got.day == 30);
    got = calendar_add_months(end, 25);
    cr_assert(got.year == 2018 && got.month == 2 && got.day == 28);
}

/* The days of a date when it is 16 March 2017, a Thursday. */
static const char *days_of(const char *text, struct buf *out)
{
    struct when w;
    const char *wrong = NULL;
    buf_reset(out);
    if (!when_read(bytes_str(text), &w, &wrong)) {
        cr_assert(wrong == NULL || wrong[0]);
        buf_put_str(out, wrong ? wrong : "no date");
    } else {
        when_resolve(&w, day_of(2017, 3, 16));
        cr_assert_eq(w.kind, WHEN_DAYS);
        when_print(&w, out);
    }
    buf_put_u8(out, 0);
    cr_assert_not(out->failed);
    return (const char *)out->data;
}

static void check(const char *const cases[][2], size_t n)
{
    struct buf out = {0};
    for (size_t i = 0; i < n; i++) {
        const char *got = days_of(cases[i][0], &out);
        cr_expect_str_eq(got, cases[i][1], "%s: %s, not %s", cases[i][0], got,
                         cases[i][1]);
    }
    buf_release(&out);
}

Test(when, of_the_calendar)
{
    static const char *const cases[][2] = {
        {"2016", "2016-01-01..2016-12-31"},
        {"2016-12", "2016-12-01..2016-12-31"},
        {"2016-2", "2016-02-01..2016-02-29"},
        {"2100-02", "2100-02-01..2100-02-28"},
        {"2016-12-05", "2016-12-05"},
        {"2016/12/5", "2016-12-05"},
        {"20161205", "2016-12-05"},
        {"2016_12_05", "2016-12-05"},
        {"2016-W01", "2016-01-04..2016-01-10"},
        {"2015-w53", "2015-12-28..2016-01-03"},
        {"2016-Q4", "2016-10-01..2016-12-31"},
        {"December 2016", "2016-12-01..2016-12-31"},
        {"dec-2016", "2016-12-01..2016-12-31"},
        {"5 December 2016", "2016-12-05"},
        {"May 5, 2016", "2016-05-05"},
        {"0001", "0001-01-01..0001-12-31"},
        {"9999-12-31", "9999-12-31"},
    };
    check(cases, sizeof cases / sizeof *cases);
}

Test(when, told_from_today)
{
    static const char *const cases[][2] = {
        {"today", "2017-03-16"},
        {"Yesterday", "2017-03-15"},
        {"this week", "2017-03-13..2017-03-19"},
        {"last week", "2017-03-06..2017-03-12"},
        {"this month", "2017-03-01..2017-03-31"},
        {"last month", "2017-02-01..2017-02-28"},
        {"last_month", "2017-02-01..2017-02-28"},
        {"last-year", "2016-01-01..2016-12-31"},
        {"this year", "2017-01-01..2017-12-31"},
        {"last 7 days", "2017-03-10..2017-03-16"},
        {"last 1 day", "2017-03-16"},
        {"past 2 weeks", "2017-03-03..2017-03-16"},
        {"last 3 months", "2016-12-17..2017-03-16"},
        {"last 1 year", "2016-03-17..2017-03-16"},
        {"2weeks", "2017-03-02"},
        {"2 weeks ago", "2017-03-02"},
        {"1 month", "2017-02-16"},
        {"10y", "2007-03-16"},
        {"0 days", "2017-03-16"},
        {"100000 years", "0001-01-01"},
        {"100000 months", "0001-01-01"},
    };
    check(cases, sizeof cases / sizeof *cases);
}

Test(when, no_dates)
{
    static const char front[] = "a date is written with four digits of its year in "
                                "front, as 2016-12-05";
    static const char *const cases[][2] = {
        {"2016-13", "months go from 1 to 12"},
        {"2016-00", "months go from 1 to 12"},
        {"2017-02-29", "the month has no such day"},
        {"2016-12-00", "the month has no such day"},
        {"2015-W54", "the year has no such week"},
        {"2017-W53", "the year has no such week"},
        {"2016-Q5", "quarters go from 1 to 4"},
        {"05-12-2016", front},
        {"16", front},
        {"201612", front},
        {"0000", front},
        {"2016-12-05-10", "a time of day has no place here"},
        {"2016-123", "a date is as 2016-12-05"},
        {"last 0 days", "that is no time at all"},
        {"last 100001 days", "that is too long ago"},
        {"99999999999 days", "that is too long ago"},
        {"soon", "no date"},
        {"last", "no date"},
        {"next month", "no date"},
        {"december", "no date"},
        {"2016 december 5 6", "no date"},
        {"2016-12-05T10:30", "no date"},
        {"", "no date"},
        {"--", "no date"},
        {"2016.12", "no date"},
    };
    check(cases, sizeof cases / sizeof *cases);
}

/* The days that date:VALUE lets through. */
static const char *range_of(const char *value, struct buf *out)
{
    char wrong[FILTER_WRONG_MAX];
    struct filter f;
    buf_reset(out);
    if (filter_read(filter_field_of(FILTER_DATE), bytes_str(value), false, false, &f,
                    wrong)) {
        filter_resolve(&f, day_of(2017, 3, 16));
        filter_print(&f, out);
    } else {
        buf_put_str(out, wrong);
    }
    buf_put_u8(out, 0);
    return (const char *)out->data;
}

Test(when, ranges)
{
    static const char *const cases[][2] = {
        {"2016", "date 2016-01-01..2016-12-31"},
        {"2016..2017-02", "date 2016-01-01..2017-02-28"},
        {"..2016-12", "date ..2016-12-31"},
        {"2016-12..", "date 2016-12-01.."},
        {">2016", "date 2017-01-01.."},
        {">=2016", "date 2016-01-01.."},
        {"<2016", "date ..2015-12-31"},
        {"<=2016", "date ..2016-12-31"},
        {"2weeks..", "date 2017-03-02.."},
        {"last month..today", "date 2017-02-01..2017-03-16"},
        {"..yesterday", "date ..2017-03-15"},
        {"<this month", "date ..2017-02-28"},
        {"2017-01..last month", "date 2017-01-01..2017-02-28"},
        {"2018..last month", "date none"},
        {"none", "date none"},
        {"NONE", "date none"},
        {"*", "date *"},
        {"2017..2016", "the range ends before it begins"},
        {"..", ""},
        {"2016..2017..2018", ""},
        {">2016..2017", ""},
        {"", ""},
        {">", ""},
        {"2016-13..2017", "months go from 1 to 12"},
        {"2016..2017-13", "months go from 1 to 12"},
    };
    struct buf out = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = range_of(cases[i][0], &out);
        cr_expect_str_eq(got, cases[i][1], "%s: %s, not %s", cases[i][0], got,
                         cases[i][1]);
    }
    buf_release(&out);
}

Test(clock, a_day_that_is_given)
{
    struct err err = {0};
    int32_t day = 0, before = 0, after = 0;
    cr_assert_eq(clock_today("2016-12-05", &day, &err), 0);
    cr_assert_eq(day, day_of(2016, 12, 5));
    cr_assert_eq(clock_today("2016-12-05T10:30:00Z", &day, &err), 0);
    cr_assert_eq(day, day_of(2016, 12, 5));
    cr_assert_eq(clock_today("2016-12", &day, &err), ERR_USAGE);
    err = (struct err){0};
    cr_assert_eq(clock_today("today", &day, &err), ERR_USAGE);
    cr_assert(strstr(err.msg, "STEMMA_NOW: 'today' is no day"));
    cr_assert_eq(clock_today(NULL, &before, &err), 0);
    cr_assert_eq(clock_today("", &after, &err), 0);
    cr_assert(before > day_of(2023, 1, 1) && after - before <= 1 && after >= before);
}
