#include "query/plan_build.h"

#include "query/window.h"

int plan_build_no_memory(struct plan_build *b)
{
    return err_set(b->err, ERR_NOMEM, "query: no memory for its plan");
}

int plan_build_push(struct plan_build *b, plan_refs *list, struct plan_node *node)
{
    return vec_push(list, (struct plan_ref){node}) ? 0 : plan_build_no_memory(b);
}

int plan_build_node(struct plan_build *b, enum plan_kind kind, const struct ast *ast,
                    struct plan_node **out)
{
    struct plan_node *node = arena_zalloc(b->p->arena, sizeof *node);
    if (!node || !vec_push(&b->p->nodes, (struct plan_ref){node})) {
        return plan_build_no_memory(b);
    }
    node->kind = kind;
    node->ast = ast;
    *out = node;
    return 0;
}

/* Does a node of this kind say something about an only child? */
static bool is_needed(enum plan_kind kind)
{
    return kind == PLAN_NOT || kind == PLAN_STORY || kind == PLAN_PAD ||
           kind == PLAN_ATLEAST || kind == PLAN_IN || kind == PLAN_EXACT;
}

int plan_build_parent(struct plan_build *b, enum plan_kind kind, const struct ast *ast,
                      const plan_refs *list, struct plan_node **out)
{
    if (list->len == 1 && !is_needed(kind)) {
        *out = list->items[0].node;
        return 0;
    }
    int rc = plan_build_node(b, kind, ast, out);
    if (rc) {
        return rc;
    }
    struct plan_node **children = arena_alloc(b->p->arena, list->len * sizeof(void *));
    uint32_t *order = arena_alloc(b->p->arena, list->len * sizeof *order);
    if (!children || !order) {
        return plan_build_no_memory(b);
    }
    for (size_t i = 0; i < list->len; i++) {
        children[i] = list->items[i].node;
        order[i] = (uint32_t)i;
    }
    (*out)->order = order;
    (*out)->children = children;
    (*out)->n_children = list->len;
    return 0;
}

int plan_build_leaf(struct plan_build *b, const struct ast *ast,
                    const struct plan_place *places, size_t n, struct plan_node **out)
{
    struct plan_spec spec = {0, arena_alloc(b->p->arena, n * sizeof *places), n};
    int rc = plan_build_node(b, PLAN_LEAF, ast, out);
    if (rc) {
        return rc;
    }
    if (!spec.places) {
        return plan_build_no_memory(b);
    }
    for (size_t i = 0; i < n; i++) {
        spec.places[i] = places[i];
        spec.places[i].shift -= places[0].shift;
        uint32_t end = spec.places[i].shift + places[i].width;
        spec.width = end > spec.width ? end : spec.width;
    }
    (*out)->leaf = (uint32_t)b->specs.len;
    return vec_push(&b->specs, spec) ? 0 : plan_build_no_memory(b);
}

/* Each list may get a cursor, each place an array: what all of them take is bounded. */
static int count_lists(struct plan_build *b)
{
    uint64_t total = 0;
    vec_foreach(struct plan_spec, spec, &b->specs) {
        for (size_t k = 0; k < spec->n; k++) {
            for (size_t s = 0; s < b->p->snapshot->n_segments; s++) {
                total += 1 + spec->places[k].lists->n_entries[s];
            }
        }
    }
    return total <= PLAN_LISTS_MAX
               ? 0
               : err_set(b->err, ERR_LIMIT,
                         "query: its parts look into more than %d lists of words",
                         PLAN_LISTS_MAX);
}

/* Words that are often asked again and again would keep it busy without end. */
static int count_work(struct plan_build *b, size_t segment)
{
    const struct plan *p = b->p;
    uint64_t work = 0, n_tokens = p->snapshot->segments[segment].counts[SEGMENT_TOKENS];
    for (size_t i = 0; i < p->n_leaves; i++) {
        work += leaf_work(&p->segments[segment].leaves[i]);
    }
    if (work <= PLAN_WORK_LEAST || work <= n_tokens / PLAN_WORK_PART) {
        return 0;
    }
    return err_set(
        b->err, ERR_LIMIT,
        "query: its parts stand for %llu places of %llu that a part of the index "
        "has, and may stand for half of them; leave some out, or give more letters",
        (unsigned long long)work, (unsigned long long)n_tokens);
}

int plan_build_leaves(struct plan_build *b)
{
    int rc = count_lists(b);
    if (rc) {
        return rc;
    }
    struct plan *p = b->p;
    size_t n_segments = p->snapshot->n_segments;
    p->n_leaves = b->specs.len;
    p->segments = arena_zalloc(p->arena, (n_segments + 1) * sizeof *p->segments);
    if (!p->segments) {
        return plan_build_no_memory(b);
    }
    for (size_t s = 0; s < n_segments; s++) {
        struct leaf *leaves =
            arena_zalloc(p->arena, (p->n_leaves + 1) * sizeof *leaves);
        if (!leaves) {
            return plan_build_no_memory(b);
        }
        p->segments[s].leaves = leaves;
        for (size_t i = 0; i < b->specs.len; i++) {
            const struct plan_spec *spec = &b->specs.items[i];
            struct leaf_term *terms = arena_zalloc(p->arena, spec->n * sizeof *terms);
            if (!terms) {
                return plan_build_no_memory(b);
            }
            for (size_t k = 0; k < spec->n; k++) {
                const struct plan_lists *lists = spec->places[k].lists;
                terms[k].entries = lists->entries[s];
                terms[k].n_entries = lists->n_entries[s];
                terms[k].count = lists->count[s];
                terms[k].shift = spec->places[k].shift;
                terms[k].is_word = spec->places[k].width == 1;
            }
            leaf_init(&leaves[i], &p->snapshot->segments[s], spec->width, terms,
                      spec->n, p->window ? p->window : WINDOW_ADDRESSES);
        }
        rc = count_work(b, s);
        if (rc) {
            return rc;
        }
    }
    return 0;
}
