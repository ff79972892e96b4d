#include "indexer/vocabulary.h"

#include <assert.h>

#include "text/analyser.h"

enum {
    NEW_IN_A_BATCH = 1 << 16, /* more than a batch of news brings */
    ORDER_BYTES = 48          /* an entry while it is sorted, and its final numbers */
};

void vocabulary_init(struct vocabulary *v)
{
    *v = (struct vocabulary){0};
    lexicon_init(&v->surfaces, "surfaces", true);
    lexicon_init(&v->seps, "separators", true);
    lexicon_init(&v->terms, "terms", false);
}

void vocabulary_release(struct vocabulary *v)
{
    lexicon_release(&v->surfaces);
    lexicon_release(&v->seps);
    lexicon_release(&v->terms);
    vec_release(&v->surface_terms);
    vec_release(&v->term_aliases);
}

void vocabulary_close(struct vocabulary *v)
{
    lexicon_close(&v->surfaces);
    lexicon_close(&v->seps);
    lexicon_close(&v->terms);
}

/* The number of a term that is no joined one, with its alias if it is new. */
static int put_term(struct vocabulary *v, const struct intern *like,
                    const struct intern_key *key, uint32_t *out, struct err *err)
{
    uint32_t before = lexicon_count(&v->terms);
    int rc = lexicon_put_key(&v->terms, key, out, err);
    if (rc != 0 || *out != before)
        return rc;
    struct bytes term = bytes_of(key->data, key->len);
    uint8_t bytes[TERM_BYTES_MAX + INTERN_INLINE] = {0};
    size_t len = analyser_alias(term, bytes);
    uint32_t alias = (uint32_t)VOCABULARY_NONE, no_alias = (uint32_t)VOCABULARY_NONE;
    if (len > 0)
        rc = lexicon_put(&v->terms, like, bytes_of(bytes, len), 1, &alias, err);
    if (rc != 0)
        return rc;
    bool pushed = vec_push(&v->term_aliases, alias);
    if (lexicon_count(&v->terms) > before + 1)
        pushed = pushed && vec_push(&v->term_aliases, no_alias);
    return pushed ? 0 : err_set(err, ERR_NOMEM, "terms: out of memory");
}

static int merge_joined(struct vocabulary *v, const struct glossary_fresh *f,
                        uint32_t *to, struct err *err)
{
    int rc = lexicon_merge(&v->terms, &f->joined, to, err);
    if (rc != 0)
        return rc;
    while (v->term_aliases.len < lexicon_count(&v->terms)) {
        if (!vec_push(&v->term_aliases, (uint32_t)VOCABULARY_NONE))
            return err_set(err, ERR_NOMEM, "terms: out of memory");
    }
    return 0;
}

/* The terms of surfaces that were not there before: numbers fresh[] of the batch, n of them. */
static int put_terms(struct vocabulary *v, const struct glossary_fresh *f,
                     const uint32_t *fresh, size_t n, struct err *err)
{
    struct intern_key keys[LEXICON_GROUP] = {{.data = NULL}};
    int rc = 0;
    assert(n > 0 && n <= LEXICON_GROUP);
    for (size_t i = 0; i < n; i++)
        intern_key(&f->joined, glossary_fresh_term(f, fresh[i]), INTERN_INLINE, 0,
                   &keys[i]);
    lexicon_expect(&v->terms, keys, n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        uint32_t *term = &v->surface_terms.items[v->surface_terms.len++];
        rc = put_term(v, &f->joined, &keys[i], term, err);
    }
    return rc;
}

/* Surfaces; the terms of those that were not there are looked up. */
static int merge_surfaces(struct vocabulary *v, const struct glossary_fresh *f,
                          uint32_t *to, struct err *err)
{
    uint32_t fresh[LEXICON_GROUP], next = lexicon_count(&v->surfaces);
    size_t n = 0;
    int rc = lexicon_merge(&v->surfaces, &f->surfaces, to, err);
    if (rc != 0)
        return rc;
    if (!vec_reserve(&v->surface_terms,
                     lexicon_count(&v->surfaces) - v->surface_terms.len))
        return err_set(err, ERR_NOMEM, "surfaces: out of memory");
    /* New numbers come in the order of the batch's. */
    for (uint32_t i = 0; rc == 0 && i < f->surfaces.entries.len; i++) {
        if (to[i] != next)
            continue;
        next++;
        fresh[n++] = i;
        if (n == LEXICON_GROUP) {
            rc = put_terms(v, f, fresh, n, err);
            n = 0;
        }
    }
    return rc == 0 && n > 0 ? put_terms(v, f, fresh, n, err) : rc;
}

