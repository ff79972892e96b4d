#include "query/cooc.h"

#include <stdlib.h>
#include <string.h>

#include "query/cooc_story.h"

enum {
    HITS_A_STORY = 16 /* the table of stories is made for a hit in so many at least */
};

static int no_memory(const struct cooc *c, struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "cooc: no memory for the pairs of %zu queries; fewer queries or a "
                   "larger --memory helps",
                   c->n_queries);
}

static bool is_in_units(const struct cooc *c)
{
    return c->options.scope == COOC_SENTENCE || c->options.scope == COOC_PARAGRAPH;
}

/* Where the units of each segment are. */
static int make_ranks(struct cooc *c, struct err *err)
{
    size_t n = c->snapshot->n_segments;
    int rc = 0;
    c->ranks = calloc(n + 1, sizeof *c->ranks);
    if (!c->ranks) {
        return no_memory(c, err);
    }
    for (size_t i = 0; i < n && rc == 0; i++) {
        const struct segment *s = &c->snapshot->segments[i];
        bool sentences = c->options.scope == COOC_SENTENCE;
        if (s->wordings.n_addresses > 0) {
            rc = marks_ranks_make(&c->ranks[i],
                                  sentences ? &s->sentences : &s->paragraphs, 0,
                                  s->wordings.n_addresses, err);
        }
    }
    return rc;
}

/* All but the hits and the ranks. */
static int make_counts(struct cooc *c, struct err *err)
{
    static const enum ast_within within[] = {[COOC_WINDOW] = AST_WITHIN_WORDS,
                                             [COOC_SENTENCE] = AST_WITHIN_SENTENCE,
                                             [COOC_PARAGRAPH] = AST_WITHIN_PARAGRAPH,
                                             [COOC_ARTICLE] = AST_WITHIN_WORDS};
    cooc_ground_init(&c->ground, c->snapshot, within[c->options.scope], c->ranks);
    c->totals = calloc(c->n_queries + 1, sizeof *c->totals);
    c->pairs = calloc(c->n_pairs + 1, sizeof *c->pairs);
    c->story = c->totals && c->pairs ? cooc_story_new(c, err) : NULL;
    return c->story ? 0 : no_memory(c, err);
}

int cooc_open(struct cooc *c, const struct snapshot *snapshot,
              const struct cooc_options *options, size_t n_queries,
              const struct deadline *deadline, struct err *err)
{
    *c = (struct cooc){.snapshot = snapshot,
                       .deadline = deadline,
                       .options = *options,
                       .n_queries = n_queries};
    if (n_queries > COOC_QUERIES_MAX) {
        return err_set(err, ERR_LIMIT, "cooc: at most %d queries are paired, not %zu",
                       COOC_QUERIES_MAX, n_queries);
    }
    if (snapshot->n_segments > COOC_SEGMENTS_MAX) {
        return err_set(err, ERR_LIMIT, "cooc: at most %d segments are counted, not %zu",
                       COOC_SEGMENTS_MAX, snapshot->n_segments);
    }
    c->n_pairs = n_queries > 1 ? n_queries * (n_queries - 1) / 2 : 0;
    c->hits = calloc(n_queries + 1, sizeof *c->hits);
    c->tables = calloc(snapshot->n_segments + 1, sizeof *c->tables);
    if (!c->hits || !c->tables) {
        return no_memory(c, err);
    }
    int rc = is_in_units(c) ? make_ranks(c, err) : 0;
    return rc ? rc : make_counts(c, err);
}

int cooc_branch(const struct cooc *c, struct cooc *out, struct err *err)
{
    *out = (struct cooc){.snapshot = c->snapshot,
                         .deadline = c->deadline,
                         .options = c->options,
                         .n_queries = c->n_queries,
                         .n_pairs = c->n_pairs,
                         .hits = c->hits,
                         .ranks = c->ranks};
    return make_counts(out, err);
}

void cooc_branch_release(struct cooc *c)
{
    free(c->totals);
    free(c->pairs);
    cooc_story_free(c->story);
    cooc_ground_release(&c->ground);
    *c = (struct cooc){0};
}

