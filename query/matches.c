#include "query/matches.h"

#include "query/rank.h"

/* A story of the window while it is counted. */
struct tally {
    struct evaluate *e;
    const struct engine_options *options;
    size_t story;        /* index into the scope */
    size_t at, end;      /* its hits in e->hits */
    size_t last_from;    /* first hit of the wording that was added last */
    uint32_t last_start; /* where its unit begins */
    struct story_match match;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for matches");
}

void matches_release(struct matches *m)
{
    copies_release(&m->copies);
    passages_release(&m->passages);
    vec_release(&m->wordings);
    vec_release(&m->spans);
    vec_release(&m->numbers);
    vec_release(&m->articles);
    vec_release(&m->ranked_at);
    vec_release(&m->weights);
    vec_release(&m->firsts);
    scope_release(&m->rest);
}

/* Index of the first hit at or behind `at` that begins at or after `first`. */
static size_t hits_from(const struct hits *h, size_t at, uint32_t first)
{
    while (at < h->list.len && h->list.items[at].first < first) {
        at++;
    }
    return at;
}

static bool is_simple(const struct tally *t)
{
    return t->e->carriers.stories.items[t->story].simple;
}

/* Appends the articles of a unit that match, if articles may differ. */
static int add_articles(struct matches *m, const struct evaluate *e, size_t unit,
                        uint32_t *n, struct err *err)
{
    const struct evaluate_slots *slots = &e->slots.items[unit];
    *n = 0;
    for (uint32_t slot = slots->first; slot < slots[1].first; slot++) {
        if (!evaluate_is_matched(e, slot)) {
            continue;
        }
        if (!vec_push(&m->articles, slots->article + (slot - slots->first))) {
            return no_memory(err);
        }
        ++*n;
    }
    return 0;
}

static bool is_matched(const struct evaluate *e, size_t unit)
{
    size_t end = evaluate_slot(e, unit + 1);
    for (size_t slot = evaluate_slot(e, unit); slot < end; slot++) {
        if (evaluate_is_matched(e, slot)) {
            return true;
        }
    }
    return false;
}

/* The next of the matched words at *i and those that follow it without a gap; words may be told one by one or together. */
static struct span next_run(const struct span *v, size_t n, size_t *i)
{
    struct span run = v[(*i)++];
    while (*i < n && v[*i].first <= run.first + run.len) {
        uint32_t end = v[*i].first + v[*i].len;
        run.len = end > run.first + run.len ? end - run.first : run.len;
        ++*i;
    }
    return run;
}

/* Have both hits, of units of one wording, the same place and the same matched words? */
static bool is_same_hit(const struct span_pool *pool, const struct hit *a,
                        uint32_t start_a, const struct hit *b, uint32_t start_b)
{
    struct span whole_a, whole_b;
    const struct span *x, *y;
    if (a->first - start_a != b->first - start_b || a->len != b->len) {
        return false;
    }
    size_t n_x = span_pool_get(pool, a, &whole_a, &x), i = 0;
    size_t n_y = span_pool_get(pool, b, &whole_b, &y), k = 0;
    bool same = true;
    while (same && i < n_x && k < n_y) {
        struct span left = next_run(x, n_x, &i), right = next_run(y, n_y, &k);
        same = left.first - start_a == right.first - start_b && left.len == right.len;
    }
    return same && i == n_x && k == n_y;
}

/* Has the last wording that was added, which is the same, the hits [from, to) of this unit? Then articles that are
 * written otherwise elsewhere are one with it. */
static bool is_same_again(const struct matches *m, const struct tally *t,
                          const struct carriers_unit *u, size_t from, size_t to)
{
    const struct hit *hits = t->e->hits->list.items;
    if (!t->e->carriers.by_text || m->wordings.len == 0 || is_simple(t)) {
        return false;
    }
    const struct wording_match *last = &m->wordings.items[m->wordings.len - 1];
    if (last->wording != u->wording || last->n_spans != to - from) {
        return false;
    }
    for (size_t i = 0; i < last->n_spans; i++) {
        if (!is_same_hit(&t->e->pool, &hits[t->last_from + i], t->last_start,
                         &hits[from + i], u->start)) {
            return false;
        }
    }
    return true;
}

