#include "query/cooc_simple.h"

#include <string.h>

enum {
    MASKED = 64 /* queries */
};

/* Adds n observations. */
static int observe(struct cooc_story *s, size_t pair, uint32_t n, struct err *err)
{
    struct cooc_pair *p = &s->c->pairs[pair];
    p->o.once += n;
    p->o.all += (uint64_t)n * s->c->ground.n_articles;
    if (n == 0 || p->last == s->n_stories) {
        return 0;
    }
    p->last = s->n_stories;
    return vec_push(&s->touched, (uint32_t)pair) ? 0 : cooc_story_no_memory(err);
}

/* --- sentences and paragraphs -------------------------------------------------------------------- */

/* The units that hold spans of `width` tokens at addresses whole, each once, to s->units. */
static int list_units(struct cooc_story *s, const address *at, size_t n, uint32_t width,
                      struct err *err)
{
    const struct cooc_ground *g = &s->c->ground;
    size_t last = COOC_NO_UNIT;
    if (!vec_reserve(&s->units, n)) {
        return cooc_story_no_memory(err);
    }
    uint32_t *to = s->units.items;
    for (size_t i = 0; i < n; i++) {
        size_t unit = cooc_ground_unit(g, at[i], width);
        *to = (uint32_t)unit;
        to += unit != last && unit != COOC_NO_UNIT;
        last = unit != COOC_NO_UNIT ? unit : last;
    }
    s->units.len = (size_t)(to - s->units.items);
    return 0;
}

/* The units that hold hits of a query, to s->units. */
static int find_units(struct cooc_story *s, size_t present, struct err *err)
{
    const struct cooc_present *p = &s->present.items[present];
    const struct cooc_hits *h = cooc_story_hits_of(s, present);
    struct cooc_ground *g = &s->c->ground;
    struct cooc_units units;
    vec_reset(&s->units);
    if (p->entry.width > 0) {
        return list_units(s, p->addresses, p->entry.n, p->entry.width, err);
    }
    const struct cooc_wording *w = p->wordings;
    int rc = cooc_ground_units(g, g->first_wording, &units, err);
    return rc ? rc
              : cooc_story_units(s, &units, h->spans.items + w->spans, w->n_spans, err);
}

/* --- of few queries: a bit each ------------------------------------------------------------------- */

static int clear_masks(struct cooc_story *s, size_t n_units, struct err *err)
{
    vec_reset(&s->masks);
    if (!vec_reserve(&s->masks, n_units + 1)) {
        return cooc_story_no_memory(err);
    }
    memset(s->masks.items, 0, n_units * sizeof *s->masks.items);
    s->masks.len = n_units;
    return 0;
}

/* Sets the bit of a query for the units that hold its hits at addresses; how many. */
static size_t mask_addresses(struct cooc_story *s, size_t present)
{
    const struct cooc_present *p = &s->present.items[present];
    const struct cooc_ground *g = &s->c->ground;
    uint64_t *masks = s->masks.items;
    size_t n = 0;
    for (size_t i = 0; i < p->entry.n; i++) {
        size_t unit = cooc_ground_unit(g, p->addresses[i], p->entry.width);
        if (unit != COOC_NO_UNIT) {
            n += ~masks[unit] >> present & 1;
            masks[unit] |= UINT64_C(1) << present;
        }
    }
    return n;
}

/* The same for hits of any kind. */
static int mask_units(struct cooc_story *s, size_t present, size_t *n, struct err *err)
{
    if (s->present.items[present].entry.width > 0) {
        *n = mask_addresses(s, present);
        return 0;
    }
    int rc = find_units(s, present, err);
    vec_foreach(uint32_t, unit, &s->units) {
        s->masks.items[*unit] |= UINT64_C(1) << present;
    }
    *n = s->units.len;
    return rc;
}

/* Observes all pairs of the queries of a unit. */
static int pair_mask(struct cooc_story *s, uint64_t rest, struct err *err)
{
    int rc = 0;
    while ((rest & (rest - 1)) != 0 && rc == 0) {
        size_t a = (size_t)__builtin_ctzll(rest);
        rest &= rest - 1;
        for (uint64_t others = rest; others != 0 && rc == 0; others &= others - 1) {
            size_t b = (size_t)__builtin_ctzll(others);
            rc = observe(s, cooc_story_pair(s, a, b), 1, err);
        }
    }
    return rc;
}

