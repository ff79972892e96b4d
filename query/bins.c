#include "query/bins.h"

#include <assert.h>
#include <stdio.h>

#include "query/calendar.h"

enum {
    DAY_LEAST = -719162,    /* 0001-01-01 */
    DAY_GREATEST = 2932896, /* 9999-12-31 */
    MONDAY = -3,            /* 1969-12-29, of the week that has number 0 */
    THURSDAY = 3            /* days behind the Monday */
};

int32_t bins_of(enum bins_unit unit, int32_t day)
{
    if (day < DAY_LEAST || day > DAY_GREATEST) /* DAY_NONE too */
        return BINS_NONE;
    if (unit == BINS_DAY)
        return day;
    if (unit == BINS_WEEK) {
        int64_t since = (int64_t)day - MONDAY;
        return (int32_t)((since >= 0 ? since : since - 6) / 7);
    }
    struct calendar_date date = calendar_date_of(day);
    return unit == BINS_YEAR ? date.year : date.year * 12 + (int32_t)date.month - 1;
}

/* The quotient whose remainder is not negative. */
static int32_t year_of(int32_t month)
{
    return (month >= 0 ? month : month - 11) / 12;
}

int32_t bins_first(enum bins_unit unit, int32_t bin)
{
    assert(bin != BINS_NONE);
    if (unit == BINS_DAY)
        return bin;
    if (unit == BINS_WEEK)
        return bin * 7 + MONDAY;
    int32_t year = unit == BINS_YEAR ? bin : year_of(bin);
    unsigned month = unit == BINS_YEAR ? 0 : (unsigned)(bin - year * 12);
    return calendar_day_of((struct calendar_date){year, month + 1, 1});
}

int32_t bins_last(enum bins_unit unit, int32_t bin)
{
    return bins_first(unit, bin + 1) - 1;
}

int bins_format(enum bins_unit unit, int32_t bin, char out[BINS_TEXT_MAX])
{
    out[0] = 0;
    if (bin == BINS_NONE)
        return 0;
    int32_t day = bins_first(unit, bin);
    if (unit == BINS_WEEK) {
        int32_t thursday = day + THURSDAY;
        int year = calendar_date_of(thursday).year;
        int32_t first = calendar_day_of((struct calendar_date){year, 1, 1});
        return snprintf(out, BINS_TEXT_MAX, "%04d-W%02d", year,
                        (int)((thursday - first) / 7 + 1));
    }
    struct calendar_date date = calendar_date_of(day);
    if (unit == BINS_YEAR)
        return snprintf(out, BINS_TEXT_MAX, "%04d", date.year);
    if (unit == BINS_MONTH)
        return snprintf(out, BINS_TEXT_MAX, "%04d-%02u", date.year, date.month);
    return snprintf(out, BINS_TEXT_MAX, "%04d-%02u-%02u", date.year, date.month,
                    date.day);
}

const char *bins_name(enum bins_unit unit)
{
    static const char *const names[] = {"day", "week", "month", "year"};
    return names[unit];
}
