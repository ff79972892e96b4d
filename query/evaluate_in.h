/* IN/n, title: and body: in the evaluation of a window: spans in a part of the article. For
 * evaluate.c. */
#pragma once

#include "query/evaluate.h"

/* Sets node->hits of an IN node, whose child's are known, and the bits of the slots that it
 * matches in node->matched, which is clear. Where a title ends is each article's own, so the
 * hits of a wording are those that lie in that part of any of its articles. */
int evaluate_in(struct evaluate *e, struct plan_node *node, struct err *err);
