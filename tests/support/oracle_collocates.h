/* Collocates by brute force: every article by itself, every window word by word. */
#pragma once

#include "query/collocates.h"
#include "tests/support/oracle.h"

/* Appends a line for the totals (near, near_all, size, size_all), then one a word that stands near a hit, in the order of bytes:
 * the word, O, O_all, f2, f2_all, articles, stories, sources. */
void oracle_collocates(const struct oracle *o, const struct oracle_answer *answer,
                       const struct collocates_options *options, struct buf *out);
/* The same of what was counted. Asserts that nothing fails. */
void oracle_collocates_print(struct collocates *c, struct buf *out);
