#include "query/calendar.h"

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
