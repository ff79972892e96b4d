/* The spans of each part of a query over the wordings of the scope, and the wordings that match. */
#include "query/evaluate.h"
#include "query/evaluate_exact.h"
#include "query/evaluate_filter.h"
#include "query/evaluate_in.h"
#include "query/evaluate_pass.h"
#include "query/window.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for hits");
}

static void swap_hits(struct plan_node *node)
{
    struct hits swap = node->hits;
    node->hits = node->spare;
    node->spare = swap;
}

/* e->lists are the hits of nodes[0..n). */
static int list_hits(struct evaluate *e, struct plan_node *const *nodes, size_t n,
                     struct err *err)
{
    vec_reset(&e->lists);
    if (!vec_reserve(&e->lists, n)) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        e->lists.items[e->lists.len++] = &nodes[i]->hits;
    }
    return 0;
}

/* The hits of nodes[0..n), united; room must be none of theirs. */
static int unite(struct evaluate *e, struct plan_node *const *nodes, size_t n,
                 struct hits *room, const struct hits **out, struct err *err)
{
    int rc = list_hits(e, nodes, n, err);
    return rc ? rc : span_union_all(e->lists.items, n, &e->unions, room, out, err);
}

static int eval_spans(struct evaluate *e, struct plan_node *node, struct err *err);

/* node->hits of NEAR or PRE, from those of its children. */
static int make_near(struct evaluate *e, struct plan_node *node,
                     struct span_bounds bounds, struct err *err)
{
    struct plan_node **c = node->children;
    struct span_reach reach = {node->distance, node->kind == PLAN_PRE, false};
    int rc = 0;
    if (node->within != AST_WITHIN_WORDS) {
        bool sentence = node->within == AST_WITHIN_SENTENCE;
        struct axis_units *u = sentence ? &e->sentences : &e->paragraphs;
        reach = (struct span_reach){UINT32_MAX, reach.ordered, true};
        rc = axis_units_find(u, &e->carriers, sentence, &bounds, err);
    }
    return rc ? rc
              : span_near(&c[0]->hits, &c[1]->hits, reach, bounds, &e->pool,
                          &node->hits, err);
}

/* node->hits of a node that has spans. */
static int make_spans(struct evaluate *e, struct plan_node *node, struct err *err)
{
    struct span_bounds bounds = carriers_bounds(&e->carriers);
    int rc = deadline_check(e->plan->deadline, err);
    if (rc) {
        return rc;
    }
    if (node->kind == PLAN_LEAF) {
        return carriers_map(&e->carriers, node->found.items, node->found.len,
                            e->plan->leaf_widths.items[node->leaf], &node->hits, err);
    }
    for (size_t i = 0; i < node->n_children && rc == 0; i++) {
        rc = eval_spans(e, node->children[i], err);
    }
    if (rc) {
        return rc;
    }
    struct plan_node **c = node->children;
    if (node->kind == PLAN_NEAR || node->kind == PLAN_PRE) {
        return make_near(e, node, bounds, err);
    }
    if (node->kind == PLAN_NOT_NEAR) {
        return span_not_near(&c[0]->hits, &c[1]->hits, node->distance, bounds,
                             &node->hits, err);
    }
    if (node->kind == PLAN_EXACT) {
        return evaluate_exact(e, node, err);
    }
    if (node->kind == PLAN_ATLEAST) {
        return span_atleast(&c[0]->hits, node->distance, bounds, &node->hits, err);
    }
    if (node->kind == PLAN_PAD) {
        rc =
            span_pad(&c[0]->hits, node->before, node->behind, bounds, &node->hits, err);
        if (rc == 0) {
            carriers_keep_inside(&e->carriers, &node->hits);
        }
        return rc;
    }
    if (node->kind == PLAN_WINDOW) {
        rc = list_hits(e, c, node->n_children, err);
        return rc ? rc
                  : span_window(e->lists.items, node->n_children, node->distance,
                                bounds, &node->hits, err);
    }
    if (node->kind == PLAN_UNION) {
        const struct hits *united; /* of two children or more: node->hits */
        return unite(e, c, node->n_children, &node->hits, &united, err);
    }
    for (size_t i = 1; i < node->n_children && rc == 0; i++) {
        const struct hits *left = i == 1 ? &c[0]->hits : &node->hits;
        rc = span_join(left, &c[i]->hits, c[i]->overlap, bounds, &node->spare, err);
        swap_hits(node);
    }
    return rc;
}

static int eval_spans(struct evaluate *e, struct plan_node *node, struct err *err)
{
    int rc = make_spans(e, node, err);
    node->work.spans += rc ? 0 : node->hits.list.len;
    return rc;
}

