/* Spans of one article by brute force. For oracle.c. */
#pragma once

#include "tests/support/oracle.h"

/* All spans of a node that has spans, ascending, each once. */
oracle_spans oracle_spans_of(const struct oracle_article *a, const struct ast *node,
                             struct arena *arena);
/* Adds a span unless it is there; keeps the order. */
void oracle_spans_add(oracle_spans *list, struct oracle_span span);
