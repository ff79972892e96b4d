#include "query/svg_network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "query/force.h"
#include "query/label.h"
#include "query/place.h"
#include "query/scale.h"
#include "query/svg.h"

enum {
    TIES_EACH = 3, /* lines drawn for each node */
    RADIUS_LEAST = 5,
    RADIUS_MOST = 26,
    MANY = 40,        /* nodes, from which on circles get smaller */
    LABEL_LEAST = 13, /* sizes of text */
    LABEL_MOST = 19,
    LABEL_WIDE = 220,
    SIDE = 56, /* room at the sides for labels */
    HEIGHT_LEAST = 380,
    HEIGHT_MOST = 1600,
    LEGEND = 72
};

struct net {
    struct svg svg;
    const struct picture_network *n;
    struct scale nodes, edges;
    struct force_point *points;
    struct force_tie *ties;
    struct picture_edge *drawn; /* the strongest first */
    size_t n_drawn;
    struct place_label *labels; /* in the order of `order` */
    struct place_line *lines;
    uint32_t *order; /* nodes, the heaviest first */
    bool *tied;
    double height; /* of the field */
    struct buf text, note;
};

static void net_release(struct net *n)
{
    free(n->points);
    free(n->ties);
    free(n->drawn);
    free(n->labels);
    free(n->lines);
    free(n->order);
    free(n->tied);
    buf_release(&n->text);
    buf_release(&n->note);
}

static struct bytes cleaned(struct net *n, struct bytes text)
{
    buf_reset(&n->text);
    label_short(&n->text, text);
    return buf_bytes(&n->text);
}

static int reserve(struct net *n, struct err *err)
{
    size_t nodes = n->n->n_nodes + 1, edges = n->n->n_edges + 1;
    n->points = calloc(nodes, sizeof *n->points);
    n->labels = calloc(nodes, sizeof *n->labels);
    n->order = calloc(nodes, sizeof *n->order);
    n->tied = calloc(nodes, sizeof *n->tied);
    n->ties = calloc(edges, sizeof *n->ties);
    n->drawn = calloc(edges, sizeof *n->drawn);
    n->lines = calloc(edges, sizeof *n->lines);
    return n->points && n->labels && n->order && n->tied && n->ties && n->drawn &&
                   n->lines
               ? 0
               : err_set(err, ERR_NOMEM, "out of memory");
}

/* --- what is drawn, and how large -------------------------------------------------------- */

static double weight_of(double weight)
{
    return isfinite(weight) ? weight : 0;
}

/* The strongest first; of equal ones the commoner, then by their ends. */
static int compare_edges(const void *left, const void *right)
{
    const struct picture_edge *a = left;
    const struct picture_edge *b = right;
    double wa = weight_of(a->weight), wb = weight_of(b->weight);
    if (wa != wb)
        return wa > wb ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static void choose_edges(struct net *n)
{
    size_t most = n->n->n_nodes * TIES_EACH, kept = 0, all = 0;
    for (size_t i = 0; i < n->n->n_edges; i++)
        if (n->n->edges[i].a != n->n->edges[i].b)
            n->drawn[all++] = n->n->edges[i];
    qsort(n->drawn, all, sizeof *n->drawn, compare_edges);
    for (size_t i = 0; i < all; i++) {
        const struct picture_edge *e = &n->drawn[i];
        if (i >= most && n->tied[e->a] && n->tied[e->b])
            continue;
        n->tied[e->a] = n->tied[e->b] = true;
        scale_add(&n->edges, e->weight);
        n->drawn[kept++] = *e;
    }
    n->n_drawn = kept;
    buf_put_bytes(&n->note, n->n->head.note);
    if (kept < all)
        buf_printf(&n->note, " Lines are drawn for the strongest %zu of %zu pairs.",
                   kept, all);
}

/* As the square root, so that areas compare. */
static double radius_of(const struct net *n, double weight)
{
    double share = n->nodes.most > 0 ? weight / n->nodes.most : 1;
    double many = (double)n->n->n_nodes / MANY, most = RADIUS_MOST - RADIUS_LEAST;
    if (many > 1)
        most /= sqrt(many);
    return RADIUS_LEAST + most * sqrt(share > 0 ? share : 0);
}

static double thickness_of(const struct net *n, double weight)
{
    double share = scale_share(&n->edges, weight);
    return 0.8 + 6.2 * share * share;
}

/* From light to dark grey: width alone is hard to compare where lines cross. */
static unsigned grey_of(const struct net *n, double weight)
{
    return (unsigned)(200 - 120 * scale_share(&n->edges, weight));
}

static void order_nodes(struct net *n)
{
    size_t count = n->n->n_nodes;
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        double weight = weight_of(n->n->nodes[i].weight);
        while (at > 0 && weight_of(n->n->nodes[n->order[at - 1]].weight) < weight) {
            n->order[at] = n->order[at - 1];
            at--;
        }
        n->order[at] = (uint32_t)i;
    }
}

