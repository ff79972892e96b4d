#include "query/picture.h"

#include <inttypes.h>

#include "query/graph_dot.h"
#include "query/graph_graphml.h"
#include "query/svg_matrix.h"
#include "query/svg_network.h"
#include "query/svg_timeline.h"
#include "query/vega.h"

bool picture_of_format(int format, enum picture_kind *kind)
{
    switch (format) {
    case OUTPUT_SVG: *kind = PICTURE_SVG; return true;
    case OUTPUT_VEGA: *kind = PICTURE_VEGA; return true;
    case OUTPUT_DOT: *kind = PICTURE_DOT; return true;
    case OUTPUT_GRAPHML: *kind = PICTURE_GRAPHML; return true;
    default: return false;
    }
}

static int refuse(enum picture_kind kind, const char *what, struct err *err)
{
    static const char *const names[] = {"svg", "vega", "dot", "graphml"};
    return err_set(err, ERR_USAGE, "a %s is not drawn as %s", what, names[kind]);
}

int picture_timeline_put(enum picture_kind kind, const struct picture_timeline *t,
                         struct output *o, struct err *err)
{
    switch (kind) {
    case PICTURE_SVG: return svg_timeline_put(t, o, err);
    case PICTURE_VEGA: return vega_timeline_put(t, o, err);
    default: return refuse(kind, "timeline", err);
    }
}

int picture_matrix_put(enum picture_kind kind, const struct picture_matrix *m,
                       struct output *o, struct err *err)
{
    switch (kind) {
    case PICTURE_SVG: return svg_matrix_put(m, o, err);
    case PICTURE_VEGA: return vega_matrix_put(m, o, err);
    default: return refuse(kind, "matrix", err);
    }
}

int picture_network_put(enum picture_kind kind, const struct picture_network *n,
                        struct output *o, struct err *err)
{
    for (size_t i = 0; i < n->n_edges; i++)
        if (n->edges[i].a >= n->n_nodes || n->edges[i].b >= n->n_nodes)
            return err_set(err, ERR_USAGE,
                           "edge %zu of a network has an end that is no node", i);
    switch (kind) {
    case PICTURE_SVG: return svg_network_put(n, o, err);
    case PICTURE_DOT: return graph_dot_put(n, o, err);
    case PICTURE_GRAPHML: return graph_graphml_put(n, o, err);
    default: return refuse(kind, "network", err);
    }
}
