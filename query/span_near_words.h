/* Proximity of two words. Not for use beside query/span_near.c, which decides when it serves. */
#pragma once

#include "query/span.h"

/* Are all hits single tokens? Then no two of a list are at one place, and they ascend. */
bool span_near_are_words(const struct hits *hits);
/* As span_near, for lists of single tokens: one pass over both. Appends to out, which was reset. ERR_NOMEM. */
int span_near_words(const struct hits *a, const struct hits *b, struct span_reach reach,
                    struct span_bounds bounds, struct span_pool *pool, struct hits *out,
                    struct err *err);
