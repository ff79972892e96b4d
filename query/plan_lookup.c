#include "query/plan_lookup.h"

#include <stdlib.h>
#include <string.h>

#include "query/expand.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for its plan");
}

static int init_lists(struct plan *p, struct plan_lists *l, struct err *err)
{
    size_t n = p->snapshot->n_segments ? p->snapshot->n_segments : 1;
    l->entries = arena_zalloc(p->arena, n * sizeof(void *));
    l->n_entries = arena_zalloc(p->arena, n * sizeof *l->n_entries);
    l->count = arena_zalloc(p->arena, n * sizeof *l->count);
    return l->entries && l->n_entries && l->count ? 0 : no_memory(err);
}

static int compare_found(const void *a, const void *b)
{
    const struct expand_found *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Moves what was gathered for one segment into the arena, each entry once. */
static int keep_entries(struct plan *p, size_t segment, expand_vec *found,
                        struct plan_lists *l, struct err *err)
{
    size_t n = 0;
    if (found->len == 0) {
        return 0;
    }
    struct leaf_entry *copy = arena_alloc(p->arena, found->len * sizeof *copy);
    if (!copy) {
        return no_memory(err);
    }
    qsort(found->items, found->len, sizeof *found->items, compare_found);
    for (size_t i = 0; i < found->len; i++) {
        if (i > 0 && found->items[i].id == found->items[i - 1].id) {
            continue;
        }
        copy[n++] = found->items[i].entry;
        l->count[segment] += found->items[i].entry.count;
    }
    l->entries[segment] = copy;
    l->n_entries[segment] = n;
    return 0;
}

static int add_found(const struct terms *terms, const struct term_entry *e,
                     expand_vec *found, struct err *err)
{
    struct expand_found f;
    int rc = expand_entry(terms, e, &f, err);
    return rc || vec_push(found, f) ? rc : no_memory(err);
}

/* Entries of exactly this key, by width: plain ones, aliases, joined ones. */
static int find_word(const struct terms *terms, struct bytes key, expand_vec *found,
                     struct err *err)
{
    struct terms_iter it;
    const struct term_entry *e;
    int rc = terms_seek(terms, key, &it, err);
    while (rc == 0 && (rc = terms_next(&it, &e, err)) == 0) {
        if (!bytes_equal(bytes_of(e->key, e->key_len), key)) {
            return 0;
        }
        uint32_t width = e->span ? e->span : 1;
        rc = width > LEAF_WIDTH_MAX
                 ? section_corrupt(&terms->section, 0, err,
                                   "terms: entry %u is out of bounds", (unsigned)e->id)
                 : add_found(terms, e, &found[width], err);
    }
    return rc == ITER_END ? 0 : rc;
}

/* Plain entries that a prefix, a pattern, a stem or a regular expression stands for. */
static int find_many(struct plan *p, size_t segment, const struct ast *item,
                     expand_vec *found, struct err *err)
{
    size_t before = found->len;
    int rc = expand(p->expansions, &p->snapshot->segments[segment].terms,
                    (uint32_t)segment, item, p->deadline, &p->expanded, found, err);
    p->n_entries += found->len - before;
    if (rc == 0 && p->n_entries > PLAN_ENTRIES_MAX) {
        rc = err_set(err, ERR_LIMIT,
                     "query: its parts of words stand for more than %d words; give "
                     "more letters",
                     PLAN_ENTRIES_MAX);
    }
    return rc;
}

/* Reading the dictionary again and again would keep it busy without end. */
static int count_visited(const struct plan *p, struct err *err)
{
    uint64_t most = PLAN_VISITED_LEAST, all = 0;
    for (size_t s = 0; s < p->snapshot->n_segments; s++) {
        all += p->snapshot->segments[s].terms.n_terms;
    }
    most = all * PLAN_VISITED_PASSES > most ? all * PLAN_VISITED_PASSES : most;
    return p->expanded.visited <= most
               ? 0
               : err_set(err, ERR_LIMIT,
                         "query: the dictionary would be read too often for its parts "
                         "of words; give more "
                         "letters");
}

/* Adds what a word or a part of one stands for in a segment, by width. */
static int find_item(struct plan *p, size_t segment, const struct ast *item,
                     expand_vec *found, struct err *err)
{
    const struct terms *terms = &p->snapshot->segments[segment].terms;
    int rc = 0;
    if (item->kind == AST_WORD || item->kind == AST_STEM) {
        rc = find_word(terms, item->term, found, err);
    }
    if (rc == 0 && item->kind != AST_WORD) {
        rc = find_many(p, segment, item, &found[1], err);
    }
    return rc ? rc : count_visited(p, err);
}

/* The joined entry of two neighbours of a run. */
static int find_pair(struct plan *p, size_t segment, const struct ast *run, size_t i,
                     struct plan_lists *out, struct err *err)
{
    uint8_t key[2 * TERMS_KEY_MAX];
    struct bytes a = run->children[i]->term, b = run->children[i + 1]->term;
    struct term_entry e;
    if (a.len + b.len > TERMS_KEY_MAX) {
        return 0; /* such an entry does not exist */
    }
    memcpy(key, a.data, a.len);
    memcpy(key + a.len, b.data, b.len);
    int rc = terms_find(&p->snapshot->segments[segment].terms,
                        bytes_of(key, a.len + b.len), 2, &e, err);
    if (rc) {
        return rc == ITER_END ? 0 : rc;
    }
    struct expand_found entry;
    rc = expand_entry(&p->snapshot->segments[segment].terms, &e, &entry, err);
    if (rc) {
        return rc;
    }
    expand_vec one = {.items = &entry, .len = 1, .cap = 1};
    return keep_entries(p, segment, &one, out, err);
}

static int lookup_run(struct plan *p, const struct ast *ast, struct plan_item *out,
                      struct err *err)
{
    size_t n = ast->n_children - 1;
    out->pairs = arena_zalloc(p->arena, n * sizeof *out->pairs);
    if (!out->pairs) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        int rc = init_lists(p, &out->pairs[i], err);
        for (size_t s = 0; s < p->snapshot->n_segments && rc == 0; s++) {
            rc = find_pair(p, s, ast, i, &out->pairs[i], err);
        }
        if (rc) {
            return rc;
        }
    }
    return 0;
}

