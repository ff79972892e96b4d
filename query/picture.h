/* Pictures of counts: a timeline, a matrix, a network. They are told once, as names and values, and written as SVG,
 * as a specification for Vega-Lite, or as a graph for Graphviz and programs that read GraphML.
 *
 * The same picture gives the same bytes everywhere: numbers are written without the locale, layouts are reckoned
 * with operations that IEEE 754 defines to the last bit. Names are text of others: what they contain is made
 * harmless. All functions return 0, ERR_NOMEM, ERR_OUTPUT or ERR_STOPPED, and ERR_USAGE where a picture is not to be had in
 * that kind. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "query/output.h"

enum picture_kind {
    PICTURE_SVG,    /* SVG 1.1 (W3C, 2011), without scripts and without fonts */
    PICTURE_VEGA,   /* Vega-Lite 5, the data inside */
    PICTURE_DOT,    /* Graphviz */
    PICTURE_GRAPHML /* GraphML 1.0 (graphml.graphdrawing.org) */
};

/* What is shown, of what, how it was counted; empty ones are left out. A subtitle and a note are wrapped. */
struct picture_head {
    struct bytes title, subtitle, note;
};

struct picture_series {
    struct bytes name;
    const double *values; /* one per bin; NAN: none */
};

struct picture_timeline {
    struct picture_head head;
    struct bytes unit;        /* of the bins: "year", "month", "week", "day" */
    struct bytes value;       /* "hits per million words" */
    const struct bytes *bins; /* their names ("2016-03"), in order */
    size_t n_bins;
    const struct picture_series *series;
    size_t n_series;
};

struct picture_matrix {
    struct picture_head head;
    struct bytes value; /* "logDice" */
    const struct bytes *rows, *columns;
    size_t n_rows, n_columns;
    const double *values; /* row-major; NAN: none */
    bool symmetric; /* rows and columns are the same: nothing stands in the diagonal */
    uint8_t digits; /* behind the point, up to 6 */
};

struct picture_node {
    struct bytes name;
    double weight; /* its area; not negative */
};

struct picture_edge {
    uint32_t a, b;
    double weight; /* its width: the measure */
    uint64_t count;
};

struct picture_network {
    struct picture_head head;
    struct bytes node_value, edge_value; /* "hits", "logDice" */
    const struct picture_node *nodes;
    size_t n_nodes;
    const struct picture_edge *edges;
    size_t n_edges;
};

/* Which kind an --format asks for; false: for none. */
bool picture_of_format(int format, enum picture_kind *kind);

/* svg, vega */
int picture_timeline_put(enum picture_kind kind, const struct picture_timeline *t,
                         struct output *o, struct err *err);
/* svg, vega */
int picture_matrix_put(enum picture_kind kind, const struct picture_matrix *m,
                       struct output *o, struct err *err);
/* svg, dot, graphml. An edge whose ends are no nodes is an ERR_USAGE. */
int picture_network_put(enum picture_kind kind, const struct picture_network *n,
                        struct output *o, struct err *err);
