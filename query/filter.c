#include "query/filter.h"

#include <stdio.h>
#include <string.h>

#include "query/ast.h"

static const struct filter_field fields[] = {
#define FILTER_ROW(kind, name, takes, sentence, by_article) \
    {name, sentence, takes, kind, by_article},
    FILTER_FIELDS(FILTER_ROW)
#undef FILTER_ROW
};

static const char *const is_names[] = {"original", "copy", "excerpt"};

const struct filter_field *filter_fields(size_t *n)
{
    *n = FILTER_KINDS;
    return fields;
}

/* The chunk begins with the name and a colon. */
static bool begins(struct bytes chunk, const char *name)
{
    size_t len = strlen(name);
    return bytes_starts(chunk, bytes_str(name)) && chunk.len > len &&
           chunk.data[len] == ':';
}

const struct filter_field *filter_field_at(struct bytes chunk)
{
    for (size_t i = 0; i < FILTER_KINDS; i++) {
        if (begins(chunk, fields[i].name)) {
            return &fields[i];
        }
    }
    return NULL;
}

const struct filter_field *filter_field_of(enum filter_kind kind)
{
    return &fields[kind];
}

/* --- names that are none -------------------------------------------------------------------- */

enum {
    NAME_MAX_LETTERS = 20,
    NAME_EDITS = 2 /* letters that may differ, be missing or be too many */
};

/* Edits that make one of the other (Levenshtein); names are short. */
static unsigned edits(struct bytes a, const char *b)
{
    unsigned row[NAME_MAX_LETTERS + 1];
    size_t n = strlen(b);
    for (unsigned k = 0; k <= n; k++) {
        row[k] = k;
    }
    for (size_t i = 0; i < a.len; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i + 1;
        for (size_t k = 0; k < n; k++) {
            unsigned other = diagonal + ((a.data[i] | 0x20) != b[k]);
            diagonal = row[k + 1];
            unsigned least = row[k] < row[k + 1] ? row[k] + 1 : row[k + 1] + 1;
            row[k + 1] = least < other ? least : other;
        }
    }
    return row[n];
}

/* The field whose name is the fewest edits away, of equals the first. */
static const struct filter_field *nearest_of(struct bytes name)
{
    const struct filter_field *best = NULL;
    unsigned least = NAME_EDITS + 1;
    for (size_t i = 0; i < FILTER_KINDS; i++) {
        size_t len = strlen(fields[i].name);
        unsigned n = edits(name, fields[i].name);
        /* of a short name two letters are most */
        if (n < least && (n < 2 || (len > 4 && name.len > 3))) {
            least = n;
            best = &fields[i];
        }
    }
    return best;
}

static bool is_small_letter(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

bool filter_unknown_at(struct bytes chunk, struct bytes *name,
                       const struct filter_field **nearest)
{
    size_t n = 0, small = 0;
    while (n < chunk.len && is_small_letter(chunk.data[n] | 0x20) && n < 128) {
        small += is_small_letter(chunk.data[n]);
        n++;
    }
    if (n < 2 || n > NAME_MAX_LETTERS || n + 1 >= chunk.len || chunk.data[n] != ':' ||
        chunk.data[n + 1] == '/' || chunk.data[n + 1] == ':') {
        return false;
    }
    *name = bytes_of(chunk.data, n);
    *nearest = nearest_of(*name);
    /* a name with a capital is a name of something else, unless it is a field's */
    return small == n || (*nearest && edits(*name, (*nearest)->name) == 0);
}

/* --- values ----------------------------------------------------------------------------- */

static bool equal_in_ascii(struct bytes value, const char *word)
{
    if (value.len != strlen(word)) {
        return false;
    }
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.data[i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != word[i]) {
            return false;
        }
    }
    return true;
}

static bool read_is(struct bytes value, struct filter *out)
{
    for (size_t i = 0; i < sizeof is_names / sizeof *is_names; i++) {
        if (equal_in_ascii(value, is_names[i])) {
            out->is = (enum filter_is)i;
            return true;
        }
    }
    return false;
}

/* Takes a prefix off. */
static bool take(struct bytes *value, const char *prefix)
{
    size_t len = strlen(prefix);
    if (!bytes_starts(*value, bytes_str(prefix))) {
        return false;
    }
    *value = bytes_of(value->data + len, value->len - len);
    return true;
}