/* Counts one wording that matches, whose hits are [from, to). */
static int add_wording(struct matches *m, struct tally *t, size_t unit, size_t from,
                       size_t to, struct err *err)
{
    const struct carriers_unit *u = &t->e->carriers.units.items[unit];
    const struct hit *hits = t->e->hits->list.items;
    wording_id wording = u->wording;
    uint32_t n_articles;
    int rc = 0;
    if (is_same_again(m, t, u, from, to)) {
        rc = add_articles(m, t->e, unit, &n_articles, err);
        m->wordings.items[m->wordings.len - 1].n_articles += n_articles;
        t->match.articles += n_articles;
        t->match.hits_all += (uint64_t)n_articles * (to - from);
        return rc;
    }
    if (is_simple(t)) {
        rc = copies_wording(&m->copies, t->match.story, &wording, err);
        t->match.hits += to - from;
    }
    for (size_t i = from; i < to && !is_simple(t) && rc == 0; i++) {
        rc = passages_add(&m->passages, unit, &hits[i], err);
    }
    if (rc == 0) {
        rc = t->e->plan->by_article
                 ? add_articles(m, t->e, unit, &n_articles, err)
                 : copies_count(&m->copies, wording, &n_articles, err);
    }
    if (rc) {
        return rc;
    }
    t->match.articles += n_articles;
    t->match.hits_all += (uint64_t)n_articles * (to - from);
    t->match.n_wordings++;
    if (!t->options->want_spans) {
        return 0;
    }
    t->last_from = from;
    t->last_start = u->start;
    struct wording_match w = {
        .wording = wording, .n_spans = to - from, .n_articles = n_articles};
    uint32_t n_all;
    rc = articles_of_wording(&t->e->segment->articles, wording, &w.first_article,
                             &n_all, err);
    if (rc) {
        return rc;
    }
    if (!vec_push(&m->wordings, w) || !vec_reserve(&m->spans, to - from)) {
        return no_memory(err);
    }
    for (size_t i = from; i < to; i++) {
        m->spans.items[m->spans.len++] =
            (struct span){hits[i].first - u->start, hits[i].len};
    }
    return 0;
}

/* The length of the story in homes. */
static int story_length(const struct tally *t, uint64_t *out, struct err *err)
{
    const struct scope_story *s = &t->e->scope->stories.items[t->story];
    struct story_view view;
    if (is_simple(t)) {
        *out = s->end - s->start;
        return 0;
    }
    int rc = wordings_story(&t->e->segment->wordings, s->id, &view, err);
    *out = rc ? 0 : view.homes;
    return rc;
}

/* How often a ranked part stands in the story: its distinct passages in all wordings. */
static int frequency(struct matches *m, struct tally *t, const struct hits *h,
                     size_t *at, uint64_t *out, struct err *err)
{
    const struct carriers_story *s = &t->e->carriers.stories.items[t->story];
    const struct carriers_unit *units = &t->e->carriers.units.items[s->first_unit];
    uint32_t end = units[s->n_units - 1].end;
    size_t unit = 0, from = hits_from(h, *at, units[0].start);
    *at = hits_from(h, from, end);
    *out = *at - from;
    if (s->simple) {
        return 0;
    }
    passages_reset(&m->passages, &t->e->carriers, &t->e->pool);
    for (size_t i = from; i < *at; i++) {
        while (units[unit].end <= h->list.items[i].first) {
            unit++;
        }
        int rc =
            passages_add(&m->passages, s->first_unit + unit, &h->list.items[i], err);
        if (rc) {
            return rc;
        }
    }
    *out = passages_count(&m->passages);
    return 0;
}

static int add_score(struct matches *m, struct tally *t, struct err *err)
{
    const struct plan *p = t->e->plan;
    uint64_t length;
    int rc = story_length(t, &length, err);
    for (size_t i = 0; i < p->ranked.len && rc == 0; i++) {
        const struct plan_ranked *r = &p->ranked.items[i];
        uint64_t tf = 0;
        if (r->first < i) {
            continue;
        }
        rc = frequency(m, t, &r->node->hits, &m->ranked_at.items[i], &tf, err);
        m->weights.items[i] =
            rc || tf == 0 ? 0 : rank_weight(r->idf, tf, length, m->mean_length);
    }
    for (size_t i = 0; i < m->firsts.len && rc == 0; i++) {
        t->match.score += m->weights.items[m->firsts.items[i]];
    }
    return rc;
}

