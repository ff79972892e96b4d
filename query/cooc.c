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

int cooc_open(struct cooc *c, const struct snapshot *snapshot,
              const struct cooc_options *options, size_t n_queries,
              const struct deadline *deadline, struct err *err)
{
    static const enum ast_within within[] = {[COOC_WINDOW] = AST_WITHIN_WORDS,
                                             [COOC_SENTENCE] = AST_WITHIN_SENTENCE,
                                             [COOC_PARAGRAPH] = AST_WITHIN_PARAGRAPH,
                                             [COOC_ARTICLE] = AST_WITHIN_WORDS};
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
    cooc_ground_init(&c->ground, snapshot, within[options->scope]);
    c->hits = calloc(n_queries + 1, sizeof *c->hits);
    c->totals = calloc(n_queries + 1, sizeof *c->totals);
    c->pairs = calloc(c->n_pairs + 1, sizeof *c->pairs);
    c->story = c->hits && c->totals && c->pairs ? cooc_story_new(c, err) : NULL;
    return c->story ? 0 : no_memory(c, err);
}

void cooc_release(struct cooc *c)
{
    for (size_t i = 0; c->hits && i < c->n_queries; i++) {
        cooc_hits_release(&c->hits[i]);
    }
    free(c->hits);
    free(c->totals);
    free(c->pairs);
    cooc_story_free(c->story);
    cooc_ground_release(&c->ground);
    *c = (struct cooc){0};
}

int cooc_take(struct cooc *c, size_t query, struct plan *plan, struct err *err)
{
    return cooc_hits_take(&c->hits[query], plan, err);
}

/* --- story by story --------------------------------------------------------------------------- */

/* How much of a query was counted. */
struct place {
    size_t entry;
    size_t address, wording; /* where its hits are */
};

static bool is_before(const struct cooc_entry *a, const struct cooc_entry *b)
{
    return a->segment != b->segment ? a->segment < b->segment : a->story < b->story;
}

/* The entry at a place; NULL: there are no more. */
static const struct cooc_entry *entry_at(const struct cooc_hits *h,
                                         const struct place *p)
{
    return p->entry < h->entries.len ? &h->entries.items[p->entry] : NULL;
}

/* Takes the hits of an entry. */
static struct cooc_present take_entry(const struct cooc_hits *h, struct place *p,
                                      size_t query)
{
    struct cooc_present out = {.query = (uint32_t)query,
                               .entry = h->entries.items[p->entry++]};
    if (out.entry.width > 0) {
        out.addresses = h->addresses.items + p->address;
        p->address += out.entry.n;
    } else {
        out.wordings = h->wordings.items + p->wording;
        p->wording += out.entry.n;
    }
    return out;
}

/* The queries that match the next story. */
static int find_present(struct cooc *c, struct place *places, struct err *err)
{
    struct cooc_story *s = c->story;
    const struct cooc_entry *first = NULL;
    vec_reset(&s->present);
    for (size_t q = 0; q < c->n_queries; q++) {
        const struct cooc_entry *e = entry_at(&c->hits[q], &places[q]);
        if (e && (!first || is_before(e, first))) {
            first = e;
        }
    }
    if (!first) {
        return 0;
    }
    if (!vec_reserve(&s->present, c->n_queries)) {
        return no_memory(c, err);
    }
    struct cooc_entry next = *first;
    for (size_t q = 0; q < c->n_queries; q++) {
        const struct cooc_entry *e = entry_at(&c->hits[q], &places[q]);
        if (e && e->segment == next.segment && e->story == next.story) {
            s->present.items[s->present.len++] = take_entry(&c->hits[q], &places[q], q);
        }
    }
    return 0;
}

int cooc_each(struct cooc *c, cooc_each_fn *each, void *arg, struct err *err)
{
    struct place *places = calloc(c->n_queries + 1, sizeof *places);
    int rc = places ? 0 : no_memory(c, err);
    for (uint64_t i = 0; rc == 0; i++) {
        rc = find_present(c, places, err);
        if (rc || c->story->present.len == 0) {
            break;
        }
        rc = each(arg, err);
        rc = rc ? rc : deadline_tick(c->deadline, i, err);
    }
    free(places);
    return rc;
}

static int find_size(struct cooc *c, struct err *err)
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
    int rc = find_size(c, err);
    return rc ? rc : cooc_each(c, count_story, c->story, err);
}
