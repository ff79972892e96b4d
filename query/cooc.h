/* How often the hits of queries stand together: for each pair of queries, counted by window, sentence, paragraph or
 * article.
 *
 * In sentences and paragraphs (units) an observation is a unit in which both queries have a hit, each wholly in it; a
 * unit is known by the home of its first token, so that the sentence of a copy is that of its original (query/cooc_ground.h).
 * In windows it is a pair of hits that `NEAR/n` joins: not over one another, the first word of the right one at most n
 * tokens behind the last of the left one; of the possible spans the one that ends first, of those the shortest, then on
 * behind its end. Pairs of the same two passages, on the same sides, are one. In articles it is a story in which one
 * article matches both.
 *
 * It is counted once for each of these, and once for each article that has it and matches both queries. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/cooc_ground.h"
#include "query/cooc_hits.h"
#include "query/deadline.h"
#include "query/plan.h"

enum {
    COOC_QUERIES_MAX = 2048,
    COOC_WINDOW_MAX = 10000
};

enum cooc_scope {
    COOC_WINDOW,
    COOC_SENTENCE,
    COOC_PARAGRAPH,
    COOC_ARTICLE
};
#define COOC_SCOPES "words|sentence|paragraph|article"

struct cooc_options {
    enum cooc_scope scope;
    uint32_t window; /* COOC_WINDOW: tokens, 1..COOC_WINDOW_MAX */
};

struct cooc_pair {
    struct cooc_count o; /* by homes, or stories; and in all articles */
    uint64_t articles;   /* that have an observation */
    uint64_t stories;
    uint32_t sources; /* different outlets of these articles */
    uint32_t last;    /* the story, of those counted so far, that has one, and 1 */
};

struct cooc {
    const struct snapshot *snapshot;
    const struct deadline *deadline;
    struct cooc_options options;
    size_t n_queries;
    struct cooc_hits *hits;    /* owned; by query */
    struct cooc_count *totals; /* owned; by query: f, its hits, units or stories */
    struct cooc_pair *pairs;   /* owned; by cooc_index */
    size_t n_pairs;
    struct cooc_count size; /* N: words, units, or stories and articles */
    _Atomic(struct story_table *)
        *tables; /* owned; by segment, where its stories are: once a query wants it */
    struct marks_ranks
        *ranks; /* owned; by segment, of its units; NULL: the scope has none */
    struct cooc_ground ground;
    struct cooc_story *story; /* owned; the one at hand */
};

/* How much of the hits of a query was counted. */
struct cooc_place {
    size_t entry;
    size_t address, wording; /* where the hits of the entry are */
};

/* Counts the story at hand. */
typedef int cooc_each_fn(void *arg, struct err *err);

/* Where the pair of queries a < b is. */
static inline size_t cooc_index(const struct cooc *c, size_t a, size_t b)
{
    return a * (2 * c->n_queries - a - 1) / 2 + (b - a - 1);
}

/* Zeroes c and makes it ready for n_queries queries, at most COOC_QUERIES_MAX. ERR_NOMEM, ERR_LIMIT. Release it in every
 * case. */
int cooc_open(struct cooc *c, const struct snapshot *snapshot,
              const struct cooc_options *options, size_t n_queries,
              const struct deadline *deadline, struct err *err);
void cooc_release(struct cooc *c);
/* Keeps the hits of one query. Those of different queries may be taken at once, on different threads. As engine_run. */
int cooc_take(struct cooc *c, size_t query, struct plan *plan, struct err *err);
/* Counts, once all are taken. ERR_CORRUPT, ERR_NOMEM, ERR_STOPPED. */
int cooc_count(struct cooc *c, struct err *err);
/* Gives each story that a query matches, in order: c->story->present are the queries. What `each` returns if not 0. */
int cooc_each(struct cooc *c, cooc_each_fn *each, void *arg, struct err *err);

/* --- for cooc_threads.c ------------------------------------------------------------------------ */

/* Finds N. As cooc_count. */
int cooc_size(struct cooc *c, struct err *err);
/* Zeroes out and makes it ready to count with the hits of c, which it borrows, on another thread. As cooc_open. */
int cooc_branch(const struct cooc *c, struct cooc *out, struct err *err);
void cooc_branch_release(struct cooc *c);
/* As cooc_each for the stories between places, by query. NULL: from the first, to the last. */
int cooc_each_of(struct cooc *c, const struct cooc_place *from,
                 const struct cooc_place *to, cooc_each_fn *each, void *arg,
                 struct err *err);
static inline bool cooc_entry_is_before(const struct cooc_entry *a,
                                        const struct cooc_entry *b)
{
    return a->segment != b->segment ? a->segment < b->segment : a->story < b->story;
}
/* Steps over an entry, which is that at the place. */
static inline void cooc_place_step(struct cooc_place *p, const struct cooc_entry *e)
{
    p->entry++;
    if (e->width > 0) {
        p->address += e->n;
    } else {
        p->wording += e->n;
    }
}
