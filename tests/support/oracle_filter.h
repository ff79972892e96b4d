/* Filters by brute force. For oracle.c. */
#pragma once

#include "tests/support/oracle.h"

bool oracle_filter_matches(struct oracle *o, const struct oracle_article *a,
                           const struct ast *node, struct arena *arena);
/* The words of a like: filter; valid until the next call. */
const struct oracle_like *oracle_filter_like(struct oracle *o, const struct ast *node,
                                             struct arena *arena);
