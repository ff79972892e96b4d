/* Filters by name that no article passes: source: author: section: tag: lang: with a value that the index does not have. What a
 * query means is never changed by it. */
#pragma once

#include "base/err.h"
#include "formats/snapshot.h"
#include "query/ast.h"
#include "query/deadline.h"

enum {
    SUGGEST_NAMES = 3, /* of a query */
    SUGGEST_NAMES_ARTICLES =
        1 << 16 /* looked at for each; of a larger index nothing is said */
};

/* Fills out[0..SUGGEST_NAMES) with such filters of the tree, in the order of the query, under a NOT too. *n of them.
 * ERR_STOPPED, ERR_LIMIT, ERR_CORRUPT, ERR_NOMEM. */
int suggest_names(const struct snapshot *snapshot, const struct ast *tree,
                  const struct deadline *deadline, const struct filter **out, size_t *n,
                  struct err *err);
