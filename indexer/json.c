#include "indexer/json.h"

#include <string.h>

#include "base/err.h"
#include "text/utf8.h"
#include "indexer/json_scan.h"

static int fail(struct json_cursor *c, const uint8_t *at, const char *why)
{
    c->p = at;
    c->why = why;
    return ERR_INPUT;
}

static bool is_blank(uint8_t b)
{
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
}

void json_blanks(struct json_cursor *c)
{
    for (; c->p < c->end && is_blank(*c->p); c->p++) {
        if (c->line && *c->p == '\n') {
            c->end = c->p;
            return;
        }
    }
}

/* --- values ---------------------------------------------------------------------------- */

/* The cursor is behind the opening quote. */
static int take_string(struct json_cursor *c, struct json_value *value)
{
    const uint8_t *start = c->p;
    unsigned has;
    const uint8_t *quote = json_scan_string(start, c->end, &has);
    if (!quote)
        return fail(c, start - 1, "a string that does not end");
    if (c->line && (has & JSON_SCAN_CONTROL) != 0)
        return fail(c, start - 1, "a string with a control");
    *value = (struct json_value){bytes_of(start, (size_t)(quote - start)), JSON_STRING,
                                 (has & JSON_SCAN_SLASH) != 0};
    c->p = quote + 1;
    return 0;
}

static bool take_word(struct json_cursor *c, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(c->end - c->p) < n || memcmp(c->p, word, n) != 0)
        return false;
    c->p += n;
    return true;
}

static size_t take_digits(struct json_cursor *c)
{
    const uint8_t *from = c->p;
    while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
        c->p++;
    return (size_t)(c->p - from);
}

static int take_number(struct json_cursor *c, struct json_value *value)
{
    const uint8_t *start = c->p;
    if (*c->p == '-')
        c->p++;
    if (take_word(c, "Infinity")) {
        *value = (struct json_value){bytes_of(start, (size_t)(c->p - start)),
                                     JSON_LITERAL, false};
        return 0;
    }
    if (take_digits(c) == 0)
        return fail(c, start, "a number without digits");
    if (c->p < c->end && *c->p == '.') {
        c->p++;
        if (take_digits(c) == 0)
            return fail(c, start, "a number without digits after its point");
    }
    if (c->p < c->end && (*c->p | 0x20) == 'e') {
        c->p++;
        if (c->p < c->end && (*c->p == '+' || *c->p == '-'))
            c->p++;
        if (take_digits(c) == 0)
            return fail(c, start, "a number without digits in its exponent");
    }
    *value = (struct json_value){bytes_of(start, (size_t)(c->p - start)), JSON_NUMBER,
                                 false};
    return 0;
}

static int take_literal(struct json_cursor *c, struct json_value *value)
{
    const uint8_t *start = c->p;
    enum json_kind kind = JSON_LITERAL;
    if (take_word(c, "null"))
        kind = JSON_NULL;
    else if (!take_word(c, "true") && !take_word(c, "false") && !take_word(c, "NaN") &&
             !take_word(c, "Infinity"))
        return fail(c, start, "expected a value");
    *value = (struct json_value){bytes_of(start, (size_t)(c->p - start)), kind, false};
    return 0;
}

/* A value that is no container; the cursor is on its first byte. */
static int take_scalar(struct json_cursor *c, struct json_value *value)
{
    if (*c->p == '"') {
        c->p++;
        return take_string(c, value);
    }
    if (*c->p == '-' || (*c->p >= '0' && *c->p <= '9'))
        return take_number(c, value);
    return take_literal(c, value);
}

/* --- containers that are skipped ------------------------------------------------------- */

/* The open containers of a value that is skipped: a bit each, set for an object. */
struct nesting {
    uint64_t bits[JSON_DEPTH_MAX / 64];
    unsigned depth;
};

static bool in_object(const struct nesting *n)
{
    unsigned d = n->depth - 1;
    return n->bits[d / 64] >> (d % 64) & 1;
}

static int open_container(struct json_cursor *c, struct nesting *n)
{
    if (n->depth + 1 >= JSON_DEPTH_MAX) /* one more is around the value */
        return fail(c, c->p, "nested too deeply (over 512 levels)");
    uint64_t bit = UINT64_C(1) << (n->depth % 64);
    if (*c->p == '{')
        n->bits[n->depth / 64] |= bit;
    else
        n->bits[n->depth / 64] &= ~bit;
    n->depth++;
    c->p++;
    return 0;
}