/* In a simple story each hit is a passage. */
static int number_passages(struct matches *m, const struct tally *t, struct err *err)
{
    size_t n = m->spans.len;
    vec_reset(&m->numbers);
    if (!vec_reserve(&m->numbers, n)) {
        return no_memory(err);
    }
    m->numbers.len = n;
    if (!is_simple(t)) {
        return passages_number(&m->passages, m->numbers.items, err);
    }
    for (size_t i = 0; i < n; i++) {
        m->numbers.items[i] = (uint32_t)i;
    }
    return 0;
}

/* Counts the story's wordings; match.n_wordings is 0 if none matches. */
static int count_story(struct matches *m, struct tally *t, struct err *err)
{
    struct evaluate *e = t->e;
    const struct carriers_story *s = &e->carriers.stories.items[t->story];
    t->match = (struct story_match){.segment = (uint32_t)e->segment_index,
                                    .story = e->scope->stories.items[t->story].id};
    vec_reset(&m->wordings);
    vec_reset(&m->spans);
    vec_reset(&m->articles);
    passages_reset(&m->passages, &e->carriers, &e->pool);
    for (size_t u = s->first_unit; u < s->first_unit + s->n_units; u++) {
        size_t from = hits_from(e->hits, t->at, e->carriers.units.items[u].start);
        t->at = hits_from(e->hits, from, e->carriers.units.items[u].end);
        if (is_matched(e, u)) {
            int rc = add_wording(m, t, u, from, t->at, err);
            if (rc) {
                return rc;
            }
        }
    }
    int rc = t->options->want_passages ? number_passages(m, t, err) : 0;
    if (rc) {
        return rc;
    }
    if (!s->simple) {
        t->match.hits = passages_count(&m->passages);
    }
    return t->match.n_wordings && t->options->want_score ? add_score(m, t, err) : 0;
}

static int give(struct matches *m, struct tally *t, struct err *err)
{
    const struct span *at = m->spans.items;
    const article_id *articles = m->articles.items;
    for (size_t i = 0; i < m->wordings.len; i++) {
        m->wordings.items[i].spans = at;
        if (t->options->want_passages) {
            m->wordings.items[i].passages = m->numbers.items + (at - m->spans.items);
        }
        at += m->wordings.items[i].n_spans;
        if (t->e->plan->by_article) {
            m->wordings.items[i].articles = articles;
            articles += m->wordings.items[i].n_articles;
        }
    }
    t->match.wordings = t->options->want_spans ? m->wordings.items : NULL;
    return t->options->story ? t->options->story(t->options->arg, &t->match, err) : 0;
}

/* The parts of a score before the first story. */
static int begin_scores(struct matches *m, const struct plan *p, struct err *err)
{
    size_t n = p->ranked.len;
    vec_reset(&m->ranked_at);
    vec_reset(&m->firsts);
    if (!vec_reserve(&m->ranked_at, n) || !vec_reserve(&m->weights, n) ||
        !vec_reserve(&m->firsts, n)) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        m->ranked_at.items[m->ranked_at.len++] = 0;
        m->firsts.items[m->firsts.len++] = (uint32_t)p->ranked.items[i].first;
    }
    return 0;
}

int matches_give(struct matches *m, struct evaluate *e,
                 const struct engine_options *options, struct engine_totals *totals,
                 struct err *err)
{
    struct tally t = {.e = e, .options = options};
    int rc = begin_scores(m, e->plan, err);
    if (rc == 0) {
        rc = copies_load(&m->copies, &e->window, err);
    }
    for (t.story = 0; t.story < e->scope->stories.len && rc == 0; t.story++) {
        rc = count_story(m, &t, err);
        if (rc || t.match.n_wordings == 0) {
            continue;
        }
        totals->stories++;
        totals->hits += t.match.hits;
        totals->hits_all += t.match.hits_all;
        totals->articles += t.match.articles;
        rc = give(m, &t, err);
    }
    return rc;
}

/* --- the quick way -------------------------------------------------------------------------- */

const struct plan_node *matches_only_leaf(const struct plan_node *root)
{
    const struct plan_node *only = root;
    size_t n_filled = 0;
    if (root->kind == PLAN_LEAF) {
        return root;
    }
    for (size_t i = 0; i < root->n_children; i++) {
        const struct plan_node *child = root->children[i];
        if (child->kind != PLAN_LEAF) {
            return NULL;
        }
        n_filled += child->found.len > 0;
        if (child->found.len > 0 || i == 0) {
            only = child;
        }
    }
    return root->kind == PLAN_UNION && n_filled <= 1 ? only : NULL;
}

