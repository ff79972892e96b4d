/* Phrases into leaves. */
#include "query/plan_build.h"

typedef VEC(struct plan_place) plan_places;

/* Cuts places into leaves that address space can answer and adds them to a JOIN's list. */
static int cut_places(struct plan_build *b, const struct ast *ast,
                      const plan_places *places, plan_refs *list)
{
    const struct plan_place *v = places->items;
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
        int rc = plan_build_leaf(b, ast, v + i, n, &leaf);
        if (rc) {
            return rc;
        }
        leaf->overlap = i > 0 ? (int32_t)(end - first) : 0;
        end = to;
        i += n;
        rc = plan_build_push(b, list, leaf);
        if (rc) {
            return rc;
        }
    }
    return 0;
}

/* Adds an item of the given width to places, at *shift, which moves behind it. */
static int put_item(struct plan_build *b, const struct plan_item *item, uint32_t width,
                    uint32_t *shift, plan_places *places)
{
    bool ok = true;
    if (item->ast->kind == AST_RUN) {
        size_t n = item->ast->n_children;
        for (size_t i = 0; i + 1 < n && ok; i++) {
            struct plan_place at = {&item->pairs[i], *shift + (uint32_t)i, 2};
            ok = vec_push(places, at);
        }
        *shift += (uint32_t)n;
    } else if (item->ast->kind == AST_ANY) {
        *shift += 1;
    } else {
        struct plan_place at = {&item->by_width[width], *shift, width};
        ok = vec_push(places, at);
        *shift += width;
    }
    return ok ? 0 : plan_build_no_memory(b);
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
static int spell_out(struct plan_build *b, const struct ast *ast,
                     const struct plan_item *items, size_t n, uint32_t choice,
                     struct plan_node **out)
{
    plan_places places = {0};
    plan_refs list = {0};
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
        rc = plan_build_parent(b, PLAN_JOIN, ast, &list, out);
    }
    vec_release(&places);
    vec_release(&list);
    return rc;
}

static bool is_any(const struct plan_item *item)
{
    return item->ast->kind == AST_ANY;
}

/* The node with so many tokens before and behind each of its spans. */
static int pad(struct plan_build *b, const struct ast *ast, uint32_t before,
               uint32_t behind, struct plan_node **node)
{
    plan_refs list = {0};
    int rc = plan_build_push(b, &list, *node);
    if (rc == 0) {
        rc = plan_build_parent(b, PLAN_PAD, ast, &list, node);
    }
    if (rc == 0) {
        (*node)->before = before;
        (*node)->behind = behind;
    }
    vec_release(&list);
    return rc;
}

static int join_loosely(struct plan_build *b, const struct ast *ast,
                        const struct plan_item *items, size_t n,
                        struct plan_node **out);

/* In how many ways the items can be spelled out; 0: too many, or not at all. */
static uint32_t count_choices(const struct plan_item *items, size_t n)
{
    uint32_t choices = 1;
    for (size_t i = 0; i < n; i++) {
        choices *= n_widths(&items[i]);
        if (choices > PLAN_ALTERNATIVES_MAX || items[i].n_alts) {
            return 0;
        }
    }
    return choices;
}

/* Neither the first nor the last is ANY. */
static int make_inner(struct plan_build *b, const struct ast *ast,
                      const struct plan_item *items, size_t n, struct plan_node **out)
{
    plan_refs list = {0};
    uint32_t choices = count_choices(items, n);
    int rc = 0;
    if (choices == 0) {
        return join_loosely(b, ast, items, n, out);
    }
    for (uint32_t c = 0; c < choices && rc == 0; c++) {
        struct plan_node *node;
        rc = spell_out(b, ast, items, n, c, &node);
        if (rc == 0) {
            rc = plan_build_push(b, &list, node);
        }
    }
    if (rc == 0) {
        rc = plan_build_parent(b, PLAN_UNION, ast, &list, out);
    }
    vec_release(&list);
    return rc;
}

int plan_phrase_make(struct plan_build *b, const struct ast *ast,
                     const struct plan_item *items, size_t n, struct plan_node **out)
{
    uint32_t before = 0, behind = 0;
    for (; n > 1 && is_any(&items[0]); items++, n--) {
        before++;
    }
    for (; n > 1 && is_any(&items[n - 1]); n--) {
        behind++;
    }
    int rc = make_inner(b, ast, items, n, out);
    return rc || before + behind == 0 ? rc : pad(b, ast, before, behind, out);
}

