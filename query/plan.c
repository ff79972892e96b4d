#include "query/plan.h"

#include <stdlib.h>
#include <string.h>

#include "query/plan_lookup.h"
#include "query/window.h"

/* A dictionary key at its place of a phrase. */
struct place {
    const struct plan_lists *lists;
    uint32_t shift; /* tokens from the phrase's first */
    uint32_t width;
};
typedef VEC(struct place) place_vec;

struct leaf_spec {
    uint32_t width;
    struct place *places; /* in the arena; shifts from the leaf's first token */
    size_t n;
};

struct builder {
    struct plan *p;
    VEC(struct leaf_spec) specs; /* owned */
    struct err *err;
};

typedef VEC(struct plan_node *) node_vec;

static int no_memory(struct builder *b)
{
    return err_set(b->err, ERR_NOMEM, "query: no memory for its plan");
}

static int new_node(struct builder *b, enum plan_kind kind, const struct ast *ast,
                    struct plan_node **out)
{
    struct plan_node *node = arena_zalloc(b->p->arena, sizeof *node);
    if (!node || !vec_push(&b->p->nodes, node)) {
        return no_memory(b);
    }
    node->kind = kind;
    node->ast = ast;
    *out = node;
    return 0;
}

/* A node over list[0..n), or the only one of them. */
static int new_parent(struct builder *b, enum plan_kind kind, const struct ast *ast,
                      const node_vec *list, struct plan_node **out)
{
    if (list->len == 1 && kind != PLAN_NOT) {
        *out = list->items[0];
        return 0;
    }
    int rc = new_node(b, kind, ast, out);
    if (rc) {
        return rc;
    }
    struct plan_node **children =
        arena_alloc(b->p->arena, list->len * sizeof *children);
    uint32_t *order = arena_alloc(b->p->arena, list->len * sizeof *order);
    if (!children || !order) {
        return no_memory(b);
    }
    for (size_t i = 0; i < list->len; i++) {
        children[i] = list->items[i];
        order[i] = (uint32_t)i;
    }
    (*out)->order = order;
    (*out)->children = children;
    (*out)->n_children = list->len;
    return 0;
}

static int new_leaf(struct builder *b, const struct ast *ast,
                    const struct place *places, size_t n, struct plan_node **out)
{
    struct leaf_spec spec = {0, arena_alloc(b->p->arena, n * sizeof *places), n};
    int rc = new_node(b, PLAN_LEAF, ast, out);
    if (rc) {
        return rc;
    }
    if (!spec.places) {
        return no_memory(b);
    }
    for (size_t i = 0; i < n; i++) {
        spec.places[i] = places[i];
        spec.places[i].shift -= places[0].shift;
        uint32_t end = spec.places[i].shift + places[i].width;
        spec.width = end > spec.width ? end : spec.width;
    }
    (*out)->leaf = (uint32_t)b->specs.len;
    return vec_push(&b->specs, spec) ? 0 : no_memory(b);
}

/* --- phrases ------------------------------------------------------------------------------ */

/* Cuts places into leaves that address space can answer and adds them to a JOIN's list.
 * *end is where the child before ended, in the places' own shifts. */
static int cut_places(struct builder *b, const struct ast *ast, const place_vec *places,
                      node_vec *list)
{
    const struct place *v = places->items;
    uint32_t end = 0;
    for (size_t i = 0; i < places->len;) {
        size_t n = 0;
        uint32_t to = 0, first = v[i].shift;
        struct plan_node *leaf;
        while (i + n < places->len &&
               v[i + n].shift + v[i + n].width <= first + LEAF_WIDTH_MAX) {
            to = v[i + n].shift + v[i + n].width;
            n++;
        }
        int rc = new_leaf(b, ast, v + i, n, &leaf);
        if (rc) {
            return rc;
        }
        leaf->overlap = i > 0 ? end - first : 0;
        end = to;
        i += n;
        if (!vec_push(list, leaf)) {
            return no_memory(b);
        }
    }
    return 0;
}

/* Adds an item of the given width to places, at *shift, which moves behind it. */
static int put_item(struct builder *b, const struct plan_item *item, uint32_t width,
                    uint32_t *shift, place_vec *places)
{
    bool ok = true;
    if (item->ast->kind == AST_RUN) {
        size_t n = item->ast->n_children;
        for (size_t i = 0; i + 1 < n && ok; i++) {
            struct place at = {&item->pairs[i], *shift + (uint32_t)i, 2};
            ok = vec_push(places, at);
        }
        *shift += (uint32_t)n;
    } else {
        struct place at = {&item->by_width[width], *shift, width};
        ok = vec_push(places, at);
        *shift += width;
    }
    return ok ? 0 : no_memory(b);
}