/* "key" : with blanks around it. */
static int take_key(struct json_cursor *c, struct json_value *key)
{
    json_blanks(c);
    if (c->p == c->end || *c->p != '"')
        return fail(c, c->p, "expected a key in quotes");
    c->p++;
    int rc = take_string(c, key);
    if (rc != 0)
        return rc;
    json_blanks(c);
    if (c->p == c->end || *c->p != ':')
        return fail(c, c->p, "expected ':' after key");
    c->p++;
    return 0;
}

/* Behind a value or an opening bracket: closes what closes here, goes over a comma, and over
 * the key that then follows in an object. */
static int go_on(struct json_cursor *c, struct nesting *n, bool opened)
{
    struct json_value key;
    for (;;) {
        bool object = in_object(n);
        json_blanks(c);
        if (c->p < c->end && *c->p == (object ? '}' : ']')) {
            c->p++;
            n->depth--;
            opened = false;
            if (n->depth == 0)
                return 0;
            continue;
        }
        if (!opened) {
            if (c->p == c->end || *c->p != ',')
                return fail(c, c->p,
                            object ? "expected ',' or '}'" : "expected ',' or ']'");
            c->p++;
        }
        return object ? take_key(c, &key) : 0;
    }
}

static int skip_container(struct json_cursor *c, struct json_value *value)
{
    struct nesting n = {.depth = 0};
    struct json_value ignored;
    const uint8_t *start = c->p;
    do {
        int rc;
        json_blanks(c);
        bool opens = c->p < c->end && (*c->p == '{' || *c->p == '[');
        if (c->p == c->end)
            return fail(c, start, "a value that does not end");
        rc = opens ? open_container(c, &n) : take_scalar(c, &ignored);
        if (rc == 0)
            rc = go_on(c, &n, opens);
        if (rc != 0)
            return rc;
    } while (n.depth > 0);
    *value = (struct json_value){bytes_of(start, (size_t)(c->p - start)),
                                 *start == '{' ? JSON_OBJECT : JSON_ARRAY, false};
    return 0;
}

/* --- what callers use ------------------------------------------------------------------ */

int json_value(struct json_cursor *c, struct json_value *value)
{
    json_blanks(c);
    if (c->p == c->end)
        return fail(c, c->p, "expected a value");
    if (*c->p == '{' || *c->p == '[')
        return skip_container(c, value);
    return take_scalar(c, value);
}

int json_enter(struct json_cursor *c, char open)
{
    json_blanks(c);
    if (c->p == c->end || *c->p != (uint8_t)open)
        return fail(c, c->p,
                    open == '{' ? "expected an object ('{')"
                                : "expected an array ('[')");
    c->p++;
    return 0;
}

/* The closing bracket, or what has to stand before the next item. */
static int next_item(struct json_cursor *c, bool first, char close, const char *why)
{
    json_blanks(c);
    if (c->p < c->end && *c->p == (uint8_t)close) {
        c->p++;
        return ITER_END;
    }
    if (first)
        return 0;
    if (c->p == c->end || *c->p != ',')
        return fail(c, c->p, why);
    c->p++;
    return 0;
}

int json_key(struct json_cursor *c, bool first, struct json_value *key)
{
    int rc = next_item(c, first, '}', "expected ',' or '}'");
    return rc == 0 ? take_key(c, key) : rc;
}

int json_member(struct json_cursor *c, bool first, struct json_value *key,
                struct json_value *value)
{
    int rc = json_key(c, first, key);
    return rc == 0 ? json_value(c, value) : rc;
}

int json_element(struct json_cursor *c, bool first, struct json_value *value)
{
    int rc = next_item(c, first, ']', "expected ',' or ']'");
    return rc == 0 ? json_value(c, value) : rc;
}

/* --- escapes --------------------------------------------------------------------------- */

/* Four hexadecimal digits at p, or UINT32_MAX. */
static uint32_t hex4(const uint8_t *p, const uint8_t *end)
{
    uint32_t v = 0;
    if (end - p < 4)
        return UINT32_MAX;
    for (int i = 0; i < 4; i++) {
        uint8_t b = p[i], low = b | 0x20;
        if (b >= '0' && b <= '9')
            v = v << 4 | (uint32_t)(b - '0');
        else if (low >= 'a' && low <= 'f')
            v = v << 4 | (uint32_t)(low - 'a' + 10);
        else
            return UINT32_MAX;
    }
    return v;
}

