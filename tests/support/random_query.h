/* Random archives and queries for property tests: few words, so that phrases meet, and many
 * of what is hard: seams, joined entries, runs, repetitions. The same seed gives the same. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "tests/support/handmade.h"

struct random_query {
    uint64_t state; /* not zero */
};

uint32_t random_query_below(struct random_query *r, uint32_t n); /* 0..n-1 */

/* Adds stories with copies: truncated, extended, edited, re-ordered, repeated,
 * re-wrapped, whole. */
void random_query_archive(struct random_query *r, struct handmade *h, size_t n_stories);

/* Appends a query. Its words and phrases are mostly taken from articles of h, often across
 * the joints of their pieces (h must have been written). depth bounds the nesting. */
void random_query_text(struct random_query *r, const struct handmade *h, unsigned depth,
                       struct buf *out);
