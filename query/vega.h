/* Timelines and matrices as specifications of Vega-Lite 5 (vega.github.io/vega-lite), the data inside: one JSON object
 * that vega-embed, vl-convert, Altair and notebooks draw. Called by picture_timeline_put and picture_matrix_put. */
#pragma once

#include "base/err.h"
#include "query/output.h"
#include "query/picture.h"

/* Bins are ordinal, in their order; rows of data have bin, series, value (null: none). */
int vega_timeline_put(const struct picture_timeline *t, struct output *o,
                      struct err *err);
/* Rows of data have row, column, value; cells without one are left out. */
int vega_matrix_put(const struct picture_matrix *m, struct output *o, struct err *err);
