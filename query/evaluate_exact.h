/* ="exact surface" in the evaluation of a window. For evaluate.c. */
#pragma once

#include "query/evaluate.h"

/* Sets node->hits of an EXACT node to those of its child, which are evaluated, that are written in their
 * article as the node's tree says. The carriers are laid out by text. */
int evaluate_exact(struct evaluate *e, struct plan_node *node, struct err *err);
