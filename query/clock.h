/* What day it is, for dates that are told from today. */
#pragma once

#include <stdint.h>

#include "base/err.h"

/* The day by the local time zone; or, if `now` is not NULL, the day that it names as 2016-12-05, with
 * anything behind a T or a blank. ERR_USAGE if it names none. */
int clock_today(const char *now, int32_t *day, struct err *err);
