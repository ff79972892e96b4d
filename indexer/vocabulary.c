#include "indexer/vocabulary.h"

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

void vocabulary_map_release(struct vocabulary_map *m)
{
    vec_release(&m->surfaces);
    vec_release(&m->seps);
    vec_release(&m->joined);
}

void vocabulary_close(struct vocabulary *v)
{
    lexicon_close(&v->surfaces);
    lexicon_close(&v->seps);
    lexicon_close(&v->terms);
}

/* The number of a term that is no joined one, with its alias if it is new. */
static int put_term(struct vocabulary *v, const struct intern *like, struct bytes term,
                    uint32_t *out, struct err *err)
{
    uint32_t before = lexicon_count(&v->terms);
    int rc = lexicon_put(&v->terms, like, term, 0, out, err);
    if (rc != 0 || *out != before)
        return rc;
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

static int merge_joined(struct vocabulary *v, const struct batch *b, uint32_t *to,
                        struct err *err)
{
    int rc = lexicon_merge(&v->terms, &b->joined, to, err);
    if (rc != 0)
        return rc;
    while (v->term_aliases.len < lexicon_count(&v->terms)) {
        if (!vec_push(&v->term_aliases, (uint32_t)VOCABULARY_NONE))
            return err_set(err, ERR_NOMEM, "terms: out of memory");
    }
    return 0;
}

/* Surfaces with their counts; the terms of those that were not there are looked up. */
static int merge_surfaces(struct vocabulary *v, const struct batch *b, uint32_t *to,
                          struct err *err)
{
    int rc = lexicon_merge(&v->surfaces, &b->surfaces, to, err);
    if (rc != 0)
        return rc;
    if (!vec_reserve(&v->surface_terms,
                     lexicon_count(&v->surfaces) - v->surface_terms.len))
        return err_set(err, ERR_NOMEM, "surfaces: out of memory");
    /* New numbers come in the order of the batch's. */
    for (uint32_t i = 0; rc == 0 && i < b->surface_info.len; i++) {
        v->surfaces.counts.items[to[i]] += b->surface_info.items[i].count;
        if (to[i] == v->surface_terms.len) {
            uint32_t *term = &v->surface_terms.items[v->surface_terms.len++];
            rc = put_term(v, &b->joined, batch_term(b, i), term, err);
        }
    }
    return rc;
}

int vocabulary_merge(struct vocabulary *v, const struct batch *b,
                     struct vocabulary_map *to, struct err *err)
{
    vec_reset(&to->surfaces);
    vec_reset(&to->seps);
    vec_reset(&to->joined);
    if (!vec_reserve(&to->surfaces, b->surfaces.entries.len) ||
        !vec_reserve(&to->seps, b->seps.entries.len) ||
        !vec_reserve(&to->joined, b->joined.entries.len))
        return err_set(err, ERR_NOMEM, "vocabulary: out of memory");
    int rc = merge_surfaces(v, b, to->surfaces.items, err);
    if (rc == 0)
        rc = merge_joined(v, b, to->joined.items, err);
    if (rc == 0)
        rc = lexicon_merge(&v->seps, &b->seps, to->seps.items, err);
    for (size_t i = 0; rc == 0 && i < b->sep_counts.len; i++)
        v->seps.counts.items[to->seps.items[i]] += b->sep_counts.items[i];
    return rc;
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