/* Takes a number of one digit or more off. */
static bool take_number(struct bytes *value, uint32_t *out)
{
    uint64_t n = 0;
    size_t i = 0;
    for (; i < value->len && value->data[i] >= '0' && value->data[i] <= '9'; i++) {
        n = n * 10 + (uint64_t)(value->data[i] - '0');
        if (n > UINT32_MAX) {
            return false;
        }
    }
    *value = bytes_of(value->data + i, value->len - i);
    *out = (uint32_t)n;
    return i > 0;
}

/* Numbers n with least <= n <= most; an empty range is 1..0. */
static bool set_range(struct filter *out, uint64_t least, uint64_t most)
{
    bool any = least <= most && least <= UINT32_MAX;
    out->least = any ? (uint32_t)least : 1;
    out->most = any ? (uint32_t)most : 0;
    return true;
}

static bool read_comparison(struct bytes value, struct filter *out)
{
    bool more = take(&value, ">"), equal;
    if (!more && !take(&value, "<")) {
        return false;
    }
    equal = take(&value, "=");
    uint32_t n;
    if (!take_number(&value, &n) || value.len > 0) {
        return false;
    }
    if (more) {
        return set_range(out, (uint64_t)n + !equal, UINT32_MAX);
    }
    return n == 0 && !equal ? set_range(out, 1, 0) : set_range(out, 0, n - !equal);
}

/* 3, 2..5, 2.., ..5, >3, >=3, <3, <=3. */
static bool read_range(struct bytes value, struct filter *out)
{
    uint32_t least = 0, most = UINT32_MAX;
    if (value.len > 0 && (value.data[0] == '>' || value.data[0] == '<')) {
        return read_comparison(value, out);
    }
    bool from = take_number(&value, &least);
    if (from && value.len == 0) {
        return set_range(out, least, least);
    }
    if (!take(&value, "..")) {
        return false;
    }
    bool to = take_number(&value, &most);
    if (value.len > 0 || (!from && !to) || (to && least > most)) {
        return false;
    }
    return set_range(out, least, to ? most : UINT32_MAX);
}

/* One date, a range of two, or a comparison. */
static bool read_dates(struct bytes value, struct filter *out, const char **why)
{
    size_t dots = 0;
    bool more = take(&value, ">"), less = !more && take(&value, "<");
    bool equal = (more || less) && take(&value, "=");
    while (dots + 1 < value.len &&
           (value.data[dots] != '.' || value.data[dots + 1] != '.')) {
        dots++;
    }
    bool range = dots + 1 < value.len;
    struct bytes from = range ? bytes_of(value.data, dots) : value;
    struct bytes to =
        range ? bytes_of(value.data + dots + 2, value.len - dots - 2) : value;
    out->from = out->to = (struct when){.kind = WHEN_OPEN};
    if ((range && (more || less || from.len + to.len == 0)) || value.len == 0) {
        return false;
    }
    if (!less && from.len > 0 && !when_read(from, &out->from, why)) {
        return false;
    }
    if (!more && to.len > 0 && !when_read(to, &out->to, why)) {
        return false;
    }
    out->from.beyond = more && !equal;
    out->to.beyond = less && !equal;
    if (out->from.kind == WHEN_DAYS && out->to.kind == WHEN_DAYS &&
        out->from.first > out->to.last) {
        *why = "the range ends before it begins";
        return false;
    }
    return true;
}

static bool is_text(enum filter_takes takes)
{
    return takes == FILTER_TAKES_WORDS || takes == FILTER_TAKES_PLACE ||
           takes == FILTER_TAKES_NAME || takes == FILTER_TAKES_LANG;
}

/* none and *, which name no value. */
static bool read_presence(const struct filter_field *field, struct bytes value,
                          struct filter *out)
{
    bool none = equal_in_ascii(value, "none"), any = bytes_equal(value, bytes_str("*"));
    bool dated = field->takes == FILTER_TAKES_DATE;
    bool may = dated || (is_text(field->takes) && field->takes != FILTER_TAKES_NAME);
    if (may && (none || any)) {
        out->test = none ? FILTER_TEST_NONE : FILTER_TEST_ANY;
        return true;
    }
    return false;
}

