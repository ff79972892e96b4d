/* The JSON half of query/output.h. */
#include <inttypes.h>
#include <stdio.h>

#include "text/utf8.h"
#include "query/fields.h"
#include "query/output.h"

enum {
    PATH_BYTES = 128 /* of a key with those it lies in */
};

/* Characters that are legal in a JSON string and could still turn a terminal's text around or
 * hide in it. All lie below U+10000, so that one \u escape holds them. */
static bool must_escape(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x00AD || cp == 0x061C ||
           (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x2028 && cp <= 0x202E) ||
           (cp >= 0x2060 && cp <= 0x206F) || cp == 0xFEFF ||
           (cp >= 0xFFF9 && cp <= 0xFFFB);
}

static void put_character(struct output *o, uint32_t cp, const uint8_t *p, size_t n)
{
    if (cp == '"' || cp == '\\') {
        buf_put_u8(&o->buf, '\\');
        buf_put_u8(&o->buf, (uint8_t)cp);
    } else if (cp == '\n') {
        buf_put_str(&o->buf, "\\n");
    } else if (cp == '\t') {
        buf_put_str(&o->buf, "\\t");
    } else if (must_escape(cp)) {
        output_printf(o, "\\u%04x", (unsigned)cp);
    } else if (cp == UTF8_REPLACEMENT) {
        buf_put_str(&o->buf, "\xEF\xBF\xBD"); /* the bytes may be ill-formed */
    } else {
        buf_put(&o->buf, p, n);
    }
}

static void put_string(struct output *o, struct bytes s)
{
    const uint8_t *p = s.data, *end = s.data + s.len;
    buf_put_u8(&o->buf, '"');
    while (p < end) {
        const uint8_t *plain = p;
        while (p < end && *p >= 0x20 && *p < 0x7F && *p != '"' && *p != '\\')
            p++;
        buf_put(&o->buf, plain, (size_t)(p - plain));
        if (p == end)
            break;
        uint32_t cp;
        size_t n = utf8_decode(p, end, &cp);
        put_character(o, cp, p, n);
        p += n;
    }
    buf_put_u8(&o->buf, '"');
}

/* --- what of a row is printed ----------------------------------------------------------- */

bool output_wants(const struct output *o, const char *path)
{
    return !o->fields || fields_take(o->fields, bytes_str(path));
}

/* Whether the value under the key is asked for, with what lies above it in the row. */
static bool is_wanted(const struct output *o, const char *key)
{
    char path[PATH_BYTES];
    size_t n = 0;
    for (unsigned d = o->row_depth + 1U; d <= o->depth; d++)
        if (o->keys[d] && n < sizeof path)
            n += (size_t)snprintf(path + n, sizeof path - n, "%s.", o->keys[d]);
    if (n < sizeof path)
        n += (size_t)snprintf(path + n, sizeof path - n, "%s", key);
    return fields_take(o->fields, bytes_of(path, n < sizeof path ? n : sizeof path));
}

/* Takes back a value that was not asked for, once it has ended. */
static void unmute(struct output *o)
{
    if (!o->muted || o->depth > o->muted_depth)
        return;
    o->buf.len = o->muted_from;
    o->muted = false;
}

static void mute(struct output *o)
{
    o->muted = true;
    o->muted_depth = o->depth;
    o->muted_from = o->buf.len;
}

static void put_key(struct output *o, const char *key)
{
    unmute(o);
    bool in_row = o->fields && o->row_depth && o->depth >= o->row_depth;
    if (in_row && key && !o->muted && !is_wanted(o, key)) {
        mute(o);
        return;
    }
    if (o->has_element[o->depth])
        buf_put_u8(&o->buf, ',');
    o->has_element[o->depth] = true;
    if (key)
        output_printf(o, "\"%s\":", key);
}

void output_open(struct output *o, const char *key, char bracket)
{
    put_key(o, key);
    buf_put_u8(&o->buf, (uint8_t)bracket);
    if (o->depth + 1 < OUTPUT_JSON_DEPTH)
        o->depth++;
    o->bracket[o->depth] = bracket;
    o->keys[o->depth] = key;
    o->has_element[o->depth] = false;
}

void output_close(struct output *o, char bracket)
{
    unmute(o);
    buf_put_u8(&o->buf, (uint8_t)bracket);
    if (o->depth == o->row_depth)
        o->row_depth = 0;
    if (o->depth > 0)
        o->depth--;
    if (o->depth == 0) {
        o->has_element[0] = false;
        buf_put_u8(&o->buf, '\n');
    }
}

void output_open_row(struct output *o, const char *schema)
{
    output_open(o, NULL, '{');
    output_json_str(o, "schema", bytes_str(schema));
    o->row_depth = o->depth;
}

void output_close_row(struct output *o)
{
    output_close(o, '}');
}

/* --- values ------------------------------------------------------------------------------ */

void output_json_str(struct output *o, const char *key, struct bytes value)
{
    put_key(o, key);
    put_string(o, value);
}

void output_json_opt(struct output *o, const char *key, struct bytes value)
{
    put_key(o, key);
    if (value.len)
        put_string(o, value);
    else
        buf_put_str(&o->buf, "null");
}

void output_json_null(struct output *o, const char *key)
{
    put_key(o, key);
    output_put(o, "null");
}

void output_json_int(struct output *o, const char *key, int64_t value)
{
    put_key(o, key);
    output_printf(o, "%" PRId64, value);
}

void output_json_uint(struct output *o, const char *key, uint64_t value)
{
    put_key(o, key);
    output_printf(o, "%" PRIu64, value);
}

void output_json_real(struct output *o, const char *key, double value)
{
    put_key(o, key);
    output_printf(o, "%.6f", value);
}

void output_json_figures(struct output *o, const char *key, double value, int digits)
{
    put_key(o, key);
    output_printf(o, "%.*g", digits, value);
}

void output_json_bool(struct output *o, const char *key, bool value)
{
    put_key(o, key);
    output_put(o, value ? "true" : "false");
}
