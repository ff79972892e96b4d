/* Pairs of queries as a network: a node a query, a line a pair. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "query/cooc.h"
#include "query/picture.h"
#include "query/queries.h"
#include "query/session.h"
#include "query/shown.h"

/* A pair that is shown. */
struct cooc_picture_pair {
    uint32_t a, b;  /* queries */
    uint64_t count; /* observed */
    double value;   /* of the measure */
};

struct cooc_picture {
    const struct cooc *found;
    const struct queries *queries;
    const struct cooc_picture_pair *pairs;
    size_t n_pairs;
    size_t of;           /* pairs that stand together, of which these are the first */
    const char *measure; /* its name, as columns have it: "logDice" */
    enum shown_copies copies;
};

/* Draws the queries that have a pair (svg, dot, graphml): sizes by how often each is found, lines by the measure. As
 * picture_network_put. */
int cooc_picture_put(const struct cooc_picture *p, struct session *s,
                     enum picture_kind kind, struct err *err);
