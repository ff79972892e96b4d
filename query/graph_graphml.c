#include "query/graph_graphml.h"

#include <inttypes.h>
#include <math.h>

#include "query/label.h"

static void put_text(struct output *o, struct bytes text)
{
    struct buf clean = {0};
    label_clean(&clean, text);
    label_xml(&o->buf, buf_bytes(&clean));
    o->buf.failed |= clean.failed;
    buf_release(&clean);
}

static void put_key(struct output *o, const char *id, const char *of, const char *type,
                    struct bytes meaning)
{
    output_printf(o,
                  "  <key id=\"%s\" for=\"%s\" attr.name=\"%s\" attr.type=\"%s\">"
                  "<desc>",
                  id, of, id, type);
    put_text(o, meaning);
    output_put(o, "</desc></key>\n");
}

static void put_data(struct output *o, const char *key, struct bytes text)
{
    if (text.len == 0)
        return;
    output_printf(o, "    <data key=\"%s\">", key);
    put_text(o, text);
    output_put(o, "</data>\n");
}

/* What is no number is left out. */
static void put_real(struct output *o, const char *key, double value)
{
    if (isfinite(value))
        output_printf(o, "<data key=\"%s\">%.6f</data>", key, value);
}

static void put_head(struct output *o, const struct picture_network *n)
{
    output_put(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" "
                  "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                  "xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns "
                  "http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n");
    put_key(o, "title", "graph", "string", bytes_str("what is shown"));
    put_key(o, "subtitle", "graph", "string", bytes_str("of what"));
    put_key(o, "note", "graph", "string", bytes_str("how it was counted"));
    put_key(o, "label", "node", "string", bytes_str("the query, or the word"));
    put_key(o, "size", "node", "double", n->node_value);
    put_key(o, "weight", "edge", "double", n->edge_value);
    put_key(o, "count", "edge", "long", bytes_str("how often both were found"));
    output_put(o, "  <graph id=\"cooccurrence\" edgedefault=\"undirected\">\n");
    put_data(o, "title", n->head.title);
    put_data(o, "subtitle", n->head.subtitle);
    put_data(o, "note", n->head.note);
}

int graph_graphml_put(const struct picture_network *n, struct output *o,
                      struct err *err)
{
    int rc = 0;
    put_head(o, n);
    for (size_t i = 0; i < n->n_nodes && rc == 0; i++) {
        output_printf(o, "    <node id=\"n%zu\"><data key=\"label\">", i);
        put_text(o, n->nodes[i].name);
        output_put(o, "</data>");
        put_real(o, "size", n->nodes[i].weight);
        output_put(o, "</node>\n");
        rc = output_flush_large(o, err);
    }
    for (size_t i = 0; i < n->n_edges && rc == 0; i++) {
        const struct picture_edge *e = &n->edges[i];
        output_printf(
            o, "    <edge id=\"e%zu\" source=\"n%" PRIu32 "\" target=\"n%" PRIu32 "\">",
            i, e->a, e->b);
        put_real(o, "weight", e->weight);
        output_printf(o, "<data key=\"count\">%" PRIu64 "</data></edge>\n", e->count);
        rc = output_flush_large(o, err);
    }
    output_put(o, "  </graph>\n</graphml>\n");
    return rc;
}
