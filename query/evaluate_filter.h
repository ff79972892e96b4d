/* Filters in the evaluation of a window: the stories they can match, and the articles they
 * do. For evaluate.c. */
#pragma once

#include "query/evaluate.h"

/* The first address >= from of a story that a FILTER node may match: 0, ITER_END, error. */
int evaluate_filter_next(struct evaluate *e, const struct plan_node *node, address from,
                         address *out, struct err *err);
/* Sets node->scope to the stories, among those of `within` (NULL: the window's), of which the
 * filter may match an article. */
int evaluate_filter_scope(struct evaluate *e, struct plan_node *node,
                          const struct scope *within, struct err *err);
/* After the wordings are laid out: sets e->slots, if the plan needs them, and e->n_slots. */
int evaluate_filter_slots(struct evaluate *e, struct err *err);
/* Sets the bits of the slots that a FILTER node matches, or a STORY node whose child is
 * evaluated, in node->matched, which is clear. */
int evaluate_filter_matched(struct evaluate *e, struct plan_node *node,
                            struct err *err);