/* --- places ------------------------------------------------------------------------------ */

static int lay(struct net *n, struct err *err)
{
    size_t count = n->n->n_nodes;
    double wide = SVG_WIDTH - 2 * (SVG_MARGIN + SIDE);
    double high = HEIGHT_LEAST - 80 + 10.0 * (double)count;
    n->height = high < HEIGHT_LEAST  ? HEIGHT_LEAST
                : high > HEIGHT_MOST ? HEIGHT_MOST
                                     : high;
    for (size_t i = 0; i < count; i++)
        n->points[i].radius = radius_of(n, weight_of(n->n->nodes[i].weight));
    for (size_t i = 0; i < n->n_drawn; i++) {
        const struct picture_edge *e = &n->drawn[i];
        n->ties[i] = (struct force_tie){
            e->a, e->b, 0.15 + 0.85 * scale_share(&n->edges, e->weight)};
    }
    return force_layout(n->points, count, n->ties, n->n_drawn, wide,
                        n->height - 2 * SVG_TEXT, err);
}

static unsigned size_of(const struct net *n, size_t node)
{
    double share =
        (n->points[node].radius - RADIUS_LEAST) / (RADIUS_MOST - RADIUS_LEAST);
    return (unsigned)(LABEL_LEAST + (LABEL_MOST - LABEL_LEAST) * share + 0.5);
}

static void place(struct net *n)
{
    size_t count = n->n->n_nodes, left_out = 0;
    for (size_t i = 0; i < count; i++) {
        n->points[i].x += SVG_MARGIN + SIDE;
        n->points[i].y += n->svg.top + SVG_TEXT;
    }
    for (size_t i = 0; i < n->n_drawn; i++) {
        const struct force_point *a = &n->points[n->drawn[i].a];
        const struct force_point *b = &n->points[n->drawn[i].b];
        n->lines[i] = (struct place_line){a->x, a->y, b->x, b->y};
    }
    for (size_t i = 0; i < count; i++) {
        const struct force_point *p = &n->points[n->order[i]];
        unsigned size = size_of(n, n->order[i]);
        double width = label_width(cleaned(n, n->n->nodes[n->order[i]].name), size);
        n->labels[i] =
            (struct place_label){.x = p->x,
                                 .y = p->y,
                                 .radius = p->radius,
                                 .width = (width < LABEL_WIDE ? width : LABEL_WIDE) + 4,
                                 .height = size + 3};
    }
    place_labels(n->labels, count, n->lines, n->n_drawn,
                 (struct place_box){6, n->svg.top - 4, SVG_WIDTH - 6,
                                    n->svg.top + n->height + 4});
    for (size_t i = 0; i < count; i++)
        left_out += !n->labels[i].placed;
    if (left_out > 0)
        buf_printf(&n->note, " %zu name%s had no room.", left_out,
                   left_out == 1 ? "" : "s");
}

/* --- parts ------------------------------------------------------------------------------- */

static void put_name(struct net *n, uint32_t node)
{
    label_xml(&n->svg.o->buf, cleaned(n, n->n->nodes[node].name));
}