/* What is summed in address space. */
struct quick {
    struct copies *copies;
    const address_vec *found; /* hits of the scope's stories */
    size_t at;                /* those before the story at hand */
    struct engine_totals sum;
};

/* The hits of a story; stories come in ascending order. */
static size_t hits_of(struct quick *q, const struct scope_story *s)
{
    const address *v = q->found->items + q->at;
    size_t n = q->found->len - q->at;
    size_t from = addresses_lower_bound(v, n, s->start);
    size_t hits = addresses_lower_bound(v + from, n - from, s->end);
    q->at += from + hits;
    return hits;
}

/* Stories stories[0..n), all of one wording, and in the index none of several between them. */
static int count_simple(struct quick *q, const struct scope_story *stories, size_t n,
                        struct err *err)
{
    wording_id first = 0;
    int rc = 0;
    q->sum.stories += n;
    q->sum.articles += n;
    if (q->copies->shared.len > 0) {
        rc = copies_wording(q->copies, stories[0].id, &first, err);
    }
    for (size_t i = 0; i < n && q->copies->shared.len > 0 && rc == 0; i++) {
        uint32_t articles = 1;
        rc = copies_count(q->copies, first + (stories[i].id - stories[0].id), &articles,
                          err);
        if (rc == 0 && articles > 1) {
            q->sum.articles += articles - 1;
            q->sum.hits_all += (uint64_t)(articles - 1) * hits_of(q, &stories[i]);
        }
    }
    return rc;
}

/* Counts the stories of one wording; the others are put into `rest`. */
static int count_scope(struct quick *q, const struct segment *segment,
                       const struct scope *scope, struct scope *rest, struct err *err)
{
    const struct scope_story *v = scope->stories.items;
    uint64_t hits = q->found->len;
    vec_reset(&rest->stories);
    for (size_t i = 0, k; i < scope->stories.len; i = k) {
        story_id next = 0;
        int rc = wordings_next_complex(&segment->wordings, v[i].id, &next, err);
        if (rc < 0) {
            return rc;
        }
        if (rc == 0 && next == v[i].id) {
            if (!vec_push(&rest->stories, v[i])) {
                return no_memory(err);
            }
            hits -= hits_of(q, &v[i]);
            k = i + 1;
            continue;
        }
        for (k = i + 1; k < scope->stories.len && (rc != 0 || v[k].id < next);) {
            k++;
        }
        rc = count_simple(q, v + i, k - i, err);
        if (rc) {
            return rc;
        }
    }
    q->sum.hits += hits;
    q->sum.hits_all += hits;
    return 0;
}

int matches_count(struct matches *m, struct evaluate *e, struct engine_totals *totals,
                  struct err *err)
{
    const struct plan_node *leaf = matches_only_leaf(e->plan->root);
    if (!leaf) {
        return 0;
    }
    int rc = copies_load(&m->copies, &e->window, err);
    struct quick q = {.copies = &m->copies, .found = &leaf->found};
    if (rc == 0) {
        rc = count_scope(&q, e->segment, e->scope, &m->rest, err);
    }
    if (rc == 0) {
        totals->hits += q.sum.hits;
        totals->stories += q.sum.stories;
        totals->hits_all += q.sum.hits_all;
        totals->articles += q.sum.articles;
        e->scope = &m->rest;
    }
    return rc;
}

int matches_count_stories(struct matches *m, const struct evaluate *e,
                          const story_id *stories, size_t n,
                          struct engine_totals *totals, struct err *err)
{
    struct copies *copies = &m->copies;
    uint64_t more = 0;
    int rc = copies_load(copies, &e->window, err);
    for (size_t i = 0; i < n && copies->shared.len > 0 && rc == 0; i++) {
        wording_id wording;
        uint32_t articles = 1;
        rc = copies_wording(copies, stories[i], &wording, err);
        rc = rc ? rc : copies_count(copies, wording, &articles, err);
        more += articles - 1;
    }
    if (rc == 0) {
        totals->stories += n;
        totals->articles += n + more;
    }
    return rc;
}
