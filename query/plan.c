#include "query/plan.h"

#include "query/filter_pass.h"
#include "query/plan_build.h"
#include "query/window.h"

static int add_ranked(struct plan_build *b, struct plan_node *node,
                      const struct plan_item *items, size_t n)
{
    struct plan_ranked r = {.node = node, .first = b->p->ranked.len};
    int rc;
    if (n > 1 || items[0].ast->kind == AST_RUN || items[0].n_alts) {
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

/* Every item by itself, in one window. */
static int make_window(struct plan_build *b, const struct ast *ast,
                       const struct plan_item *items, size_t n, struct plan_node **out)
{
    plan_refs list = {0};
    uint32_t room = ast->distance;
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct plan_node *node;
        room += ast_least_tokens(items[i].ast);
        rc = plan_phrase_make(b, items[i].ast, &items[i], 1, &node);
        if (rc == 0) {
            rc = plan_build_push(b, &list, node);
        }
    }
    if (rc == 0) {
        rc = plan_build_parent(b, PLAN_WINDOW, ast, &list, out);
    }
    if (rc == 0) {
        (*out)->distance = room;
    }
    vec_release(&list);
    return rc;
}

static int convert_phrase(struct plan_build *b, const struct ast *ast, bool positive,
                          struct plan_node **out)
{
    bool phrase = ast->kind == AST_PHRASE || ast->kind == AST_WINDOW;
    size_t n = phrase ? ast->n_children : 1;
    struct plan_item *items = arena_alloc(b->p->arena, n * sizeof *items);
    int rc = items ? 0 : plan_build_no_memory(b);
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = plan_lookup(b->p, phrase ? ast->children[i] : ast, &items[i], b->err);
    }
    if (rc == 0) {
        rc = ast->kind == AST_WINDOW ? make_window(b, ast, items, n, out)
                                     : plan_phrase_make(b, ast, items, n, out);
    }
    if (rc == 0 && positive) {
        rc = add_ranked(b, *out, items, n);
    }
    return rc;
}

/* Operands of one AND or OR. */
struct sibling {
    const struct ast *ast;
    uint64_t hash;
    size_t from, to; /* its ranked parts */
};

struct siblings {
    VEC(struct sibling) items; /* owned */
    bool once;                 /* what stands there again is left out */
};

static const struct sibling *find_sibling(const struct siblings *s,
                                          const struct ast *ast, uint64_t hash)
{
    vec_foreach(const struct sibling, other, &s->items) {
        if (other->hash == hash && ast_same(other->ast, ast)) {
            return other;
        }
    }
    return NULL;
}

/* A part that is asked again weighs again, but is looked for once. */
static int rank_again(struct plan_build *b, const struct sibling *s)
{
    for (size_t i = s->from; i < s->to; i++) {
        struct plan_ranked again = {.node = b->p->ranked.items[i].node,
                                    .first = b->p->ranked.items[i].first};
        if (!vec_push(&b->p->ranked, again)) {
            return plan_build_no_memory(b);
        }
    }
    return 0;
}

static int convert_child(struct plan_build *b, const struct ast *child, bool positive,
                         bool spans, struct siblings *siblings, plan_refs *list)
{
    struct sibling own = {.ast = child, .from = b->p->ranked.len};
    struct plan_node *node;
    if (siblings->once) {
        own.hash = ast_hash(child);
        const struct sibling *same = find_sibling(siblings, child, own.hash);
        if (same) {
            return rank_again(b, same);
        }
    }
    int rc = convert(b, child, positive, spans, &node);
    if (rc == 0) {
        rc = plan_build_push(b, list, node);
    }
    own.to = b->p->ranked.len;
    if (rc == 0 && siblings->once && !vec_push(&siblings->items, own)) {
        rc = plan_build_no_memory(b);
    }
    return rc;
}

/* Children of children of the same kind are brought up. */
static int bring_up(struct plan_build *b, const struct ast *ast, bool positive,
                    bool spans, struct siblings *siblings, plan_refs *list)
{
    int rc = 0;
    for (size_t i = 0; i < ast->n_children && rc == 0; i++) {
        const struct ast *child = ast->children[i];
        bool excluded = ast->kind == AST_NOT_NEAR && i > 0;
        if (child->kind == ast->kind && siblings->once) {
            rc = bring_up(b, child, positive, spans, siblings, list);
        } else {
            rc = convert_child(b, child, positive && !excluded, spans, siblings, list);
        }
    }
    return rc;
}

