#include "indexer/markdown.h"

#include <md4c.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/entities.h"
#include "indexer/html_text.h"

enum {
    TAG_BYTES_MAX = 4096, /* of a tag of Liquid or Hugo */
    ATTRIBUTE_BYTES_MAX = 256,
    REMOVED =
        0xFF, /* stands for a byte of such a tag: to md4c a letter, in links too */
    TEXT_BYTES_MAX = 1 << 30
};

/* What has to stand before the next word. */
enum pending {
    PENDING_NONE,
    PENDING_BLANK,
    PENDING_PARAGRAPH
};

/* What a code block is taken for. An indented one whose first line is a tag is HTML that was
 * indented after a blank line: sites show it as such. */
enum code {
    CODE_PLAIN,
    CODE_UNDECIDED,
    CODE_HTML
};

struct markdown {
    struct buf clean; /* the source with tags of templates removed, if it has any */
    struct offsetmap image; /* of the source of one character */
    struct html_text html;
    const struct source_text *in;
    struct offsetmap_cursor at; /* in in->map */
    uint64_t at_from;           /* the last place asked of it */
    size_t from;                /* offset in in->text of base[0] */
    const uint8_t *base;
    size_t len;
    bool cleaned; /* base is the copy, and REMOVED is no byte of the text */
    bool broken;  /* md4c left the text */
    struct record_text *out;
    enum pending pending;
    enum code code;
    unsigned images;  /* spans that are open */
    bool link_opened; /* an <a> span whose first text is still to come */
    bool autolink;
    const uint8_t *link_end; /* behind the last text of an autolink */
};

struct markdown *markdown_new(void)
{
    return calloc(1, sizeof(struct markdown));
}

void markdown_free(struct markdown *m)
{
    if (!m)
        return;
    buf_release(&m->clean);
    offsetmap_release(&m->image);
    free(m);
}

/* --- templates ------------------------------------------------------------------------- */

/* The length of the tag at p ("{{...}}", "{%...%}", "{:...}"), 0 if there is none. *known: no
 * end of a tag of this kind stands before that offset (a text full of openings is searched
 * once). */
static size_t template_tag(const uint8_t *base, size_t at, size_t len, size_t *known)
{
    const uint8_t *p = base + at;
    if (len - at < 4)
        return 0;
    if (p[1] == ':') {
        for (size_t i = 2; i < ATTRIBUTE_BYTES_MAX && at + i < len && p[i] != '\n';
             i++) {
            if (p[i] == '}')
                return i + 1;
        }
        return 0;
    }
    if (p[1] != '{' && p[1] != '%')
        return 0;
    uint8_t close = p[1] == '{' ? '}' : '%';
    size_t *seen = &known[p[1] == '%'];
    size_t i = *seen > at + 2 ? *seen : at + 2;
    size_t max = len - at < TAG_BYTES_MAX ? len : at + TAG_BYTES_MAX;
    for (; i + 1 < max; i++) {
        if (base[i] == close && base[i + 1] == '}')
            return i + 2 - at;
    }
    *seen = i;
    return 0;
}

/* Points base at a copy of the source, with a line end behind it. */
static int copy_source(struct markdown *m)
{
    buf_put(&m->clean, m->base, m->len);
    buf_put_u8(&m->clean, '\n');
    if (m->clean.failed)
        return ERR_NOMEM;
    m->base = m->clean.data;
    return 0;
}

/* Points base at the source without template tags. Their bytes are overwritten and skipped
 * when text is put out, so that offsets stay what they were. */
static int clean_templates(struct markdown *m)
{
    size_t known[2] = {0, 0};
    for (size_t at = 0; at < m->len;) {
        const uint8_t *brace = memchr(m->base + at, '{', m->len - at);
        if (!brace)
            return 0;
        at = (size_t)(brace - m->base);
        size_t n = template_tag(m->base, at, m->len, known);
        if (n > 0 && !m->cleaned) {
            int rc = m->clean.len == 0 ? copy_source(m) : 0;
            if (rc != 0)
                return rc;
            m->cleaned = true;
        }
        if (n > 0)
            memset(m->clean.data + at, REMOVED, n);
        at += n > 0 ? n : 1;
    }
    return 0;
}

/* --- putting text out ------------------------------------------------------------------ */

static uint64_t source_end(const struct markdown *m)
{
    const struct offsetmap *map = &m->out->map;
    if (map->segments.len == 0)
        return 0;
    const struct offset_segment *s = &map->segments.items[map->segments.len - 1];
    return s->in_pos + s->in_len;
}

