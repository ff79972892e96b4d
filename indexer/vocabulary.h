/* The archive's surfaces, separators and terms, with what leads from one to another. Filled
 * by the commits of the scan, one at a time; then read by link and write. */
#pragma once

#include "base/err.h"
#include "base/hash.h"
#include "base/vec.h"
#include "indexer/glossary.h"
#include "indexer/lexicon.h"

enum {
    VOCABULARY_NONE = -1 /* as (uint32_t)VOCABULARY_NONE: no alias */
};

struct vocabulary {
    struct lexicon surfaces, seps, terms;
    VEC(uint32_t) surface_terms; /* by surface */
    VEC(uint32_t) term_aliases;  /* by term: its joined form of span 1, or none */
};

void vocabulary_init(struct vocabulary *v);
void vocabulary_release(struct vocabulary *v);
/* Merges what a batch has found that its glossary did not know; its numbers here are appended to those of the
 * glossary. If the glossary was emptied before, its counts until then are added first. ERR_NOMEM, ERR_LIMIT. */
int vocabulary_merge(struct vocabulary *v, const struct glossary_fresh *f,
                     struct glossary_numbers *numbers, struct err *err);
/* Adds what was counted in a glossary since it was empty; when its last batch has been merged. */
void vocabulary_count(struct vocabulary *v, const struct glossary *g);
/* Nothing more is merged: the tables' slots are given back. */
void vocabulary_close(struct vocabulary *v);
/* Bytes held, and at most while a batch of ordinary size is merged. */
uint64_t vocabulary_memory(const struct vocabulary *v);
uint64_t vocabulary_memory_growing(const struct vocabulary *v);
/* What link and write will hold at most because of it: itself, without the tables' slots, and the
 * orders that indexer/ranks.h makes. */
uint64_t vocabulary_memory_later(const struct vocabulary *v);

/* The hash of a term as the scan made it (HASH_SEED_TERM): that which winnow_fingerprints takes. */
static inline uint64_t vocabulary_term_hash(const struct vocabulary *v, uint32_t term)
{
    struct bytes bytes = lexicon_bytes(&v->terms, term);
    return hash64(bytes.data, bytes.len, HASH_SEED_TERM);
}

/* Occurrences of every term as a token, summed over its surfaces: counts has lexicon_count(&v->terms)
 * places. Joined entries have none. */
void vocabulary_count_terms(const struct vocabulary *v, uint64_t *counts);

static inline uint8_t vocabulary_break(const struct vocabulary *v, uint32_t sep)
{
    return lexicon_tag(&v->seps, sep);
}