/* The weakest first, so that the strongest lie on top. */
static int put_edges(struct net *n, struct err *err)
{
    struct buf *out = &n->svg.o->buf;
    int rc = 0;
    buf_put_str(out, "<g fill=\"none\" stroke-linecap=\"round\">\n");
    for (size_t i = n->n_drawn; i-- > 0 && rc == 0;) {
        const struct picture_edge *e = &n->drawn[i];
        const struct place_line *l = &n->lines[i];
        unsigned grey = grey_of(n, e->weight);
        buf_printf(out,
                   "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#%02x%02x%02x\" "
                   "stroke-width=\"%.2f\"><title>",
                   l->x1, l->y1, l->x2, l->y2, grey, grey, grey,
                   thickness_of(n, e->weight));
        put_name(n, e->a);
        buf_put_str(out, " \u2013 ");
        put_name(n, e->b);
        buf_put_str(out, ": ");
        scale_spell(out, e->weight, 2);
        buf_put_str(out, " (");
        scale_spell(out, (double)e->count, 0);
        buf_put_str(out, ")</title></path>\n");
        rc = output_flush_large(n->svg.o, err);
    }
    buf_put_str(out, "</g>\n");
    return rc;
}

static void put_circle(struct net *n, double x, double y, double radius)
{
    buf_printf(&n->svg.o->buf,
               "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" "
               "stroke=\"#ffffff\" stroke-width=\"1.5\"",
               x, y, radius, svg_hue(0));
}

static int put_nodes(struct net *n, struct err *err)
{
    struct buf *out = &n->svg.o->buf;
    int rc = 0;
    for (size_t i = 0; i < n->n->n_nodes && rc == 0; i++) {
        uint32_t node = n->order[i];
        const struct force_point *p = &n->points[node];
        put_circle(n, p->x, p->y, p->radius);
        buf_put_str(out, "><title>");
        put_name(n, node);
        buf_put_str(out, ": ");
        scale_spell(out, n->n->nodes[node].weight, 0);
        buf_put_str(out, "</title></circle>\n");
        rc = output_flush_large(n->svg.o, err);
    }
    return rc;
}

static int put_labels(struct net *n, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; i < n->n->n_nodes && rc == 0; i++) {
        const struct place_label *l = &n->labels[i];
        const struct place_box *b = &l->box;
        unsigned size = size_of(n, n->order[i]);
        if (!l->placed)
            continue;
        if (l->far)
            svg_line(&n->svg, l->leader.x1, l->leader.y1, l->leader.x2, l->leader.y2,
                     SVG_INK, 0.7);
        svg_text(&n->svg, (b->left + b->right) / 2, b->bottom - size * 0.22 - 1,
                 (struct svg_type){SVG_MIDDLE, size,
                                   " fill=\"" SVG_INK
                                   "\" stroke=\"#ffffff\" stroke-width=\"3.5\" "
                                   "stroke-linejoin=\"round\" paint-order=\"stroke\""},
                 cleaned(n, n->n->nodes[n->order[i]].name), LABEL_WIDE);
        rc = output_flush_large(n->svg.o, err);
    }
    return rc;
}

/* What a circle and a line stand for: the least, one between, the greatest. */
static double put_circles(struct net *n, double x, double y)
{
    double values[3] = {n->nodes.most / 25, n->nodes.most / 4, n->nodes.most};
    struct bytes name = cleaned(n, n->n->node_value);
    svg_text(&n->svg, x, y + 5,
             (struct svg_type){SVG_START, SVG_SMALL, " fill=\"" SVG_INK "\""}, name,
             160);
    double width = label_width(name, SVG_SMALL);
    x += (width < 160 ? width : 160) + 10;
    for (unsigned i = 0; i < 3 && n->nodes.most > 0; i++) {
        unsigned digits;
        /* the greatest is told as it is, the others are round */
        double value = i == 2 ? values[i] : scale_step(values[i], 1, true, &digits);
        if (i < 2 && value >= n->nodes.most)
            continue;
        double radius = radius_of(n, value);
        put_circle(n, x + radius, y, radius);
        buf_put_str(&n->svg.o->buf, "/>\n");
        x += 2 * radius + 5;
        buf_reset(&n->text);
        scale_spell(&n->text, value, 0);
        svg_text(&n->svg, x, y + 5,
                 (struct svg_type){SVG_START, SVG_SMALL, " fill=\"" SVG_SOFT "\""},
                 buf_bytes(&n->text), 0);
        x += label_width(buf_bytes(&n->text), SVG_SMALL) + 14;
    }
    return x + 20;
}

