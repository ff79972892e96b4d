#include "query/cooc_several.h"

#include <stdlib.h>

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* How many different keys there are. */
static uint64_t n_keys(struct cooc_story *s)
{
    uint64_t n = 0;
    if (s->keys.len > 1) {
        qsort(s->keys.items, s->keys.len, sizeof *s->keys.items, compare_keys);
    }
    for (size_t i = 0; i < s->keys.len; i++) {
        n += i == 0 || s->keys.items[i] != s->keys.items[i - 1];
    }
    return n;
}

static int put_key(struct cooc_story *s, uint64_t key, struct err *err)
{
    return vec_push(&s->keys, key) ? 0 : cooc_story_no_memory(err);
}

static bool is_in_units(const struct cooc_story *s)
{
    return s->c->options.scope == COOC_SENTENCE ||
           s->c->options.scope == COOC_PARAGRAPH;
}

static int compare_articles(const void *a, const void *b)
{
    article_id x = *(const article_id *)a, y = *(const article_id *)b;
    return x < y ? -1 : x > y;
}

static bool is_allowed(const struct cooc_story *s, article_id article)
{
    return !s->allowed || bsearch(&article, s->allowed, s->n_allowed, sizeof article,
                                  compare_articles);
}

static article_id article_of(const struct cooc_side *a, uint32_t i)
{
    return a->articles ? a->articles[i] : a->first_article + i;
}

/* The articles that both sides have, and that count, to s->common. Both sides may be one. */
static int find_common(struct cooc_story *s, const struct cooc_side *a,
                       const struct cooc_side *b, struct err *err)
{
    uint32_t i = 0, k = 0;
    vec_reset(&s->common);
    while (i < a->n_articles && k < b->n_articles) {
        article_id x = article_of(a, i), y = article_of(b, k);
        if (x == y && is_allowed(s, x) && !vec_push(&s->common, x)) {
            return cooc_story_no_memory(err);
        }
        i += x <= y;
        k += y <= x;
    }
    return 0;
}

/* --- sides -------------------------------------------------------------------------------------- */

static struct cooc_side side_of(const struct cooc_hits *h, const struct cooc_wording *w)
{
    return (struct cooc_side){
        .wording = w->wording,
        .first_article = w->first_article,
        .articles = w->articles ? h->articles.items + w->articles - 1 : NULL,
        .n_articles = w->n_articles,
        .spans = h->spans.items + w->spans,
        .n_spans = w->n_spans,
        .passages = w->passages ? h->passages.items + w->passages - 1 : NULL};
}

/* Hits in their units as a side. */
static struct cooc_side side_of_units(const struct cooc_story *s,
                                      const struct cooc_present *p)
{
    const struct cooc_ground *g = &s->c->ground;
    return (struct cooc_side){.wording = g->first_wording,
                              .first_article = g->first_article,
                              .n_articles = g->n_articles,
                              .ranks = p->addresses,
                              .n_spans = p->entry.n};
}

/* Addresses as a side; s->expanded has room for its spans. */
static struct cooc_side side_of_addresses(struct cooc_story *s,
                                          const struct cooc_present *p)
{
    const struct cooc_ground *g = &s->c->ground;
    struct cooc_side side = {.wording = g->first_wording,
                             .first_article = g->first_article,
                             .n_articles = g->n_articles,
                             .spans = s->expanded.items + s->expanded.len,
                             .n_spans = p->entry.n};
    for (uint32_t i = 0; i < p->entry.n; i++) { /* of articles none are kept */
        s->expanded.items[s->expanded.len++] =
            (struct span){p->addresses[i] - g->story.start, p->entry.width};
    }
    return side;
}

/* Each wording that a query has hits in. */
static int list_sides(struct cooc_story *s, struct err *err)
{
    size_t n = 0;
    vec_foreach(struct cooc_present, p, &s->present) {
        n += p->entry.width > 0 ? p->entry.n : 0;
    }
    vec_reset(&s->sides);
    vec_reset(&s->expanded);
    if (!vec_reserve(&s->expanded, n)) {
        return cooc_story_no_memory(err);
    }
    for (size_t i = 0; i < s->present.len; i++) {
        struct cooc_present *p = &s->present.items[i];
        p->first_side = s->sides.len;
        p->n_sides = p->entry.width > 0 ? 1 : p->entry.n;
        if (!vec_reserve(&s->sides, p->n_sides)) {
            return cooc_story_no_memory(err);
        }
        for (uint32_t w = 0; p->entry.width == 0 && w < p->n_sides; w++) {
            s->sides.items[s->sides.len++] =
                side_of(cooc_story_hits_of(s, i), &p->wordings[w]);
        }
        if (p->entry.width > 0) {
            s->sides.items[s->sides.len++] =
                is_in_units(s) ? side_of_units(s, p) : side_of_addresses(s, p);
        }
    }
    return 0;
}