/* Most units have no pair: they are stepped over by groups. */
static int pair_masks(struct cooc_story *s, struct err *err)
{
    enum {
        GROUP = 8
    };
    const uint64_t *masks = s->masks.items;
    size_t n = s->masks.len;
    int rc = 0;
    for (size_t from = 0; from < n && rc == 0; from += GROUP) {
        size_t to = n - from > GROUP ? from + GROUP : n;
        uint64_t several = 0;
        for (size_t i = from; i < to; i++) {
            several |= masks[i] & (masks[i] - 1);
        }
        for (size_t i = from; several != 0 && i < to && rc == 0; i++) {
            rc = pair_mask(s, masks[i], err);
        }
    }
    return rc ? rc : cooc_story_look(s, n, err);
}

/* --- of many: in lists ---------------------------------------------------------------------------- */

static int mark_units(struct cooc_story *s, size_t present, size_t *n, struct err *err)
{
    int rc = find_units(s, present, err);
    *n = s->units.len;
    if (rc) {
        return rc;
    }
    if (!vec_reserve(&s->marks, s->units.len)) {
        return cooc_story_no_memory(err);
    }
    vec_foreach(uint32_t, unit, &s->units) {
        s->marks.items[s->marks.len++] = (struct cooc_mark){*unit, (uint32_t)present};
    }
    return 0;
}

/* Orders the marks by unit: those of unit u become by_unit[heads[u]..heads[u + 1]). */
static int order_marks(struct cooc_story *s, size_t n_units, struct err *err)
{
    vec_reset(&s->heads);
    vec_reset(&s->by_unit);
    if (!vec_reserve(&s->heads, n_units + 2) ||
        !vec_reserve(&s->by_unit, s->marks.len + 1)) {
        return cooc_story_no_memory(err);
    }
    uint32_t *heads = s->heads.items;
    memset(heads, 0, (n_units + 2) * sizeof *heads);
    vec_foreach(struct cooc_mark, m, &s->marks) {
        heads[m->unit + 2]++;
    }
    for (size_t u = 2; u < n_units + 2; u++) {
        heads[u] += heads[u - 1];
    }
    vec_foreach(struct cooc_mark, m, &s->marks) {
        s->by_unit.items[heads[m->unit + 1]++] = m->present;
    }
    return 0;
}

static int pair_marks(struct cooc_story *s, size_t n_units, struct err *err)
{
    int rc = order_marks(s, n_units, err);
    for (size_t u = 0; u < n_units && rc == 0; u++) {
        const uint32_t *v = s->by_unit.items + s->heads.items[u];
        size_t n = s->heads.items[u + 1] - s->heads.items[u];
        for (size_t a = 0; a + 1 < n && rc == 0; a++) {
            for (size_t b = a + 1; b < n && rc == 0; b++) {
                rc = observe(s, cooc_story_pair(s, v[a], v[b]), 1, err);
            }
            rc = rc ? rc : cooc_story_look(s, n, err);
        }
    }
    return rc;
}

/* --- both ----------------------------------------------------------------------------------------- */

static int count_units(struct cooc_story *s, struct err *err)
{
    size_t n_units = s->c->ground.n_marks;
    bool few = s->present.len <= MASKED;
    vec_reset(&s->marks);
    int rc = few ? clear_masks(s, n_units, err) : 0;
    for (size_t i = 0; i < s->present.len && rc == 0; i++) {
        struct cooc_count *f = cooc_story_total(s, i);
        size_t n = 0;
        rc = few ? mask_units(s, i, &n, err) : mark_units(s, i, &n, err);
        f->once += n;
        f->all += (uint64_t)n * s->c->ground.n_articles;
    }
    if (rc || s->present.len < 2) {
        return rc;
    }
    return few ? pair_masks(s, err) : pair_marks(s, n_units, err);
}

