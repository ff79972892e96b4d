#include "query/filter.h"

#include <string.h>

static const struct filter_field fields[] = {
#define FILTER_ROW(kind, name, takes, by_article) {name, takes, kind, by_article},
    FILTER_FIELDS(FILTER_ROW)
#undef FILTER_ROW
};

static const char *const is_names[] = {"original", "copy", "excerpt"};

/* The chunk begins with the name and a colon. */
static bool begins(struct bytes chunk, const char *name)
{
    size_t len = strlen(name);
    return bytes_starts(chunk, bytes_str(name)) && chunk.len > len &&
           chunk.data[len] == ':';
}

const struct filter_field *filter_field_at(struct bytes chunk)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
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

const char *filter_reserved_at(struct bytes chunk)
{
    static const char *const names[] = {
        "source:", "author:", "title:", "section:", "url:", "path:",
        "lang:",   "tag:",    "words:", "date:",    "id:",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (bytes_starts(chunk, bytes_str(names[i]))) {
            return names[i];
        }
    }
    return NULL;
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

bool filter_read(const struct filter_field *field, struct bytes value,
                 struct filter *out)
{
    *out = (struct filter){.kind = field->kind, .value = value};
    switch (field->kind) {
    case FILTER_IS: return read_is(value, out);
    case FILTER_COPIES: return read_range(value, out);
    case FILTER_STORY:
    case FILTER_LIKE: break;
    }
    return value.len > 0;
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

void filter_print(const struct filter *f, struct buf *out)
{
    buf_printf(out, "%s ", filter_field_of(f->kind)->name);
    switch (f->kind) {
    case FILTER_IS: buf_put_str(out, is_names[f->is]); break;
    case FILTER_COPIES: put_range(f, out); break;
    case FILTER_STORY:
    case FILTER_LIKE: put_value(f->value, out); break;
    }
}
