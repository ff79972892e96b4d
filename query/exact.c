#include "query/exact.h"

#include <stdbool.h>
#include <string.h>

#include "text/decompose.h"
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

/* Characters that nobody sees, of those that Unicode calls default-ignorable: joiners, marks of direction, variation
 * selectors and the like. Converters leave them in words, and a copied word brings them along. */
static bool is_unseen(uint32_t cp)
{
    return cp == 0xad || cp == 0x34f || cp == 0x61c || cp == 0x180e ||
           (cp >= 0x200c && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2060 && cp <= 0x206f) || (cp >= 0xfe00 && cp <= 0xfe0f) ||
           cp == 0xfeff;
}

enum {
    MARKS_MAX = 64 /* of one letter, that are brought into order */
};

/* A letter and its marks, decomposed, that are not yet written. */
struct letter {
    uint32_t text[MARKS_MAX];
    size_t n;
};

static void put_letter(struct letter *l, struct buf *out)
{
    decompose_order(l->text, l->n);
    for (size_t i = 0; i < l->n; i++) {
        uint8_t coded[4];
        buf_put(out, coded, utf8_encode(l->text[i], coded));
    }
    l->n = 0;
}

static void add(struct letter *l, uint32_t cp, struct buf *out)
{
    uint32_t parts[DECOMPOSE_MAX];
    size_t n = decompose(alike(cp), parts);
    for (size_t i = 0; i < n; i++) {
        if (unidata_get(parts[i])->ccc == 0 || l->n == MARKS_MAX) {
            put_letter(l, out);
        }
        l->text[l->n++] = parts[i];
    }
}

void exact_put(struct bytes text, struct buf *out)
{
    const uint8_t *p = text.data, *end = text.data + text.len;
    struct letter letter = {.n = 0};
    size_t start = out->len;
    while (p < end) {
        uint32_t cp = *p;
        p += cp < 0x80 ? 1 : utf8_decode(p, end, &cp);
        if (is_unseen(cp)) {
            continue;
        }
        bool space = unidata_get(cp)->flags & UNIDATA_SPACE;
        if (!space && (cp >= 0x80 || (p < end && *p >= 0x80))) {
            add(&letter, cp, out);
            continue;
        }
        put_letter(&letter, out);
        if (!space) {
            buf_put_u8(out, (uint8_t)cp);
        } else if (out->len == start || out->data[out->len - 1] != ' ') {
            buf_put_u8(out, ' ');
        }
    }
    put_letter(&letter, out);
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
