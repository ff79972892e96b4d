#include "indexer/dates.h"

#include <string.h>

enum {
    DAY_SECONDS = 86400,
    YEAR_MIN = 1000,
    YEAR_MAX = 9999,
    TEXT_MAX = 128 /* a longer text is no date */
};

/* What a text says, gathered piece by piece. */
struct parts {
    int year; /* 0: not seen */
    unsigned month, mday;
    int32_t seconds; /* of the day; -1: no time */
    int32_t zone;    /* seconds east of UTC */
};

struct cursor {
    const uint8_t *p, *end;
};

/* --- calendar -------------------------------------------------------------------------- */

int32_t dates_civil(int year, unsigned month, unsigned mday)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    unsigned of_era = (unsigned)(y - era * 400);
    unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + mday - 1;
    unsigned days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * 146097 + (int32_t)days - 719468;
}

static bool is_calendar_date(int year, unsigned month, unsigned mday)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || mday < 1)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return mday <= days[month - 1] + (unsigned)(leap && month == 2);
}

/* Seconds since 1970 to day and second. */
static void set_seconds(int64_t t, int32_t *day, uint32_t *second)
{
    int64_t d = t / DAY_SECONDS - (t % DAY_SECONDS < 0);
    *day = (int32_t)d;
    *second = (uint32_t)(t - d * DAY_SECONDS);
}

static bool finish(const struct parts *d, int32_t *day, uint32_t *second)
{
    if (!is_calendar_date(d->year, d->month, d->mday))
        return false;
    int32_t civil = dates_civil(d->year, d->month, d->mday);
    if (d->seconds < 0) {
        *day = civil;
        *second = UINT32_MAX;
    } else {
        set_seconds((int64_t)civil * DAY_SECONDS + d->seconds - d->zone, day, second);
    }
    return true;
}

/* --- pieces of text -------------------------------------------------------------------- */

static bool is_digit(uint8_t b)
{
    return b >= '0' && b <= '9';
}

static bool is_letter(uint8_t b)
{
    return (b | 0x20) >= 'a' && (b | 0x20) <= 'z';
}

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t'))
        c->p++;
}

static bool take(struct cursor *c, char b)
{
    if (c->p == c->end || *c->p != (uint8_t)b)
        return false;
    c->p++;
    return true;
}

/* Up to max digits: how many there were. */
static unsigned take_number(struct cursor *c, unsigned max, unsigned *value)
{
    unsigned n = 0, v = 0;
    while (n < max && c->p < c->end && is_digit(*c->p)) {
        v = v * 10 + (unsigned)(*c->p++ - '0');
        n++;
    }
    *value = v;
    return n;
}

static unsigned count_digits(const struct cursor *c)
{
    unsigned n = 0;
    while (n < c->end - c->p && is_digit(c->p[n]))
        n++;
    return n;
}

/* The rest of text is `word` in any case, up to its full length `len`. */
static bool is_word(const uint8_t *p, size_t len, const char *word)
{
    for (size_t i = 0; i < len; i++) {
        if (word[i] == '\0' || (p[i] | 0x20) != (uint8_t)word[i])
            return false;
    }
    return word[len] == '\0';
}

/* A name or its first three letters or more ("sept"). */
static unsigned find_name(const uint8_t *p, size_t len, const char *const *names,
                          unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        size_t k = 0;
        while (k < len && names[i][k] && (p[k] | 0x20) == (uint8_t)names[i][k])
            k++;
        if (k == len && k >= 3)
            return i + 1;
    }
    return 0;
}

static unsigned find_month(const uint8_t *p, size_t len)
{
    static const char *const months[] = {
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"};
    return find_name(p, len, months, 12);
}

static bool is_weekday(const uint8_t *p, size_t len)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
    return find_name(p, len, days, 7) != 0;
}

/* --- times and zones ------------------------------------------------------------------- */

static const struct {
    const char *name;
    int8_t hours;
} zones[] = {
    {"z", 0},    {"utc", 0},  {"gmt", 0},  {"ut", 0},   {"wet", 0},  {"est", -5},
    {"edt", -4}, {"cst", -6}, {"cdt", -5}, {"mst", -7}, {"mdt", -6}, {"pst", -8},
    {"pdt", -7}, {"et", -5},  {"bst", 1},  {"cet", 1},  {"cest", 2}, {"eet", 2},
    {"eest", 3}, {"msk", 3},  {"jst", 9},
};

