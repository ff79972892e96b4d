/* Words near the hits of one query, counted on several threads: parts of the archive, each some stories side by side, are
 * counted by whoever is free, each thread into rows of its own; in the end these are put together.
 *
 * Parts have no story in common, so numbers of observations, stories and articles are sums and outlets are sets that are
 * united: what comes out does not depend on how many threads there are, nor on who counted what. */
#pragma once

#include "query/collocates.h"

struct collocates_threads {
    unsigned n; /* threads at most; 0 and 1: this one */
    uint64_t
        memory; /* bytes that the answer may take; 0: any. So many threads as have room for their rows in a part of it */
    uint32_t part; /* places of the query in a part; 0: chosen. Tests make it tiny */
};

/* As collocates_run. Sequences of words are counted on one thread, and so is what has too few places for two parts. */
int collocates_run_on(struct collocates *c, struct plan *plan,
                      const struct collocates_threads *threads,
                      struct engine_totals *totals, struct err *err);
