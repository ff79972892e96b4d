#include "query/cooc.h"

#include <stdlib.h>

#include "query/cooc_story.h"

static int no_memory(const struct cooc *c, struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "cooc: no memory for the pairs of %zu queries; fewer queries or a "
                   "larger --memory helps",
                   c->n_queries);
}

/* All but the hits. */
static int make_counts(struct cooc *c, struct err *err)
{
    static const enum ast_within within[] = {[COOC_WINDOW] = AST_WITHIN_WORDS,
                                             [COOC_SENTENCE] = AST_WITHIN_SENTENCE,
                                             [COOC_PARAGRAPH] = AST_WITHIN_PARAGRAPH,
                                             [COOC_ARTICLE] = AST_WITHIN_WORDS};
    cooc_ground_init(&c->ground, c->snapshot, within[c->options.scope]);
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
    return c->hits ? make_counts(c, err) : no_memory(c, err);
}

int cooc_branch(const struct cooc *c, struct cooc *out, struct err *err)
{
    *out = (struct cooc){.snapshot = c->snapshot,
                         .deadline = c->deadline,
                         .options = c->options,
                         .n_queries = c->n_queries,
                         .n_pairs = c->n_pairs,
                         .hits = c->hits};
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
    cooc_branch_release(c);
}

int cooc_take(struct cooc *c, size_t query, struct plan *plan, struct err *err)
{
    return cooc_hits_take(&c->hits[query], plan, err);
}

/* --- story by story --------------------------------------------------------------------------- */

/* Where each query stands. */
struct walk {
    struct cooc_place *places;
    size_t *ends;
    uint64_t *stories; /* that it matches next, as story_key; NO_STORY: none */
};

#define NO_STORY UINT64_MAX

static uint64_t story_key(const struct cooc_entry *e)
{
    return (uint64_t)e->segment << 32 | e->story;
}

static uint64_t next_story(const struct cooc_hits *h, const struct walk *w, size_t q)
{
    size_t entry = w->places[q].entry;
    return entry < w->ends[q] ? story_key(&h->entries.items[entry]) : NO_STORY;
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

/* The queries that match the next story. */
static int find_present(struct cooc *c, struct walk *w, struct err *err)
{
    struct cooc_story *s = c->story;
    uint64_t next = NO_STORY;
    vec_reset(&s->present);
    for (size_t q = 0; q < c->n_queries; q++) {
        next = w->stories[q] < next ? w->stories[q] : next;
    }
    if (next == NO_STORY) {
        return 0;
    }
    if (!vec_reserve(&s->present, c->n_queries)) {
        return no_memory(c, err);
    }
    for (size_t q = 0; q < c->n_queries; q++) {
        if (w->stories[q] == next) {
            s->present.items[s->present.len++] =
                take_entry(&c->hits[q], &w->places[q], q);
            w->stories[q] = next_story(&c->hits[q], w, q);
        }
    }
    return 0;
}

static bool walk_begin(const struct cooc *c, const struct cooc_place *from,
                       const struct cooc_place *to, struct walk *w)
{
    size_t n = c->n_queries;
    w->places = calloc(n + 1, sizeof *w->places);
    w->ends = calloc(n + 1, sizeof *w->ends);
    w->stories = calloc(n + 1, sizeof *w->stories);
    if (!w->places || !w->ends || !w->stories) {
        return false;
    }
    for (size_t q = 0; q < n; q++) {
        w->places[q] = from ? from[q] : (struct cooc_place){0};
        w->ends[q] = to ? to[q].entry : c->hits[q].entries.len;
        w->stories[q] = next_story(&c->hits[q], w, q);
    }
    return true;
}

static void walk_end(struct walk *w)
{
    free(w->places);
    free(w->ends);
    free(w->stories);
}

int cooc_each_of(struct cooc *c, const struct cooc_place *from,
                 const struct cooc_place *to, cooc_each_fn *each, void *arg,
                 struct err *err)
{
    struct walk w = {0};
    int rc = walk_begin(c, from, to, &w) ? 0 : no_memory(c, err);
    for (uint64_t i = 0; rc == 0; i++) {
        rc = find_present(c, &w, err);
        if (rc || c->story->present.len == 0) {
            break;
        }
        rc = each(arg, err);
        rc = rc ? rc : deadline_tick(c->deadline, i, err);
    }
    walk_end(&w);
    return rc;
}

int cooc_each(struct cooc *c, cooc_each_fn *each, void *arg, struct err *err)
{
    return cooc_each_of(c, NULL, NULL, each, arg, err);
}

int cooc_size(struct cooc *c, struct err *err)
{
    c->size = (struct cooc_count){0};
    if (c->options.scope == COOC_SENTENCE || c->options.scope == COOC_PARAGRAPH) {
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
