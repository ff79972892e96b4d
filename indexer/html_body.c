#include "indexer/html_body.h"

#include <string.h>

#include "indexer/entities.h"
#include "indexer/html_tag.h"
#include "indexer/html_text.h"

/* Elements of running text. Not <a>: the normaliser knows it. */
static const char *const inline_names[] = {
    "b",    "i",     "u",   "s",    "em",  "q",   "strong", "span",
    "font", "small", "big", "cite", "sup", "sub", "abbr",   "code",
    "mark", "time",  "ins", "del",  "tt",  "kbd", "img",    "wbr"};
/* Elements that go with what is in them, those first between whose tags are no others. */
static const char *const skipped_names[] = {"script",   "style",  "title", "noscript",
                                            "template", "svg",    "head",  "nav",
                                            "button",   "select", "iframe"};
enum {
    N_INLINE = sizeof inline_names / sizeof *inline_names,
    N_SKIPPED = sizeof skipped_names / sizeof *skipped_names,
    N_NONE = 64
};

static size_t find(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i], name) == 0)
            return i;
    }
    return N_NONE;
}

static bool is_block(const char *name)
{
    return html_text_gap_of(name) == HTML_TEXT_BLOCK || strcmp(name, "body") == 0 ||
           strcmp(name, "html") == 0;
}

/* --- what it is -------------------------------------------------------------------------- */

/* Names that were opened, by a hash of their letters: one that meets another's is rare and then does no
 * harm, for both are known. */
static uint64_t bit_of(const char *name)
{
    unsigned h = 0;
    for (; *name; name++)
        h = h * 31 + (unsigned char)*name;
    return UINT64_C(1) << h % 64;
}

static bool begins_as_html(struct bytes text, struct html_tags *tags)
{
    struct html_tag tag;
    size_t at = 0;
    while (at < text.len && text.data[at] <= ' ')
        at++;
    if (at == text.len || text.data[at] != '<' || !html_tags_read(tags, at, &tag))
        return false;
    if (tag.name[0] == '\0') /* <!DOCTYPE html>; of a comment nothing follows */
        return tag.end - at > 9 && (text.data[at + 2] | 0x20) == 'd' &&
               (text.data[at + 3] | 0x20) == 'o';
    return !tag.closing && !tag.capital && is_block(tag.name);
}

static bool has_reference(struct bytes text)
{
    const uint8_t *p = text.data, *end = p + text.len;
    while (p < end && (p = memchr(p, '&', (size_t)(end - p)))) {
        uint8_t utf8[4];
        size_t n, taken = entities_decode(bytes_of(p, (size_t)(end - p)), utf8, &n);
        if (taken > 0 && p[taken - 1] == ';')
            return true;
        p++;
    }
    return false;
}

enum html_body_kind html_body_kind(struct bytes text)
{
    struct html_tags tags;
    struct html_tag tag;
    uint64_t opened = 0;
    unsigned breaks = 0;
    enum html_body_kind kind = HTML_BODY_NONE;
    if (text.len == 0)
        return HTML_BODY_NONE;
    if (!memchr(text.data, '<', text.len))
        return has_reference(text) ? HTML_BODY_REFERENCES : HTML_BODY_NONE;
    html_tags_init(&tags, text);
    if (begins_as_html(text, &tags))
        return HTML_BODY_BLOCKS;
    for (size_t at = 0; at < tags.last;) {
        const uint8_t *p = memchr(text.data + at, '<', tags.last - at);
        if (!p)
            break;
        at = (size_t)(p - text.data);
        bool found = html_tags_read(&tags, at, &tag);
        at = found ? tag.end : at + 1;
        if (!found || tag.name[0] == '\0')
            continue;
        bool block = is_block(tag.name);
        breaks += strcmp(tag.name, "br") == 0 && !tag.capital;
        if (block || find(tag.name, inline_names, N_INLINE) < N_INLINE) {
            bool closed = tag.closing && (opened & bit_of(tag.name)) != 0;
            opened |= tag.closing ? 0 : bit_of(tag.name);
            if (closed && kind == HTML_BODY_NONE)
                kind = HTML_BODY_INLINE;
            if (closed && block)
                return HTML_BODY_BLOCKS;
        }
        if (breaks == 2)
            return HTML_BODY_BLOCKS;
    }
    return kind == HTML_BODY_NONE && has_reference(text) ? HTML_BODY_REFERENCES : kind;
}

/* --- what is left of it ------------------------------------------------------------------- */

/* What has to stand before the next word. */
enum pending {
    PENDING_NONE,
    PENDING_BLANK,
    PENDING_LINE, /* one <br> */
    PENDING_PARAGRAPH
};

struct body {
    const struct source_text *in;
    enum html_body_kind kind;
    struct record_text *out;
    struct offsetmap_cursor at; /* in in->map */
    struct offsetmap image;     /* owned; of the source of one character */
    struct html_tags tags;
    uint32_t unclosed; /* skipped names that are closed nowhere further on, by number */
    enum pending pending;
};

static void part(struct body *b, enum pending pending)
{
    if (b->pending < pending)
        b->pending = pending;
}

/* Text that is not in the source. */
static void insert(struct body *b, const char *text)
{
    const struct offsetmap *map = &b->out->map;
    uint64_t end = 0;
    if (map->segments.len > 0) {
        const struct offset_segment *s = &map->segments.items[map->segments.len - 1];
        end = s->in_pos + s->in_len;
    }
    buf_put_str(&b->out->text, text);
    offsetmap_put(&b->out->map, (uint32_t)strlen(text), end, 0);
}

