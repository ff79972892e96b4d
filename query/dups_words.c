#include "query/dups_words.h"

#include <stdlib.h>

#include "base/hash.h"
#include "text/compare.h"
#include "text/facts.h"

void dups_words_release(struct dups_words *w)
{
    for (size_t i = 0; w->numbers && i < w->snapshot->n_segments; i++)
        free(w->numbers[i]);
    free((void *)w->numbers);
    free(w->slots);
    vec_release(&w->words);
    arena_release(&w->arena);
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory for the words of two articles");
}

/* --- by key -------------------------------------------------------------------------- */

/* The slot of a key, or the free one where it belongs. Its hash is only where to begin: keys are compared. */
static size_t find_slot(const struct dups_words *w, struct bytes key, uint64_t hash)
{
    size_t at = (size_t)(hash ^ hash_process_seed()) & (w->n_slots - 1);
    while (w->slots[at] > 0 && !bytes_equal(w->words.items[w->slots[at] - 1].key, key))
        at = (at + 1) & (w->n_slots - 1);
    return at;
}

static int grow(struct dups_words *w, struct err *err)
{
    if (w->words.len * 2 < w->n_slots)
        return 0;
    size_t n = w->n_slots ? 2 * w->n_slots : 4096;
    uint32_t *slots = calloc(n, sizeof *slots);
    if (!slots)
        return no_memory(err);
    free(w->slots);
    w->slots = slots;
    w->n_slots = n;
    for (size_t i = 0; i < w->words.len; i++) {
        const struct dups_word *word = &w->words.items[i];
        slots[find_slot(w, word->key, word->hash)] = (uint32_t)i + 1;
    }
    return 0;
}

/* Occurrences in all segments. */
static int count(const struct dups_words *w, struct bytes key, uint64_t *out,
                 struct err *err)
{
    *out = 0;
    for (size_t i = 0; i < w->snapshot->n_segments; i++) {
        struct term_entry e;
        int rc = terms_find(&w->snapshot->segments[i].terms, key, 0, &e, err);
        if (rc < 0)
            return rc;
        *out += rc == 0 ? e.occurrences : 0;
    }
    return 0;
}

static int add(struct dups_words *w, const struct term_entry *e, uint64_t hash,
               struct err *err)
{
    struct dups_word word = {.key = arena_copy(&w->arena, bytes_of(e->key, e->key_len)),
                             .hash = hash,
                             .occurrences = e->occurrences};
    int rc = word.key.data ? 0 : no_memory(err);
    if (rc == 0 && w->snapshot->n_segments > 1)
        rc = count(w, word.key, &word.occurrences, err);
    if (rc != 0)
        return rc;
    word.kind = facts_of(word.key);
    if (compare_is_common(word.occurrences, w->snapshot->manifest.tokens))
        word.kind |= COMPARE_COMMON;
    return vec_push(&w->words, word) ? 0 : no_memory(err);
}

static int number_of(struct dups_words *w, uint32_t segment, term_id term,
                     uint32_t *out, struct err *err)
{
    struct term_entry e;
    int rc = terms_get(&w->snapshot->segments[segment].terms, term, &e, err);
    if (rc == 0)
        rc = grow(w, err);
    if (rc != 0)
        return rc;
    struct bytes key = bytes_of(e.key, e.key_len);
    uint64_t hash = hash64(key.data, key.len, HASH_SEED_TERM);
    size_t at = find_slot(w, key, hash);
    if (w->slots[at] == 0) {
        rc = add(w, &e, hash, err);
        if (rc != 0)
            return rc;
        w->slots[at] = (uint32_t)w->words.len;
    }
    *out = w->slots[at] - 1;
    return 0;
}

/* --- by term of a segment ------------------------------------------------------------ */

static int open_segment(struct dups_words *w, uint32_t segment, struct err *err)
{
    if (!w->numbers)
        w->numbers = (uint32_t **)calloc(w->snapshot->n_segments, sizeof *w->numbers);
    if (!w->numbers)
        return no_memory(err);
    if (!w->numbers[segment]) {
        size_t n = w->snapshot->segments[segment].terms.n_terms;
        w->numbers[segment] = calloc(n ? n : 1, sizeof **w->numbers);
    }
    return w->numbers[segment] ? 0 : no_memory(err);
}

int dups_words_number(struct dups_words *w, uint32_t segment, term_id term,
                      uint32_t *out, struct err *err)
{
    const struct terms *terms = &w->snapshot->segments[segment].terms;
    int rc = open_segment(w, segment, err);
    if (rc != 0)
        return rc;
    if (term >= terms->n_terms)
        return section_corrupt(&terms->section, 0, err, "terms: no entry %u", term);
    uint32_t *known = &w->numbers[segment][term];
    if (*known == 0) {
        rc = number_of(w, segment, term, out, err);
        if (rc != 0)
            return rc;
        *known = *out + 1;
    }
    *out = *known - 1;
    return 0;
}
