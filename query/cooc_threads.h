/* Pairs of queries counted on several threads, once their hits are taken: parts of the archive, each some stories side by
 * side, are counted by whoever is free, each thread for itself; in the end the numbers are summed up.
 *
 * Parts have no story in common, so nothing depends on how many threads there are, nor on who counted what. */
#pragma once

#include "query/cooc.h"

struct cooc_threads {
    unsigned n; /* threads at most; 0 and 1: this one */
    uint64_t
        memory; /* bytes that the answer may take; 0: any. So many threads as have room for their pairs in a part of it */
    uint32_t
        part; /* stories with hits, counted for each query, in a part; 0: chosen. Tests make it tiny */
};

/* As cooc_count. What has too few stories for two parts is counted on this thread. */
int cooc_count_on(struct cooc *c, const struct cooc_threads *threads, struct err *err);