static int clear_matched(struct evaluate *e, struct plan_node *node, struct err *err)
{
    size_t n_words = window_words(e->n_slots);
    vec_reset(&node->matched);
    if (!vec_reserve(&node->matched, n_words)) {
        return no_memory(err);
    }
    node->matched.len = n_words;
    for (size_t i = 0; i < n_words; i++) {
        node->matched.items[i] = 0;
    }
    return 0;
}

/* The units in which the node has a hit. */
static int mark_units(struct evaluate *e, struct plan_node *node, struct err *err)
{
    const struct carriers_unit *units = e->carriers.units.items;
    size_t unit = 0, n_units = e->carriers.units.len;
    int rc = clear_matched(e, node, err);
    const struct hit *x = node->hits.list.items, *last = x + node->hits.list.len;
    while (x < last && rc == 0) {
        while (unit + 1 < n_units && units[unit].end <= x->first) {
            unit++;
        }
        size_t slot = evaluate_slot(e, unit), end = evaluate_slot(e, unit + 1);
        for (; slot < end; slot++) {
            node->matched.items[slot / 64] |= UINT64_C(1) << (slot % 64);
        }
        /* one hit of a unit says as much as all */
        uint32_t unit_end = unit + 1 < n_units ? units[unit].end : UINT32_MAX;
        do {
            x++;
        } while (x < last && x->first < unit_end);
    }
    return rc;
}

static int eval_matched(struct evaluate *e, struct plan_node *node, struct err *err);

/* node->matched of AND, OR and NOT. An OR's filters are asked only what is still open. */
static int eval_children(struct evaluate *e, struct plan_node *node, struct err *err)
{
    int rc = clear_matched(e, node, err);
    uint64_t *to = node->matched.items;
    for (size_t i = 0; i < node->n_children && rc == 0; i++) {
        if (node->kind == PLAN_OR && node->children[i]->pass) {
            vec_reset(&node->children[i]->hits.list);
            rc = evaluate_pass_matched(e, node->children[i], to, err);
            continue;
        }
        rc = eval_matched(e, node->children[i], err);
        const uint64_t *from = node->children[i]->matched.items;
        for (size_t k = 0; k < node->matched.len && rc == 0; k++) {
            if (node->kind == PLAN_NOT) {
                to[k] = ~from[k];
            } else if (i == 0 || node->kind == PLAN_OR) {
                to[k] |= from[k];
            } else {
                to[k] &= from[k];
            }
        }
    }
    return rc;
}

/* node->matched, and the hits of all nodes below that have spans. */
static int eval_matched(struct evaluate *e, struct plan_node *node, struct err *err)
{
    int rc = 0;
    switch (node->kind) {
    case PLAN_AND:
    case PLAN_OR:
    case PLAN_NOT: vec_reset(&node->hits.list); return eval_children(e, node, err);
    case PLAN_FILTER:
    case PLAN_STORY:
        vec_reset(&node->hits.list);
        if (node->kind == PLAN_STORY) {
            rc = eval_matched(e, node->children[0], err);
        }
        if (rc == 0) {
            rc = clear_matched(e, node, err);
        }
        return rc ? rc : evaluate_filter_matched(e, node, err);
    case PLAN_IN:
        rc = eval_spans(e, node->children[0], err);
        if (rc == 0) {
            rc = clear_matched(e, node, err);
        }
        return rc ? rc : evaluate_in(e, node, err);
    case PLAN_LEAF:
    case PLAN_UNION:
    case PLAN_JOIN:
    case PLAN_PAD:
    case PLAN_WINDOW:
    case PLAN_NEAR:
    case PLAN_NOT_NEAR:
    case PLAN_ATLEAST:
    case PLAN_EXACT:
    case PLAN_PRE: break;
    }
    rc = eval_spans(e, node, err);
    return rc ? rc : mark_units(e, node, err);
}

int evaluate_wordings(struct evaluate *e, struct err *err)
{
    struct plan *p = e->plan;
    span_pool_reset(&e->pool);
    axis_units_reset(&e->sentences);
    axis_units_reset(&e->paragraphs);
    e->hits = &e->merged;
    e->carriers.by_text = p->by_text;
    int rc = carriers_lay_out(&e->carriers, e->segment, e->scope, err);
    if (rc == 0) {
        rc = evaluate_filter_slots(e, err);
    }
    if (rc == 0) {
        rc = eval_matched(e, p->root, err);
    }
    e->matched = p->root->matched.items;
    vec_reset(&e->lists);
    vec_reset(&e->merged.list);
    if (rc || e->no_hits) {
        return rc;
    }
    if (!vec_reserve(&e->lists, p->atoms.len)) {
        return no_memory(err);
    }
    vec_foreach(struct plan_ref, atom, &p->atoms) {
        e->lists.items[e->lists.len++] = &atom->node->hits;
    }
    return span_union_all(e->lists.items, e->lists.len, &e->unions, &e->merged,
                          &e->hits, err);
}
