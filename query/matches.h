/* From an evaluated window to the stories that match: hits and articles counted, passages
 * told apart, scores summed. */
#pragma once

#include "query/copies.h"
#include "query/engine.h"
#include "query/evaluate.h"
#include "query/passages.h"

/* Zeroed is ready for use. */
struct matches {
    struct copies copies;
    struct passages passages;
    VEC(struct wording_match) wordings; /* owned, as the rest */
    VEC(struct span) spans;
    VEC(uint32_t) numbers;    /* of each span: its passage, if wanted */
    VEC(article_id) articles; /* those of the wordings, if articles may differ */
    VEC(size_t) ranked_at;    /* of each ranked part: its next hit, */
    VEC(double) weights;      /* what it adds to the score of the story at hand, */
    VEC(uint32_t) firsts;     /* and the part that it is, or is again */
    double mean_length;
    struct scope rest; /* stories of several wordings, for the long way */
};

void matches_release(struct matches *m);

/* Counts the matching stories of a window after evaluate_wordings into totals and gives
 * each to options->story; after evaluate_begin's `rank` scores may be wanted. */
int matches_give(struct matches *m, struct evaluate *e,
                 const struct engine_options *options, struct engine_totals *totals,
                 struct err *err);

/* After evaluate_narrow: the leaf whose `found` are all hits of the window; NULL if there is not just one. */
const struct plan_node *matches_only_leaf(const struct plan_node *root);

/* The quick way for totals of a query that is one atom without gaps: after evaluate_narrow, stories of one
 * wording are counted from address space, without laying wordings out. The window's scope
 * becomes what is left for the long way; of other queries that is all. */
int matches_count(struct matches *m, struct evaluate *e, struct engine_totals *totals,
                  struct err *err);

/* Counts n stories of one wording of the window, all of which match, and their articles; no hits. */
int matches_count_stories(struct matches *m, const struct evaluate *e,
                          const story_id *stories, size_t n,
                          struct engine_totals *totals, struct err *err);
