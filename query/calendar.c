#include "query/calendar.h"

#include <stdbool.h>
#include <stdio.h>

#include "formats/provenance.h"

/* After Howard Hinnant's "chrono-compatible low-level date algorithms" (2013): eras of 400 years that begin on 1 March, so
 * that the leap day is the last of its year. */
static void civil_from_days(int32_t day, int *year, unsigned *month, unsigned *mday)
{
    int64_t z = (int64_t)day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned in_era = (unsigned)(z - era * 146097);
    unsigned year_of_era =
        (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    unsigned day_of_year =
        in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted = (5 * day_of_year + 2) / 153;
    *mday = day_of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = (int)((int64_t)year_of_era + era * 400) + (*month <= 2);
}

int calendar_format(int32_t day, uint32_t second, char out[CALENDAR_TEXT_MAX])
{
    out[0] = 0;
    if (day == DAY_NONE)
        return 0;
    int year;
    unsigned month, mday;
    civil_from_days(day, &year, &month, &mday);
    int n = snprintf(out, CALENDAR_TEXT_MAX, "%04d-%02u-%02u", year, month, mday);
    if (second < 86400 && n > 0 && n < CALENDAR_TEXT_MAX)
        n += snprintf(out + n, (size_t)(CALENDAR_TEXT_MAX - n), "T%02u:%02u:%02uZ",
                      second / 3600, second / 60 % 60, second % 60);
    return n;
}

struct calendar_date calendar_date_of(int32_t day)
{
    struct calendar_date date;
    civil_from_days(day, &date.year, &date.month, &date.day);
    return date;
}

/* days_from_civil of the same page. */
int32_t calendar_day_of(struct calendar_date date)
{
    int32_t year = date.year - (date.month <= 2);
    int32_t era = (year >= 0 ? year : year - 399) / 400;
    int32_t of_era = year - era * 400;
    int32_t shifted = (int32_t)(date.month > 2 ? date.month - 3 : date.month + 9);
    int32_t of_year = (153 * shifted + 2) / 5 + (int32_t)date.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

unsigned calendar_month_days(int year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return (unsigned)days[month - 1] + (month == 2 && leap ? 1 : 0);
}

unsigned calendar_weekday(int32_t day)
{
    int32_t of_week = (int32_t)(((int64_t)day + 3) % 7); /* 1970-01-01: a Thursday */
    return (unsigned)(of_week < 0 ? of_week + 7 : of_week);
}

struct calendar_date calendar_add_months(struct calendar_date date, int32_t months)
{
    int64_t all = (int64_t)date.year * 12 + (int64_t)date.month - 1 + months;
    struct calendar_date out = {(int)(all / 12), (unsigned)(all % 12) + 1, date.day};
    unsigned n = calendar_month_days(out.year, out.month);
    out.day = out.day < n ? out.day : n;
    return out;
}