void cooc_release(struct cooc *c)
{
    for (size_t i = 0; c->hits && i < c->n_queries; i++) {
        cooc_hits_release(&c->hits[i]);
    }
    free(c->hits);
    for (size_t i = 0; c->ranks && i < c->snapshot->n_segments; i++) {
        marks_ranks_release(&c->ranks[i]);
    }
    free(c->ranks);
    for (size_t i = 0; c->tables && i < c->snapshot->n_segments; i++) {
        story_table_free(atomic_load(&c->tables[i]));
    }
    free(c->tables);
    cooc_branch_release(c);
}

/* Where the stories of a segment are, if a query has many hits there. Of threads that want it at once each makes one, and one
 * stays. */
static int find_table(void *arg, uint32_t segment, uint64_t hits,
                      const struct story_table **out, struct err *err)
{
    struct cooc *c = arg;
    const struct segment *s = &c->snapshot->segments[segment];
    struct story_table *made = NULL, *known = atomic_load(&c->tables[segment]);
    *out = known;
    if (known || s->wordings.n_stories == 0 ||
        hits * HITS_A_STORY < s->wordings.n_stories) {
        return 0;
    }
    int rc = story_table_new(s, &made, err);
    if (rc == 0 && !atomic_compare_exchange_strong(&c->tables[segment], &known, made)) {
        story_table_free(made);
        made = known;
    }
    *out = rc == 0 ? made : NULL;
    return rc;
}

int cooc_take(struct cooc *c, size_t query, struct plan *plan, struct err *err)
{
    struct cooc_taking how = {.no_addresses = c->options.scope == COOC_ARTICLE,
                              .table = find_table,
                              .arg = c};
    int rc = cooc_hits_take(&c->hits[query], plan, &how, err);
    return rc || !c->ranks ? rc : cooc_hits_to_units(&c->hits[query], c->ranks, err);
}

/* --- story by story --------------------------------------------------------------------------- */

enum {
    WALKED = 1 << 10 /* stories of a segment whose queries are listed at once */
};

/* Where each query stands. */
struct walk {
    struct cooc_place *places;
    size_t *ends;
    uint64_t first; /* of the stories listed, by story_key */
    uint32_t *
        heads; /* the queries of story number i of them are queries[heads[i]..heads[i + 1]), ascending; */
    uint32_t next; /* story number that is given next */
    VEC(uint32_t) queries;
};

#define NO_STORY UINT64_MAX

static uint64_t story_key(const struct cooc_entry *e)
{
    return (uint64_t)e->segment << 32 | e->story;
}

/* The first story that is left, in keys; NO_STORY: none. */
static uint64_t first_story(const struct cooc *c, const struct walk *w)
{
    uint64_t first = NO_STORY;
    for (size_t q = 0; q < c->n_queries; q++) {
        size_t entry = w->places[q].entry;
        if (entry < w->ends[q]) {
            uint64_t key = story_key(&c->hits[q].entries.items[entry]);
            first = key < first ? key : first;
        }
    }
    return first;
}

/* How many entries of a query are of the stories that are listed, and calls of heads for each. */
static size_t count_entries(const struct cooc *c, struct walk *w, size_t q)
{
    const struct cooc_entry *v = c->hits[q].entries.items;
    size_t i = w->places[q].entry;
    for (; i < w->ends[q] && story_key(&v[i]) - w->first < WALKED; i++) {
        w->heads[story_key(&v[i]) - w->first + 2]++;
    }
    return i - w->places[q].entry;
}

/* Lists the queries of the next stories, of each one in order, by counting them first. */
static int list_stories(const struct cooc *c, struct walk *w, struct err *err)
{
    size_t n = 0;
    memset(w->heads, 0, (WALKED + 2) * sizeof *w->heads);
    w->first = first_story(c, w);
    w->next = 0;
    if (w->first == NO_STORY) {
        return ITER_END;
    }
    for (size_t q = 0; q < c->n_queries; q++) {
        n += count_entries(c, w, q);
    }
    vec_reset(&w->queries);
    if (!vec_reserve(&w->queries, n)) {
        return no_memory(c, err);
    }
    for (size_t i = 2; i < WALKED + 2; i++) {
        w->heads[i] += w->heads[i - 1];
    }
    for (size_t q = 0; q < c->n_queries; q++) {
        const struct cooc_entry *v = c->hits[q].entries.items;
        for (size_t i = w->places[q].entry;
             i < w->ends[q] && story_key(&v[i]) - w->first < WALKED; i++) {
            uint32_t *head = &w->heads[story_key(&v[i]) - w->first + 1];
            w->queries.items[(*head)++] = (uint32_t)q;
        }
    }
    return 0;
}

