/* Counts queries, many at once over one open index, and gives the results in the order of the queries. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "query/engine.h"
#include "query/grouping.h"
#include "query/queries.h"
#include "query/session.h"
#include "query/shown.h"

struct count_options {
    struct shown shown;
    struct grouping_keys by; /* n 0: no groups */
    enum grouping_sort sort;
    uint64_t limit, least; /* groups of a query, 0: all; hits they must have */
    unsigned threads;      /* at least 1 */
    bool no_hits;          /* without groups: stories and articles alone are counted */
};

/* A group of a query, with its values as texts. */
struct count_group {
    struct {
        bool none;
        size_t from, len; /* bytes of count_result.texts */
    } value[GROUPING_MAX];
    struct engine_totals totals;
};

struct count_result {
    struct engine_totals totals;
    uint64_t
        n_groups; /* all there are; `groups` are those that limit and least leave, in order */
    VEC(struct count_group) groups; /* owned, as texts */
    struct buf texts;
};

/* Is given each result, one at a time; it lives until the call returns. May run on any thread. */
typedef int count_put_fn(void *arg, size_t query, const struct count_result *result,
                         struct err *err);

/* Counts all queries of an open session. Stops at the first failure of a query or of put, in the
 * order of the queries; *failed says at which, n where it was none. */
int count_run(struct session *s, const struct queries *queries,
              const struct count_options *options, count_put_fn *put, void *arg,
              size_t *failed, struct err *err);
