/* Days since 1970-01-01 as calendar dates (proleptic Gregorian; the inverse of the indexer's dates_civil). */
#pragma once

#include <stdint.h>

enum {
    CALENDAR_TEXT_MAX = 32
};

/* "2023-03-07", or "2023-03-07T08:30:00Z" when second is not UINT32_MAX; "" for DAY_NONE. Returns the length. */
int calendar_format(int32_t day, uint32_t second, char out[CALENDAR_TEXT_MAX]);

struct calendar_date {
    int year;
    unsigned month, day; /* from 1 */
};
struct calendar_date calendar_date_of(int32_t day);
/* The day of a date; year 1..9999, month 1..12; a day beyond the month's last counts on into the next. */
int32_t calendar_day_of(struct calendar_date date);
/* Days of a month: 28..31. */
unsigned calendar_month_days(int year, unsigned month);
/* The day of the week: 0 is Monday. */
unsigned calendar_weekday(int32_t day);
/* The date `months` before or after it; a day that the month has not becomes its last. */
struct calendar_date calendar_add_months(struct calendar_date date, int32_t months);