/* Takes the hits of an entry. */
static struct cooc_present take_entry(const struct cooc_hits *h, struct cooc_place *p,
                                      size_t query)
{
    struct cooc_present out = {.query = (uint32_t)query,
                               .entry = h->entries.items[p->entry]};
    if (out.entry.width > 0) {
        out.addresses = h->addresses.items + p->address;
    } else {
        out.wordings = h->wordings.items + p->wording;
    }
    cooc_place_step(p, &out.entry);
    return out;
}

/* The queries that match the next story: 0 or ITER_END. */
static int find_present(struct cooc *c, struct walk *w, struct err *err)
{
    struct cooc_story *s = c->story;
    int rc = 0;
    while (w->next < WALKED && w->heads[w->next] == w->heads[w->next + 1]) {
        w->next++;
    }
    while (rc == 0 && w->next == WALKED) {
        rc = list_stories(c, w, err);
    }
    vec_reset(&s->present);
    if (rc) {
        return rc;
    }
    while (w->heads[w->next] == w->heads[w->next + 1]) {
        w->next++;
    }
    uint32_t from = w->heads[w->next], to = w->heads[w->next + 1];
    if (!vec_reserve(&s->present, to - from)) {
        return no_memory(c, err);
    }
    for (uint32_t i = from; i < to; i++) {
        uint32_t q = w->queries.items[i];
        s->present.items[s->present.len++] = take_entry(&c->hits[q], &w->places[q], q);
    }
    w->next++;
    return 0;
}

static bool walk_begin(const struct cooc *c, const struct cooc_place *from,
                       const struct cooc_place *to, struct walk *w)
{
    size_t n = c->n_queries;
    w->places = calloc(n + 1, sizeof *w->places);
    w->ends = calloc(n + 1, sizeof *w->ends);
    w->heads = calloc(WALKED + 2, sizeof *w->heads);
    w->next = WALKED;
    if (!w->places || !w->ends || !w->heads) {
        return false;
    }
    for (size_t q = 0; q < n; q++) {
        w->places[q] = from ? from[q] : (struct cooc_place){0};
        w->ends[q] = to ? to[q].entry : c->hits[q].entries.len;
    }
    return true;
}

static void walk_end(struct walk *w)
{
    free(w->places);
    free(w->ends);
    free(w->heads);
    vec_release(&w->queries);
}

int cooc_each_of(struct cooc *c, const struct cooc_place *from,
                 const struct cooc_place *to, cooc_each_fn *each, void *arg,
                 struct err *err)
{
    struct walk w = {0};
    int rc = walk_begin(c, from, to, &w) ? 0 : no_memory(c, err);
    for (uint64_t i = 0; rc == 0; i++) {
        rc = find_present(c, &w, err);
        rc = rc ? rc : each(arg, err);
        rc = rc ? rc : deadline_tick(c->deadline, i, err);
    }
    walk_end(&w);
    return rc == ITER_END ? 0 : rc;
}

int cooc_each(struct cooc *c, cooc_each_fn *each, void *arg, struct err *err)
{
    return cooc_each_of(c, NULL, NULL, each, arg, err);
}

int cooc_size(struct cooc *c, struct err *err)
{
    c->size = (struct cooc_count){0};
    if (is_in_units(c)) {
        return cooc_ground_size(&c->ground, c->deadline, &c->size, err);
    }
    bool words = c->options.scope == COOC_WINDOW;
    for (size_t i = 0; i < c->snapshot->n_segments; i++) {
        const uint64_t *n = c->snapshot->segments[i].counts;
        c->size.once += n[words ? SEGMENT_HOMES : SEGMENT_STORIES];
        c->size.all += n[words ? SEGMENT_ARTICLE_TOKENS : SEGMENT_ARTICLES];
    }
    return 0;
}

static int count_story(void *arg, struct err *err)
{
    return cooc_story_count(arg, err);
}

int cooc_count(struct cooc *c, struct err *err)
{
    int rc = cooc_size(c, err);
    return rc ? rc : cooc_each(c, count_story, c->story, err);
}
