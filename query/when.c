#include "query/when.h"

#include <string.h>

#include "query/calendar.h"

enum {
    PIECES_MAX = 6,
    COUNT_MAX = 100000 /* units that can be told from today */
};

/* A number or a word of letters. */
struct piece {
    struct bytes text;
    bool number;
    uint32_t value, digits;
};

struct pieces {
    struct piece items[PIECES_MAX];
    size_t n;
};

/* --- pieces ------------------------------------------------------------------------------- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '_' || c == '-' || c == '/' || c == ',' || c == '\t';
}

/* Numbers and words; what lies between may only be blanks, - / _ and commas. */
static bool cut(struct bytes text, struct pieces *out)
{
    size_t i = 0;
    out->n = 0;
    while (i < text.len) {
        uint8_t c = text.data[i];
        if (is_blank(c)) {
            i++;
            continue;
        }
        if (out->n == PIECES_MAX || (!is_digit(c) && !is_letter(c))) {
            return false;
        }
        struct piece *p = &out->items[out->n++];
        size_t from = i;
        *p = (struct piece){.number = is_digit(c)};
        while (i < text.len &&
               (p->number ? is_digit(text.data[i]) : is_letter(text.data[i]))) {
            if (p->number && p->digits < 9) {
                p->value = p->value * 10 + (uint32_t)(text.data[i] - '0');
            }
            p->digits += p->number;
            i++;
        }
        p->text = bytes_of(text.data + from, i - from);
    }
    return out->n > 0;
}

static bool is_word(const struct piece *p, const char *word)
{
    size_t len = strlen(word);
    if (p->number || p->text.len != len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if ((p->text.data[i] | 0x20) != word[i]) {
            return false;
        }
    }
    return true;
}

/* --- dates of the calendar ------------------------------------------------------------------ */

static bool set_days(struct when *out, int32_t first, int32_t last)
{
    *out = (struct when){.kind = WHEN_DAYS, .first = first, .last = last};
    return true;
}

static bool set_month(struct when *out, int year, unsigned month)
{
    int32_t first = calendar_day_of((struct calendar_date){year, month, 1});
    return set_days(out, first, first + (int32_t)calendar_month_days(year, month) - 1);
}

static bool set_year(struct when *out, int year)
{
    return set_days(out, calendar_day_of((struct calendar_date){year, 1, 1}),
                    calendar_day_of((struct calendar_date){year, 12, 31}));
}

static bool wrong_with(const char **wrong, const char *why)
{
    *wrong = why;
    return false;
}

static bool set_date(struct when *out, uint32_t year, uint32_t month, uint32_t day,
                     const char **wrong)
{
    if (year < 1 || year > 9999) {
        return wrong_with(wrong, "a year has four digits");
    }
    if (month < 1 || month > 12) {
        return wrong_with(wrong, "months go from 1 to 12");
    }
    if (day < 1 || day > calendar_month_days((int)year, month)) {
        return wrong_with(wrong, "the month has no such day");
    }
    int32_t d = calendar_day_of((struct calendar_date){(int)year, month, day});
    return set_days(out, d, d);
}

/* The Monday of the first week: that with 4 January in it. */
static int32_t first_week(uint32_t year)
{
    int32_t day = calendar_day_of((struct calendar_date){(int)year, 1, 4});
    return day - (int32_t)calendar_weekday(day);
}

/* 2016-W49, 2016-Q4 */
static bool read_part_of_year(uint32_t year, const struct piece *letter, uint32_t n,
                              struct when *out, const char **wrong)
{
    if (is_word(letter, "w")) {
        int32_t first = first_week(year) + ((int32_t)n - 1) * 7;
        if (n < 1 || n > 53 || (year < 9999 && first >= first_week(year + 1))) {
            return wrong_with(wrong, "the year has no such week");
        }
        return set_days(out, first, first + 6);
    }
    if (n < 1 || n > 4) {
        return wrong_with(wrong, "quarters go from 1 to 4");
    }
    struct when last;
    set_month(&last, (int)year, n * 3);
    set_month(out, (int)year, n * 3 - 2);
    out->last = last.last;
    return true;
}

