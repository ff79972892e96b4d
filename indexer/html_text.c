#include "indexer/html_text.h"

#include <string.h>

enum state {
    IN_TEXT,
    AT_TAG,     /* behind '<' */
    IN_NAME,    /* of a tag, '/' included */
    IN_TAG,     /* between attributes */
    IN_VALUE,   /* of an attribute, quoted */
    IN_COMMENT, /* behind "<!--" */
    IN_SPECIAL  /* <!DOCTYPE ...>, <?...> */
};

static bool is_letter(uint8_t b)
{
    return (b | 0x20) >= 'a' && (b | 0x20) <= 'z';
}

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, list[i]) == 0)
            return true;
    }
    return false;
}

enum html_text_gap html_text_gap_of(const char *name)
{
    static const char *const blank[] = {"br", "wbr"};
    static const char *const block[] = {
        "p",       "div",     "li",      "ul",     "ol",     "dl",    "dt",
        "dd",      "table",   "tr",      "td",     "th",     "h1",    "h2",
        "h3",      "h4",      "h5",      "h6",     "hr",     "pre",   "blockquote",
        "section", "article", "header",  "footer", "figure", "form",  "figcaption",
        "aside",   "nav",     "main",    "option", "iframe", "video", "details",
        "summary", "address", "caption", "center"};
    name += *name == '/';
    if (is_one_of(name, blank, sizeof blank / sizeof blank[0]))
        return HTML_TEXT_BLANK;
    if (is_one_of(name, block, sizeof block / sizeof block[0]))
        return HTML_TEXT_BLOCK;
    return HTML_TEXT_JOINED;
}

static bool is_skipped(const char *name)
{
    return strcmp(name, "script") == 0 || strcmp(name, "style") == 0;
}

/* A tag ended; its name is complete. */
static void end_tag(struct html_text *h, const struct html_text_sink *sink)
{
    h->state = IN_TEXT;
    h->name[h->name_len] = '\0';
    if (h->skip_name[0]) {
        if (h->name[0] == '/' && strcmp(h->name + 1, h->skip_name) == 0)
            h->skip_name[0] = '\0';
        return;
    }
    if (is_skipped(h->name))
        memcpy(h->skip_name, h->name, sizeof h->name);
    enum html_text_gap gap = html_text_gap_of(h->name);
    if (gap != HTML_TEXT_JOINED)
        sink->gap(sink->arg, gap);
}

static void add_to_name(struct html_text *h, uint8_t b)
{
    if (h->name_len + 1 < HTML_TEXT_NAME_MAX)
        h->name[h->name_len++] = (char)(b >= 'A' && b <= 'Z' ? b | 0x20 : b);
}

/* The first byte behind '<' says what it opens. */
static void begin_tag(struct html_text *h, uint8_t b)
{
    h->name_len = 0;
    h->last[0] = h->last[1] = 0;
    if (h->skip_name[0] && b != '/') { /* a script: only its end is of interest */
        h->state = b == '<' ? AT_TAG : IN_TEXT;
    } else if (b == '!' || b == '?') {
        h->state = IN_SPECIAL;
    } else if (b == '/' || is_letter(b)) {
        h->state = IN_NAME;
        add_to_name(h, b);
    } else {
        h->state = b == '>' ? IN_TEXT : IN_TAG;
    }
}

static void step(struct html_text *h, uint8_t b, const struct html_text_sink *sink)
{
    switch ((enum state)h->state) {
    case IN_TEXT: break;
    case AT_TAG: begin_tag(h, b); break;
    case IN_NAME:
        if (b == '>') {
            end_tag(h, sink);
        } else if (b == '<' && h->skip_name[0]) {
            h->state = AT_TAG;
        } else if (b <= ' ' || (b == '/' && h->name_len > 1)) {
            h->state = IN_TAG;
        } else {
            add_to_name(h, b);
        }
        break;
    case IN_TAG:
        if (b == '>') {
            end_tag(h, sink);
        } else if (b == '<' && h->skip_name[0]) {
            h->state = AT_TAG;
        } else if ((b == '"' || b == '\'') && !h->skip_name[0]) {
            h->quote = b;
            h->state = IN_VALUE;
        }
        break;
    case IN_VALUE:
        if (b == h->quote)
            h->state = IN_TAG;
        break;
    case IN_SPECIAL:
        if (b == '-' && h->last[1] == '-' && h->name_len == 1)
            h->state = IN_COMMENT;
        else if (b == '>')
            h->state = IN_TEXT;
        h->name_len++;
        break;
    case IN_COMMENT:
        if (b == '>' && h->last[0] == '-' && h->last[1] == '-')
            h->state = IN_TEXT;
        break;
    }
    h->last[0] = h->last[1];
    h->last[1] = b;
}

void html_text_feed(struct html_text *h, struct bytes bytes,
                    const struct html_text_sink *sink)
{
    const uint8_t *p = bytes.data, *end = p + bytes.len;
    while (p < end) {
        if (h->state != IN_TEXT) {
            step(h, *p++, sink);
            continue;
        }
        const uint8_t *tag = memchr(p, '<', (size_t)(end - p));
        const uint8_t *stop = tag ? tag : end;
        if (stop > p && !h->skip_name[0])
            sink->run(sink->arg, p, (size_t)(stop - p));
        p = stop;
        if (tag) {
            h->state = AT_TAG;
            p++;
        }
    }
}
