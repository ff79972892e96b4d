/* Dates whose text follows from day and second, so that PROV need not keep it. */
#include <stdio.h>

#include "formats/provenance_layout.h"

/* Year, month and day of a day count (Hinnant, "chrono-compatible low-level date algorithms",
 * civil_from_days): eras of 400 years that begin on the first of March. */
static void civil_of(int32_t day, int *y, int *m, int *d)
{
    int64_t z = (int64_t)day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153; /* from March */
    *d = (int)(of_year - (153 * month + 2) / 5 + 1);
    *m = (int)(month < 10 ? month + 3 : month - 9);
    *y = (int)(year + era * 400 + (*m <= 2));
}

size_t provenance_date_text(enum date_kind kind, int32_t day, uint32_t second,
                            char out[DATE_TEXT_MAX])
{
    static const struct {
        const char *between, *after;
    } shapes[DATE_KINDS] = {[DATE_ZULU] = {"T", "Z"},
                            [DATE_BLANK] = {" ", ""},
                            [DATE_OFFSET] = {"T", "+00:00"},
                            [DATE_LOCAL] = {"T", ""}};
    int y, m, d, n;
    if (kind <= DATE_EMPTY || kind >= DATE_KINDS || day == DAY_NONE)
        return 0;
    civil_of(day, &y, &m, &d);
    if (y < 0 || y > 9999)
        return 0;
    if (kind == DATE_DAY)
        n = snprintf(out, DATE_TEXT_MAX, "%04d-%02d-%02d", y, m, d);
    else if (second >= 86400)
        return 0;
    else
        n = snprintf(out, DATE_TEXT_MAX, "%04d-%02d-%02d%s%02u:%02u:%02u%s", y, m, d,
                     shapes[kind].between, second / 3600, second / 60 % 60, second % 60,
                     shapes[kind].after);
    return n > 0 && n < DATE_TEXT_MAX ? (size_t)n : 0;
}
