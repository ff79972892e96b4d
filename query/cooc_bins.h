/* Pairs of queries by month, outlet or what else articles have: what query/cooc.h counts, in the articles of each group by
 * themselves. A story that has articles in two groups is in both. */
#pragma once

#include "query/cooc.h"
#include "query/grouping.h"

/* A group. */
struct cooc_bin {
    int32_t value; /* a bin, or a number of the field's values, or GROUPING_NONE */
    struct cooc_count *totals; /* owned; as in struct cooc */
    struct cooc_pair *pairs;   /* owned; sources are not told */
    struct cooc_count size;    /* N */
};

/* Zeroed is empty. */
struct cooc_bins {
    struct cooc *c;
    struct grouping groups;
    VEC(struct cooc_bin) bins; /* owned; by number of the group */
    /* the story at hand */
    VEC(struct grouping_member) members; /* wording: the article */
    VEC(article_id) allowed;
    address_vec homes;
};

/* Counts by one field, once all queries are taken; c's own counts are as cooc_count leaves them. ERR_CORRUPT, ERR_NOMEM, ERR_STOPPED. */
int cooc_bins_count(struct cooc_bins *b, struct cooc *c, enum grouping_field field,
                    struct err *err);
void cooc_bins_release(struct cooc_bins *b);
