#include "query/cooc_picture.h"

#include <stdlib.h>

#include "query/cooc_run.h"
#include "query/scale.h"

struct work {
    const struct cooc_picture *p;
    uint32_t *node_of; /* by query: its node and 1; 0: none */
    struct picture_node *nodes;
    struct picture_edge *edges;
    size_t n_nodes;
    struct buf title, subtitle, note;
};

static void work_release(struct work *w)
{
    free(w->node_of);
    free(w->nodes);
    free(w->edges);
    buf_release(&w->title);
    buf_release(&w->subtitle);
    buf_release(&w->note);
}

static uint32_t node_of(struct work *w, uint32_t query)
{
    const struct cooc_count *total = &w->p->found->totals[query];
    if (w->node_of[query] == 0) {
        w->nodes[w->n_nodes] = (struct picture_node){
            .name = queries_get(w->p->queries, query),
            .weight = (double)(w->p->copies == SHOWN_ALL ? total->all : total->once)};
        w->node_of[query] = (uint32_t)++w->n_nodes;
    }
    return w->node_of[query] - 1;
}

static int fill(struct work *w, struct err *err)
{
    const struct cooc_picture *p = w->p;
    size_t queries = p->found->n_queries + 1;
    w->node_of = calloc(queries, sizeof *w->node_of);
    w->nodes = calloc(queries, sizeof *w->nodes);
    w->edges = calloc(p->n_pairs + 1, sizeof *w->edges);
    if (!w->node_of || !w->nodes || !w->edges)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < p->n_pairs; i++) {
        const struct cooc_picture_pair *pair = &p->pairs[i];
        w->edges[i].a = node_of(w, pair->a);
        w->edges[i].b = node_of(w, pair->b);
        w->edges[i].weight = pair->value;
        w->edges[i].count = pair->count;
    }
    return 0;
}

/* "sentences", or what f counts in windows. */
static const char *unit_of(const struct work *w)
{
    enum cooc_scope scope = w->p->found->options.scope;
    return scope == COOC_WINDOW ? "hits" : cooc_run_size_name(scope);
}

static void put_words(struct work *w)
{
    const struct cooc *found = w->p->found;
    enum cooc_scope scope = found->options.scope;
    bool all = w->p->copies == SHOWN_ALL;
    if (scope == COOC_WINDOW)
        buf_printf(&w->title, "What stands together within %u words",
                   found->options.window);
    else
        buf_printf(&w->title, "What stands together by %s", cooc_run_scope_name(scope));
    if (w->p->n_pairs < w->p->of)
        buf_printf(&w->subtitle, "The first %zu of ", w->p->n_pairs);
    scale_spell(&w->subtitle, (double)w->p->of, 0);
    buf_printf(&w->subtitle, " pair%s that stand%s together, in ",
               w->p->of == 1 ? "" : "s", w->p->of == 1 ? "s" : "");
    scale_spell(&w->subtitle, (double)(all ? found->size.all : found->size.once), 0);
    buf_printf(&w->subtitle, " %s", cooc_run_size_name(scope));
    if (all)
        buf_put_str(&w->note, "Every article counts, copies too.");
    else if (w->p->copies == SHOWN_ORIGINALS)
        buf_put_str(&w->note, "Only originals are counted.");
    else
        buf_put_str(&w->note, "What articles that are copies of each other share is "
                              "counted once.");
}

int cooc_picture_put(const struct cooc_picture *p, struct session *s,
                     enum picture_kind kind, struct err *err)
{
    struct work w = {.p = p};
    int rc = fill(&w, err);
    if (rc == 0) {
        put_words(&w);
        if (w.title.failed || w.subtitle.failed || w.note.failed)
            rc = err_set(err, ERR_NOMEM, "out of memory");
    }
    if (rc == 0) {
        struct picture_network network = {
            .head = {buf_bytes(&w.title), buf_bytes(&w.subtitle), buf_bytes(&w.note)},
            .node_value = bytes_str(unit_of(&w)),
            .edge_value = bytes_str(p->measure),
            .nodes = w.nodes,
            .n_nodes = w.n_nodes,
            .edges = w.edges,
            .n_edges = p->n_pairs};
        rc = picture_network_put(kind, &network, &s->output, err);
    }
    work_release(&w);
    return rc;
}