/* --- windows --------------------------------------------------------------------------------------- */

/* The hits of a query, in tokens of the story. */
static int fill_hits(struct cooc_story *s, size_t present, struct hits *out,
                     struct err *err)
{
    const struct cooc_present *p = &s->present.items[present];
    const struct cooc_hits *h = cooc_story_hits_of(s, present);
    if (p->entry.width == 0) {
        const struct cooc_wording *w = p->wordings;
        return cooc_story_hits(h->spans.items + w->spans, w->n_spans, out, err);
    }
    span_hits_reset(out);
    if (!vec_reserve(&out->list, p->entry.n)) {
        return cooc_story_no_memory(err);
    }
    for (uint32_t i = 0; i < p->entry.n; i++) {
        out->list.items[i] =
            (struct hit){p->addresses[i] - s->c->ground.story.start, p->entry.width, 0};
    }
    out->list.len = p->entry.n;
    return 0;
}

static int list_hits(struct cooc_story *s, struct err *err)
{
    int rc = 0;
    while (s->spans.len < s->present.len) {
        if (!vec_push(&s->spans, (struct hits){0})) {
            return cooc_story_no_memory(err);
        }
    }
    for (size_t i = 0; i < s->present.len && rc == 0; i++) {
        struct cooc_count *f = cooc_story_total(s, i);
        rc = fill_hits(s, i, &s->spans.items[i], err);
        f->once += s->spans.items[i].list.len;
        f->all += (uint64_t)s->spans.items[i].list.len * s->c->ground.n_articles;
    }
    return rc;
}

static int count_windows(struct cooc_story *s, struct err *err)
{
    size_t n = s->present.len;
    int rc = list_hits(s, err);
    for (size_t a = 0; a + 1 < n && rc == 0; a++) {
        for (size_t b = a + 1; b < n && rc == 0; b++) {
            const struct hits *x = &s->spans.items[a], *y = &s->spans.items[b];
            rc = cooc_story_near(s, x, y, err);
            rc = rc ? rc
                    : observe(s, cooc_story_pair(s, a, b), (uint32_t)s->near.list.len,
                              err);
            rc = rc ? rc : cooc_story_look(s, 1 + x->list.len + y->list.len, err);
        }
    }
    return rc;
}

/* --- articles -------------------------------------------------------------------------------------- */

static int count_articles(struct cooc_story *s, struct err *err)
{
    int rc = 0;
    for (size_t a = 0; a < s->present.len && rc == 0; a++) {
        struct cooc_count *f = cooc_story_total(s, a);
        f->once++;
        f->all += s->c->ground.n_articles;
        for (size_t b = a + 1; b < s->present.len && rc == 0; b++) {
            rc = observe(s, cooc_story_pair(s, a, b), 1, err);
        }
        rc = rc ? rc : cooc_story_look(s, s->present.len, err);
    }
    return rc;
}

/* The articles, and their outlets, of the pairs that were observed. */
static int count_touched(struct cooc_story *s, struct err *err)
{
    int rc = 0;
    vec_foreach(uint32_t, pair, &s->touched) {
        s->c->pairs[*pair].stories++;
        s->c->pairs[*pair].articles += s->c->ground.n_articles;
    }
    for (uint32_t i = 0; i < s->c->ground.n_articles && s->touched.len > 0 && rc == 0;
         i++) {
        uint64_t *bits = NULL;
        rc = cooc_story_outlet(s, s->c->ground.first_article + i, &bits, err);
        if (bits) {
            vec_foreach(uint32_t, pair, &s->touched) {
                cooc_story_add_outlet(s, bits, *pair);
            }
        }
    }
    return rc;
}

int cooc_simple_count(struct cooc_story *s, struct err *err)
{
    int rc = 0;
    vec_reset(&s->touched);
    switch (s->c->options.scope) {
    case COOC_SENTENCE:
    case COOC_PARAGRAPH: rc = count_units(s, err); break;
    case COOC_WINDOW: rc = count_windows(s, err); break;
    case COOC_ARTICLE: rc = count_articles(s, err); break;
    }
    return rc ? rc : count_touched(s, err);
}