static void settle(struct body *b)
{
    static const char *const between[] = {"", " ", "\n", "\n\n"};
    const struct buf *text = &b->out->text;
    enum pending pending = b->pending;
    b->pending = PENDING_NONE;
    if (text->len == 0 || text->failed || pending == PENDING_NONE)
        return;
    if (pending > PENDING_BLANK || text->data[text->len - 1] > ' ')
        insert(b, between[pending]);
}

static void map_source(struct body *b, struct offsetmap *map, size_t from, size_t len)
{
    if (b->in->map)
        offsetmap_copy(map, b->in->map, &b->at, from, len);
    else
        offsetmap_put(map, (uint32_t)len, b->in->offset + from, (uint32_t)len);
}

static void put_run(struct body *b, size_t from, size_t to)
{
    if (from == to)
        return;
    settle(b);
    buf_put(&b->out->text, b->in->text.data + from, to - from);
    map_source(b, &b->out->map, from, to - from);
}

/* A character for the reference at [from, to). */
static void put_character(struct body *b, const uint8_t *utf8, size_t n, size_t from,
                          size_t to)
{
    settle(b);
    buf_put(&b->out->text, utf8, n);
    offsetmap_reset(&b->image);
    map_source(b, &b->image, from, to - from);
    if (b->image.segments.len == 0) {
        b->out->map.failed = true;
        return;
    }
    const struct offset_segment *first = b->image.segments.items;
    const struct offset_segment *last = first + b->image.segments.len - 1;
    uint64_t len = last->in_pos + last->in_len - first->in_pos;
    offsetmap_put(&b->out->map, (uint32_t)n, first->in_pos, (uint32_t)len);
}

/* The blanks at `at`: behind them. One empty line is a paragraph's end. */
static size_t take_blanks(struct body *b, size_t at)
{
    struct bytes text = b->in->text;
    unsigned lines = 0;
    for (; at < text.len && text.data[at] <= ' '; at++)
        lines += text.data[at] == '\n';
    part(b, lines > 1 ? PENDING_PARAGRAPH : PENDING_BLANK);
    return at;
}

/* Behind the tag that closes a skipped element whose opening tag ends at `at`; `at` if there is none. */
static size_t skip_element(struct body *b, size_t number, size_t at)
{
    const char *name = skipped_names[number];
    size_t len = strlen(name);
    struct bytes text = b->in->text;
    struct html_tag tag;
    for (size_t i = at; i < b->tags.last && !(b->unclosed >> number & 1); i++) {
        const uint8_t *p = memchr(text.data + i, '<', b->tags.last - i);
        if (!p)
            break;
        i = (size_t)(p - text.data);
        if (text.len - i <= len + 1 || p[1] != '/' || (p[2] | 0x20) != name[0] ||
            !html_tags_read(&b->tags, i, &tag))
            continue;
        if (strcmp(tag.name, name) == 0)
            return tag.end;
        i = tag.end - 1;
    }
    b->unclosed |= UINT32_C(1) << number;
    return at;
}

/* Is it a tag that goes? In a text without blocks only known ones: others may be words. */
static bool is_taken(const struct body *b, const struct html_tag *tag)
{
    return b->kind == HTML_BODY_BLOCKS || tag->name[0] == '\0' || is_block(tag->name) ||
           strcmp(tag->name, "br") == 0 ||
           find(tag->name, inline_names, N_INLINE) < N_INLINE ||
           find(tag->name, skipped_names, N_SKIPPED) < N_SKIPPED;
}

/* The tag at '<': where it goes on behind it; `at` if it is text. */
static size_t take_tag(struct body *b, size_t at)
{
    struct html_tag tag;
    if (b->kind == HTML_BODY_REFERENCES || !html_tags_read(&b->tags, at, &tag) ||
        !is_taken(b, &tag))
        return at;
    size_t number = find(tag.name, skipped_names, N_SKIPPED);
    if (strcmp(tag.name, "br") == 0)
        part(b, b->pending == PENDING_LINE ? PENDING_PARAGRAPH : PENDING_LINE);
    else if (is_block(tag.name))
        part(b, PENDING_PARAGRAPH);
    if (number == N_NONE || tag.closing)
        return tag.end;
    part(b, PENDING_BLANK);
    return skip_element(b, number, tag.end);
}

/* The reference at '&': behind it, or `at`. In a plain text it must have its semicolon. */
static size_t take_reference(struct body *b, size_t at)
{
    struct bytes text = b->in->text;
    uint8_t utf8[4];
    size_t n = 0;
    size_t taken = entities_decode(bytes_of(text.data + at, text.len - at), utf8, &n);
    if (taken == 0 || text.data[at + taken - 1] != ';')
        return at;
    put_character(b, utf8, n, at, at + taken);
    return at + taken;
}

static void put_text(struct body *b)
{
    struct bytes text = b->in->text;
    bool blocks = b->kind == HTML_BODY_BLOCKS;
    size_t run = 0, at = 0;
    while (at < text.len) {
        uint8_t c = text.data[at];
        if (c != '<' && c != '&' && (c > ' ' || !blocks)) {
            at++;
            continue;
        }
        size_t from = at;
        put_run(b, run, at);
        run = at;
        if (c == '&')
            at = take_reference(b, at);
        else
            at = c == '<' ? take_tag(b, at) : take_blanks(b, at);
        if (at == from)
            at++; /* text */
        else
            run = at;
    }
    put_run(b, run, at);
}

int html_body_text(const struct source_text *in, enum html_body_kind kind,
                   struct record_text *out, struct err *err)
{
    struct body b = {.in = in, .kind = kind, .out = out};
    html_tags_init(&b.tags, in->text);
    put_text(&b);
    bool failed = out->text.failed || out->map.failed || b.image.failed;
    offsetmap_release(&b.image);
    return failed ? err_set(err, ERR_NOMEM, "a record of HTML") : 0;
}