static bool find_zone(const uint8_t *p, size_t len, int32_t *zone)
{
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        if (is_word(p, len, zones[i].name)) {
            *zone = zones[i].hours * 3600;
            return true;
        }
    }
    return false;
}

/* +08:00, +0800, +08; the sign is at the cursor. */
static bool take_offset(struct cursor *c, int32_t *zone)
{
    struct cursor at = *c;
    int32_t sign = *at.p == '-' ? -1 : 1;
    unsigned hours, minutes = 0;
    at.p++;
    if (take_number(&at, 2, &hours) != 2)
        return false;
    (void)take(&at, ':');
    unsigned n = take_number(&at, 2, &minutes);
    if ((n != 0 && n != 2) || hours > 15 || minutes > 59)
        return false;
    *zone = sign * (int32_t)(hours * 3600 + minutes * 60);
    *c = at;
    return true;
}

static bool set_time(struct parts *d, unsigned h, unsigned m, unsigned s)
{
    if (h > 24 || m > 59 || s > 60 || (h == 24 && m + s > 0))
        return false;
    if (s == 60)
        s = 59; /* a leap second */
    d->seconds = (int32_t)(h * 3600 + m * 60 + s);
    return true;
}

/* HH:MM[:SS[.fraction]]. */
static bool take_time(struct cursor *c, struct parts *d)
{
    struct cursor at = *c;
    unsigned h, m, s = 0, ignored;
    if (take_number(&at, 2, &h) == 0 || !take(&at, ':') || take_number(&at, 2, &m) != 2)
        return false;
    if (take(&at, ':')) {
        if (take_number(&at, 2, &s) == 0)
            return false;
        if (at.end - at.p > 1 && (*at.p == '.' || *at.p == ',') && is_digit(at.p[1])) {
            at.p++;
            while (take_number(&at, 9, &ignored) == 9) {}
        }
    }
    if (!set_time(d, h, m, s))
        return false;
    *c = at;
    return true;
}

/* am, a.m., pm, p.m. after a time. */
static void take_half(struct cursor *c, struct parts *d)
{
    struct cursor at = *c;
    skip_blanks(&at);
    if (at.end - at.p < 2 || ((*at.p | 0x20) != 'a' && (*at.p | 0x20) != 'p'))
        return;
    bool pm = (*at.p++ | 0x20) == 'p';
    (void)take(&at, '.');
    if (at.p == at.end || (*at.p | 0x20) != 'm')
        return;
    at.p++;
    if (at.p < at.end && is_letter(*at.p))
        return;
    (void)take(&at, '.');
    int32_t hour = d->seconds / 3600;
    if (hour < 1 || hour > 12)
        return;
    d->seconds += ((pm ? 12 : 0) + (hour == 12 ? -12 : 0)) * 3600;
    *c = at;
}

/* After a date or a time: a zone by name or offset, if there is one. */
static void take_zone(struct cursor *c, struct parts *d)
{
    struct cursor at = *c;
    skip_blanks(&at);
    if (at.p == at.end)
        return;
    if (*at.p == '+' || *at.p == '-') {
        if (take_offset(&at, &d->zone))
            *c = at;
        return;
    }
    const uint8_t *word = at.p;
    while (at.p < at.end && is_letter(*at.p))
        at.p++;
    if (at.p > word && find_zone(word, (size_t)(at.p - word), &d->zone))
        *c = at;
}

/* --- numbers first: ISO 8601 and its kin ----------------------------------------------- */

/* HHMM[SS] as in 20250731T120000Z. */
static bool take_basic_time(struct cursor *c, struct parts *d)
{
    unsigned h, m, s = 0, n = count_digits(c);
    struct cursor at = *c;
    if (n != 4 && n != 6)
        return false;
    (void)take_number(&at, 2, &h);
    (void)take_number(&at, 2, &m);
    (void)take_number(&at, 2, &s);
    if (!set_time(d, h, m, s))
        return false;
    *c = at;
    return true;
}

