/* TOML (https://toml.io, 1.0) as far as front matters have it: members of the top table whose
 * values are strings, dates, numbers or lists of strings. Of tables only [taxonomies] is looked at,
 * in which Zola has tags and categories. */
#include <string.h>

#include "base/buf.h"
#include "text/utf8.h"
#include "indexer/front_matter.h"

struct cursor {
    struct front_matter_sink *sink;
    const uint8_t *text;
    size_t at, end;
    struct buf value; /* of a string with escapes */
    bool aside;       /* in a table whose members are nobody's */
};

static void skip_blanks(struct cursor *c, bool lines)
{
    while (c->at < c->end) {
        uint8_t b = c->text[c->at];
        if (lines && b == '#') {
            while (c->at < c->end && c->text[c->at] != '\n')
                c->at++;
        } else if (b == ' ' || b == '\t' || (lines && (b == '\n' || b == '\r'))) {
            c->at++;
        } else {
            return;
        }
    }
}

static void skip_line(struct cursor *c)
{
    while (c->at < c->end && c->text[c->at++] != '\n') {}
}

static bool is_key_byte(uint8_t b)
{
    return (b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z') ||
           b == '_' || b == '-' || b == '.';
}

/* \n, \", \u00e9 and so on at the backslash. */
static void take_escape(struct cursor *c)
{
    static const char letters[] = "btnfre\"\\", meant[] = "\b\t\n\f\r\033\"\\";
    uint8_t b = c->at + 1 < c->end ? c->text[c->at + 1] : 0;
    const char *known = b ? strchr(letters, b) : NULL;
    size_t digits = b == 'u' ? 4 : b == 'U' ? 8 : 0;
    c->at += 2;
    if (known) {
        buf_put_u8(&c->value, (uint8_t)meant[known - letters]);
        return;
    }
    uint32_t cp = 0;
    for (size_t i = 0; i < digits && c->at < c->end; i++, c->at++) {
        uint8_t d = c->text[c->at];
        bool decimal = d >= '0' && d <= '9';
        if (!decimal && ((d | 0x20) < 'a' || (d | 0x20) > 'f'))
            break;
        cp = cp << 4 | (uint32_t)(decimal ? d - '0' : (d | 0x20) - 'a' + 10);
    }
    if (digits > 0) {
        uint8_t utf8[4];
        buf_put(&c->value, utf8, utf8_encode(cp, utf8));
    }
}

/* A string at its opening quote: "...", '...', or three quotes and several lines. false: it
 * does not end. */
static bool take_string(struct cursor *c, size_t *from, size_t *to)
{
    uint8_t quote = c->text[c->at];
    bool longer = c->end - c->at >= 3 && c->text[c->at + 1] == quote &&
                  c->text[c->at + 2] == quote;
    c->at += longer ? 3 : 1;
    *from = c->at;
    buf_reset(&c->value);
    while (c->at < c->end) {
        uint8_t b = c->text[c->at];
        if (b == quote &&
            (!longer || (c->end - c->at >= 3 && c->text[c->at + 1] == quote &&
                         c->text[c->at + 2] == quote))) {
            *to = c->at;
            c->at += longer ? 3 : 1;
            return true;
        }
        if (b == '\n' && !longer)
            return false;
        if (b == '\\' && quote == '"') {
            take_escape(c);
        } else {
            buf_put_u8(&c->value, b);
            c->at++;
        }
    }
    return false;
}

static void put(struct cursor *c, const struct fields_name *name, struct bytes value,
                size_t from, size_t to)
{
    struct bytes copy = arena_copy(c->sink->arena, value);
    if (!copy.data || c->value.failed)
        c->sink->failed = true;
    else
        front_matter_put(c->sink, name, copy, from, to);
}

static bool ends_bare(uint8_t b)
{
    return b == ',' || b == ']' || b == '#' || b == '\r' || b == '\n';
}

/* A date, a number, true: up to a comma, a bracket, a comment or the line's end. */
static void take_bare(struct cursor *c, const struct fields_name *name)
{
    size_t from = c->at, to;
    while (c->at < c->end && !ends_bare(c->text[c->at]))
        c->at++;
    for (to = c->at; to > from && c->text[to - 1] <= ' ';)
        to--;
    put(c, name, bytes_of(c->text + from, to - from), from, to);
}

/* A value that is no list; false: it does not end. */
static bool take_scalar(struct cursor *c, const struct fields_name *name)
{
    size_t from, to;
    if (c->text[c->at] != '"' && c->text[c->at] != '\'') {
        take_bare(c, name);
        return true;
    }
    if (!take_string(c, &from, &to))
        return false;
    put(c, name, buf_bytes(&c->value), from, to);
    return true;
}

/* Over an inline table: "{...}" with strings in it. */
static bool skip_table(struct cursor *c)
{
    size_t from, to, depth = 0;
    while (c->at < c->end) {
        uint8_t b = c->text[c->at];
        if (b == '"' || b == '\'') {
            if (!take_string(c, &from, &to))
                return false;
            continue;
        }
        depth += b == '{';
        depth -= b == '}' && depth > 0;
        c->at++;
        if (depth == 0)
            return true;
    }
    return false;
}

static bool take_list(struct cursor *c, const struct fields_name *name)
{
    c->at++;
    for (;;) {
        skip_blanks(c, true);
        if (c->at == c->end)
            return false;
        uint8_t b = c->text[c->at];
        if (b == ']') {
            c->at++;
            return true;
        }
        if (b == ',') {
            c->at++;
            continue;
        }
        if (b == '[') /* a list in a list is nobody's name */
            return false;
        c->sink->items++;
        size_t before = c->at;
        if (!(b == '{' ? skip_table(c) : take_scalar(c, name)) || c->at == before)
            return false;
    }
}

/* One line (or more) "key = value"; false: it is none. */
static bool take_member(struct cursor *c)
{
    size_t from = c->at, to;
    if (c->text[c->at] == '"') {
        if (!take_string(c, &from, &to))
            return false;
    } else {
        while (c->at < c->end && is_key_byte(c->text[c->at]))
            c->at++;
        to = c->at;
    }
    const struct fields_name *name =
        c->aside ? NULL
                 : fields_find(c->sink->fields, bytes_of(c->text + from, to - from));
    skip_blanks(c, false);
    if (to == from || c->at == c->end || c->text[c->at] != '=')
        return false;
    c->at++;
    skip_blanks(c, false);
    if (c->at == c->end)
        return false;
    c->sink->items = 0;
    if (c->text[c->at] == '[')
        return take_list(c, name);
    if (c->text[c->at] == '{')
        return skip_table(c);
    return take_scalar(c, name);
}

static size_t line_of(const struct cursor *c)
{
    size_t line = 1;
    for (size_t i = 0; i < c->at && i < c->end; i++)
        line += c->text[i] == '\n';
    return line;
}

/* At the [ of a line: what the members behind it are. */
static void take_header(struct cursor *c)
{
    static const char known[] = "taxonomies";
    size_t n = sizeof known - 1;
    c->at++;
    skip_blanks(c, false);
    c->aside = true;
    if (c->end - c->at > n && memcmp(c->text + c->at, known, n) == 0) {
        c->at += n;
        skip_blanks(c, false);
        c->aside = c->at == c->end || c->text[c->at] != ']';
    }
}

void front_matter_toml(struct front_matter_sink *s, size_t from, size_t to)
{
    struct cursor c = {.sink = s, .text = s->text.data, .at = from, .end = to};
    for (;;) {
        skip_blanks(&c, true);
        if (c.at >= c.end)
            break;
        size_t start = c.at;
        if (c.text[start] == '[') {
            take_header(&c);
        } else if (!take_member(&c)) {
            c.at = start;
            if (!c.aside)
                front_matter_damage(s, "expected key = value", line_of(&c));
        }
        skip_line(&c);
    }
    buf_release(&c.value);
}
