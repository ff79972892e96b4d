#include "query/plan_lookup.h"

#include <string.h>

typedef VEC(struct leaf_entry) entry_vec;

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

/* Moves what was gathered for one segment into the arena. */
static int keep_entries(struct plan *p, size_t segment, const entry_vec *found,
                        struct plan_lists *l, struct err *err)
{
    if (found->len == 0) {
        return 0;
    }
    struct leaf_entry *copy = arena_alloc(p->arena, found->len * sizeof *copy);
    if (!copy) {
        return no_memory(err);
    }
    memcpy(copy, found->items, found->len * sizeof *copy);
    l->entries[segment] = copy;
    l->n_entries[segment] = found->len;
    for (size_t i = 0; i < found->len; i++) {
        l->count[segment] += copy[i].count;
    }
    return 0;
}

static struct leaf_entry entry_of(const struct term_entry *e)
{
    struct leaf_entry entry = {.pos = e->pos,
                               .count = (uint32_t)e->occurrences,
                               .stories = e->stories,
                               .n_inline = e->n_inline};
    memcpy(entry.inline_list, e->inline_list, sizeof entry.inline_list);
    return entry;
}

/* Entries of exactly this key, by width: plain ones, aliases, joined ones. */
static int find_word(struct plan *p, size_t segment, struct bytes key,
                     struct plan_item *item, struct err *err)
{
    const struct terms *terms = &p->snapshot->segments[segment].terms;
    struct terms_iter it;
    const struct term_entry *e;
    entry_vec found[LEAF_WIDTH_MAX + 1] = {0};
    int rc = terms_seek(terms, key, &it, err);
    while (rc == 0 && (rc = terms_next(&it, &e, err)) == 0) {
        if (!bytes_equal(bytes_of(e->key, e->key_len), key)) {
            rc = ITER_END;
            break;
        }
        uint32_t width = e->span ? e->span : 1;
        if (width > LEAF_WIDTH_MAX || e->occurrences > UINT32_MAX) {
            rc = section_corrupt(&terms->section, 0, err,
                                 "terms: entry %u is out of bounds", (unsigned)e->id);
        } else if (!vec_push(&found[width], entry_of(e))) {
            rc = no_memory(err);
        }
    }
    rc = rc == ITER_END ? 0 : rc;
    for (uint32_t w = 1; w <= LEAF_WIDTH_MAX; w++) {
        if (rc == 0) {
            item->widths |= found[w].len ? 1U << w : 0;
            rc = keep_entries(p, segment, &found[w], &item->by_width[w], err);
        }
        vec_release(&found[w]);
    }
    return rc;
}

/* Plain entries that begin with the key. */
static int find_prefix(struct plan *p, size_t segment, struct plan_item *item,
                       struct err *err)
{
    const struct terms *terms = &p->snapshot->segments[segment].terms;
    struct bytes key = item->ast->term;
    struct terms_iter it;
    const struct term_entry *e;
    entry_vec found = {0};
    int rc = terms_seek(terms, key, &it, err);
    while (rc == 0 && (rc = terms_next(&it, &e, err)) == 0) {
        if (!bytes_starts(bytes_of(e->key, e->key_len), key)) {
            rc = ITER_END;
            break;
        }
        if (e->span != 0) {
            continue;
        }
        if (e->occurrences > UINT32_MAX) {
            rc = section_corrupt(&terms->section, 0, err,
                                 "terms: entry %u is out of bounds", (unsigned)e->id);
        } else if (found.len == PLAN_EXPANSION_MAX) {
            rc =
                err_set(err, ERR_LIMIT,
                        "query: %.*s* stands for more than %d words; give more letters",
                        (int)key.len, (const char *)key.data, PLAN_EXPANSION_MAX);
        } else if (!vec_push(&found, entry_of(e))) {
            rc = no_memory(err);
        }
    }
    rc = rc == ITER_END ? 0 : rc;
    p->n_entries += found.len;
    if (rc == 0 && p->n_entries > PLAN_ENTRIES_MAX) {
        rc =
            err_set(err, ERR_LIMIT,
                    "query: its beginnings of words stand for more than %d words; give "
                    "more letters",
                    PLAN_ENTRIES_MAX);
    }
    if (rc == 0) {
        item->widths |= 1U << 1;
        rc = keep_entries(p, segment, &found, &item->by_width[1], err);
    }
    vec_release(&found);
    return rc;
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
    struct leaf_entry entry = entry_of(&e);
    entry_vec one = {.items = &entry, .len = 1, .cap = 1};
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

int plan_lookup(struct plan *p, const struct ast *ast, struct plan_item *out,
                struct err *err)
{
    int rc = 0;
    *out = (struct plan_item){.ast = ast};
    if (ast->kind == AST_RUN) {
        return lookup_run(p, ast, out, err);
    }
    for (uint32_t w = 1; w <= LEAF_WIDTH_MAX && rc == 0; w++) {
        rc = init_lists(p, &out->by_width[w], err);
    }
    for (size_t s = 0; s < p->snapshot->n_segments && rc == 0; s++) {
        rc = ast->kind == AST_PREFIX ? find_prefix(p, s, out, err)
                                     : find_word(p, s, ast->term, out, err);
    }
    if (rc == 0 && out->widths == 0) {
        out->widths = 1U << 1;
    }
    return rc;
}
