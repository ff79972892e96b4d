#include "query/evaluate.h"

#include <string.h>

#include "query/evaluate_filter.h"
#include "query/window.h"

enum {
    /* A window is stretched until it should hold so many places of the query's rarest part;
     * then what a window costs is small beside what is found in it. */
    EVALUATE_PLACES_A_WINDOW = 4096
};

/* --- the order of work -------------------------------------------------------------------- */

/* What the child costs before its siblings: those that exclude come last. */
static uint64_t order_cost(const struct plan_node *node)
{
    return node->kind == PLAN_NOT ? UINT64_MAX : node->cost;
}

/* By insertion, of equals the first first; the place is found by halving. */
static void order_children(struct plan_node *node)
{
    uint32_t *order = node->order;
    for (size_t i = 0; i < node->n_children; i++) {
        uint64_t cost = order_cost(node->children[i]);
        size_t lo = 0, hi = i;
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (order_cost(node->children[order[mid]]) <= cost) {
                lo = mid + 1;
            } else {
                hi = mid;
            }
        }
        memmove(order + lo + 1, order + lo, (i - lo) * sizeof *order);
        order[lo] = (uint32_t)i;
    }
}

/* Puts the children of every node in the segment's order. */
static void order_all(struct plan *plan, size_t segment)
{
    if (plan->ordered == segment + 1) {
        return;
    }
    plan->ordered = segment + 1;
    vec_foreach(struct plan_ref, ref, &plan->nodes) {
        ref->node->cost = plan_cost(plan, segment, ref->node);
    }
    vec_foreach(struct plan_ref, parent, &plan->nodes) {
        struct plan_node *node = parent->node;
        if (node->kind != PLAN_UNION && node->kind != PLAN_OR && node->n_children > 1) {
            order_children(node);
        }
    }
}

void evaluate_begin(struct evaluate *e, struct plan *plan, size_t segment_index,
                    bool rank)
{
    e->plan = plan;
    e->segment_index = segment_index;
    e->segment = &plan->snapshot->segments[segment_index];
    e->rank = rank;
    e->end = e->segment->wordings.n_stories;
    e->stories = e->wordings = (struct groups_run){0};
    order_all(plan, segment_index);
}

void evaluate_release(struct evaluate *e)
{
    scope_window_release(&e->window);
    carriers_release(&e->carriers);
    axis_units_release(&e->sentences);
    axis_units_release(&e->paragraphs);
    span_pool_release(&e->pool);
    span_hits_release(&e->merged);
    span_unions_release(&e->unions);
    vec_release(&e->lists);
    vec_release(&e->slots);
}

/* The first address >= from where the node may have a hit in the story it matches. */
static int node_next(struct evaluate *e, struct plan_node *node, address from,
                     address *out, struct err *err)
{
    bool found = false;
    switch (node->kind) {
    case PLAN_LEAF:
        return leaf_next(&e->plan->segments[e->segment_index].leaves[node->leaf], from,
                         out, err);
    case PLAN_NOT: *out = from; return 0;
    case PLAN_FILTER: return evaluate_filter_next(e, node, from, out, err);
    case PLAN_STORY:
    case PLAN_JOIN:
    case PLAN_PAD:
    case PLAN_WINDOW:
    case PLAN_NEAR:
    case PLAN_PRE:
    case PLAN_ATLEAST:
    case PLAN_IN:
    case PLAN_EXACT:
    case PLAN_AND: return node_next(e, node->children[node->order[0]], from, out, err);
    case PLAN_NOT_NEAR: return node_next(e, node->children[0], from, out, err);
    case PLAN_UNION:
    case PLAN_OR: break;
    }
    for (size_t i = 0; i < node->n_children; i++) {
        address a;
        int rc = node_next(e, node->children[i], from, &a, err);
        if (rc < 0) {
            return rc;
        }
        if (rc == 0 && (!found || a < *out)) {
            *out = a;
            found = true;
        }
    }
    return found ? 0 : ITER_END;
}

/* True when a story without any token may match. */
static bool may_be_empty(const struct plan_node *node)
{
    switch (node->kind) {
    case PLAN_NOT:
    case PLAN_FILTER: return true;
    case PLAN_AND:
        for (size_t i = 0; i < node->n_children; i++) {
            if (!may_be_empty(node->children[i])) {
                return false;
            }
        }
        return true;
    case PLAN_OR:
        for (size_t i = 0; i < node->n_children; i++) {
            if (may_be_empty(node->children[i])) {
                return true;
            }
        }
        return false;
    case PLAN_LEAF:
    case PLAN_UNION:
    case PLAN_JOIN:
    case PLAN_PAD:
    case PLAN_WINDOW:
    case PLAN_NEAR:
    case PLAN_PRE:
    case PLAN_NOT_NEAR:
    case PLAN_ATLEAST:
    case PLAN_IN:
    case PLAN_EXACT:
    case PLAN_STORY: break; /* its child has spans */
    }
    return false;
}

static uint64_t window_for(const struct evaluate *e, const struct plan_node *node)
{
    uint64_t n_tokens = e->segment->counts[SEGMENT_TOKENS];
    uint64_t cost = plan_cost(e->plan, e->segment_index, node);
    if (e->plan->window) {
        return e->plan->window;
    }
    if (cost <= EVALUATE_PLACES_A_WINDOW) {
        return n_tokens;
    }
    uint64_t window = n_tokens / cost * EVALUATE_PLACES_A_WINDOW;
    return window > WINDOW_ADDRESSES ? window : WINDOW_ADDRESSES;
}

int evaluate_seek(struct evaluate *e, struct plan_node *node, story_id from,
                  struct err *err)
{
    const struct wordings *words = &e->segment->wordings;
    if (from >= e->end) {
        return ITER_END;
    }
    if (!may_be_empty(node)) {
        address a = 0;
        if (from > 0) {
            struct story_view view;
            int rc = wordings_story(words, from, &view, err);
            if (rc) {
                return rc;
            }
            a = view.start;
        }
        if (a >= words->n_addresses) {
            return ITER_END; /* only stories without a token are left */
        }
        int rc = node_next(e, node, a, &a, err);
        if (rc == 0 && a >= words->n_addresses) {
            rc = section_corrupt(&words->section, 0, err, "list: no address %u", a);
        }
        story_id found = from;
        if (rc == 0) {
            rc = wordings_story_of(words, a, &found, err);
        }
        if (rc == 0 && found < from) { /* the windows would never end */
            rc = section_corrupt(&words->section, 0, err,
                                 "wordings: address %u lies before story %u", a, from);
        }
        if (rc) {
            return rc;
        }
        from = found;
    }
    if (from >= e->end) {
        return ITER_END;
    }
    int rc = scope_window_set(&e->window, e->segment, from, window_for(e, node), err);
    return rc ? rc : scope_window_end(&e->window, e->end, err);
}