/* \uXXXX at p, with the second one of a pair: the character, and how many bytes it took; 0
 * when it is no escape. */
static size_t decode_u(const uint8_t *p, const uint8_t *end, uint32_t *cp)
{
    uint32_t unit = hex4(p + 2, end);
    *cp = unit;
    if (unit == UINT32_MAX)
        return 0;
    if (unit < 0xD800 || unit > 0xDFFF)
        return 6;
    if (unit < 0xDC00 && end - p >= 12 && p[6] == '\\' && p[7] == 'u') {
        uint32_t low = hex4(p + 8, end);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *cp = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            return 12;
        }
    }
    *cp = UTF8_REPLACEMENT;
    return 6;
}

/* The escape at p (a backslash), decoded to out, where four bytes may be written: bytes it took, 0 when it is none. */
static size_t decode_escape(const uint8_t *p, const uint8_t *end, uint8_t *out,
                            size_t *len)
{
    uint32_t cp;
    if (end - p < 2)
        return 0;
    *out = json_scan_letters[p[1]];
    *len = 1;
    if (*out != 0)
        return 2;
    size_t took = p[1] == 'u' ? decode_u(p, end, &cp) : 0;
    if (took > 0)
        *len = utf8_encode(cp, out);
    return took;
}

/* The way back of what was decoded from the source's bytes [from, from + d->read). A run behind an escape continues
 * none. */
static void map_decoded(struct offsetmap *map, uint64_t from,
                        const struct json_scan_decoded *d, const uint32_t *places,
                        bool after_escape)
{
    uint32_t read = (uint32_t)d->read, at = 0; /* at: what is mapped */
    if (!after_escape) {
        at = d->escapes > 0 ? places[0] : read;
        offsetmap_put(map, at, from, at);
    }
    uint32_t first = at;
    if (map->failed || !vec_reserve(&map->segments, 2 * d->escapes + 1)) {
        map->failed = true;
        return;
    }
    struct offset_segment *to = map->segments.items + map->segments.len;
    for (size_t i = 0; i < d->escapes; i++) {
        uint32_t run = places[i] - at;
        *to = (struct offset_segment){run, run, from + at};
        to += run > 0;
        *to++ = (struct offset_segment){1, 2, from + places[i]};
        at = places[i] + 2;
    }
    *to = (struct offset_segment){read - at, read - at, from + at};
    to += read > at;
    map->out_len += d->written - first;
    map->segments.len = (size_t)(to - map->segments.items);
}

/* Decodes escapes that stand one after another. *p and *out are moved; at one that is none: ERR_INPUT, *p is there. */
static int decode_escapes(const uint8_t **p, const uint8_t *end, uint8_t **out,
                          uint64_t offset, struct offsetmap *map)
{
    const uint8_t *start = *p;
    while (*p < end && **p == '\\') {
        size_t len, took = decode_escape(*p, end, *out, &len);
        if (took == 0)
            return ERR_INPUT;
        if (map)
            offsetmap_append(map, (uint32_t)len, offset + (uint64_t)(*p - start),
                             (uint32_t)took);
        *out += len;
        *p += took;
    }
    return 0;
}

static bool has_markup(const uint8_t *p, const uint8_t *end)
{
    while (p < end && *p != '<' && *p != '&')
        p++;
    return p < end;
}

/* A string while it is decoded. */
struct decoding {
    const uint8_t *start, *p;
    uint64_t offset; /* of start in the source */
    struct buf *out;
    struct offsetmap *map; /* or NULL */
    bool after_escape, markup;
    uint32_t places[JSON_SCAN_NOTES];
};

/* All but `places`, which hold nothing before they are written. */
static inline void decoding_begin(struct decoding *s, const uint8_t *start,
                                  uint64_t offset, struct buf *out,
                                  struct offsetmap *map)
{
    s->start = s->p = start;
    s->offset = offset;
    s->out = out;
    s->map = map;
    s->after_escape = s->markup = false;
}

/* Decodes on, n bytes at most, for which there is room; an escape may go on to `end`. ERR_INPUT: an escape is none, and
 * stands at s->p. */