/* The occurrences of a glossary that was emptied since, by its numbers until then. */
static void add_counts(struct vocabulary *v, const struct glossary_fresh *f,
                       const struct glossary_map *map)
{
    vec_foreach(const struct glossary_count, c, &f->surface_counts)
        v->surfaces.counts.items[glossary_mapped(map->surfaces.items, c->number)] +=
            c->count;
    for (size_t i = 0; i < f->sep_counts.len; i++)
        v->seps.counts.items[map->seps.items[i]] += f->sep_counts.items[i];
}

/* Makes room behind the numbers so far for those of what is new. The worker may be reading. */
static bool begin_numbers(const struct glossary_fresh *f,
                          struct glossary_numbers *numbers)
{
    struct glossary_map *map = &numbers->map;
    (void)pthread_mutex_lock(&numbers->lock);
    if (f->emptied) {
        vec_reset(&map->surfaces);
        vec_reset(&map->seps);
        vec_reset(&map->joined);
        numbers->n_emptied++;
    }
    bool room = vec_reserve(&map->surfaces, f->surfaces.entries.len) &&
                vec_reserve(&map->seps, f->seps.entries.len) &&
                vec_reserve(&map->joined, f->joined.entries.len);
    (void)pthread_mutex_unlock(&numbers->lock);
    return room;
}

int vocabulary_merge(struct vocabulary *v, const struct glossary_fresh *f,
                     struct glossary_numbers *numbers, struct err *err)
{
    struct glossary_map *map = &numbers->map;
    if (f->emptied)
        add_counts(v, f, map);
    if (!begin_numbers(f, numbers))
        return err_set(err, ERR_NOMEM, "vocabulary: out of memory");
    int rc = merge_surfaces(v, f, map->surfaces.items + map->surfaces.len, err);
    if (rc == 0)
        rc = merge_joined(v, f, map->joined.items + map->joined.len, err);
    if (rc == 0)
        rc = lexicon_merge(&v->seps, &f->seps, map->seps.items + map->seps.len, err);
    if (rc != 0)
        return rc;
    (void)pthread_mutex_lock(&numbers->lock);
    map->surfaces.len += f->surfaces.entries.len;
    map->seps.len += f->seps.entries.len;
    map->joined.len += f->joined.entries.len;
    (void)pthread_mutex_unlock(&numbers->lock);
    return 0;
}

void vocabulary_count(struct vocabulary *v, const struct glossary *g)
{
    const struct glossary_map *map = &g->numbers.map;
    assert(map->surfaces.len == g->folded_at.len && map->seps.len == g->sep_counts.len);
    for (size_t i = 0; i < g->surfaces.n_slots; i++) {
        const struct surface_slot *s = &g->surfaces.slots[i];
        if (s->key.rest != 0)
            v->surfaces.counts.items[glossary_mapped(map->surfaces.items, s->number)] +=
                s->count;
    }
    for (size_t i = 0; i < g->sep_counts.len; i++)
        v->seps.counts.items[map->seps.items[i]] += g->sep_counts.items[i];
}

void vocabulary_count_terms(const struct vocabulary *v, uint64_t *counts)
{
    for (uint32_t t = 0; t < lexicon_count(&v->terms); t++)
        counts[t] = 0;
    for (size_t s = 0; s < v->surface_terms.len; s++)
        counts[v->surface_terms.items[s]] += v->surfaces.counts.items[s];
}

static uint64_t arrays(const struct vocabulary *v)
{
    return (v->surface_terms.len + v->term_aliases.len) * sizeof(uint32_t);
}

uint64_t vocabulary_memory(const struct vocabulary *v)
{
    return lexicon_memory(&v->surfaces) + lexicon_memory(&v->seps) +
           lexicon_memory(&v->terms) + arrays(v);
}

uint64_t vocabulary_memory_growing(const struct vocabulary *v)
{
    return lexicon_memory_growing(&v->surfaces, NEW_IN_A_BATCH) +
           lexicon_memory_growing(&v->seps, NEW_IN_A_BATCH / 16) +
           lexicon_memory_growing(&v->terms, NEW_IN_A_BATCH) + arrays(v);
}

static uint64_t without_slots(const struct lexicon *l)
{
    return lexicon_memory(l) - l->n_slots * sizeof *l->slots +
           (uint64_t)lexicon_count(l) * ORDER_BYTES;
}

uint64_t vocabulary_memory_later(const struct vocabulary *v)
{
    return without_slots(&v->surfaces) + without_slots(&v->seps) +
           without_slots(&v->terms) + arrays(v);
}