static void put_lines(struct net *n, double x, double y)
{
    struct bytes name = cleaned(n, n->n->edge_value);
    double width = label_width(name, SVG_SMALL),
           length = n->edges.most - n->edges.least;
    if (!n->edges.any)
        return;
    svg_text(&n->svg, x, y + 5,
             (struct svg_type){SVG_START, SVG_SMALL, " fill=\"" SVG_INK "\""}, name,
             160);
    x += (width < 160 ? width : 160) + 10;
    for (unsigned i = 0; i < 3; i++) {
        double value = n->edges.least + length * i / 2;
        char colour[8];
        unsigned grey = grey_of(n, value);
        if (i > 0 && length <= 0)
            break;
        snprintf(colour, sizeof colour, "#%02x%02x%02x", grey, grey, grey);
        svg_line(&n->svg, x, y, x + 34, y, colour, thickness_of(n, value));
        buf_reset(&n->text);
        scale_spell(&n->text, value, length < 10 && length > 0 ? 1 : 0);
        svg_text(&n->svg, x + 40, y + 5,
                 (struct svg_type){SVG_START, SVG_SMALL, " fill=\"" SVG_SOFT "\""},
                 buf_bytes(&n->text), 0);
        x += 40 + label_width(buf_bytes(&n->text), SVG_SMALL) + 14;
    }
}

/* --- the whole --------------------------------------------------------------------------- */

static void describe(const struct net *n, struct buf *out)
{
    const struct picture_network *p = n->n;
    buf_printf(out, "A network of %zu names", p->n_nodes);
    for (size_t i = 0; i < p->n_nodes && i < 30; i++) {
        buf_put_str(out, i == 0 ? ": " : ", ");
        buf_put_bytes(out, p->nodes[n->order[i]].name);
    }
    for (size_t i = 0; i < n->n_drawn && i < 5; i++) {
        buf_put_str(out, i == 0 ? ". The strongest pairs: " : ", ");
        buf_put_bytes(out, p->nodes[n->drawn[i].a].name);
        buf_put_str(out, " and ");
        buf_put_bytes(out, p->nodes[n->drawn[i].b].name);
    }
    buf_put_u8(out, 0);
}

static int draw(struct net *n, struct output *o, struct err *err)
{
    struct buf words = {0};
    struct picture_head head = n->n->head;
    describe(n, &words);
    int rc = buf_check(&words, err);
    if (rc == 0) {
        /* names without room are told in the note, so places come before the frame */
        n->svg.top = svg_top(&head, o);
        place(n);
        head.note = buf_bytes(&n->note);
        svg_begin(&n->svg, &head, (const char *)words.data, SVG_WIDTH,
                  n->height + LEGEND, o);
        rc = put_edges(n, err);
    }
    if (rc == 0)
        rc = put_nodes(n, err);
    if (rc == 0)
        rc = put_labels(n, err);
    if (rc == 0) {
        double y = n->svg.top + n->height + LEGEND / 2.0;
        put_lines(n, put_circles(n, SVG_MARGIN, y), y);
        svg_end(&n->svg, &head);
    }
    buf_release(&words);
    return rc;
}

int svg_network_put(const struct picture_network *p, struct output *o, struct err *err)
{
    struct net n = {.n = p, .svg = {.o = o}};
    if (p->n_nodes > SVG_NETWORK_NODES)
        return err_set(err, ERR_USAGE,
                       "%zu names are too many for a picture (%d at most): ask for "
                       "fewer, or for --format graphml",
                       p->n_nodes, SVG_NETWORK_NODES);
    int rc = reserve(&n, err);
    if (rc == 0) {
        for (size_t i = 0; i < p->n_nodes; i++)
            scale_add(&n.nodes, p->nodes[i].weight);
        choose_edges(&n);
        order_nodes(&n);
        rc = lay(&n, err);
    }
    if (rc == 0)
        rc = draw(&n, o, err);
    if (rc == 0 && (n.text.failed || n.note.failed))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    net_release(&n);
    return rc;
}
