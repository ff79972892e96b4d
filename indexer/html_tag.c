#include "indexer/html_tag.h"

#include <stdint.h>
#include <string.h>

void html_tags_init(struct html_tags *t, struct bytes text)
{
    *t = (struct html_tags){.text = text};
    for (t->last = text.len; t->last > 0 && text.data[t->last - 1] != '>';)
        t->last--;
}

static bool is_letter(uint8_t b)
{
    return (b | 0x20) >= 'a' && (b | 0x20) <= 'z';
}

static bool is_name_byte(uint8_t b)
{
    return is_letter(b) || (b >= '0' && b <= '9') || b == '-' || b == ':' || b == '_';
}

/* Behind the '>' that ends a tag; `quotes`: one between quotation marks does not. 0: there is none. */
static size_t find_end(const struct html_tags *t, size_t at, bool quotes)
{
    uint8_t quote = 0;
    for (; at < t->last; at++) {
        uint8_t b = t->text.data[at];
        if (quote) {
            quote = b == quote ? 0 : quote;
        } else if (b == '>') {
            return at + 1;
        } else if (quotes && (b == '"' || b == '\'')) {
            quote = b;
        }
    }
    return 0;
}

/* <!-- ... -->, <!DOCTYPE ...>, <?xml ...?>; at is that of '<'. */
static bool read_special(struct html_tags *t, size_t at, struct html_tag *out)
{
    struct bytes text = t->text;
    if (text.len - at < 4 || memcmp(text.data + at, "<!--", 4) != 0) {
        out->end = find_end(t, at + 2, false);
        return out->end > 0;
    }
    for (size_t i = at + 6; i < t->last && !t->no_comment; i++) {
        const uint8_t *p = text.data + i;
        if (*p == '>' && p[-1] == '-' && p[-2] == '-') {
            out->end = i + 1;
            return true;
        }
    }
    t->no_comment = true;
    return false;
}

bool html_tags_read(struct html_tags *t, size_t at, struct html_tag *out)
{
    const uint8_t *p = t->text.data;
    size_t i = at + 1, n = 0;
    *out = (struct html_tag){.closing = false};
    if (i >= t->last)
        return false;
    if (p[i] == '?' || (p[i] == '!' && i + 1 < t->last &&
                        (p[i + 1] == '-' || p[i + 1] == '[' || is_letter(p[i + 1]))))
        return read_special(t, at, out);
    out->closing = p[i] == '/';
    i += out->closing;
    if (i >= t->last || !is_letter(p[i]))
        return false;
    out->capital = p[i] < 'a';
    for (; i < t->last && is_name_byte(p[i]); i++) {
        if (n + 1 < HTML_TAG_NAME_MAX)
            out->name[n++] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i]);
    }
    if (i >= t->last || (p[i] != '>' && p[i] != '/' && p[i] > ' ') ||
        (p[i] == '/' && p[i + 1] != '>' && p[i + 1] > ' '))
        return false;
    out->end = t->no_quotes ? 0 : find_end(t, i, true);
    if (out->end == 0) { /* a quotation mark too many */
        t->no_quotes = true;
        out->end = find_end(t, i, false);
    }
    return out->end > 0;
}
