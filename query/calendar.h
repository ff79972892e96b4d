/* Days since 1970-01-01 as calendar dates (proleptic Gregorian; the inverse of the indexer's dates_civil). */
#pragma once

#include <stdint.h>

enum {
    CALENDAR_TEXT_MAX = 32
};

/* "2023-03-07", or "2023-03-07T08:30:00Z" when second is not UINT32_MAX; "" for DAY_NONE. Returns the length. */
int calendar_format(int32_t day, uint32_t second, char out[CALENDAR_TEXT_MAX]);