/* The k-th width of an item (k < popcount). */
static uint32_t nth_width(const struct plan_item *item, uint32_t k)
{
    uint32_t mask = item->widths;
    for (; k > 0; k--) {
        mask &= mask - 1;
    }
    return mask ? (uint32_t)__builtin_ctz(mask) : 0;
}

static uint32_t n_widths(const struct plan_item *item)
{
    uint32_t n = (uint32_t)__builtin_popcount(item->widths);
    return n ? n : 1; /* a run */
}

/* One choice of widths: number `choice` in mixed radix. */
static int spell_out(struct builder *b, const struct ast *ast,
                     const struct plan_item *items, size_t n, uint32_t choice,
                     struct plan_node **out)
{
    place_vec places = {0};
    node_vec list = {0};
    uint32_t shift = 0;
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        uint32_t k = n_widths(&items[i]);
        rc = put_item(b, &items[i], nth_width(&items[i], choice % k), &shift, &places);
        choice /= k;
    }
    if (rc == 0) {
        rc = cut_places(b, ast, &places, &list);
    }
    if (rc == 0) {
        rc = new_parent(b, PLAN_JOIN, ast, &list, out);
    }
    vec_release(&places);
    vec_release(&list);
    return rc;
}

static int join_loosely(struct builder *b, const struct ast *ast,
                        const struct plan_item *items, size_t n,
                        struct plan_node **out);

/* A phrase of n items, or one item alone. */
static int make_phrase(struct builder *b, const struct ast *ast,
                       const struct plan_item *items, size_t n, struct plan_node **out)
{
    node_vec list = {0};
    uint32_t choices = 1;
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        choices *= n_widths(&items[i]);
        if (choices > PLAN_ALTERNATIVES_MAX) {
            return join_loosely(b, ast, items, n, out);
        }
    }
    for (uint32_t c = 0; c < choices && rc == 0; c++) {
        struct plan_node *node;
        rc = spell_out(b, ast, items, n, c, &node);
        if (rc == 0 && !vec_push(&list, node)) {
            rc = no_memory(b);
        }
    }
    if (rc == 0) {
        rc = new_parent(b, PLAN_UNION, ast, &list, out);
    }
    vec_release(&list);
    return rc;
}

/* Too many choices: items of several widths are unions of their own, joined with the rest. */
static int join_loosely(struct builder *b, const struct ast *ast,
                        const struct plan_item *items, size_t n, struct plan_node **out)
{
    node_vec list = {0};
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0;) {
        size_t k = 1;
        while (n_widths(&items[i]) == 1 && i + k < n && n_widths(&items[i + k]) == 1) {
            k++;
        }
        struct plan_node *node;
        rc = make_phrase(b, ast, items + i, k, &node);
        if (rc == 0 && !vec_push(&list, node)) {
            rc = no_memory(b);
        }
        i += k;
    }
    if (rc == 0) {
        rc = new_parent(b, PLAN_JOIN, ast, &list, out);
    }
    vec_release(&list);
    return rc;
}

/* --- ranking ------------------------------------------------------------------------------ */

/* The words whose idf make up that of a phrase: its items; of a run, its pairs. */
static int rank_words(struct builder *b, const struct plan_item *items, size_t n,
                      node_vec *words)
{
    for (size_t i = 0; i < n; i++) {
        size_t pairs = items[i].ast->kind == AST_RUN ? items[i].ast->n_children - 1 : 0;
        struct plan_node *node;
        int rc = 0;
        for (size_t k = 0; k < pairs && rc == 0; k++) {
            struct place at = {&items[i].pairs[k], 0, 2};
            rc = new_leaf(b, items[i].ast, &at, 1, &node);
            if (rc == 0 && !vec_push(words, node)) {
                rc = no_memory(b);
            }
        }
        if (pairs == 0) {
            rc = make_phrase(b, items[i].ast, &items[i], 1, &node);
            if (rc == 0 && !vec_push(words, node)) {
                rc = no_memory(b);
            }
        }
        if (rc) {
            return rc;
        }
    }
    return 0;
}