/* --- units ------------------------------------------------------------------------------------------ */

/* The units of hits that are kept so, each once, to s->units. */
static int put_ranks(struct cooc_story *s, const struct cooc_side *side,
                     const struct cooc_units *units, struct err *err)
{
    if (!vec_reserve(&s->units, side->n_spans)) {
        return cooc_story_no_memory(err);
    }
    for (size_t i = 0; i < side->n_spans; i++) {
        uint32_t unit = side->ranks[i] - s->c->ground.first_unit;
        if (unit >= units->n) {
            return section_corrupt(&s->c->ground.segment->wordings.section, 0, err,
                                   "marks: a sentence of another story");
        }
        if (i == 0 || side->ranks[i] != side->ranks[i - 1]) {
            s->units.items[s->units.len++] = unit;
        }
    }
    return 0;
}

/* The units that each side has hits in. */
static int mark_all(struct cooc_story *s, struct err *err)
{
    int rc = 0;
    vec_reset(&s->units);
    for (size_t i = 0; i < s->sides.len && rc == 0; i++) {
        struct cooc_side *side = &s->sides.items[i];
        struct cooc_units units;
        side->first_unit = s->units.len;
        rc = cooc_ground_units(&s->c->ground, side->wording, &units, err);
        if (rc == 0) {
            rc = side->ranks
                     ? put_ranks(s, side, &units, err)
                     : cooc_story_units(s, &units, side->spans, side->n_spans, err);
        }
        side->n_units = s->units.len - side->first_unit;
    }
    return rc;
}

/* The units that both sides of a wording have, as keys; *n: how many. */
static int join_units(struct cooc_story *s, const struct cooc_side *a,
                      const struct cooc_side *b, uint64_t *n, struct err *err)
{
    const uint32_t *x = s->units.items + a->first_unit;
    const uint32_t *y = s->units.items + b->first_unit;
    struct cooc_units units;
    size_t i = 0, k = 0;
    int rc = cooc_ground_units(&s->c->ground, a->wording, &units, err);
    *n = 0;
    while (rc == 0 && i < a->n_units && k < b->n_units) {
        uint32_t u = x[i], v = y[k];
        if (u == v) {
            ++*n;
            rc = put_key(s, units.homes ? units.homes[u] : units.starts[u], err);
        }
        i += u <= v;
        k += v <= u;
    }
    return rc;
}

/* --- windows ---------------------------------------------------------------------------------------- */

/* The place of a span among those of a side, by (first, len); their number if it is none of them. */
static size_t place_of(const struct cooc_side *a, struct span span)
{
    const struct span *v = a->spans;
    size_t lo = 0, hi = a->n_spans;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        bool less = v[mid].first != span.first ? v[mid].first < span.first
                                               : v[mid].len < span.len;
        if (less) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    bool found = lo < a->n_spans && v[lo].first == span.first && v[lo].len == span.len;
    return found ? lo : a->n_spans;
}

static uint32_t passage_of(const struct cooc_side *a, size_t i)
{
    return a->passages ? a->passages[i] : (uint32_t)i;
}

/* The passages of a pair of hits, and which is on the left: where it may be either, a. */
static uint64_t key_of(const struct cooc_side *a, const struct cooc_side *b,
                       struct span left, struct span right)
{
    size_t x = place_of(a, left), y = place_of(b, right);
    bool a_left = x < a->n_spans && y < b->n_spans;
    if (!a_left) {
        x = place_of(a, right);
        y = place_of(b, left);
    }
    return (uint64_t)passage_of(a, x) << 32 | (uint64_t)passage_of(b, y) << 1 | a_left;
}