static int convert_children(struct plan_build *b, const struct ast *ast, bool positive,
                            bool spans, plan_refs *list)
{
    struct siblings siblings = {.once = ast->kind == AST_AND || ast->kind == AST_OR};
    int rc = bring_up(b, ast, positive, spans, &siblings, list);
    vec_release(&siblings.items);
    return rc;
}

static int parent_of(struct plan_build *b, enum plan_kind kind, const struct ast *ast,
                     struct plan_node *const *children, size_t n,
                     struct plan_node **out)
{
    plan_refs list = {0};
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = plan_build_push(b, &list, children[i]);
    }
    if (rc == 0) {
        rc = plan_build_parent(b, kind, ast, &list, out);
    }
    vec_release(&list);
    return rc;
}

static int filter_node(struct plan_build *b, const struct ast *ast,
                       const struct filter *f, const struct plan_target *target,
                       struct plan_node **out)
{
    int rc = plan_build_node(b, PLAN_FILTER, ast, out);
    if (rc == 0) {
        (*out)->filter = f;
        (*out)->target = *target;
        b->p->by_article |= filter_field_of(f->kind)->by_article;
    }
    if (rc == 0 && filter_pass_is(f)) {
        if (!b->p->filters && !(b->p->filters = filter_tools_new(b->p->snapshot))) {
            return plan_build_no_memory(b);
        }
        rc = filter_pass_new(b->p->filters, f, &(*out)->pass, b->err);
    }
    return rc;
}

/* like: stories in which one of its words stands, but not the article's own. The words are
 * ranked, and no atoms. */
static int convert_like(struct plan_build *b, const struct ast *ast, bool positive,
                        const struct plan_target *target, struct plan_node **out)
{
    static const struct filter own = {.kind = FILTER_STORY};
    static const struct filter none = {.kind = FILTER_COPIES, .least = 1, .most = 0};
    struct ast *words;
    struct plan_node *node, *both[2];
    int rc = plan_like_words(b, target, ast, &words);
    if (rc == 0 && !words) {
        return filter_node(b, ast, &none, target, out);
    }
    if (rc == 0) {
        rc = convert(b, words, positive, true, &node);
    }
    if (rc == 0) {
        rc = parent_of(b, PLAN_STORY, ast, &node, 1, &both[0]);
    }
    if (rc == 0) {
        rc = filter_node(b, ast, &own, target, &node);
    }
    if (rc == 0) {
        rc = parent_of(b, PLAN_NOT, ast, &node, 1, &both[1]);
    }
    return rc ? rc : parent_of(b, PLAN_AND, ast, both, 2, out);
}

static int convert_filter(struct plan_build *b, const struct ast *ast, bool positive,
                          struct plan_node **out)
{
    const struct filter *f = &ast->filter;
    struct plan_target target = {0};
    bool has_id = f->kind == FILTER_STORY || f->kind == FILTER_LIKE;
    int rc = has_id ? plan_filter_target(b->p->snapshot, f, &target, b->err) : 0;
    if (rc) {
        return rc;
    }
    if (when_is_relative(&f->from) || when_is_relative(&f->to)) {
        return err_set(b->err, ERR_USAGE,
                       "query: date: it is not known what day it is");
    }
    return f->kind == FILTER_LIKE ? convert_like(b, ast, positive, &target, out)
                                  : filter_node(b, ast, f, &target, out);
}