static int add_ranked(struct builder *b, struct plan_node *node,
                      const struct plan_item *items, size_t n)
{
    struct plan_ranked r = {.node = node};
    node_vec words = {0};
    int rc = 0;
    if (n > 1 || items[0].ast->kind == AST_RUN) {
        rc = rank_words(b, items, n, &words);
    } else if (!vec_push(&words, node)) {
        rc = no_memory(b);
    }
    if (rc == 0) {
        r.n_words = words.len;
        r.words = arena_alloc(b->p->arena, words.len * sizeof(struct plan_node *));
        if (!r.words) {
            rc = no_memory(b);
        } else {
            memcpy(r.words, words.items, words.len * sizeof(struct plan_node *));
        }
    }
    if (rc == 0 && !vec_push(&b->p->ranked, r)) {
        rc = no_memory(b);
    }
    vec_release(&words);
    return rc;
}

/* --- the tree ----------------------------------------------------------------------------- */

static int convert(struct builder *b, const struct ast *ast, bool positive, bool spans,
                   struct plan_node **out);

static int convert_phrase(struct builder *b, const struct ast *ast, bool positive,
                          struct plan_node **out)
{
    bool phrase = ast->kind == AST_PHRASE;
    size_t n = phrase ? ast->n_children : 1;
    struct plan_item *items = arena_alloc(b->p->arena, n * sizeof *items);
    int rc = items ? 0 : no_memory(b);
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = plan_lookup(b->p, phrase ? ast->children[i] : ast, &items[i], b->err);
    }
    if (rc == 0) {
        rc = make_phrase(b, ast, items, n, out);
    }
    if (rc == 0 && positive) {
        rc = add_ranked(b, *out, items, n);
    }
    return rc;
}

/* Children of children of the same kind are brought up. */
static int convert_children(struct builder *b, const struct ast *ast, bool positive,
                            bool spans, node_vec *list)
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
        if (rc == 0 && !vec_push(list, node)) {
            rc = no_memory(b);
        }
    }
    return rc;
}

static int convert(struct builder *b, const struct ast *ast, bool positive, bool spans,
                   struct plan_node **out)
{
    node_vec list = {0};
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
            rc = new_parent(b, kind, ast, &list, out);
        }
        if (rc == 0 && near) {
            (*out)->distance = ast->distance;
        }
    }
    bool atom = kind == PLAN_LEAF || near;
    if (rc == 0 && atom && positive && !spans && !vec_push(&b->p->atoms, *out)) {
        rc = no_memory(b);
    }
    vec_release(&list);
    return rc;
}

/* Makes every segment's leaves of the specifications. */
static int make_leaves(struct builder *b)
{
    struct plan *p = b->p;
    size_t n_segments = p->snapshot->n_segments;
    p->n_leaves = b->specs.len;
    p->segments = arena_zalloc(p->arena, (n_segments + 1) * sizeof *p->segments);
    if (!p->segments) {
        return no_memory(b);
    }
    for (size_t s = 0; s < n_segments; s++) {
        struct leaf *leaves =
            arena_zalloc(p->arena, (p->n_leaves + 1) * sizeof *leaves);
        if (!leaves) {
            return no_memory(b);
        }
        p->segments[s].leaves = leaves;
        for (size_t i = 0; i < b->specs.len; i++) {
            const struct leaf_spec *spec = &b->specs.items[i];
            struct leaf_term *terms = arena_zalloc(p->arena, spec->n * sizeof *terms);
            if (!terms) {
                return no_memory(b);
            }
            for (size_t k = 0; k < spec->n; k++) {
                const struct plan_lists *lists = spec->places[k].lists;
                terms[k].entries = lists->entries[s];
                terms[k].n_entries = lists->n_entries[s];
                terms[k].count = lists->count[s];
                terms[k].shift = spec->places[k].shift;
            }
            leaf_init(&leaves[i], &p->snapshot->segments[s], spec->width, terms,
                      spec->n, p->window ? p->window : WINDOW_ADDRESSES);
        }
    }
    return 0;
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
    struct builder b = {.p = p, .err = err};
    int rc = convert(&b, tree, true, false, &p->root);
    for (size_t i = 0; i < b.specs.len && rc == 0; i++) {
        if (!vec_push(&p->leaf_widths, b.specs.items[i].width)) {
            rc = no_memory(&b);
        }
    }
    if (rc == 0) {
        rc = make_leaves(&b);
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
        struct plan_node *node = p->nodes.items[i];
        vec_release(&node->found);
        span_hits_release(&node->hits);
        span_hits_release(&node->spare);
        scope_release(&node->scope);
        scope_release(&node->scope_spare);
        vec_release(&node->matched);
    }
    vec_release(&p->nodes);
    vec_release(&p->atoms);
    vec_release(&p->ranked);
    vec_release(&p->leaf_widths);
    p->segments = NULL;
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
