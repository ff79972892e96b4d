#include "query/synonyms_apply.h"

bool synonyms_put_key(const struct ast *node, struct buf *key)
{
    if (node->kind != AST_WORD && node->kind != AST_RUN) {
        return false;
    }
    buf_put_bytes(key, node->term);
    buf_put_u8(key, 0);
    return true;
}

struct applying {
    const struct synonyms *s;
    struct syntax_lexer *lx;
    struct buf key; /* owned */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for its tree");
}

static int push(syntax_items *list, struct ast *node, struct err *err)
{
    return vec_push(list, (struct syntax_item){node}) ? 0 : no_memory(err);
}

/* The rules whose key is that of nodes[0..n): the first, or NULL. */
static const struct synonyms_rule *find(struct applying *a, struct ast *const *nodes,
                                        size_t n)
{
    const struct synonyms_rule *rules = a->s->rules.items;
    size_t lo = 0, hi = a->s->rules.len;
    buf_reset(&a->key);
    for (size_t i = 0; i < n; i++) {
        if (!synonyms_put_key(nodes[i], &a->key)) {
            return NULL;
        }
    }
    struct bytes key = buf_bytes(&a->key);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (bytes_compare(rules[mid].key, key) < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    bool found = lo < a->s->rules.len && bytes_equal(rules[lo].key, key);
    return found && !a->key.failed ? &rules[lo] : NULL;
}

/* A copy of an entry, which stands where `place` stands in the query. */
static int copy(struct applying *a, const struct ast *entry, const struct ast *place,
                struct ast **out, struct err *err)
{
    syntax_items children = {0};
    int rc = syntax_lex_node(a->lx, entry->kind, place->start, place->len, out, err);
    if (rc) {
        return rc;
    }
    (*out)->text = entry->text;
    (*out)->term = entry->term;
    for (size_t i = 0; i < entry->n_children && rc == 0; i++) {
        struct ast *child;
        rc = copy(a, entry->children[i], place, &child, err);
        if (rc == 0) {
            rc = push(&children, child, err);
        }
    }
    if (rc == 0 && entry->n_children) {
        rc = syntax_lex_adopt(a->lx, *out, children.items, children.len, err);
    }
    vec_release(&children);
    return rc;
}

/* Appends what the rules of one key bring in. */
static int push_entries(struct applying *a, const struct synonyms_rule *rule,
                        const struct ast *place, syntax_items *list, struct err *err)
{
    const struct synonyms_rule *end = a->s->rules.items + a->s->rules.len;
    struct bytes key = rule->key;
    int rc = 0;
    for (; rule < end && bytes_equal(rule->key, key); rule++) {
        for (size_t i = 0; i < rule->n && rc == 0; i++) {
            struct ast *node;
            if (i == rule->own) {
                continue;
            }
            rc = copy(a, rule->entries[i], place, &node, err);
            if (rc == 0) {
                rc = push(list, node, err);
            }
        }
    }
    return rc;
}

/* nodes[0..n), or what stands for them, and alternatives to them, as one node. */
static int make_alts(struct applying *a, struct ast *const *nodes, size_t n,
                     const struct synonyms_rule *rule, struct ast **out,
                     struct err *err)
{
    syntax_items list = {0}, row = {0};
    struct ast *self = nodes[0];
    uint32_t start = nodes[0]->start;
    uint32_t len = nodes[n - 1]->start + nodes[n - 1]->len - start;
    int rc = n > 1 ? syntax_lex_node(a->lx, AST_PHRASE, start, len, &self, err) : 0;
    for (size_t i = 0; i < n && n > 1 && rc == 0; i++) {
        rc = push(&row, nodes[i], err);
    }
    if (rc == 0 && n > 1) {
        rc = syntax_lex_adopt(a->lx, self, row.items, row.len, err);
    }
    if (rc == 0) {
        rc = push(&list, self, err);
    }
    if (rc == 0) {
        rc = push_entries(a, rule, self, &list, err);
    }
    if (rc == 0) {
        rc = syntax_lex_node(a->lx, AST_ALTS, start, len, out, err);
    }
    if (rc == 0) {
        rc = syntax_lex_adopt(a->lx, *out, list.items, list.len, err);
    }
    vec_release(&list);
    vec_release(&row);
    return rc;
}

static int apply(struct applying *a, struct ast **node, struct err *err);

/* The words of a phrase: of several that are a key together, the most; in a window, one by one. */
static int apply_row(struct applying *a, struct ast **node, struct err *err)
{
    struct ast *row = *node;
    size_t most = row->kind == AST_PHRASE ? a->s->most_words : 1;
    syntax_items list = {0};
    int rc = 0;
    for (size_t i = 0, n; i < row->n_children && rc == 0; i += n) {
        const struct synonyms_rule *rule = NULL;
        struct ast *child = row->children[i];
        n = row->n_children - i < most ? row->n_children - i : most;
        while (n > 0 && !(rule = find(a, row->children + i, n))) {
            n--;
        }
        if (rule) {
            rc = make_alts(a, row->children + i, n, rule, &child, err);
        } else {
            n = 1;
            rc = apply(a, &child, err);
        }
        if (rc == 0) {
            rc = push(&list, child, err);
        }
    }
    if (rc == 0 && list.len == 1) {
        *node = list.items[0].node;
    } else if (rc == 0) {
        rc = syntax_lex_adopt(a->lx, row, list.items, list.len, err);
    }
    vec_release(&list);
    return rc;
}

/* Alternatives get those of each of them, side by side. */
static int apply_alts(struct applying *a, struct ast *alts, struct err *err)
{
    syntax_items list = {0};
    int rc = 0;
    for (size_t i = 0; i < alts->n_children && rc == 0; i++) {
        struct ast *child = alts->children[i];
        rc = apply(a, &child, err);
        bool several = child->kind == AST_ALTS;
        for (size_t k = 0; k < (several ? child->n_children : 1) && rc == 0; k++) {
            rc = push(&list, several ? child->children[k] : child, err);
        }
    }
    if (rc == 0) {
        rc = syntax_lex_adopt(a->lx, alts, list.items, list.len, err);
    }
    vec_release(&list);
    return rc;
}

static int apply(struct applying *a, struct ast **node, struct err *err)
{
    const struct synonyms_rule *rule;
    int rc = 0;
    switch ((*node)->kind) {
    case AST_WORD:
    case AST_RUN:
        rule = find(a, node, 1);
        return rule ? make_alts(a, node, 1, rule, node, err) : 0;
    case AST_PHRASE:
    case AST_WINDOW: return apply_row(a, node, err);
    case AST_ALTS: return apply_alts(a, *node, err);
    case AST_EXACT:
    case AST_STEM:
    case AST_REGEX:
    case AST_PREFIX:
    case AST_PATTERN:
    case AST_ANY:
    case AST_FILTER: return 0;
    case AST_AND:
    case AST_OR:
    case AST_NOT:
    case AST_NEAR:
    case AST_PRE:
    case AST_NOT_NEAR:
    case AST_ATLEAST:
    case AST_IN: break;
    }
    for (size_t i = 0; i < (*node)->n_children && rc == 0; i++) {
        rc = apply(a, &(*node)->children[i], err);
    }
    return rc;
}

int synonyms_apply(const struct synonyms *s, struct syntax_lexer *lx, struct ast **tree,
                   struct err *err)
{
    struct applying a = {.s = s, .lx = lx};
    int rc = apply(&a, tree, err);
    buf_release(&a.key);
    return rc;
}
