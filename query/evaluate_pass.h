/* Filters that ask what the index holds of each article (filter_pass.h), in the evaluation of a
 * window. For evaluate_filter.c. */
#pragma once

#include "query/evaluate.h"

/* The articles [*first, *first + *n) of a wording, and the wordings of a story; calls in ascending order are cheapest. */
int evaluate_pass_articles(struct evaluate *e, wording_id wording, article_id *first,
                           uint32_t *n, struct err *err);
int evaluate_pass_wordings(struct evaluate *e, story_id story, wording_id *first,
                           uint32_t *n, struct err *err);

/* The beginning of the first story that begins at `from` or behind it and has an article that passes: 0,
 * ITER_END, error. */
int evaluate_pass_next(struct evaluate *e, const struct plan_node *node, address from,
                       address *out, struct err *err);
/* Appends to node->scope the window's stories that have such an article; *all: these are no more than `most`, else only the
 * first of them are appended, and to ask every story is cheaper. */
int evaluate_pass_scope(struct evaluate *e, struct plan_node *node, size_t most,
                        bool *all, struct err *err);
/* Has the story one? */
int evaluate_pass_story(struct evaluate *e, const struct plan_node *node, story_id id,
                        bool *out, struct err *err);
/* Sets the bits of the slots whose articles pass; those that are set are not asked about. */
int evaluate_pass_matched(struct evaluate *e, const struct plan_node *node,
                          uint64_t *matched, struct err *err);