static int decode_some(struct decoding *s, json_scan_decoder *decode, size_t n,
                       const uint8_t *end, struct json_scan_decoded *d)
{
    uint8_t *to = s->out->data + s->out->len;
    *d = decode(s->p, n, to, s->places);
    if (s->map && d->read > 0)
        map_decoded(s->map, s->offset + (uint64_t)(s->p - s->start), d, s->places,
                    s->after_escape);
    s->p += d->read;
    to += d->written;
    s->markup |= d->markup;
    s->after_escape = d->escapes > 0 && s->places[d->escapes - 1] + 2 == d->read;
    int rc = 0;
    if (s->p < end && *s->p == '\\') { /* not only no room for more notes */
        const uint8_t *decoded = to;
        uint64_t at = s->offset + (uint64_t)(s->p - s->start);
        rc = decode_escapes(&s->p, end, &to, at, s->map);
        s->markup |= has_markup(decoded, to);
        s->after_escape = true;
    }
    s->out->len = (size_t)(to - s->out->data);
    return rc;
}

int json_unescape(const struct json_value *value, uint64_t offset, struct buf *out,
                  struct offsetmap *map, struct json_unescaped *what)
{
    enum {
        STEP = 1 << 30
    };
    json_scan_decoder *decode = json_scan_decode();
    const uint8_t *start = value->text.data, *end = start + value->text.len;
    struct decoding s;
    decoding_begin(&s, start, offset, out, map);
    *what = (struct json_unescaped){NULL, 0, false};
    /* An escape is never shorter than what it stands for. */
    if (!buf_reserve(out, value->text.len + JSON_SCAN_SLACK))
        return ERR_NOMEM;
    while (s.p < end) {
        struct json_scan_decoded d;
        size_t left = (size_t)(end - s.p);
        if (decode_some(&s, decode, left < STEP ? left : STEP, end, &d) != 0) {
            what->why = "an escape that is none";
            what->at = (size_t)(s.p - start);
            return ERR_INPUT;
        }
    }
    what->markup = s.markup;
    return map && map->failed ? ERR_NOMEM : 0;
}

bool json_take_decoded(struct json_cursor *c, uint64_t offset, struct json_value *value,
                       struct buf *out, struct offsetmap *map, bool *markup)
{
    enum {
        STEP = 1 << 14,
        LONGEST = 1 << 20 /* from there on room is taken once the length is known */
    };
    json_scan_decoder *take = json_scan_taker();
    if (!take || c->p == c->end || *c->p != '"')
        return false;
    const uint8_t *start = c->p + 1;
    struct decoding s;
    decoding_begin(&s, start, offset, out, map);
    struct json_scan_decoded d;
    do {
        size_t left = (size_t)(c->end - s.p), n = left < STEP ? left : STEP;
        if (n == 0 || s.p - start > LONGEST ||
            !buf_reserve(out, STEP + JSON_SCAN_SLACK) ||
            decode_some(&s, take, n, c->end, &d) != 0 || d.control)
            return false;
    } while (!d.quote);
    if (map->failed)
        return false;
    size_t len = (size_t)(s.p - start);
    *value = (struct json_value){bytes_of(start, len), JSON_STRING, out->len < len};
    *markup = s.markup;
    c->p = s.p + 1;
    return true;
}

/* --- streams of objects ---------------------------------------------------------------- */

/* Inside a string: to behind its closing quote, or to the end. */
static const uint8_t *leave_string(struct json_splitter *s, const uint8_t *p,
                                   const uint8_t *end)
{
    while (p < end) {
        if (s->escape)
            s->escape = false;
        else if (*p == '\\')
            s->escape = true;
        else if (*p == '"') {
            s->in_string = false;
            return p + 1;
        }
        p++;
    }
    return p;
}

size_t json_split(struct json_splitter *s, const uint8_t *p, size_t n, bool once)
{
    const uint8_t *start = p, *end = p + n;
    size_t last = 0;
    while (p < end) {
        if (s->in_string) {
            p = leave_string(s, p, end);
            continue;
        }
        switch (*p++) {
        case '"': s->in_string = true; break;
        case '{':
            if (s->depth++ == 0)
                s->opened = (size_t)(p - 1 - start);
            break;
        case '[': s->depth += s->depth > 0; break;
        case ']': s->depth -= s->depth > 1; break;
        case '}':
            if (s->depth > 0 && --s->depth == 0) {
                s->objects++;
                last = (size_t)(p - start);
                if (once)
                    return last;
            }
            break;
        default: break;
        }
    }
    return last;
}
