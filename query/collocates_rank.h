/* The words near hits in an order: those that are most strongly tied, or observed most, first. */
#pragma once

#include "query/collocates.h"
#include "query/measures.h"

enum collocates_sort {
    COLLOCATES_BY_MEASURE,
    COLLOCATES_BY_COUNT,
    COLLOCATES_BY_WORD
};

struct collocates_order {
    enum measures_kind measure;
    enum collocates_sort sort;
    bool all;       /* counted in all articles */
    uint64_t least; /* observations */
    uint64_t f1;    /* hits of the query */
    uint64_t want;  /* so many rows are looked at; 0: all */
    bool (*hides)(void *arg, struct bytes term); /* NULL: none is hidden */
    void *arg;
};

/* A row and what it is ordered by. */
struct collocates_ranked {
    uint32_t row;
    struct bytes word;
    struct measures_counts counts;
    double
        value; /* of the measure; of G2, which is large also where a word is shunned, those less than 0 */
};
typedef VEC(struct collocates_ranked) collocates_ranking;

/* Fills out with the rows in order, the first `want` at least; *n_rows is how many there are. What is not among the first is
 * not asked for where the measure is bounded by what was observed: the word's own occurrences are dear to get. */
int collocates_rank(struct collocates *c, const struct collocates_order *order,
                    collocates_ranking *out, uint64_t *n_rows, struct err *err);
