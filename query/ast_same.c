/* Do two trees mean the same? What is typed twice is looked for once. */
#include "base/hash.h"
#include "query/ast.h"

static bool is_same_end(const struct when *a, const struct when *b)
{
    return a->kind == b->kind && a->unit == b->unit && a->beyond == b->beyond &&
           a->n == b->n && a->first == b->first && a->last == b->last;
}

static bool is_same_filter(const struct filter *a, const struct filter *b)
{
    return a->kind == b->kind && a->is == b->is && a->test == b->test &&
           a->least == b->least && a->most == b->most &&
           is_same_end(&a->from, &b->from) && is_same_end(&a->to, &b->to) &&
           bytes_equal(a->value, b->value) && !a->words == !b->words &&
           (!a->words || ast_same(a->words, b->words));
}

bool ast_same(const struct ast *a, const struct ast *b)
{
    if (a->kind != b->kind || a->part != b->part || a->within != b->within ||
        a->distance != b->distance || a->lead != b->lead || a->trail != b->trail ||
        a->language != b->language || a->n_children != b->n_children ||
        !bytes_equal(a->term, b->term)) {
        return false;
    }
    if (a->kind == AST_FILTER && !is_same_filter(&a->filter, &b->filter)) {
        return false;
    }
    for (size_t i = 0; i < a->n_children; i++) {
        if (!ast_same(a->children[i], b->children[i])) {
            return false;
        }
    }
    return true;
}

uint64_t ast_hash(const struct ast *node)
{
    uint64_t hash =
        hash64(node->term.data, node->term.len,
               (uint64_t)node->kind | (uint64_t)node->part << 8 |
                   (uint64_t)node->within << 16 | (uint64_t)node->distance << 32);
    if (node->kind == AST_FILTER) {
        hash = hash64(node->filter.value.data, node->filter.value.len,
                      hash + (uint64_t)node->filter.kind);
    }
    for (size_t i = 0; i < node->n_children; i++) {
        uint64_t both[2] = {hash, ast_hash(node->children[i])};
        hash = hash64(both, sizeof both, 0);
    }
    return hash;
}