static int convert(struct plan_build *b, const struct ast *ast, bool positive,
                   bool spans, struct plan_node **out)
{
    plan_refs list = {0};
    enum plan_kind kind = PLAN_LEAF;
    bool near = ast_has_number(ast) && ast->kind != AST_WINDOW;
    int rc = 0;
    switch (ast->kind) {
    case AST_WORD:
    case AST_PREFIX:
    case AST_PATTERN:
    case AST_STEM:
    case AST_REGEX:
    case AST_EXACT:
    case AST_RUN:
    case AST_ANY:
    case AST_ALTS:
    case AST_PHRASE:
    case AST_WINDOW: rc = convert_phrase(b, ast, positive, out); break;
    case AST_AND: kind = PLAN_AND; break;
    case AST_OR: kind = spans ? PLAN_UNION : PLAN_OR; break;
    case AST_NOT: kind = PLAN_NOT; break;
    case AST_NEAR: kind = PLAN_NEAR; break;
    case AST_PRE: kind = PLAN_PRE; break;
    case AST_NOT_NEAR: kind = PLAN_NOT_NEAR; break;
    case AST_ATLEAST: kind = PLAN_ATLEAST; break;
    case AST_IN:
        kind = PLAN_IN;
        b->p->by_article = true;
        break;
    case AST_FILTER: return convert_filter(b, ast, positive, out);
    }
    if (kind != PLAN_LEAF) {
        rc = convert_children(b, ast, positive && kind != PLAN_NOT, spans || near,
                              &list);
        if (rc == 0) {
            rc = plan_build_parent(b, kind, ast, &list, out);
        }
        if (rc == 0 && near) {
            (*out)->distance = ast->distance;
            (*out)->within = ast->within;
        }
    }
    bool atom = kind == PLAN_LEAF || near;
    if (rc == 0 && atom && positive && !spans) {
        rc = plan_build_push(b, &b->p->atoms, *out);
    }
    vec_release(&list);
    return rc;
}

int plan_make_with(const struct snapshot *snapshot, const struct ast *tree,
                   const struct plan_options *options, struct arena *arena,
                   struct plan **out, struct err *err)
{
    uint32_t window = options->window;
    struct plan *p = arena_zalloc(arena, sizeof *p);
    if (!p) {
        return err_set(err, ERR_NOMEM, "query: no memory for its plan");
    }
    p->snapshot = snapshot;
    p->arena = arena;
    p->tree = tree;
    p->deadline = options->deadline;
    p->expansions = options->expansions;
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

int plan_make_window(const struct snapshot *snapshot, const struct ast *tree,
                     uint32_t window, struct arena *arena, struct plan **out,
                     struct err *err)
{
    struct plan_options options = {.window = window};
    return plan_make_with(snapshot, tree, &options, arena, out, err);
}

int plan_make(const struct snapshot *snapshot, const struct ast *tree,
              struct arena *arena, struct plan **out, struct err *err)
{
    return plan_make_window(snapshot, tree, 0, arena, out, err);
}

int plan_again(const struct plan *p, struct arena *arena, struct plan **out,
               struct err *err)
{
    struct plan_options options = {
        .window = p->window, .deadline = p->deadline, .expansions = p->expansions};
    return plan_make_with(p->snapshot, p->tree, &options, arena, out, err);
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
        filter_pass_free(node->pass);
        vec_release(&node->found);
        span_hits_release(&node->hits);
        span_hits_release(&node->spare);
        scope_release(&node->scope);
        scope_release(&node->scope_spare);
        vec_release(&node->matched);
    }
    filter_tools_free(p->filters);
    p->filters = NULL;
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

/* The addresses of the articles that may pass, if they are as long as others. */
static uint64_t filter_cost(const struct plan *p, size_t segment,
                            const struct plan_node *node, uint64_t all)
{
    uint64_t n = 0, n_articles = p->snapshot->segments[segment].articles.n_articles;
    struct err ignored = {0};
    if (node->filter->kind == FILTER_STORY) {
        return 1;
    }
    /* damage is met again, and told, where the filter is asked */
    if (!node->pass || n_articles == 0 ||
        filter_pass_estimate(node->pass, (uint32_t)segment, &n, &ignored)) {
        return all;
    }
    return n < n_articles ? (uint64_t)((double)all / (double)n_articles * (double)n) + n
                          : all;
}

uint64_t plan_cost(const struct plan *p, size_t segment, const struct plan_node *node)
{
    uint64_t all = p->snapshot->segments[segment].counts[SEGMENT_TOKENS];
    uint64_t cost = 0;
    bool sum = node->kind == PLAN_OR || node->kind == PLAN_UNION;
    if (node->kind == PLAN_LEAF) {
        return leaf_cost(&p->segments[segment].leaves[node->leaf]);
    }
    if (node->kind == PLAN_FILTER) {
        return filter_cost(p, segment, node, all);
    }
    if (node->kind == PLAN_NOT) {
        return all;
    }
    if (node->kind == PLAN_NOT_NEAR) {
        return plan_cost(p, segment, node->children[0]);
    }
    for (size_t i = 0; i < node->n_children; i++) {
        uint64_t c = plan_cost(p, segment, node->children[i]);
        cost = sum ? cost + c : i == 0 || c < cost ? c : cost;
    }
    return cost;
}