/* What may follow a date: a time with a zone. Anything else is left alone. */
static void take_rest(struct cursor *c, struct parts *d)
{
    struct cursor at = *c;
    if (at.p == at.end ||
        !(*at.p == 'T' || *at.p == 't' || *at.p == ' ' || *at.p == ',' || *at.p == ':'))
        return;
    at.p++;
    skip_blanks(&at);
    if (!take_time(&at, d) && !take_basic_time(&at, d))
        return;
    take_half(&at, d);
    take_zone(&at, d);
    *c = at;
}

/* YYYY-MM-DD with any one separator; four digits are at the cursor. */
static bool parse_iso(struct cursor c, int32_t *day, uint32_t *second)
{
    struct parts d = {.seconds = -1};
    unsigned year;
    (void)take_number(&c, 4, &year);
    d.year = (int)year;
    if (c.p == c.end || !strchr("-/.", *c.p))
        return false;
    char separator = (char)*c.p++;
    if (take_number(&c, 2, &d.month) == 0 || !take(&c, separator) ||
        take_number(&c, 2, &d.mday) == 0 || (c.p < c.end && is_digit(*c.p)))
        return false;
    take_rest(&c, &d);
    return finish(&d, day, second);
}

/* 31/07/2025 and 07/31/2025, also with points and hyphens: only where one order is no date.
 * A point means day first. */
static bool parse_slashes(struct cursor c, int32_t *day, uint32_t *second)
{
    struct parts d = {.seconds = -1};
    unsigned a, b, year;
    if (take_number(&c, 2, &a) == 0 || c.p == c.end || !strchr("/.-", *c.p))
        return false;
    char separator = (char)*c.p++;
    if (take_number(&c, 2, &b) == 0 || !take(&c, separator) ||
        take_number(&c, 4, &year) != 4 || (c.p < c.end && is_digit(*c.p)))
        return false;
    if (separator != '.' && a <= 12 && b <= 12 && a != b)
        return false;
    bool month_first = separator != '.' && b > 12;
    d.year = (int)year;
    d.month = month_first ? a : b;
    d.mday = month_first ? b : a;
    take_rest(&c, &d);
    return finish(&d, day, second);
}

/* Digits only: 20250731, 20250731120000, or Unix time by its length; a fraction is dropped. */
static bool parse_digits(struct cursor c, int32_t *day, uint32_t *second)
{
    unsigned n = count_digits(&c);
    struct parts d = {.seconds = -1};
    unsigned year;
    bool compact = n == 8 || n == 14 || n == 12;
    if (compact) {
        (void)take_number(&c, 4, &year);
        d.year = (int)year;
        (void)take_number(&c, 2, &d.month);
        (void)take_number(&c, 2, &d.mday);
        if (n > 8 && !take_basic_time(&c, &d))
            return false;
        if (n == 8)
            take_rest(&c, &d);
        return finish(&d, day, second);
    }
    if (n != 9 && n != 10 && n != 13 && n != 16)
        return false;
    int64_t t = 0;
    for (unsigned i = 0; i < n; i++)
        t = t * 10 + (*c.p++ - '0');
    if (c.p < c.end && *c.p != '.' && *c.p != ' ')
        return false;
    int64_t unit = n == 13 ? 1000 : n == 16 ? 1000000 : 1;
    set_seconds(t / unit, day, second);
    return true;
}

/* --- words: RFC 5322 and what newspapers print ----------------------------------------- */

static bool is_filler(const uint8_t *p, size_t len)
{
    static const char *const fillers[] = {
        "at",      "on",   "of", "the", "published", "posted", "date",
        "updated", "last", "st", "nd",  "rd",        "th",     "t"};
    for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++) {
        if (is_word(p, len, fillers[i]))
            return true;
    }
    return false;
}

static bool take_word(struct cursor *c, struct parts *d)
{
    const uint8_t *word = c->p;
    while (c->p < c->end && is_letter(*c->p))
        c->p++;
    size_t len = (size_t)(c->p - word);
    unsigned month = find_month(word, len);
    int32_t zone;
    if (month && !d->month) {
        d->month = month;
        return true;
    }
    if (is_weekday(word, len) || is_filler(word, len))
        return true;
    if (d->seconds >= 0 && find_zone(word, len, &zone)) {
        d->zone = zone;
        return true;
    }
    return false;
}

