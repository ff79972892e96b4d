/* Queries nobody would type: unbalanced, deep, huge, with control characters and ill-formed UTF-8, of stars, of a thousand
 * alternatives, chains of proximities over the commonest words, expressions that backtrack without end, fields with values
 * they do not take. The same seed and words make the same query. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Words that the index knows, commonest first: so that a query has much to do. */
struct hostile_words {
    const char *const *items;
    size_t n; /* at least 1 */
};

/* Appends the query of a seed. */
void hostile_query(const struct hostile_words *words, uint64_t seed, struct buf *out);
