/* The plan in words, for `explain`. */
#include "query/plan.h"

const char *plan_kind_name(enum plan_kind kind)
{
    static const char *const names[] = {
#define PLAN_NAME(name, text) text,
        PLAN_KINDS(PLAN_NAME)
#undef PLAN_NAME
    };
    return names[kind];
}

uint64_t plan_cost_all(const struct plan *p, const struct plan_node *node)
{
    uint64_t cost = 0;
    for (size_t s = 0; s < p->snapshot->n_segments; s++) {
        cost += plan_cost(p, s, node);
    }
    return cost;
}

/* What the run took: windows, places of a leaf, spans. Most counts need no spans. */
static void put_work(const struct plan_node *node, struct buf *out)
{
    const struct plan_work *w = &node->work;
    if (w->windows == 0) {
        return;
    }
    buf_printf(out, "  | %llu window%s", (unsigned long long)w->windows,
               w->windows == 1 ? "" : "s");
    if (node->kind == PLAN_LEAF) {
        buf_printf(out, ", %llu place%s", (unsigned long long)w->places,
                   w->places == 1 ? "" : "s");
    }
    if (w->spans > 0) {
        buf_printf(out, ", %llu span%s", (unsigned long long)w->spans,
                   w->spans == 1 ? "" : "s");
    }
}

static void put_leaf(const struct plan *p, const struct plan_node *node,
                     struct buf *out)
{
    uint64_t cost = 0;
    size_t n_terms = 0;
    buf_printf(out, " of %u tokens", (unsigned)p->leaf_widths.items[node->leaf]);
    for (size_t s = 0; s < p->snapshot->n_segments; s++) {
        const struct leaf *leaf = &p->segments[s].leaves[node->leaf];
        cost += leaf_cost(leaf);
        n_terms = leaf->n_terms;
    }
    buf_printf(out, ", %zu lists, at most %llu places", n_terms,
               (unsigned long long)cost);
    for (size_t s = 0; s < p->snapshot->n_segments; s++) {
        const struct leaf *leaf = &p->segments[s].leaves[node->leaf];
        buf_printf(out, "; segment %zu: %s", s + 1, leaf_method(leaf));
        for (size_t i = 0; i < leaf->n_terms; i++) {
            const struct leaf_term *t = &leaf->terms[i];
            uint64_t stories = 0;
            if (t->is_pair) {
                buf_printf(out, "%s +%u pair of words %llu occurrences", i ? "," : "",
                           (unsigned)t->shift, (unsigned long long)t->count);
                continue;
            }
            for (size_t k = 0; k < t->n_entries; k++) {
                stories += t->entries[k].stories;
            }
            buf_printf(out, "%s +%u %zu entr%s %llu occurrences %llu stories",
                       i ? "," : "", (unsigned)t->shift, t->n_entries,
                       t->n_entries == 1 ? "y" : "ies", (unsigned long long)t->count,
                       (unsigned long long)stories);
        }
    }
}

static void put_filter(const struct plan *p, const struct plan_node *node,
                       struct buf *out)
{
    buf_put_u8(out, ' ');
    if (node->filter->kind == FILTER_STORY) {
        buf_printf(out, "story %u of segment %u", (unsigned)node->target.story,
                   (unsigned)node->target.segment + 1);
    } else {
        filter_print(node->filter, out);
    }
    if (p->by_article && filter_field_of(node->filter->kind)->by_article) {
        buf_put_str(out, ", article by article");
    }
}

static void put_node(const struct plan *p, const struct plan_node *node, unsigned depth,
                     struct buf *out)
{
    for (unsigned i = 0; i < depth; i++) {
        buf_put_str(out, "  ");
    }
    buf_put_str(out, plan_kind_name(node->kind));
    if (node->within != AST_WITHIN_WORDS) {
        buf_printf(out, " %s", ast_within_name(node->within));
    }
    if (node->distance > 0) {
        buf_printf(out, "/%u", (unsigned)node->distance);
    }
    if (node->kind == PLAN_IN && node->ast->part != AST_PART_FIRST) {
        buf_put_str(out, node->ast->part == AST_PART_TITLE ? " title" : " body");
    }
    if (node->kind == PLAN_PAD) {
        buf_printf(out, " %u tokens before, %u behind", (unsigned)node->before,
                   (unsigned)node->behind);
    }
    if (node->kind == PLAN_LEAF) {
        put_leaf(p, node, out);
    }
    if (node->kind == PLAN_FILTER) {
        put_filter(p, node, out);
    }
    if (node->ast && (node->kind == PLAN_LEAF || node->kind == PLAN_JOIN ||
                      node->kind == PLAN_EXACT)) {
        buf_put_str(out, "  ");
        ast_print(node->ast, out);
    }
    if (node->kind != PLAN_LEAF && node->kind != PLAN_NOT &&
        node->kind != PLAN_FILTER) {
        buf_printf(out, ", at most %llu places",
                   (unsigned long long)plan_cost_all(p, node));
    }
    put_work(node, out);
    buf_put_u8(out, '\n');
    for (size_t i = 0; i < node->n_children; i++) {
        put_node(p, node->children[i], depth + 1, out);
    }
}

void plan_print(const struct plan *p, struct buf *out)
{
    put_node(p, p->root, 0, out);
}
