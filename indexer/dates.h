/* Dates as records, paths and URLs have them; docs/INPUTS.md lists the forms. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* True if text is a date: *day since 1970-01-01 (UTC when a zone was given) and *second of
 * that day, UINT32_MAX when no time was given. Understood are ISO 8601 and what is like it
 * ("2025-07-31 12:00:00 +0800", "20250731T120000Z"), RFC 5322, "July 31, 2025", "31 July
 * 2025", "8-APR-1987 16:13:13.97", "Thu Jul 31 12:00:00 +0000 2014", 31/07/2025 where only one
 * order makes a date, and Unix seconds, milliseconds and microseconds. Calendar dates are
 * checked (no 31 April); years 1000 to 9999. Outputs are set only when true. */
bool dates_parse(struct bytes text, int32_t *day, uint32_t *second);
/* The rightmost date in a path: 2007-04-24-name.md, 2016/12/20/name, name_20161220.txt. */
bool dates_from_path(struct bytes path, int32_t *day);
/* The rightmost date in the path of a URL: /2016/12/20/, /2016/dec/20/. */
bool dates_from_url(struct bytes url, int32_t *day);
/* Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms", days_from_civil). */
int32_t dates_civil(int year, unsigned month, unsigned mday);
