/* Dates as people write them in a query: 2016, 2016-12, "last month", "7 days ago"
 * (docs/QUERY.md, "Dates"). Reading needs no clock: what is told from today is kept as it is said
 * and counted out later. Weeks begin on Monday (ISO 8601). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"

enum when_unit {
    WHEN_DAY,
    WHEN_WEEK,
    WHEN_MONTH,
    WHEN_YEAR
};

enum when_kind {
    WHEN_OPEN,     /* nothing was said: a range without this end */
    WHEN_DAYS,     /* the days [first, last] */
    WHEN_CALENDAR, /* the unit of the calendar that lies n from the one of today */
    WHEN_LAST,     /* n units that end with today */
    WHEN_AGO       /* the day that lies n units before today */
};

struct when {
    enum when_kind kind;
    enum when_unit unit;
    bool beyond; /* of a from: the day after it; of a to: the day before it */
    int32_t n;
    int32_t first, last; /* days since 1970-01-01 */
};

/* Reads one date. False, and why in *wrong (a sentence without a stop, or NULL where it is no date at
 * all), if it is none. */
bool when_read(struct bytes text, struct when *out, const char **wrong);

/* Is it told from today? */
bool when_is_relative(const struct when *w);
/* Makes it WHEN_DAYS, unless it is WHEN_OPEN. */
void when_resolve(struct when *w, int32_t today);

/* Appends "2016-12-01..2016-12-24", one day or "2016-12-01..": days, of which an end of INT32_MIN + 1 or
 * INT32_MAX is none; "none" if they end before they begin. */
void when_print_range(const struct when *w, struct buf *out);
/* Appends the days, "last 7 days", "month -1" or nothing. */
void when_print(const struct when *w, struct buf *out);
