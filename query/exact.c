#include "query/exact.h"

#include <string.h>

#include "text/unidata.h"
#include "text/utf8.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for its tree");
}

/* Apostrophes as text/fold.h has them, single quotation marks, double ones. */
static uint32_t alike(uint32_t cp)
{
    if ((cp >= 0x2018 && cp <= 0x201b) || (cp >= 0x2bb && cp <= 0x2bf) ||
        cp == 0xff07) {
        return '\'';
    }
    if ((cp >= 0x201c && cp <= 0x201f) || cp == 0xab || cp == 0xbb || cp == 0xff02) {
        return '"';
    }
    return cp;
}

void exact_put(struct bytes text, struct buf *out)
{
    const uint8_t *p = text.data, *end = text.data + text.len;
    size_t start = out->len;
    while (p < end) {
        uint8_t coded[4];
        uint32_t cp = *p;
        p += cp < 0x80 ? 1 : utf8_decode(p, end, &cp);
        if (unidata_get(cp)->flags & UNIDATA_SPACE) {
            if (out->len == start || out->data[out->len - 1] != ' ') {
                buf_put_u8(out, ' ');
            }
            continue;
        }
        cp = alike(cp);
        buf_put(out, coded, utf8_encode(cp, coded));
    }
}

int exact_read(struct bytes typed, struct analyser *analyser, struct arena *arena,
               struct ast *node, struct err *err)
{
    struct source_text title = {.text = typed}, body = {0};
    struct analysed a;
    struct buf text = {0};
    int rc = analyser_article(analyser, &title, &body, &a, err);
    if (rc) {
        return rc;
    }
    exact_put(analysed_separator(&a, 0), &text);
    node->lead = (uint32_t)text.len;
    for (size_t i = 0; i < a.n_tokens; i++) {
        if (i > 0) {
            exact_put(analysed_separator(&a, i), &text);
        }
        exact_put(analysed_surface(&a, i), &text);
    }
    size_t end = text.len;
    exact_put(a.tail, &text);
    while (text.len > end && text.data[text.len - 1] == ' ') {
        text.len--;
    }
    node->trail = (uint32_t)(text.len - end);
    node->term = arena_copy(arena, buf_bytes(&text));
    rc = text.failed || !node->term.data ? no_memory(err) : 0;
    buf_release(&text);
    return rc;
}
