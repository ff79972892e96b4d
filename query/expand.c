#include "query/expand.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "query/expand_kept.h"
#include "query/regex.h"
#include "query/stem.h"
#include "query/wildcard.h"

/* What the entries of one item are told by. */
struct matcher {
    const struct ast *item;
    struct bytes begin; /* of all of them */
    struct stem *stem;  /* owned, as the next */
    struct regex *regex;
    struct arena arena;
    struct bytes wanted; /* the stem; in the arena */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for its plan");
}

int expand_entry(const struct terms *terms, const struct term_entry *e,
                 struct expand_found *out, struct err *err)
{
    if (e->occurrences > UINT32_MAX) {
        return section_corrupt(&terms->section, 0, err,
                               "terms: entry %u is out of bounds", (unsigned)e->id);
    }
    *out = (struct expand_found){.id = e->id,
                                 .entry = {.pos = e->pos,
                                           .doc = e->doc,
                                           .id = e->id,
                                           .count = (uint32_t)e->occurrences,
                                           .stories = e->stories,
                                           .n_inline = e->n_inline}};
    memcpy(out->entry.inline_list, e->inline_list, sizeof e->inline_list);
    return 0;
}

static void matcher_release(struct matcher *m)
{
    stem_free(m->stem);
    regex_free(m->regex);
    arena_release(&m->arena);
}

static int matcher_init(struct matcher *m, const struct ast *item, struct err *err)
{
    struct bytes stem;
    int rc = 0;
    *m = (struct matcher){.item = item, .begin = item->term};
    switch (item->kind) {
    case AST_PATTERN: m->begin = wildcard_beginning(item->term); break;
    case AST_REGEX:
        m->begin = regex_beginning(item->term, &m->arena);
        return regex_new(item->term, &m->regex, err);
    case AST_STEM:
        rc = stem_new(item->language, &m->stem, err);
        if (rc == 0) {
            rc = stem_word(m->stem, item->term, &stem, err);
        }
        if (rc) {
            return rc;
        }
        m->wanted = arena_copy(&m->arena, stem);
        m->begin = stem_beginning(item->language, m->wanted);
        return m->wanted.data ? 0 : no_memory(err);
    default: break;
    }
    return rc;
}

static int is_wanted(struct matcher *m, struct bytes key, struct expand_cost *cost,
                     bool *out, struct err *err)
{
    struct bytes stem;
    int rc = 0;
    switch (m->item->kind) {
    case AST_PATTERN: *out = wildcard_matches(m->item->term, key); break;
    case AST_REGEX: return regex_matches(m->regex, key, &cost->steps, out, err);
    case AST_STEM:
        rc = stem_word(m->stem, key, &stem, err);
        *out = rc == 0 && bytes_equal(stem, m->wanted);
        break;
    default: *out = true; break;
    }
    return rc;
}

static int too_many(const struct ast *item, struct err *err)
{
    return err_set(err, ERR_LIMIT,
                   "query: %.*s stands for more than %d words; give more letters",
                   (int)(item->text.len < 200 ? item->text.len : 200),
                   (const char *)item->text.data, EXPAND_MAX);
}

static int put(struct matcher *m, const struct terms *terms, const struct term_entry *e,
               expand_vec *out, struct err *err)
{
    struct expand_found found;
    int rc = out->len == EXPAND_MAX ? too_many(m->item, err)
                                    : expand_entry(terms, e, &found, err);
    return rc || vec_push(out, found) ? rc : no_memory(err);
}

/* Reads the dictionary from where the entries can begin. */
static int walk(struct matcher *m, const struct terms *terms,
                const struct deadline *deadline, struct expand_cost *cost,
                expand_vec *out, struct err *err)
{
    struct terms_iter it;
    const struct term_entry *e;
    uint64_t n = 0;
    int rc = terms_seek(terms, m->begin, &it, err);
    while (rc == 0 && (rc = terms_next(&it, &e, err)) == 0) {
        struct bytes key = bytes_of(e->key, e->key_len);
        bool wanted = false;
        if (!bytes_starts(key, m->begin)) {
            break;
        }
        rc = deadline_tick(deadline, n++, err);
        if (rc == 0 && e->span == 0) {
            rc = is_wanted(m, key, cost, &wanted, err);
        }
        if (rc == 0 && wanted) {
            rc = put(m, terms, e, out, err);
        }
    }
    cost->visited += n;
    return rc == ITER_END ? 0 : rc;
}

/* --- stems of a whole dictionary --------------------------------------------------------------- */

static int by_hash(const void *a, const void *b)
{
    const struct expand_stem *x = a, *y = b;
    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return x->id < y->id ? -1 : x->id > y->id;
}