/* 2016, 2016-12, 2016-12-05, 20161205, 2016-W49, 2016-Q4: the year in front. */
static bool read_year_first(const struct pieces *p, struct when *out,
                            const char **wrong)
{
    const struct piece *i = p->items;
    if (p->n == 1 && i->digits == 8) {
        return set_date(out, i->value / 10000, i->value / 100 % 100, i->value % 100,
                        wrong);
    }
    if (i->digits != 4 || i->value == 0) {
        return wrong_with(wrong, "a date is written with four digits of its year in "
                                 "front, as 2016-12-05");
    }
    if (p->n == 1) {
        return set_year(out, (int)i->value);
    }
    if (p->n == 3 && i[2].number && (is_word(&i[1], "w") || is_word(&i[1], "q"))) {
        return read_part_of_year(i->value, &i[1], i[2].value, out, wrong);
    }
    for (size_t k = 1; k < p->n; k++) {
        if (!i[k].number || i[k].digits > 2) {
            return wrong_with(wrong, p->n > 3 ? "a time of day has no place here"
                                              : "a date is as 2016-12-05");
        }
    }
    if (p->n > 3) {
        return wrong_with(wrong, "a time of day has no place here");
    }
    if (p->n == 3) {
        return set_date(out, i->value, i[1].value, i[2].value, wrong);
    }
    struct when day;
    return set_date(&day, i->value, i[1].value, 1, wrong) &&
           set_month(out, (int)i->value, i[1].value);
}

/* 1..12, or 0: a month's name or its first three letters. */
static unsigned month_of(const struct piece *p)
{
    static const char *const names[] = {
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"};
    char brief[4] = {0};
    for (unsigned m = 0; m < 12; m++) {
        memcpy(brief, names[m], 3);
        if (is_word(p, names[m]) || is_word(p, brief)) {
            return m + 1;
        }
    }
    return 0;
}

/* December 2016, 5 December 2016, December 5 2016. */
static bool read_month_name(const struct pieces *p, struct when *out,
                            const char **wrong)
{
    size_t at = 0;
    while (at < p->n && !month_of(&p->items[at])) {
        at++;
    }
    if (at == p->n || at > 1 || p->n < 2 || p->n > 3 || !p->items[p->n - 1].number ||
        p->items[p->n - 1].digits != 4) {
        return false;
    }
    uint32_t year = p->items[p->n - 1].value;
    unsigned month = month_of(&p->items[at]);
    if (p->n == 2) {
        return at == 0 && year > 0 && set_month(out, (int)year, month);
    }
    const struct piece *day = &p->items[1 - at];
    return day->number && day->digits <= 2 &&
           set_date(out, year, month, day->value, wrong);
}

/* --- told from today ------------------------------------------------------------------------ */

static bool unit_of(const struct piece *p, enum when_unit *out)
{
    static const struct {
        const char *name;
        enum when_unit unit;
    } names[] = {{"day", WHEN_DAY},     {"days", WHEN_DAY},     {"d", WHEN_DAY},
                 {"week", WHEN_WEEK},   {"weeks", WHEN_WEEK},   {"w", WHEN_WEEK},
                 {"month", WHEN_MONTH}, {"months", WHEN_MONTH}, {"year", WHEN_YEAR},
                 {"years", WHEN_YEAR},  {"y", WHEN_YEAR}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is_word(p, names[i].name)) {
            *out = names[i].unit;
            return true;
        }
    }
    return false;
}

static bool set_relative(struct when *out, enum when_kind kind, enum when_unit unit,
                         int32_t n)
{
    *out = (struct when){.kind = kind, .unit = unit, .n = n};
    return true;
}

static bool read_relative(const struct pieces *p, struct when *out, const char **wrong)
{
    const struct piece *i = p->items;
    enum when_unit unit;
    if (p->n == 1 && is_word(i, "today")) {
        return set_relative(out, WHEN_CALENDAR, WHEN_DAY, 0);
    }
    if (p->n == 1 && is_word(i, "yesterday")) {
        return set_relative(out, WHEN_CALENDAR, WHEN_DAY, -1);
    }
    bool last = is_word(i, "last") || is_word(i, "past");
    bool counted = p->n > 1 && (last ? i[1].number : i->number);
    if (counted && i[last].value > COUNT_MAX) {
        return wrong_with(wrong, "that is too long ago");
    }
    if (last && p->n == 3 && i[1].number && unit_of(&i[2], &unit)) {
        return i[1].value > 0 ? set_relative(out, WHEN_LAST, unit, (int32_t)i[1].value)
                              : wrong_with(wrong, "that is no time at all");
    }
    if (p->n == 2 && (last || is_word(i, "this")) && unit_of(&i[1], &unit)) {
        return set_relative(out, WHEN_CALENDAR, unit, last ? -1 : 0);
    }
    bool ago = p->n == 3 && is_word(&i[2], "ago");
    if (i->number && (p->n == 2 || ago) && unit_of(&i[1], &unit)) {
        return set_relative(out, WHEN_AGO, unit, (int32_t)i->value);
    }
    return false;
}