/* Text that is not in the source. */
static void insert(struct markdown *m, const char *text, size_t len)
{
    buf_put(&m->out->text, text, len);
    offsetmap_put(&m->out->map, (uint32_t)len, source_end(m), 0);
}

static void settle(struct markdown *m)
{
    const struct buf *text = &m->out->text;
    enum pending pending = m->pending;
    m->pending = PENDING_NONE;
    if (text->len == 0 || text->failed)
        return;
    if (pending == PENDING_PARAGRAPH)
        insert(m, "\n\n", 2);
    else if (pending == PENDING_BLANK && text->data[text->len - 1] > ' ')
        insert(m, " ", 1);
}

static void map_source(struct markdown *m, struct offsetmap *map, size_t pos,
                       size_t len)
{
    uint64_t from = m->from + pos;
    if (!m->in->map) {
        offsetmap_put(map, (uint32_t)len, m->in->offset + from, (uint32_t)len);
        return;
    }
    if (from < m->at_from)
        m->at = (struct offsetmap_cursor){0};
    offsetmap_copy(map, m->in->map, &m->at, from, len);
    m->at_from = from + len;
}

static bool is_source(const struct markdown *m, const uint8_t *p)
{
    uintptr_t at = (uintptr_t)p, base = (uintptr_t)m->base;
    return at >= base && at < base + m->len;
}

static void put_source(struct markdown *m, const uint8_t *p, size_t len)
{
    if (!is_source(m, p)) { /* a constant of md4c's */
        insert(m, (const char *)p, len);
        return;
    }
    buf_put(&m->out->text, p, len);
    map_source(m, &m->out->map, (size_t)(p - m->base), len);
}

/* Text without what was removed from it. */
static void put_run(struct markdown *m, const uint8_t *p, size_t len)
{
    while (len > 0) {
        const uint8_t *removed = m->cleaned ? memchr(p, REMOVED, len) : NULL;
        size_t n = removed ? (size_t)(removed - p) : len;
        if (n > 0) {
            settle(m);
            put_source(m, p, n);
        }
        n += removed != NULL;
        p += n;
        len -= n;
    }
}

/* Other bytes for a range of the source. */
static void put_instead(struct markdown *m, const uint8_t *text, size_t len,
                        const uint8_t *p, size_t source_len)
{
    settle(m);
    buf_put(&m->out->text, text, len);
    if (!is_source(m, p)) {
        offsetmap_put(&m->out->map, (uint32_t)len, source_end(m), 0);
        return;
    }
    offsetmap_reset(&m->image);
    map_source(m, &m->image, (size_t)(p - m->base), source_len);
    const struct offset_segment *first = m->image.segments.items;
    if (m->image.segments.len == 0) {
        m->out->map.failed = true;
        return;
    }
    const struct offset_segment *last = first + m->image.segments.len - 1;
    uint64_t source = last->in_pos + last->in_len - first->in_pos;
    offsetmap_put(&m->out->map, (uint32_t)len, first->in_pos, (uint32_t)source);
}

static void put_entity(struct markdown *m, const uint8_t *p, size_t len)
{
    uint8_t utf8[4];
    size_t n = 0;
    size_t taken = entities_decode(bytes_of(p, len), utf8, &n);
    if (taken == 0)
        put_run(m, p, len);
    else
        put_instead(m, utf8, n, p, taken);
}

static void part(struct markdown *m, enum pending pending)
{
    if (m->pending < pending)
        m->pending = pending;
}

/* --- raw HTML -------------------------------------------------------------------------- */

/* Text between tags: white space is a blank, references are decoded. */
static void put_html_text(void *arg, const uint8_t *p, size_t len)
{
    struct markdown *m = arg;
    const uint8_t *end = p + len, *run = p;
    while (p < end) {
        uint8_t utf8[4];
        size_t n, taken = 0;
        if (*p > ' ' && *p != '&') {
            p++;
            continue;
        }
        if (*p == '&')
            taken = entities_decode(bytes_of(p, (size_t)(end - p)), utf8, &n);
        if (*p == '&' && taken == 0) {
            p++;
            continue;
        }
        if (p > run)
            put_run(m, run, (size_t)(p - run));
        if (taken > 0)
            put_instead(m, utf8, n, p, taken);
        else
            part(m, PENDING_BLANK);
        p += taken > 0 ? taken : 1;
        run = p;
    }
    if (p > run)
        put_run(m, run, (size_t)(p - run));
}

static void put_html_gap(void *arg, enum html_text_gap gap)
{
    part(arg, gap == HTML_TEXT_BLOCK ? PENDING_PARAGRAPH : PENDING_BLANK);
}

