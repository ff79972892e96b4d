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
        leaf->overlap = i > 0 ? end - first : 0;
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

static int join_loosely(struct plan_build *b, const struct ast *ast,
                        const struct plan_item *items, size_t n,
                        struct plan_node **out);

int plan_phrase_make(struct plan_build *b, const struct ast *ast,
                     const struct plan_item *items, size_t n, struct plan_node **out)
{
    plan_refs list = {0};
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

/* Too many choices: items of several widths are unions of their own, joined with the rest. */
static int join_loosely(struct plan_build *b, const struct ast *ast,
                        const struct plan_item *items, size_t n, struct plan_node **out)
{
    plan_refs list = {0};
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0;) {
        size_t k = 1;
        while (n_widths(&items[i]) == 1 && i + k < n && n_widths(&items[i + k]) == 1) {
            k++;
        }
        struct plan_node *node;
        rc = plan_phrase_make(b, ast, items + i, k, &node);
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

int plan_phrase_words(struct plan_build *b, const struct plan_item *items, size_t n,
                      plan_refs *words)
{
    for (size_t i = 0; i < n; i++) {
        size_t pairs = items[i].ast->kind == AST_RUN ? items[i].ast->n_children - 1 : 0;
        struct plan_node *node;
        int rc = 0;
        for (size_t k = 0; k < pairs && rc == 0; k++) {
            struct plan_place at = {&items[i].pairs[k], 0, 2};
            rc = plan_build_leaf(b, items[i].ast, &at, 1, &node);
            if (rc == 0) {
                rc = plan_build_push(b, words, node);
            }
        }
        if (pairs == 0) {
            rc = plan_phrase_make(b, items[i].ast, &items[i], 1, &node);
            if (rc == 0) {
                rc = plan_build_push(b, words, node);
            }
        }
        if (rc) {
            return rc;
        }
    }
    return 0;
}
