/* The stories that can match, found by narrowing: each leaf is looked for where the ones before it leave stories. */
#include "query/evaluate.h"
#include "query/evaluate_filter.h"

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

int evaluate_narrow_among(struct evaluate *e, struct plan_node *node,
                          const struct scope *among, struct err *err)
{
    return narrow(e, node, among, true, &e->scope, err);
}
