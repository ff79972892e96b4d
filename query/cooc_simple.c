#include "query/cooc_simple.h"

#include <string.h>

/* Adds n observations. */
static int observe(struct cooc_story *s, size_t pair, uint32_t n, uint32_t n_articles,
                   struct err *err)
{
    struct cooc_pair *p = &s->c->pairs[pair];
    p->o.once += n;
    p->o.all += (uint64_t)n * n_articles;
    if (n == 0 || p->last == s->n_stories) {
        return 0;
    }
    p->last = s->n_stories;
    return vec_push(&s->touched, (uint32_t)pair) ? 0 : cooc_story_no_memory(err);
}

/* --- sentences and paragraphs -------------------------------------------------------------------- */

/* Adds the units that hold hits of a query to the marks. */
static int mark_units(struct cooc_story *s, size_t present,
                      const struct cooc_units *units, struct err *err)
{
    const struct cooc_wording *w = cooc_story_wordings(s, present);
    const struct span *spans = cooc_story_hits_of(s, present)->spans.items + w->spans;
    vec_reset(&s->units);
    int rc = cooc_story_units(s, units, spans, w->n_spans, err);
    if (rc == 0 && !vec_reserve(&s->marks, s->units.len)) {
        rc = cooc_story_no_memory(err);
    }
    for (size_t i = 0; i < s->units.len && rc == 0; i++) {
        s->marks.items[s->marks.len++] =
            (struct cooc_mark){s->units.items[i], (uint32_t)present};
    }
    return rc;
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

static int pair_units(struct cooc_story *s, size_t n_units, uint32_t n_articles,
                      struct err *err)
{
    int rc = order_marks(s, n_units, err);
    for (size_t u = 0; u < n_units && rc == 0; u++) {
        const uint32_t *v = s->by_unit.items + s->heads.items[u];
        size_t n = s->heads.items[u + 1] - s->heads.items[u];
        for (size_t a = 0; a + 1 < n && rc == 0; a++) {
            for (size_t b = a + 1; b < n && rc == 0; b++) {
                rc = observe(s, cooc_story_pair(s, v[a], v[b]), 1, n_articles, err);
            }
            rc = rc ? rc : cooc_story_look(s, n, err);
        }
    }
    return rc;
}

static int count_units(struct cooc_story *s, uint32_t n_articles, struct err *err)
{
    struct cooc_units units;
    int rc = cooc_ground_units(&s->c->ground, cooc_story_wordings(s, 0)->wording,
                               &units, err);
    vec_reset(&s->marks);
    for (size_t i = 0; i < s->present.len && rc == 0; i++) {
        struct cooc_count *f = cooc_story_total(s, i);
        rc = mark_units(s, i, &units, err);
        f->once += s->units.len;
        f->all += (uint64_t)s->units.len * n_articles;
    }
    return rc || s->present.len < 2 ? rc : pair_units(s, units.n, n_articles, err);
}

/* --- windows --------------------------------------------------------------------------------------- */

static int list_hits(struct cooc_story *s, uint32_t n_articles, struct err *err)
{
    int rc = 0;
    while (s->spans.len < s->present.len) {
        if (!vec_push(&s->spans, (struct hits){0})) {
            return cooc_story_no_memory(err);
        }
    }
    for (size_t i = 0; i < s->present.len && rc == 0; i++) {
        const struct cooc_wording *w = cooc_story_wordings(s, i);
        struct cooc_count *f = cooc_story_total(s, i);
        f->once += w->n_spans;
        f->all += (uint64_t)w->n_spans * n_articles;
        rc = cooc_story_hits(cooc_story_hits_of(s, i)->spans.items + w->spans,
                             w->n_spans, &s->spans.items[i], err);
    }
    return rc;
}

static int count_windows(struct cooc_story *s, uint32_t n_articles, struct err *err)
{
    size_t n = s->present.len;
    int rc = list_hits(s, n_articles, err);
    for (size_t a = 0; a + 1 < n && rc == 0; a++) {
        for (size_t b = a + 1; b < n && rc == 0; b++) {
            const struct hits *x = &s->spans.items[a], *y = &s->spans.items[b];
            rc = cooc_story_near(s, x, y, err);
            rc = rc ? rc
                    : observe(s, cooc_story_pair(s, a, b), (uint32_t)s->near.list.len,
                              n_articles, err);
            rc = rc ? rc : cooc_story_look(s, 1 + x->list.len + y->list.len, err);
        }
    }
    return rc;
}

/* --- articles -------------------------------------------------------------------------------------- */

static int count_articles(struct cooc_story *s, uint32_t n_articles, struct err *err)
{
    int rc = 0;
    for (size_t a = 0; a < s->present.len && rc == 0; a++) {
        struct cooc_count *f = cooc_story_total(s, a);
        f->once++;
        f->all += n_articles;
        for (size_t b = a + 1; b < s->present.len && rc == 0; b++) {
            rc = observe(s, cooc_story_pair(s, a, b), 1, n_articles, err);
        }
        rc = rc ? rc : cooc_story_look(s, s->present.len, err);
    }
    return rc;
}

/* The articles, and their outlets, of the pairs that were observed. */
static int count_touched(struct cooc_story *s, const struct cooc_wording *w,
                         struct err *err)
{
    int rc = 0;
    vec_foreach(uint32_t, pair, &s->touched) {
        s->c->pairs[*pair].stories++;
        s->c->pairs[*pair].articles += w->n_articles;
    }
    for (uint32_t i = 0; i < w->n_articles && s->touched.len > 0 && rc == 0; i++) {
        uint64_t *bits = NULL;
        rc = cooc_story_outlet(s, w->first_article + i, &bits, err);
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
    const struct cooc_wording *w = cooc_story_wordings(s, 0);
    int rc = 0;
    vec_reset(&s->touched);
    switch (s->c->options.scope) {
    case COOC_SENTENCE:
    case COOC_PARAGRAPH: rc = count_units(s, w->n_articles, err); break;
    case COOC_WINDOW: rc = count_windows(s, w->n_articles, err); break;
    case COOC_ARTICLE: rc = count_articles(s, w->n_articles, err); break;
    }
    return rc ? rc : count_touched(s, w, err);
}
