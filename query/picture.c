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

/* Half a picture is none: one that is begun is finished whatever the time, and of one that failed nothing is printed, unless
 * so much of it was that some has gone out. */
struct drawing {
    struct deadline *deadline;
    size_t from;
};

static int begin(struct drawing *d, struct output *o, struct err *err)
{
    *d = (struct drawing){o->deadline, o->buf.len};
    int rc = deadline_check(o->deadline, err);
    if (rc == 0)
        o->deadline = NULL;
    return rc;
}

static int end(const struct drawing *d, struct output *o, int rc)
{
    if (rc == 0)
        return 0; /* nothing is printed behind a picture, so no time can cut it off */
    o->deadline = d->deadline;
    if (!o->written && o->buf.len > d->from) {
        buf_reset(&o->buf);
        o->depth = 0;
        o->has_element[0] = false;
    }
    return rc;
}

int picture_timeline_put(enum picture_kind kind, const struct picture_timeline *t,
                         struct output *o, struct err *err)
{
    struct drawing d;
    int rc = begin(&d, o, err);
    if (rc < 0)
        return rc;
    switch (kind) {
    case PICTURE_SVG: rc = svg_timeline_put(t, o, err); break;
    case PICTURE_VEGA: rc = vega_timeline_put(t, o, err); break;
    default: rc = refuse(kind, "timeline", err);
    }
    return end(&d, o, rc);
}

int picture_matrix_put(enum picture_kind kind, const struct picture_matrix *m,
                       struct output *o, struct err *err)
{
    struct drawing d;
    int rc = begin(&d, o, err);
    if (rc < 0)
        return rc;
    switch (kind) {
    case PICTURE_SVG: rc = svg_matrix_put(m, o, err); break;
    case PICTURE_VEGA: rc = vega_matrix_put(m, o, err); break;
    default: rc = refuse(kind, "matrix", err);
    }
    return end(&d, o, rc);
}

int picture_network_put(enum picture_kind kind, const struct picture_network *n,
                        struct output *o, struct err *err)
{
    for (size_t i = 0; i < n->n_edges; i++)
        if (n->edges[i].a >= n->n_nodes || n->edges[i].b >= n->n_nodes)
            return err_set(err, ERR_USAGE,
                           "edge %zu of a network has an end that is no node", i);
    struct drawing d;
    int rc = begin(&d, o, err);
    if (rc < 0)
        return rc;
    switch (kind) {
    case PICTURE_SVG: rc = svg_network_put(n, o, err); break;
    case PICTURE_DOT: rc = graph_dot_put(n, o, err); break;
    case PICTURE_GRAPHML: rc = graph_graphml_put(n, o, err); break;
    default: rc = refuse(kind, "network", err);
    }
    return end(&d, o, rc);
}