static int join_windows(struct cooc_story *s, const struct cooc_side *a,
                        const struct cooc_side *b, uint64_t *n, struct err *err)
{
    int rc = cooc_story_hits(a->spans, a->n_spans, &s->left, err);
    rc = rc ? rc : cooc_story_hits(b->spans, b->n_spans, &s->right, err);
    rc = rc ? rc : cooc_story_near(s, &s->left, &s->right, err);
    *n = s->near.list.len;
    for (size_t i = 0; rc == 0 && i < s->near.list.len; i++) {
        const struct span *runs = s->pool.runs.items + 2 * i;
        rc = put_key(s, key_of(a, b, runs[0], runs[1]), err);
    }
    return rc;
}

/* --- stories ---------------------------------------------------------------------------------------- */

/* The observations of one wording in the articles of s->common, as keys. */
static int join(struct cooc_story *s, const struct cooc_side *a,
                const struct cooc_side *b, uint64_t *n, struct err *err)
{
    if (is_in_units(s)) {
        return join_units(s, a, b, n, err);
    }
    if (s->c->options.scope == COOC_WINDOW) {
        return join_windows(s, a, b, n, err);
    }
    *n = 1;
    return put_key(s, 0, err);
}

/* Counts one wording for a pair; both sides are of it. */
static int count_wording(struct cooc_story *s, size_t pair, const struct cooc_side *a,
                         const struct cooc_side *b, struct err *err)
{
    struct cooc_pair *p = &s->c->pairs[pair];
    uint64_t n = 0;
    int rc = find_common(s, a, b, err);
    if (rc || s->common.len == 0) {
        return rc;
    }
    rc = join(s, a, b, &n, err);
    if (rc || n == 0) {
        return rc;
    }
    p->o.all += n * s->common.len;
    p->articles += s->common.len;
    vec_foreach(article_id, article, &s->common) {
        uint64_t *bits = NULL;
        rc = cooc_story_outlet(s, *article, &bits, err);
        if (rc) {
            return rc;
        }
        if (bits) {
            cooc_story_add_outlet(s, bits, pair);
        }
    }
    return cooc_story_look(s, 1 + a->n_spans + b->n_spans, err);
}

static int count_pair(struct cooc_story *s, size_t a, size_t b, struct err *err)
{
    const struct cooc_present *p = &s->present.items[a], *q = &s->present.items[b];
    const struct cooc_side *x = s->sides.items + p->first_side;
    const struct cooc_side *y = s->sides.items + q->first_side;
    size_t pair = cooc_story_pair(s, a, b), from = 0;
    int rc = 0;
    vec_reset(&s->keys);
    for (size_t i = 0; i < p->n_sides && rc == 0; i++) {
        while (from < q->n_sides && y[from].wording < x[i].wording) {
            from++;
        }
        /* articles of one wording that are written otherwise may be told apart */
        for (size_t k = from; k < q->n_sides && y[k].wording == x[i].wording && rc == 0;
             k++) {
            rc = count_wording(s, pair, &x[i], &y[k], err);
        }
    }
    s->c->pairs[pair].o.once += n_keys(s);
    s->c->pairs[pair].stories += s->keys.len > 0;
    return rc;
}

/* What a query has of the story. */
static int count_total(struct cooc_story *s, size_t present, struct err *err)
{
    const struct cooc_present *p = &s->present.items[present];
    struct cooc_count *f = cooc_story_total(s, present);
    int rc = 0;
    vec_reset(&s->keys);
    for (size_t i = 0; i < p->n_sides && rc == 0; i++) {
        const struct cooc_side *x = &s->sides.items[p->first_side + i];
        uint64_t here = 1;
        rc = find_common(s, x, x, err);
        if (rc || s->common.len == 0) {
            continue;
        }
        if (s->c->options.scope != COOC_WINDOW) {
            rc = join(s, x, x, &here, err);
        } else {
            here = x->n_spans;
        }
        for (size_t k = 0; s->c->options.scope == COOC_WINDOW && k < here && rc == 0;
             k++) {
            rc = put_key(s, passage_of(x, k), err);
        }
        f->all += here * s->common.len;
    }
    f->once += n_keys(s);
    return rc;
}

int cooc_several_count(struct cooc_story *s, struct err *err)
{
    int rc = cooc_ground_lay_out(&s->c->ground, err);
    rc = rc ? rc : list_sides(s, err);
    if (rc == 0 && is_in_units(s)) {
        rc = mark_all(s, err);
    }
    for (size_t a = 0; a < s->present.len && rc == 0; a++) {
        rc = count_total(s, a, err);
        for (size_t b = a + 1; b < s->present.len && rc == 0; b++) {
            rc = count_pair(s, a, b, err);
        }
    }
    return rc;
}
