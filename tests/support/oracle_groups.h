/* Groups by brute force: what count --by should say of an answer of the oracle, article by article, with
 * dates by the C library. */
#pragma once

#include "query/grouping.h"
#include "tests/support/oracle.h"

/* Appends a line a group, in the order of keys: the values with '|' between ("-" for none), then hits, stories,
 * hits_all and articles. */
void oracle_groups(const struct oracle *o, const struct oracle_answer *answer,
                   const struct grouping_keys *keys, struct buf *out);
/* The same of what was counted. */
void oracle_groups_print(const struct grouping *g, struct buf *out);
/* Words by group, over all articles: of distinct homes of each story in the group, and of all. */
void oracle_groups_words(const struct oracle *o, const struct grouping_keys *keys,
                         struct buf *out);
void oracle_groups_print_words(const struct grouping *g, struct buf *out);
