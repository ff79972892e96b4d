#include "text/fold.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "text/analyser.h"
#include "text/unidata.h"
#include "text/utf8.h"

enum {
    GROUP_MAX =
        32, /* characters that may reorder and compose; more are cut into groups,
                       as the Stream-Safe Text Format (UAX #15) does at 30 marks */
    WORK_BYTES = 1024,
    HANGUL_S = 0xAC00,
    HANGUL_L = 0x1100,
    HANGUL_V = 0x1161,
    HANGUL_T = 0x11A7, /* one below the first final consonant */
    HANGUL_L_COUNT = 19,
    HANGUL_V_COUNT = 21,
    HANGUL_T_COUNT = 28,
    HANGUL_S_COUNT = HANGUL_L_COUNT * HANGUL_V_COUNT * HANGUL_T_COUNT
};

/* Bytes go out while they fit; `need` counts them all. */
struct sink {
    uint8_t *out;
    size_t len, cap, need;
    bool full; /* something did not fit: nothing may follow it */
};

static void sink_put(struct sink *s, const uint8_t *data, size_t len)
{
    s->need += len;
    s->full = s->full || len > s->cap - s->len;
    if (!s->full) {
        memcpy(s->out + s->len, data, len);
        s->len += len;
    }
}

static void sink_char(struct sink *s, uint32_t cp)
{
    uint8_t bytes[4];
    sink_put(s, bytes, utf8_encode(cp, bytes));
}

/* --- step 6: order and compose ------------------------------------------------------- */

static uint32_t compose_hangul(uint32_t first, uint32_t second)
{
    uint32_t l = first - HANGUL_L, v = second - HANGUL_V;
    if (l < HANGUL_L_COUNT && v < HANGUL_V_COUNT)
        return HANGUL_S + (l * HANGUL_V_COUNT + v) * HANGUL_T_COUNT;
    uint32_t s = first - HANGUL_S, t = second - HANGUL_T;
    if (s < HANGUL_S_COUNT && s % HANGUL_T_COUNT == 0 && t > 0 && t < HANGUL_T_COUNT)
        return first + t;
    return 0;
}

/* What the two make, or 0. */
static uint32_t compose(uint32_t first, uint32_t second)
{
    uint32_t made = compose_hangul(first, second);
    size_t low = 0, high = unidata_pair_count;
    while (!made && low < high) {
        size_t mid = low + (high - low) / 2;
        const struct unidata_pair *p = &unidata_pairs[mid];
        if (p->first == first && p->second == second)
            made = p->result;
        else if (p->first < first || (p->first == first && p->second < second))
            low = mid + 1;
        else
            high = mid;
    }
    return made;
}

/* A character that starts something and what may reorder or compose after it. */
struct group {
    uint32_t cps[GROUP_MAX];
    uint8_t ccc[GROUP_MAX];
    size_t n;
};

/* Canonical ordering: a stable sort of each run of marks by class. */
static void group_order(struct group *g)
{
    for (size_t i = 1; i < g->n; i++) {
        uint32_t cp = g->cps[i];
        uint8_t ccc = g->ccc[i];
        size_t j = i;
        for (; ccc && j > 0 && g->ccc[j - 1] > ccc; j--) {
            g->cps[j] = g->cps[j - 1];
            g->ccc[j] = g->ccc[j - 1];
        }
        g->cps[j] = cp;
        g->ccc[j] = ccc;
    }
}

static void group_compose(struct group *g)
{
    size_t starter = g->n, kept = 0;
    for (size_t i = 0; i < g->n; i++) {
        bool near =
            starter < kept && (starter + 1 == kept || g->ccc[kept - 1] < g->ccc[i]);
        uint32_t made = near ? compose(g->cps[starter], g->cps[i]) : 0;
        if (made) {
            g->cps[starter] = made;
            continue;
        }
        g->cps[kept] = g->cps[i];
        g->ccc[kept] = g->ccc[i];
        if (g->ccc[i] == 0)
            starter = kept;
        kept++;
    }
    g->n = kept;
}

