#include "query/evaluate.h"

#include <string.h>

#include "query/evaluate_exact.h"
#include "query/evaluate_filter.h"
#include "query/evaluate_in.h"
#include "query/evaluate_pass.h"
#include "query/window.h"

enum {
    /* A window is stretched until it should hold so many places of the query's rarest part;
     * then what a window costs is small beside what is found in it. */
    EVALUATE_PLACES_A_WINDOW = 4096
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for hits");
}

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

/* --- stories that can match ---------------------------------------------------------------- */

static int narrow(struct evaluate *e, struct plan_node *node,
                  const struct scope *within, bool chain, const struct scope **out,
                  struct err *err);

/* Looks the leaf up in neighbouring stories at once; in the whole window where most of it
 * is wanted. */
static int find_within(struct evaluate *e, struct leaf *leaf,
                       const struct scope *within, address_vec *found, struct err *err)
{
    uint64_t total = 0;
    size_t n = within->stories.len;
    const struct scope_story *v = within->stories.items;
    for (size_t i = 0; i < n; i++) {
        total += v[i].end - v[i].start;
    }
    if (total * 4 >= e->window.hi - e->window.lo) {
        return n ? leaf_find(leaf, v[0].start, v[n - 1].end, found, err) : 0;
    }
    for (size_t i = 0; i < n;) {
        size_t k = i + 1;
        while (k < n && v[k].start == v[k - 1].end) {
            k++;
        }
        int rc = leaf_find(leaf, v[i].start, v[k - 1].end, found, err);
        if (rc) {
            return rc;
        }
        i = k;
    }
    return 0;
}

static int narrow_leaf(struct evaluate *e, struct plan_node *node,
                       const struct scope *within, const struct scope **out,
                       struct err *err)
{
    struct leaf *leaf = &e->plan->segments[e->segment_index].leaves[node->leaf];
    vec_reset(&node->found);
    int rc = within ? find_within(e, leaf, within, &node->found, err)
                    : leaf_find(leaf, e->window.lo, e->window.hi, &node->found, err);
    if (rc == 0) {
        rc = scope_of_hits(&e->window, within, &node->found, leaf->width, &node->scope,
                           err);
    }
    *out = &node->scope;
    node->work.places += node->found.len;
    return rc;
}

/* Every child is needed, and only where the others are: cheapest first. */
static int narrow_by_all(struct evaluate *e, struct plan_node *node,
                         const struct scope *within, bool chain,
                         const struct scope **out, struct err *err)
{
    int rc = 0;
    *out = within;
    for (size_t i = 0; i < node->n_children && rc == 0; i++) {
        rc = narrow(e, node->children[node->order[i]], *out, chain, out, err);
    }
    return rc;
}

/* Most of `within` is in the scope: what filters would add to it costs more than to take all. */
static bool is_most(const struct evaluate *e, const struct scope *scope,
                    const struct scope *within)
{
    size_t n = within ? within->stories.len : e->window.to - e->window.from;
    return scope->stories.len >= n - n / 2;
}

/* All that narrow may look in. */
static int narrow_none(struct evaluate *e, struct plan_node *node,
                       const struct scope *within, const struct scope **out,
                       struct err *err)
{
    *out = within ? within : &node->scope;
    return within ? 0 : scope_all(&e->window, &node->scope, err);
}

/* Children are looked for in all of `within`; what they say is united or intersected. */
static int narrow_each(struct evaluate *e, struct plan_node *node,
                       const struct scope *within, bool unite, const struct scope **out,
                       struct err *err)
{
    const struct scope *child;
    bool first = true, all = false;
    vec_reset(&node->scope.stories);
    for (size_t i = 0; i < node->n_children; i++) {
        enum plan_kind kind = node->children[i]->kind;
        if (unite && !first && kind == PLAN_FILTER &&
            is_most(e, &node->scope, within)) {
            all = true; /* the other children still have hits to find */
            continue;
        }
        int rc = narrow(e, node->children[i], within, false, &child, err);
        if (rc) {
            return rc;
        }
        if (all || (!unite && kind == PLAN_NOT)) {
            continue;
        }
        if (first) {
            rc = scope_union(child, &(struct scope){0}, &node->scope_spare, err);
        } else if (unite) {
            rc = scope_union(&node->scope, child, &node->scope_spare, err);
        } else {
            rc = scope_intersect(&node->scope, child, &node->scope_spare, err);
        }
        if (rc) {
            return rc;
        }
        struct scope swap = node->scope;
        node->scope = node->scope_spare;
        node->scope_spare = swap;
        first = false;
    }
    *out = &node->scope;
    /* first: an AND of NOTs */
    return first || all ? narrow_none(e, node, within, out, err) : 0;
}

/* What is excluded is looked for where the rest can be. */
static int narrow_not_near(struct evaluate *e, struct plan_node *node,
                           const struct scope *within, bool chain,
                           const struct scope **out, struct err *err)
{
    const struct scope *ignored;
    int rc = narrow(e, node->children[0], within, chain, out, err);
    return rc ? rc : narrow(e, node->children[1], *out, false, &ignored, err);
}

/* chain: the query matches no story that the node does not, so other parts need not be
 * looked for elsewhere. */
static int narrow(struct evaluate *e, struct plan_node *node,
                  const struct scope *within, bool chain, const struct scope **out,
                  struct err *err)
{
    const struct scope *ignored;
    int rc = deadline_check(e->plan->deadline, err);
    if (rc) {
        return rc;
    }
    node->work.windows++;
    switch (node->kind) {
    case PLAN_LEAF: return narrow_leaf(e, node, within, out, err);
    case PLAN_JOIN:
    case PLAN_PAD:
    case PLAN_WINDOW: return narrow_by_all(e, node, within, false, out, err);
    case PLAN_STORY:
    case PLAN_ATLEAST:
    case PLAN_EXACT:
    case PLAN_IN: return narrow_by_all(e, node, within, chain, out, err);
    case PLAN_NOT_NEAR: return narrow_not_near(e, node, within, chain, out, err);
    case PLAN_FILTER:
        *out = &node->scope;
        return evaluate_filter_scope(e, node, within, err);
    case PLAN_NEAR:
    case PLAN_PRE:
        /* a ranked word weighs in stories that match by other parts, too */
        return chain || !e->rank ? narrow_by_all(e, node, within, chain, out, err)
                                 : narrow_each(e, node, within, false, out, err);
    case PLAN_AND:
        return chain ? narrow_by_all(e, node, within, true, out, err)
                     : narrow_each(e, node, within, false, out, err);
    case PLAN_UNION:
    case PLAN_OR: return narrow_each(e, node, within, true, out, err);
    case PLAN_NOT: break;
    }
    /* of what a filter lets through, nothing is known here that its wordings do not tell later */
    if (node->children[0]->kind != PLAN_FILTER) {
        rc = narrow(e, node->children[0], within, false, &ignored, err);
    }
    *out = within;
    if (rc == 0 && !within) {
        *out = &node->scope;
        rc = scope_all(&e->window, &node->scope, err);
    }
    return rc;
}

int evaluate_narrow(struct evaluate *e, struct plan_node *node, struct err *err)
{
    return narrow(e, node, NULL, true, &e->scope, err);
}

int evaluate_among(struct evaluate *e, struct plan_node *node,
                   const struct scope *among, struct err *err)
{
    return narrow(e, node, among, true, &e->scope, err);
}

/* --- wordings that match -------------------------------------------------------------------- */

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
        struct span_reach reach = {node->distance, node->kind == PLAN_PRE, false};
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
