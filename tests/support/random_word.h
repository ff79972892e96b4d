/* Random words of a query that stand for others: stems, regular expressions, exact surfaces. For
 * random_query.c. */
#pragma once

#include "tests/support/random_query.h"

/* Appends an item with a syntax of its own that may match the surface; it must stand where an item
 * begins. */
void random_word_text(struct random_query *r, struct bytes surface, struct buf *out);