static void group_flush(struct group *g, struct sink *s)
{
    if (g->n > 1) {
        group_order(g);
        group_compose(g);
    }
    for (size_t i = 0; i < g->n; i++)
        sink_char(s, g->cps[i]);
    g->n = 0;
}

static void group_put(struct group *g, uint32_t cp, struct sink *s)
{
    const struct unidata_record *r = unidata_get(cp);
    bool follows = r->ccc || (r->flags & UNIDATA_COMPOSES);
    if (!follows || g->n == GROUP_MAX)
        group_flush(g, s);
    g->cps[g->n] = cp;
    g->ccc[g->n++] = r->ccc;
}

/* --- steps 1 to 5, from the table ----------------------------------------------------- */

static void put_folded(struct group *g, uint32_t cp, struct sink *s)
{
    const uint8_t *folded = unidata_fold(cp);
    if (!folded) {
        group_put(g, cp, s);
        return;
    }
    const uint8_t *p = folded + 1, *end = p + folded[0];
    while (p < end) {
        uint32_t part;
        p += utf8_decode(p, end, &part);
        group_put(g, part, s);
    }
}

static void fold_into(struct sink *s, struct bytes text)
{
    struct group g = {.n = 0};
    const uint8_t *p = text.data, *end = text.data + text.len;
    while (p < end) {
        uint32_t cp = *p;
        p += cp < 0x80 ? 1 : utf8_decode(p, end, &cp);
        put_folded(&g, cp, s);
    }
    group_flush(&g, s);
}

size_t fold_text(struct bytes text, uint8_t *out, size_t cap)
{
    struct sink s = {.cap = cap};
    s.out = out;
    fold_into(&s, text);
    return s.need;
}

/* --- step 7 --------------------------------------------------------------------------- */

static bool is_edge(uint8_t b)
{
    return b == '_' || b == '\'';
}

/* Repeated until nothing changes, so that folding a term gives the term. */
static struct bytes trim(struct bytes t)
{
    for (;;) {
        while (t.len && is_edge(t.data[0]))
            t = bytes_of(t.data + 1, t.len - 1);
        while (t.len && is_edge(t.data[t.len - 1]))
            t.len--;
        if (t.len < 3 || t.data[t.len - 1] != 's' || t.data[t.len - 2] != '\'')
            return t;
        t.len -= 2;
    }
}

static size_t cut(struct bytes t, size_t cap)
{
    size_t len = t.len;
    if (len > cap) {
        len = cap;
        while (len && (t.data[len] & 0xC0) == 0x80)
            len--;
    }
    return len;
}

static bool lower_ascii(struct bytes surface, uint8_t *out)
{
    unsigned high = 0;
    for (size_t i = 0; i < surface.len; i++) {
        uint8_t b = surface.data[i];
        high |= b;
        out[i] = (uint8_t)(b + ((unsigned)(b - 'A') < 26U ? 'a' - 'A' : 0));
    }
    return high < 0x80;
}

size_t fold_term(struct bytes surface, uint8_t *out, size_t cap)
{
    assert(cap >= 16 && surface.len > 0);
    uint8_t work[WORK_BYTES];
    size_t len = surface.len;
    if (len > WORK_BYTES || !lower_ascii(surface, work)) {
        struct sink s = {.out = work, .cap = WORK_BYTES};
        fold_into(&s, surface);
        len = s.len;
    }
    struct bytes term = trim(bytes_of(work, len));
    if (term.len == 0)
        term = surface;
    len = cut(term, cap);
    memcpy(out, term.data, len);
    return len;
}

size_t analyser_fold(struct bytes surface, uint8_t out[TERM_BYTES_MAX])
{
    return fold_term(surface, out, TERM_BYTES_MAX);
}