/* A word, prefix or pattern, or alternatives that are such, as one. */
static int lookup_words(struct plan *p, const struct ast *ast, struct plan_item *out,
                        struct err *err)
{
    size_t n = ast->kind == AST_ALTS ? ast->n_children : 1;
    int rc = 0;
    for (uint32_t w = 1; w <= LEAF_WIDTH_MAX && rc == 0; w++) {
        rc = init_lists(p, &out->by_width[w], err);
    }
    out->by_width[1].is_key = ast->kind == AST_WORD;
    for (size_t s = 0; s < p->snapshot->n_segments && rc == 0; s++) {
        expand_vec found[LEAF_WIDTH_MAX + 1] = {0};
        for (size_t i = 0; i < n && rc == 0; i++) {
            rc = find_item(p, s, ast->kind == AST_ALTS ? ast->children[i] : ast, found,
                           err);
        }
        for (uint32_t w = 1; w <= LEAF_WIDTH_MAX; w++) {
            if (rc == 0) {
                out->widths |= found[w].len ? 1U << w : 0;
                rc = keep_entries(p, s, &found[w], &out->by_width[w], err);
            }
            vec_release(&found[w]);
        }
    }
    if (rc == 0 && out->widths == 0) {
        out->widths = 1U << 1;
    }
    return rc;
}

/* Room for n alternatives of an item. */
static int make_alts(struct plan *p, size_t n, struct plan_item *out, struct err *err)
{
    out->n_alts = n;
    out->alts = arena_zalloc(p->arena, n * sizeof *out->alts);
    return out->alts ? 0 : no_memory(err);
}

/* One of them as a row of items: those of a phrase or an exact surface, or itself. */
static int lookup_alt(struct plan *p, const struct ast *ast, struct plan_alt *alt,
                      struct err *err)
{
    bool row = ast->kind == AST_PHRASE || ast->kind == AST_EXACT;
    int rc = 0;
    alt->ast = ast;
    alt->n = row ? ast->n_children : 1;
    alt->items = arena_zalloc(p->arena, alt->n * sizeof *alt->items);
    if (!alt->items) {
        return no_memory(err);
    }
    for (size_t k = 0; k < alt->n && rc == 0; k++) {
        rc = plan_lookup(p, row ? ast->children[k] : ast, &alt->items[k], err);
    }
    return rc;
}

/* Alternatives that are single words are one item; longer ones are looked up each. */
static int lookup_alts(struct plan *p, const struct ast *ast, struct plan_item *out,
                       struct err *err)
{
    bool words = true;
    for (size_t i = 0; i < ast->n_children; i++) {
        enum ast_kind kind = ast->children[i]->kind;
        words = words && kind != AST_PHRASE && kind != AST_RUN && kind != AST_EXACT;
    }
    if (words) {
        return lookup_words(p, ast, out, err);
    }
    int rc = make_alts(p, ast->n_children, out, err);
    for (size_t i = 0; i < ast->n_children && rc == 0; i++) {
        rc = lookup_alt(p, ast->children[i], &out->alts[i], err);
    }
    return rc;
}

int plan_lookup(struct plan *p, const struct ast *ast, struct plan_item *out,
                struct err *err)
{
    int rc = 0;
    *out = (struct plan_item){.ast = ast};
    switch (ast->kind) {
    case AST_ANY: out->widths = 1U << 1; return 0;
    case AST_RUN: return lookup_run(p, ast, out, err);
    case AST_ALTS: return lookup_alts(p, ast, out, err);
    case AST_EXACT:
        rc = make_alts(p, 1, out, err);
        return rc ? rc : lookup_alt(p, ast, &out->alts[0], err);
    default: return lookup_words(p, ast, out, err);
    }
}
