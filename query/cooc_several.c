#include "query/cooc_several.h"

#include <stdlib.h>

/* The hits of a query in one wording of the story at hand. */
struct side {
    const struct cooc_hits *hits;
    const struct cooc_wording *wording;
    const struct cooc_marked *marked;
};

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

static struct side side_of(const struct cooc_story *s, size_t present, uint32_t i)
{
    return (struct side){
        cooc_story_hits_of(s, present), cooc_story_wordings(s, present) + i,
        is_in_units(s) ? s->marked.items + s->first_marked.items[present] + i : NULL};
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

/* The articles that both sides have, and that count, to s->common. Both sides may be one. */
static int find_common(struct cooc_story *s, const struct side *a, const struct side *b,
                       struct err *err)
{
    uint32_t i = 0, k = 0;
    vec_reset(&s->common);
    while (i < a->wording->n_articles && k < b->wording->n_articles) {
        article_id x = cooc_hits_article(a->hits, a->wording, i);
        article_id y = cooc_hits_article(b->hits, b->wording, k);
        if (x == y && is_allowed(s, x) && !vec_push(&s->common, x)) {
            return cooc_story_no_memory(err);
        }
        i += x <= y;
        k += y <= x;
    }
    return 0;
}

/* --- units ------------------------------------------------------------------------------------------ */

/* The units of all wordings of all queries. */
static int mark_all(struct cooc_story *s, struct err *err)
{
    int rc = 0;
    vec_reset(&s->units);
    vec_reset(&s->marked);
    vec_reset(&s->first_marked);
    for (size_t p = 0; p < s->present.len && rc == 0; p++) {
        const struct cooc_wording *w = cooc_story_wordings(s, p);
        uint32_t n = s->present.items[p].entry->n_wordings;
        if (!vec_push(&s->first_marked, s->marked.len)) {
            return cooc_story_no_memory(err);
        }
        for (uint32_t i = 0; i < n && rc == 0; i++) {
            struct cooc_marked m = {.from = s->units.len};
            struct cooc_units units;
            rc = cooc_ground_units(&s->c->ground, w[i].wording, &units, err);
            rc = rc ? rc
                    : cooc_story_units(
                          s, &units, cooc_story_hits_of(s, p)->spans.items + w[i].spans,
                          w[i].n_spans, err);
            m.n = s->units.len - m.from;
            if (rc == 0 && !vec_push(&s->marked, m)) {
                rc = cooc_story_no_memory(err);
            }
        }
    }
    return rc;
}

/* The units that both sides of a wording have, as keys; *n: how many. */
static int join_units(struct cooc_story *s, const struct side *a, const struct side *b,
                      uint64_t *n, struct err *err)
{
    const uint32_t *x = s->units.items + a->marked->from;
    const uint32_t *y = s->units.items + b->marked->from;
    struct cooc_units units;
    size_t i = 0, k = 0;
    int rc = cooc_ground_units(&s->c->ground, a->wording->wording, &units, err);
    *n = 0;
    while (rc == 0 && i < a->marked->n && k < b->marked->n) {
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
static uint32_t place_of(const struct side *a, struct span span)
{
    const struct span *v = a->hits->spans.items + a->wording->spans;
    uint32_t lo = 0, hi = a->wording->n_spans;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        bool less = v[mid].first != span.first ? v[mid].first < span.first
                                               : v[mid].len < span.len;
        if (less) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    bool found =
        lo < a->wording->n_spans && v[lo].first == span.first && v[lo].len == span.len;
    return found ? lo : a->wording->n_spans;
}

/* The passages of a pair of hits, and which is on the left: where it may be either, a. */
static uint64_t key_of(const struct side *a, const struct side *b, struct span left,
                       struct span right)
{
    uint32_t x = place_of(a, left), y = place_of(b, right);
    bool a_left = x < a->wording->n_spans && y < b->wording->n_spans;
    if (!a_left) {
        x = place_of(a, right);
        y = place_of(b, left);
    }
    return (uint64_t)cooc_hits_passage(a->hits, a->wording, x) << 32 |
           (uint64_t)cooc_hits_passage(b->hits, b->wording, y) << 1 | a_left;
}

static int join_windows(struct cooc_story *s, const struct side *a,
                        const struct side *b, uint64_t *n, struct err *err)
{
    int rc = cooc_story_hits(a->hits->spans.items + a->wording->spans,
                             a->wording->n_spans, &s->left, err);
    rc = rc ? rc
            : cooc_story_hits(b->hits->spans.items + b->wording->spans,
                              b->wording->n_spans, &s->right, err);
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
static int join(struct cooc_story *s, const struct side *a, const struct side *b,
                uint64_t *n, struct err *err)
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
static int count_wording(struct cooc_story *s, size_t pair, const struct side *a,
                         const struct side *b, struct err *err)
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
    return cooc_story_look(s, 1 + a->wording->n_spans + b->wording->n_spans, err);
}

static int count_pair(struct cooc_story *s, size_t a, size_t b, struct err *err)
{
    uint32_t n_a = s->present.items[a].entry->n_wordings;
    uint32_t n_b = s->present.items[b].entry->n_wordings;
    size_t pair = cooc_story_pair(s, a, b);
    uint32_t from = 0;
    int rc = 0;
    vec_reset(&s->keys);
    for (uint32_t i = 0; i < n_a && rc == 0; i++) {
        struct side x = side_of(s, a, i);
        /* articles of one wording that are written otherwise may be told apart */
        while (from < n_b &&
               side_of(s, b, from).wording->wording < x.wording->wording) {
            from++;
        }
        for (uint32_t k = from; k < n_b && rc == 0; k++) {
            struct side y = side_of(s, b, k);
            if (y.wording->wording != x.wording->wording) {
                break;
            }
            rc = count_wording(s, pair, &x, &y, err);
        }
    }
    s->c->pairs[pair].o.once += n_keys(s);
    s->c->pairs[pair].stories += s->keys.len > 0;
    return rc;
}

/* What a query has of the story. */
static int count_total(struct cooc_story *s, size_t present, struct err *err)
{
    struct cooc_count *f = cooc_story_total(s, present);
    uint32_t n = s->present.items[present].entry->n_wordings;
    int rc = 0;
    vec_reset(&s->keys);
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        struct side x = side_of(s, present, i);
        uint64_t here = 1;
        rc = find_common(s, &x, &x, err);
        if (rc || s->common.len == 0) {
            continue;
        }
        if (is_in_units(s)) {
            rc = join_units(s, &x, &x, &here, err);
        } else if (s->c->options.scope == COOC_ARTICLE) {
            rc = put_key(s, 0, err);
        } else {
            here = x.wording->n_spans;
            for (uint32_t k = 0; k < here && rc == 0; k++) {
                rc = put_key(s, cooc_hits_passage(x.hits, x.wording, k), err);
            }
        }
        f->all += here * s->common.len;
    }
    f->once += n_keys(s);
    return rc;
}

int cooc_several_count(struct cooc_story *s, struct err *err)
{
    int rc = is_in_units(s) ? mark_all(s, err) : 0;
    for (size_t a = 0; a < s->present.len && rc == 0; a++) {
        rc = count_total(s, a, err);
        for (size_t b = a + 1; b < s->present.len && rc == 0; b++) {
            rc = count_pair(s, a, b, err);
        }
    }
    return rc;
}
