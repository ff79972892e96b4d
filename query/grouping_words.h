/* What a whole archive has by group: the sizes that counts are held against. */
#pragma once

#include "query/deadline.h"
#include "query/grouping.h"

/* Adds every article to its groups: stories and articles in the totals (hits stay 0), words and words_all. A word counts
 * once in `words` for all copies in the group that share its passage (homes; docs/ARCHITECTURE.md), and in words_all
 * once an article. deadline may be NULL. */
int grouping_archive(struct grouping *g, const struct deadline *deadline,
                     struct err *err);
