#include "query/graph_dot.h"

#include <inttypes.h>
#include <math.h>

#include "query/label.h"
#include "query/scale.h"

/* A quoted string. In labels a backslash begins an escape and an ampersand an entity, so both are written as themselves by
 * what stands for them. */
static void put_string(struct output *o, struct bytes text)
{
    struct buf clean = {0};
    label_clean(&clean, text);
    buf_put_u8(&o->buf, '"');
    for (size_t i = 0; i < clean.len; i++) {
        uint8_t c = clean.data[i];
        if (c == '&') {
            buf_put_str(&o->buf, "&amp;");
            continue;
        }
        if (c == '"' || c == '\\')
            buf_put_u8(&o->buf, '\\');
        buf_put_u8(&o->buf, c);
    }
    buf_put_u8(&o->buf, '"');
    o->buf.failed |= clean.failed;
    buf_release(&clean);
}

/* What the weights of nodes and lines are is told by attributes of the graph of the same names. */
static void put_head(struct output *o, const struct picture_network *n)
{
    const struct bytes lines[] = {n->head.title, n->head.subtitle, n->head.note};
    struct buf label = {0};
    for (size_t i = 0; i < 3; i++) {
        if (lines[i].len == 0)
            continue;
        if (label.len > 0)
            buf_put_str(&label, ". ");
        buf_put_bytes(&label, lines[i]);
    }
    output_put(o, "graph cooccurrence {\n"
                  "  graph [layout=neato, overlap=scalexy, splines=true, labelloc=t, "
                  "fontname=\"Helvetica\", label=");
    put_string(o, buf_bytes(&label));
    output_put(o, ", weight_of_node=");
    put_string(o, n->node_value);
    output_put(o, ", weight_of_edge=");
    put_string(o, n->edge_value);
    output_put(o, "];\n  node [shape=ellipse, fontname=\"Helvetica\"];\n"
                  "  edge [color=\"#555555\"];\n");
    o->buf.failed |= label.failed;
    buf_release(&label);
}

/* What is no number is left out of a graph as 0. */
static double finite(double value)
{
    return isfinite(value) ? value : 0;
}

static int put_node(struct output *o, const struct picture_network *n, size_t at,
                    const struct scale *scale, struct err *err)
{
    const struct picture_node *node = &n->nodes[at];
    double share = scale_share(scale, node->weight);
    output_printf(o, "  n%zu [label=", at);
    put_string(o, node->name);
    output_printf(o, ", fontsize=%.1f, weight_of_node=%.6f];\n", 11 + 13 * sqrt(share),
                  finite(node->weight));
    return output_flush_large(o, err);
}

static int put_edge(struct output *o, const struct picture_edge *e,
                    const struct scale *scale, struct err *err)
{
    output_printf(o,
                  "  n%" PRIu32 " -- n%" PRIu32 " [penwidth=%.2f, weight_of_edge=%.6f, "
                  "count=%" PRIu64 "];\n",
                  e->a, e->b, 0.6 + 4.4 * scale_share(scale, e->weight),
                  finite(e->weight), e->count);
    return output_flush_large(o, err);
}

int graph_dot_put(const struct picture_network *n, struct output *o, struct err *err)
{
    struct scale nodes = {0}, edges = {0};
    int rc = 0;
    scale_add(&nodes, 0);
    for (size_t i = 0; i < n->n_nodes; i++)
        scale_add(&nodes, n->nodes[i].weight);
    for (size_t i = 0; i < n->n_edges; i++)
        scale_add(&edges, n->edges[i].weight);
    put_head(o, n);
    for (size_t i = 0; i < n->n_nodes && rc == 0; i++)
        rc = put_node(o, n, i, &nodes, err);
    for (size_t i = 0; i < n->n_edges && rc == 0; i++)
        rc = put_edge(o, &n->edges[i], &edges, err);
    output_put(o, "}\n");
    return rc;
}
