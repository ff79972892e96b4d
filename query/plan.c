#include "query/plan.h"

#include "query/plan_build.h"
#include "query/window.h"

static int add_ranked(struct plan_build *b, struct plan_node *node,
                      const struct plan_item *items, size_t n)
{
    struct plan_ranked r = {.node = node};
    int rc;
    if (n > 1 || items[0].ast->kind == AST_RUN) {
        rc = plan_phrase_words(b, items, n, &r.words);
    } else {
        rc = plan_build_push(b, &r.words, node);
    }
    if (rc == 0 && !vec_push(&b->p->ranked, r)) {
        rc = plan_build_no_memory(b);
    }
    if (rc) {
        vec_release(&r.words);
    }
    return rc;
}

/* --- the tree ----------------------------------------------------------------------------- */

static int convert(struct plan_build *b, const struct ast *ast, bool positive,
                   bool spans, struct plan_node **out);

static int convert_phrase(struct plan_build *b, const struct ast *ast, bool positive,
                          struct plan_node **out)
{
    bool phrase = ast->kind == AST_PHRASE;
    size_t n = phrase ? ast->n_children : 1;
    struct plan_item *items = arena_alloc(b->p->arena, n * sizeof *items);
    int rc = items ? 0 : plan_build_no_memory(b);
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = plan_lookup(b->p, phrase ? ast->children[i] : ast, &items[i], b->err);
    }
    if (rc == 0) {
        rc = plan_phrase_make(b, ast, items, n, out);
    }
    if (rc == 0 && positive) {
        rc = add_ranked(b, *out, items, n);
    }
    return rc;
}

/* Children of children of the same kind are brought up. */
static int convert_children(struct plan_build *b, const struct ast *ast, bool positive,
                            bool spans, plan_refs *list)
{
    int rc = 0;
    for (size_t i = 0; i < ast->n_children && rc == 0; i++) {
        const struct ast *child = ast->children[i];
        struct plan_node *node;
        if (child->kind == ast->kind && (ast->kind == AST_AND || ast->kind == AST_OR)) {
            rc = convert_children(b, child, positive, spans, list);
            continue;
        }
        rc = convert(b, child, positive, spans, &node);
        if (rc == 0) {
            rc = plan_build_push(b, list, node);
        }
    }
    return rc;
}

static int convert(struct plan_build *b, const struct ast *ast, bool positive,
                   bool spans, struct plan_node **out)
{
    plan_refs list = {0};
    enum plan_kind kind = PLAN_LEAF;
    bool near = ast->kind == AST_NEAR || ast->kind == AST_PRE;
    int rc = 0;
    switch (ast->kind) {
    case AST_WORD:
    case AST_PREFIX:
    case AST_RUN:
    case AST_PHRASE: rc = convert_phrase(b, ast, positive, out); break;
    case AST_AND: kind = PLAN_AND; break;
    case AST_OR: kind = spans ? PLAN_UNION : PLAN_OR; break;
    case AST_NOT: kind = PLAN_NOT; break;
    case AST_NEAR: kind = PLAN_NEAR; break;
    case AST_PRE: kind = PLAN_PRE; break;
    }
    if (kind != PLAN_LEAF) {
        rc = convert_children(b, ast, positive && kind != PLAN_NOT, spans || near,
                              &list);
        if (rc == 0) {
            rc = plan_build_parent(b, kind, ast, &list, out);
        }
        if (rc == 0 && near) {
            (*out)->distance = ast->distance;
        }
    }
    bool atom = kind == PLAN_LEAF || near;
    if (rc == 0 && atom && positive && !spans) {
        rc = plan_build_push(b, &b->p->atoms, *out);
    }
    vec_release(&list);
    return rc;
}

int plan_make_window(const struct snapshot *snapshot, const struct ast *tree,
                     uint32_t window, struct arena *arena, struct plan **out,
                     struct err *err)
{
    struct plan *p = arena_zalloc(arena, sizeof *p);
    if (!p) {
        return err_set(err, ERR_NOMEM, "query: no memory for its plan");
    }
    p->snapshot = snapshot;
    p->arena = arena;
    p->window = window < WINDOW_ADDRESSES ? window : WINDOW_ADDRESSES;
    struct plan_build b = {.p = p, .err = err};
    int rc = convert(&b, tree, true, false, &p->root);
    for (size_t i = 0; i < b.specs.len && rc == 0; i++) {
        if (!vec_push(&p->leaf_widths, b.specs.items[i].width)) {
            rc = plan_build_no_memory(&b);
        }
    }
    if (rc == 0) {
        rc = plan_build_leaves(&b);
    }
    vec_release(&b.specs);
    if (rc) {
        plan_release(p);
        return rc;
    }
    *out = p;
    return 0;
}

int plan_make(const struct snapshot *snapshot, const struct ast *tree,
              struct arena *arena, struct plan **out, struct err *err)
{
    return plan_make_window(snapshot, tree, 0, arena, out, err);
}

void plan_release(struct plan *p)
{
    if (!p) {
        return;
    }
    for (size_t s = 0; p->segments && s < p->snapshot->n_segments; s++) {
        for (size_t i = 0; p->segments[s].leaves && i < p->n_leaves; i++) {
            leaf_release(&p->segments[s].leaves[i]);
        }
    }
    for (size_t i = 0; i < p->nodes.len; i++) {
        struct plan_node *node = p->nodes.items[i].node;
        vec_release(&node->found);
        span_hits_release(&node->hits);
        span_hits_release(&node->spare);
        scope_release(&node->scope);
        scope_release(&node->scope_spare);
        vec_release(&node->matched);
    }
    vec_release(&p->nodes);
    vec_release(&p->atoms);
    for (size_t i = 0; i < p->ranked.len; i++) {
        vec_release(&p->ranked.items[i].words);
    }
    vec_release(&p->ranked);
    vec_release(&p->leaf_widths);
    p->segments = NULL;
}

void plan_rest(struct plan *p, size_t segment)
{
    for (size_t i = 0; i < p->n_leaves && p->snapshot->n_segments > 1; i++) {
        leaf_rest(&p->segments[segment].leaves[i]);
    }
}

uint64_t plan_cost(const struct plan *p, size_t segment, const struct plan_node *node)
{
    uint64_t all = p->snapshot->segments[segment].counts[SEGMENT_TOKENS];
    uint64_t cost = 0;
    bool sum = node->kind == PLAN_OR || node->kind == PLAN_UNION;
    if (node->kind == PLAN_LEAF) {
        return leaf_cost(&p->segments[segment].leaves[node->leaf]);
    }
    if (node->kind == PLAN_NOT) {
        return all;
    }
    for (size_t i = 0; i < node->n_children; i++) {
        uint64_t c = plan_cost(p, segment, node->children[i]);
        cost = sum ? cost + c : i == 0 || c < cost ? c : cost;
    }
    return cost;
}
