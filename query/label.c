#include "query/label.h"

#include "base/log.h"
#include "text/utf8.h"
#include "query/width.h"

/* U+FFFE and U+FFFF are well-formed UTF-8 and no characters of XML 1.0 (section 2.2). */
static void put_allowed(struct buf *out, const uint8_t *p, size_t n)
{
    if (n == 3 && p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE)
        buf_put_str(out, "\xEF\xBF\xBD");
    else
        buf_put(out, p, n);
}

void label_clean(struct buf *out, struct bytes text)
{
    struct buf safe = {0};
    log_sanitise(&safe, text, false);
    const uint8_t *p = safe.data, *end = safe.data + safe.len;
    size_t from = out->len;
    while (p < end) {
        uint32_t cp;
        size_t n = utf8_decode(p, end, &cp);
        bool blank = cp == ' ' || cp == 0x2028 || cp == 0x2029;
        bool again = out->len == from || out->data[out->len - 1] == ' ';
        if (blank && !again)
            buf_put_u8(out, ' ');
        else if (!blank)
            put_allowed(out, p, n);
        p += n;
    }
    if (out->len > from && out->data[out->len - 1] == ' ')
        out->len--;
    out->failed |= safe.failed;
    buf_release(&safe);
}

void label_short(struct buf *out, struct bytes text)
{
    size_t from = out->len, at, n = 0;
    label_clean(out, text);
    for (at = from; at < out->len && n < LABEL_SHORT - 1; n++) {
        uint32_t cp;
        at += utf8_decode(out->data + at, out->data + out->len, &cp);
    }
    if (at < out->len) {
        uint32_t cp;
        if (at + utf8_decode(out->data + at, out->data + out->len, &cp) == out->len)
            return;
        out->len = at;
        buf_put_str(out, "\u2026");
    }
}

/* Thousandths of the size. Latin letters differ too much for one figure: "illness" is half of "mammoth". */
static unsigned advance(uint32_t cp)
{
    static const char narrow[] = "ijl.,:;|!'`", slim[] = "ftrI()[]{}/\\ \"-*",
                      broad[] = "mwMW%@", capital[] = "ABCDEFGHJKLNOPQRSTUVXYZ&+=<>~#_";
    if (cp >= 0x80)
        return width_character(cp) * (width_character(cp) == 2 ? 520 : 660);
    for (const char *c = narrow; *c; c++)
        if ((uint32_t)*c == cp)
            return 320;
    for (const char *c = slim; *c; c++)
        if ((uint32_t)*c == cp)
            return 400;
    for (const char *c = broad; *c; c++)
        if ((uint32_t)*c == cp)
            return 960;
    for (const char *c = capital; *c; c++)
        if ((uint32_t)*c == cp)
            return 740;
    return 620;
}

/* Bytes of text that take at most `most` thousandths, and what they take. */
static size_t fit(struct bytes clean, double most, double *taken)
{
    const uint8_t *p = clean.data, *end = clean.data + clean.len;
    *taken = 0;
    while (p < end) {
        uint32_t cp;
        size_t n = utf8_decode(p, end, &cp);
        double next = *taken + advance(cp);
        if (next > most)
            break;
        *taken = next;
        p += n;
    }
    return (size_t)(p - clean.data);
}

double label_width(struct bytes clean, double size)
{
    double taken;
    (void)fit(clean, 1e12, &taken);
    return taken * size / 1000;
}

size_t label_fit(struct bytes clean, double size, double width)
{
    double taken;
    uint32_t cp;
    size_t n = clean.len ? fit(clean, width / size * 1000, &taken) : 0;
    return n > 0 || clean.len == 0
               ? n
               : utf8_decode(clean.data, clean.data + clean.len, &cp);
}

void label_cut(struct buf *out, struct bytes clean, double size, double width)
{
    if (label_fit(clean, size, width) == clean.len) {
        buf_put_bytes(out, clean);
        return;
    }
    size_t n = label_fit(clean, size, width - size);
    while (n > 0 && clean.data[n - 1] == ' ')
        n--;
    buf_put(out, clean.data, n);
    buf_put_str(out, "\u2026");
}

size_t label_line(struct bytes clean, double size, double width)
{
    size_t n = label_fit(clean, size, width), at = n;
    if (n == clean.len || clean.data[n] == ' ')
        return n;
    while (at > 0 && clean.data[at - 1] != ' ')
        at--;
    return at > 1 ? at - 1 : n;
}

void label_xml(struct buf *out, struct bytes clean)
{
    for (size_t i = 0; i < clean.len; i++) {
        switch (clean.data[i]) {
        case '<': buf_put_str(out, "&lt;"); break;
        case '>': buf_put_str(out, "&gt;"); break;
        case '&': buf_put_str(out, "&amp;"); break;
        case '"': buf_put_str(out, "&quot;"); break;
        default: buf_put_u8(out, clean.data[i]);
        }
    }
}
