/* Days put together: years, months, weeks (ISO 8601: from Monday, a year's first is that of its first Thursday). */
#pragma once

#include <stdint.h>

enum bins_unit {
    BINS_DAY,
    BINS_WEEK,
    BINS_MONTH,
    BINS_YEAR
};

enum {
    BINS_NONE = INT32_MIN, /* no day is known */
    BINS_TEXT_MAX = 32
};

/* The bin a day lies in; bins that follow one another have numbers that do. Days before the year 1 or after 9999, which
 * no reader writes, are in none. */
int32_t bins_of(enum bins_unit unit, int32_t day);
/* Its days; not of BINS_NONE. */
int32_t bins_first(enum bins_unit unit, int32_t bin);
int32_t bins_last(enum bins_unit unit, int32_t bin);
/* "2016-03-07", "2016-W10", "2016-03", "2016"; "" for BINS_NONE. Returns the length. */
int bins_format(enum bins_unit unit, int32_t bin, char out[BINS_TEXT_MAX]);
const char *bins_name(enum bins_unit unit); /* "week" */