/* A number among words: a time, a year of four digits, or a day of the month. */
static bool take_figure(struct cursor *c, struct parts *d)
{
    unsigned value, n = count_digits(c);
    if (n <= 2 && c->end - c->p > n && c->p[n] == ':') {
        if (d->seconds >= 0 || !take_time(c, d))
            return false;
        take_half(c, d);
        take_zone(c, d);
        return true;
    }
    if (n == 4 && d->year == 0) {
        (void)take_number(c, 4, &value);
        d->year = (int)value;
        return true;
    }
    if ((n == 1 || n == 2) && d->mday == 0) {
        (void)take_number(c, 2, &d->mday);
        return true;
    }
    return false;
}

static bool parse_words(struct cursor c, int32_t *day, uint32_t *second)
{
    struct parts d = {.seconds = -1};
    while (c.p < c.end) {
        uint8_t b = *c.p;
        if (is_digit(b)) {
            if (!take_figure(&c, &d))
                return false;
        } else if (is_letter(b)) {
            if (!take_word(&c, &d))
                return false;
        } else if ((b == '+' || b == '-') && d.seconds >= 0 && d.zone == 0 &&
                   take_offset(&c, &d.zone)) {
            continue;
        } else if (strchr(" \t,.-/|:()", b)) {
            c.p++;
        } else {
            return false;
        }
    }
    return finish(&d, day, second);
}

bool dates_parse(struct bytes text, int32_t *day, uint32_t *second)
{
    if (text.len == 0)
        return false;
    struct cursor c = {text.data, text.data + text.len};
    while (c.p < c.end && *c.p <= ' ')
        c.p++;
    while (c.p < c.end && c.end[-1] <= ' ')
        c.end--;
    if (c.p == c.end || c.end - c.p > TEXT_MAX || memchr(c.p, 0, (size_t)(c.end - c.p)))
        return false;
    unsigned n = count_digits(&c);
    if (n == 4 && parse_iso(c, day, second))
        return true;
    if ((n == 1 || n == 2) && parse_slashes(c, day, second))
        return true;
    if (n >= 8)
        return parse_digits(c, day, second);
    return parse_words(c, day, second);
}

/* --- paths and URLs -------------------------------------------------------------------- */

/* A date whose year is at c.p: 2016-12-20, 2016_12_20, 2016/12/20, 2016/dec/20, 20161220. */
static bool path_date(struct cursor c, int32_t *day)
{
    unsigned year, month, mday;
    if (take_number(&c, 4, &year) != 4 || year < 1800 || year > 2199 || c.p == c.end)
        return false;
    if (is_digit(*c.p)) {
        if (take_number(&c, 2, &month) != 2 || take_number(&c, 2, &mday) != 2)
            return false;
    } else {
        char separator = (char)*c.p++;
        if (!strchr("-_/.", separator))
            return false;
        if (take_number(&c, 2, &month) == 0) {
            const uint8_t *word = c.p;
            while (c.p < c.end && is_letter(*c.p))
                c.p++;
            month = find_month(word, (size_t)(c.p - word));
        }
        if (!take(&c, separator) || take_number(&c, 2, &mday) == 0)
            return false;
    }
    if ((c.p < c.end && is_digit(*c.p)) || !is_calendar_date((int)year, month, mday))
        return false;
    *day = dates_civil((int)year, month, mday);
    return true;
}

bool dates_from_path(struct bytes path, int32_t *day)
{
    for (size_t i = path.len; i-- > 0;) {
        const uint8_t *end = path.data + path.len;
        if (!is_digit(path.data[i]) || (i > 0 && is_digit(path.data[i - 1])))
            continue;
        if (path_date((struct cursor){path.data + i, end}, day))
            return true;
    }
    return false;
}

bool dates_from_url(struct bytes url, int32_t *day)
{
    if (url.len == 0)
        return false;
    const uint8_t *p = url.data, *end = url.data + url.len;
    for (size_t i = 0; i + 2 < url.len; i++) {
        if (memcmp(p + i, "://", 3) == 0) {
            p += i + 3;
            break;
        }
    }
    while (p < end && *p != '/')
        p++;
    const uint8_t *stop = p;
    while (stop < end && *stop != '?' && *stop != '#')
        stop++;
    return dates_from_path(bytes_of(p, (size_t)(stop - p)), day);
}