static int make_stems(struct stem *stem, const struct terms *terms,
                      const struct deadline *deadline, expand_stems *out,
                      struct err *err)
{
    struct terms_iter it;
    const struct term_entry *e;
    uint64_t n = 0;
    int rc = terms_seek(terms, bytes_of(NULL, 0), &it, err);
    while (rc == 0 && (rc = terms_next(&it, &e, err)) == 0) {
        struct bytes cut;
        rc = deadline_tick(deadline, n++, err);
        if (rc || e->span != 0) {
            continue;
        }
        rc = stem_word(stem, bytes_of(e->key, e->key_len), &cut, err);
        if (rc == 0 &&
            !vec_push(out, (struct expand_stem){hash64(cut.data, cut.len, 0), e->id})) {
            rc = no_memory(err);
        }
    }
    if (out->len) {
        qsort(out->items, out->len, sizeof *out->items, by_hash);
    }
    return rc == ITER_END ? 0 : rc;
}

/* Appends the entries with the wanted stem, of all stems. */
static int pick_stems(struct matcher *m, const struct terms *terms,
                      const expand_stems *stems, struct expand_cost *cost,
                      expand_vec *out, struct err *err)
{
    uint64_t want = hash64(m->wanted.data, m->wanted.len, 0);
    size_t lo = 0, hi = stems->len;
    int rc = 0;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (stems->items[mid].hash < want) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    for (; rc == 0 && lo < stems->len && stems->items[lo].hash == want; lo++) {
        struct term_entry e;
        bool wanted = false;
        rc = terms_get(terms, stems->items[lo].id, &e, err);
        if (rc == 0) {
            rc = is_wanted(m, bytes_of(e.key, e.key_len), cost, &wanted, err);
        }
        if (rc == 0 && wanted) {
            rc = put(m, terms, &e, out, err);
        }
    }
    return rc;
}

/* The stems of all entries are made once for each language, if there is room for them. */
static int look_up_stem(struct expansions *kept, struct matcher *m,
                        const struct terms *terms, uint32_t segment,
                        const struct deadline *deadline, struct expand_cost *cost,
                        expand_vec *out, struct err *err)
{
    const char *language = m->item->language;
    const expand_stems *stems = expand_kept_stems(kept, segment, language);
    expand_stems made = {0};
    int rc = 0;
    if (!stems) {
        rc = make_stems(m->stem, terms, deadline, &made, err);
        stems = rc ? NULL : expand_keep_stems(kept, segment, language, &made);
    }
    if (rc == 0) {
        rc = pick_stems(m, terms, stems ? stems : &made, cost, out, err);
    }
    vec_release(&made);
    return rc;
}

/* --- what is kept ---------------------------------------------------------------------------------- */

/* Finds what nobody has asked for yet. */
static int find(struct expansions *kept, const struct terms *terms, uint32_t segment,
                const struct ast *item, const struct deadline *deadline,
                struct expand_cost *cost, expand_vec *out, struct err *err)
{
    struct matcher m;
    int rc = matcher_init(&m, item, err);
    bool all = item->kind == AST_STEM && rc == 0 && m.begin.len == 0;
    uint64_t bytes = (uint64_t)terms->n_terms * sizeof(struct expand_stem);
    if (rc == 0 && all && expand_has_room(kept, bytes)) {
        cost->visited += terms->n_terms; /* as the walk has it */
        rc = look_up_stem(kept, &m, terms, segment, deadline, cost, out, err);
    } else if (rc == 0) {
        rc = walk(&m, terms, deadline, cost, out, err);
    }
    matcher_release(&m);
    return rc;
}

int expand(struct expansions *kept, const struct terms *terms, uint32_t segment,
           const struct ast *item, const struct deadline *deadline,
           struct expand_cost *cost, expand_vec *out, struct err *err)
{
    struct expand_kept made = {0};
    const struct expand_kept *k = expand_kept_find(kept, segment, item);
    int rc = 0;
    if (!k) {
        made.cost.steps = cost->steps; /* which are bounded for the whole query */
        rc = find(kept, terms, segment, item, deadline, &made.cost, &made.found, err);
        made.cost.steps -= cost->steps;
        k = rc ? NULL : expand_keep(kept, segment, item, &made);
        k = k ? k : &made;
    }
    cost->visited += k->cost.visited;
    cost->steps += k->cost.steps;
    if (rc == 0 && cost->steps > REGEX_STEPS_MAX) {
        rc = regex_too_much(err);
    }
    if (rc == 0 && k->found.len) {
        if (vec_reserve(out, k->found.len)) {
            memcpy(out->items + out->len, k->found.items,
                   k->found.len * sizeof *out->items);
            out->len += k->found.len;
        } else {
            rc = no_memory(err);
        }
    }
    vec_release(&made.found);
    return rc;
}