static void put_html(struct markdown *m, const uint8_t *p, size_t len)
{
    struct html_text_sink sink = {put_html_text, put_html_gap, m};
    html_text_feed(&m->html, bytes_of(p, len), &sink);
}

/* --- what md4c calls ------------------------------------------------------------------- */

static int enter_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    struct markdown *m = arg;
    if (type == MD_BLOCK_HTML || type == MD_BLOCK_CODE)
        m->html = (struct html_text){0};
    if (type == MD_BLOCK_CODE) {
        const MD_BLOCK_CODE_DETAIL *code = detail;
        m->code = code->fence_char ? CODE_PLAIN : CODE_UNDECIDED;
    }
    part(m, PENDING_PARAGRAPH);
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    struct markdown *m = arg;
    (void)detail;
    if (type == MD_BLOCK_CODE)
        m->code = CODE_PLAIN;
    part(m, PENDING_PARAGRAPH);
    return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *arg)
{
    struct markdown *m = arg;
    (void)detail;
    m->images += type == MD_SPAN_IMG;
    if (type == MD_SPAN_A) {
        m->link_opened = true;
        m->autolink = false;
    }
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *arg)
{
    struct markdown *m = arg;
    (void)detail;
    m->images -= type == MD_SPAN_IMG;
    if (type == MD_SPAN_A) {
        if (m->autolink && is_source(m, m->link_end) && *m->link_end == '>')
            put_run(m, m->link_end, 1);
        m->link_opened = m->autolink = false;
    }
    return 0;
}

/* The first text of a link behind '<' is an autolink's: it keeps its brackets, by which the
 * normaliser knows it. */
static void look_for_autolink(struct markdown *m, const uint8_t *p, size_t len)
{
    if (m->link_opened) {
        m->link_opened = false;
        m->autolink = is_source(m, p) && p > m->base && p[-1] == '<';
        if (m->autolink)
            put_run(m, p - 1, 1);
    }
    m->link_end = p + len;
}

static void put_code(struct markdown *m, const uint8_t *p, size_t len)
{
    size_t blanks = 0;
    while (blanks < len && p[blanks] <= ' ')
        blanks++;
    if (m->code == CODE_UNDECIDED && blanks < len) {
        uint8_t next = len - blanks > 1 ? p[blanks + 1] : 0;
        bool tag = p[blanks] == '<' && (next == '/' || next == '!' ||
                                        ((next | 0x20) >= 'a' && (next | 0x20) <= 'z'));
        m->code = tag ? CODE_HTML : CODE_PLAIN;
    }
    if (m->code == CODE_HTML)
        put_html(m, p, len);
    else
        put_run(m, p, len);
}

static int put_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *arg)
{
    struct markdown *m = arg;
    const uint8_t *p = (const uint8_t *)text;
    if (is_source(m, p) && size > m->len - (size_t)(p - m->base)) {
        m->broken = true;
        return 1;
    }
    if (m->images > 0)
        return 0;
    if (type != MD_TEXT_HTML)
        look_for_autolink(m, p, size);
    switch (type) {
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
    case MD_TEXT_NULLCHAR: part(m, PENDING_BLANK); break;
    case MD_TEXT_ENTITY: put_entity(m, p, size); break;
    case MD_TEXT_HTML: put_html(m, p, size); break;
    case MD_TEXT_CODE: put_code(m, p, size); break;
    default: put_run(m, p, size); break;
    }
    return m->out->text.failed || m->out->map.failed;
}

int markdown_text(struct markdown *m, const struct source_text *in, size_t from,
                  struct record_text *out, struct err *err)
{
    static const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = put_text,
    };
    if (in->text.len - from > TEXT_BYTES_MAX)
        return err_set(err, ERR_LIMIT, "Markdown of over 1 GiB");
    if (in->text.len == from)
        return 0;
    *m = (struct markdown){
        .clean = m->clean, .image = m->image, .in = in, .from = from, .out = out};
    m->base = in->text.data + from;
    m->len = in->text.len - from;
    buf_reset(&m->clean);
    /* md4c 0.4.8 looks at the byte behind the text when a link's target ends there. */
    int rc = m->base[m->len - 1] == '\n' ? 0 : copy_source(m);
    size_t parsed = m->len + (m->clean.len > 0);
    if (rc == 0)
        rc = clean_templates(m);
    if (rc == 0 && md_parse((const MD_CHAR *)m->base, (MD_SIZE)parsed, &parser, m) != 0)
        rc = m->broken ? ERR_INPUT : ERR_NOMEM; /* it fails for no other reason */
    return rc == 0 ? 0
                   : err_set(err, rc, "Markdown of %zu bytes: cannot be read", m->len);
}