/* The node, whose spans must be written as the tree says. */
static int make_exact(struct plan_build *b, const struct ast *ast,
                      struct plan_node **node)
{
    plan_refs list = {0};
    int rc = plan_build_push(b, &list, *node);
    if (rc == 0) {
        rc = plan_build_parent(b, PLAN_EXACT, ast, &list, node);
    }
    b->p->by_text = b->p->by_article = true;
    vec_release(&list);
    return rc;
}

/* The alternatives of an item, each a phrase. */
static int make_alts(struct plan_build *b, const struct plan_item *item,
                     struct plan_node **out)
{
    plan_refs list = {0};
    int rc = 0;
    for (size_t i = 0; i < item->n_alts && rc == 0; i++) {
        const struct plan_alt *alt = &item->alts[i];
        struct plan_node *node;
        rc = plan_phrase_make(b, alt->ast, alt->items, alt->n, &node);
        if (rc == 0 && alt->ast->kind == AST_EXACT) {
            rc = make_exact(b, alt->ast, &node);
        }
        if (rc == 0) {
            rc = plan_build_push(b, &list, node);
        }
    }
    if (rc == 0) {
        rc = plan_build_parent(b, PLAN_UNION, item->ast, &list, out);
    }
    vec_release(&list);
    return rc;
}

/* How many of items[0..n) are made together: those that have one width, or one that has
 * several; and what of ANY follows. */
static size_t count_together(const struct plan_item *items, size_t n)
{
    size_t k = 1;
    bool one = n_widths(&items[0]) == 1 && !items[0].n_alts;
    while (k < n && (is_any(&items[k]) ||
                     (one && n_widths(&items[k]) == 1 && !items[k].n_alts))) {
        k++;
    }
    return k;
}

/* Items of several widths are unions of their own, joined with the rest. */
static int join_loosely(struct plan_build *b, const struct ast *ast,
                        const struct plan_item *items, size_t n, struct plan_node **out)
{
    plan_refs list = {0};
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0;) {
        size_t k = count_together(items + i, n - i);
        struct plan_node *node;
        if (items[i].n_alts) {
            rc = make_alts(b, &items[i], &node);
            if (rc == 0 && k > 1) {
                rc = pad(b, ast, 0, (uint32_t)(k - 1), &node);
            }
        } else {
            rc = plan_phrase_make(b, ast, items + i, k, &node);
        }
        if (rc == 0) {
            rc = plan_build_push(b, &list, node);
        }
        i += k;
    }
    if (rc == 0) {
        rc = plan_build_parent(b, PLAN_JOIN, ast, &list, out);
    }
    vec_release(&list);
    return rc;
}

/* --- ranking ------------------------------------------------------------------------------ */

/* The words of one item: of a run its pairs. */
static int push_words(struct plan_build *b, const struct plan_item *item,
                      plan_refs *words)
{
    size_t pairs = item->ast->kind == AST_RUN ? item->ast->n_children - 1 : 0;
    struct plan_node *node;
    int rc = 0;
    for (size_t k = 0; k < pairs && rc == 0; k++) {
        struct plan_place at = {&item->pairs[k], 0, 2};
        rc = plan_build_leaf(b, item->ast, &at, 1, &node);
        if (rc == 0) {
            rc = plan_build_push(b, words, node);
        }
    }
    if (pairs == 0 && !is_any(item)) {
        rc = plan_phrase_make(b, item->ast, item, 1, &node);
        if (rc == 0) {
            rc = plan_build_push(b, words, node);
        }
    }
    return rc;
}

/* Alternatives of which some are phrases weigh as any of their words. */
static int push_alts(struct plan_build *b, const struct plan_item *item,
                     plan_refs *words)
{
    plan_refs all = {0};
    struct plan_node *node;
    int rc = 0;
    for (size_t i = 0; i < item->n_alts && rc == 0; i++) {
        for (size_t k = 0; k < item->alts[i].n && rc == 0; k++) {
            rc = push_words(b, &item->alts[i].items[k], &all);
        }
    }
    if (rc == 0) {
        rc = plan_build_parent(b, PLAN_UNION, item->ast, &all, &node);
    }
    vec_release(&all);
    return rc ? rc : plan_build_push(b, words, node);
}

int plan_phrase_words(struct plan_build *b, const struct plan_item *items, size_t n,
                      plan_refs *words)
{
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        const struct plan_alt *alts = items[i].alts;
        rc = items[i].ast->kind == AST_EXACT
                 ? plan_phrase_words(b, alts[0].items, alts[0].n, words)
             : items[i].n_alts ? push_alts(b, &items[i], words)
                               : push_words(b, &items[i], words);
    }
    return rc;
}
