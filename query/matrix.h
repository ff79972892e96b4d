/* Queries by month, outlet or what else articles have: hits, stories and articles of each query in each group. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "query/engine.h"
#include "query/grouping.h"
#include "query/queries.h"
#include "query/session.h"
#include "query/shown.h"

/* A group that some query matches an article of. */
struct matrix_column {
    size_t name, name_len; /* bytes of matrix.names */
    bool none;             /* of articles without such a value */
    uint64_t words,
        words_all; /* of the archive's articles in it: each passage once, and of every article */
};

/* Zeroed is empty. */
struct matrix {
    enum grouping_field field;
    size_t n_rows;                     /* queries */
    VEC(struct matrix_column) columns; /* owned; dates as they follow, others by hits */
    struct buf names;                  /* owned */
    struct engine_totals *cells;       /* owned; row by row */
    struct engine_totals *totals;      /* owned; of each query, each story once */
    size_t n_cut;                      /* columns that `limit` leaves out */
};
void matrix_release(struct matrix *m);

/* Counts queries over an open session. limit: columns, 0 for all; of dates the last. ERR_NOMEM, ERR_CORRUPT, ERR_STOPPED and what
 * a query fails with. */
int matrix_find(struct matrix *m, struct session *s, const struct queries *queries,
                const struct shown *shown, enum grouping_field field, uint64_t limit,
                struct err *err);
struct bytes matrix_name(const struct matrix *m, size_t column);
const struct engine_totals *matrix_cell(const struct matrix *m, size_t row,
                                        size_t column);