bool filter_read(const struct filter_field *field, struct bytes value, bool whole,
                 bool quoted, struct filter *out, char wrong[FILTER_WRONG_MAX])
{
    const char *why = NULL;
    bool good = value.len > 0;
    wrong[0] = 0;
    *out = (struct filter){.kind = field->kind, .value = value};
    if (whole) {
        out->test = FILTER_TEST_WHOLE;
        return good && is_text(field->takes);
    }
    if ((!quoted || field->takes == FILTER_TAKES_DATE) &&
        read_presence(field, value, out)) {
        return true;
    }
    switch (field->takes) {
    case FILTER_TAKES_IS: good = read_is(value, out); break;
    case FILTER_TAKES_RANGE: good = read_range(value, out); break;
    case FILTER_TAKES_DATE: good = read_dates(value, out, &why); break;
    case FILTER_TAKES_QUERY: good = false; break;
    case FILTER_TAKES_WORDS:
    case FILTER_TAKES_PLACE:
    case FILTER_TAKES_NAME:
    case FILTER_TAKES_LANG:
    case FILTER_TAKES_ID: break;
    }
    if (!good && why) {
        snprintf(wrong, FILTER_WRONG_MAX, "%s", why);
    }
    return good;
}

void filter_resolve(struct filter *f, int32_t today)
{
    when_resolve(&f->from, today);
    when_resolve(&f->to, today);
}

bool filter_days(const struct filter *f, int32_t *first, int32_t *last)
{
    *first = INT32_MIN + 1;
    *last = INT32_MAX;
    if (f->from.kind == WHEN_DAYS) {
        *first = f->from.beyond ? f->from.last + 1 : f->from.first;
    }
    if (f->to.kind == WHEN_DAYS) {
        *last = f->to.beyond ? f->to.first - 1 : f->to.last;
    }
    return !when_is_relative(&f->from) && !when_is_relative(&f->to);
}

/* --- printing ----------------------------------------------------------------------------- */

static void put_value(struct bytes value, struct buf *out)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] < 0x20 || value.data[i] == 0x7f) {
            buf_printf(out, "\\x%02x", (unsigned)value.data[i]);
        } else {
            buf_put_u8(out, value.data[i]);
        }
    }
}

static void put_range(const struct filter *f, struct buf *out)
{
    if (f->least > f->most) {
        buf_put_str(out, "none");
    } else if (f->least == f->most) {
        buf_printf(out, "%u", (unsigned)f->least);
    } else if (f->most == UINT32_MAX) {
        buf_printf(out, "%u..", (unsigned)f->least);
    } else {
        buf_printf(out, "%u..%u", (unsigned)f->least, (unsigned)f->most);
    }
}

static bool is_one(const struct when *a, const struct when *b)
{
    return a->kind == b->kind && a->unit == b->unit && a->n == b->n &&
           a->first == b->first && a->last == b->last && a->beyond == b->beyond;
}

static void put_dates(const struct filter *f, struct buf *out)
{
    bool one = is_one(&f->from, &f->to);
    if (f->from.kind == WHEN_DAYS || f->from.kind == WHEN_OPEN) {
        if (f->to.kind == WHEN_DAYS || f->to.kind == WHEN_OPEN) {
            struct when all = {.kind = WHEN_DAYS};
            (void)filter_days(f, &all.first, &all.last);
            when_print_range(&all, out);
            return;
        }
    }
    when_print(&f->from, out);
    buf_put_str(out, f->from.beyond ? " +1" : "");
    if (!one) {
        buf_put_str(out, "..");
        when_print(&f->to, out);
        buf_put_str(out, f->to.beyond ? " -1" : "");
    }
}

void filter_print(const struct filter *f, struct buf *out)
{
    const struct filter_field *field = filter_field_of(f->kind);
    buf_printf(out, "%s ", field->name);
    if (f->test == FILTER_TEST_NONE || f->test == FILTER_TEST_ANY) {
        buf_put_str(out, f->test == FILTER_TEST_NONE ? "none" : "*");
        return;
    }
    switch (field->takes) {
    case FILTER_TAKES_IS: buf_put_str(out, is_names[f->is]); break;
    case FILTER_TAKES_RANGE: put_range(f, out); break;
    case FILTER_TAKES_DATE: put_dates(f, out); break;
    case FILTER_TAKES_WORDS:
    case FILTER_TAKES_PLACE:
    case FILTER_TAKES_NAME:
    case FILTER_TAKES_LANG:
    case FILTER_TAKES_ID:
    case FILTER_TAKES_QUERY:
        if (f->words) {
            ast_print(f->words, out);
        } else {
            buf_put_str(out, f->test == FILTER_TEST_WHOLE ? "=" : "");
            put_value(f->value, out);
        }
        break;
    }
}