bool when_read(struct bytes text, struct when *out, const char **wrong)
{
    struct pieces p;
    *wrong = NULL;
    if (!cut(text, &p)) {
        return false;
    }
    if (read_relative(&p, out, wrong)) {
        return true;
    }
    if (*wrong) {
        return false;
    }
    for (size_t i = 0; i < p.n; i++) {
        if (month_of(&p.items[i])) {
            return read_month_name(&p, out, wrong);
        }
    }
    return p.items[0].number && read_year_first(&p, out, wrong);
}

bool when_is_relative(const struct when *w)
{
    return w->kind > WHEN_DAYS;
}

/* --- counting out ---------------------------------------------------------------------------- */

/* The day n units after `day`; n may be negative. Far beyond the calendar it is its end. */
static int32_t shifted(int32_t day, enum when_unit unit, int64_t n)
{
    if (unit == WHEN_DAY || unit == WHEN_WEEK) {
        return (int32_t)(day + n * (unit == WHEN_WEEK ? 7 : 1));
    }
    int64_t months = n * (unit == WHEN_YEAR ? 12 : 1);
    struct calendar_date date = calendar_date_of(day);
    int64_t all = (int64_t)date.year * 12 + (int64_t)date.month - 1 + months;
    if (all < 12) {
        return calendar_day_of((struct calendar_date){1, 1, 1});
    }
    return calendar_day_of(calendar_add_months(date, (int32_t)months));
}

/* The first day of the unit that `day` lies in. */
static int32_t beginning(int32_t day, enum when_unit unit)
{
    struct calendar_date date = calendar_date_of(day);
    if (unit == WHEN_DAY) {
        return day;
    }
    if (unit == WHEN_WEEK) {
        return day - (int32_t)calendar_weekday(day);
    }
    date.day = 1;
    date.month = unit == WHEN_YEAR ? 1 : date.month;
    return calendar_day_of(date);
}

void when_resolve(struct when *w, int32_t today)
{
    int32_t begin = beginning(today, w->unit);
    switch (w->kind) {
    case WHEN_OPEN:
    case WHEN_DAYS: return;
    case WHEN_CALENDAR:
        w->first = shifted(begin, w->unit, w->n);
        w->last = shifted(begin, w->unit, (int64_t)w->n + 1) - 1;
        break;
    case WHEN_LAST:
        w->first = shifted(today, w->unit, -(int64_t)w->n) + 1;
        w->last = today;
        break;
    case WHEN_AGO:
        w->first = shifted(today, w->unit, -(int64_t)w->n);
        w->last = w->first;
        break;
    }
    w->kind = WHEN_DAYS;
}

/* --- printing -------------------------------------------------------------------------------- */

void when_print_range(const struct when *w, struct buf *out)
{
    char first[CALENDAR_TEXT_MAX] = "", last[CALENDAR_TEXT_MAX] = "";
    if (w->first > w->last) {
        buf_put_str(out, "none");
        return;
    }
    if (w->first != INT32_MIN + 1) {
        (void)calendar_format(w->first, UINT32_MAX, first);
    }
    if (w->last != INT32_MAX) {
        (void)calendar_format(w->last, UINT32_MAX, last);
    }
    buf_put_str(out, first);
    if (w->last != w->first) {
        buf_printf(out, "..%s", last);
    }
}

void when_print(const struct when *w, struct buf *out)
{
    static const char *const units[] = {"day", "week", "month", "year"};
    switch (w->kind) {
    case WHEN_OPEN: break;
    case WHEN_DAYS: when_print_range(w, out); break;
    case WHEN_CALENDAR: buf_printf(out, "%s %d", units[w->unit], (int)w->n); break;
    case WHEN_LAST: buf_printf(out, "last %d %ss", (int)w->n, units[w->unit]); break;
    case WHEN_AGO: buf_printf(out, "%d %ss ago", (int)w->n, units[w->unit]); break;
    }
}
