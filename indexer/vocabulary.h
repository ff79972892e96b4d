/* The archive's surfaces, separators and terms, with what leads from one to another. Workers of the scan put into it, at the
 * same time, what their glossaries (indexer/glossary.h) do not know; then it is read by link and write. Which number a word
 * gets depends on who meets it first: numbers are provisional, and no file has them. */
#pragma once

#include <pthread.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/vec.h"
#include "indexer/lexicon.h"

enum {
    VOCABULARY_NONE = -1 /* as (uint32_t)VOCABULARY_NONE: no alias */
};

struct vocabulary {
    pthread_mutex_t lock; /* of all that follows, during the scan */
    struct lexicon surfaces, seps, terms;
    VEC(uint32_t) surface_terms; /* by surface */
    VEC(uint32_t) term_aliases;  /* by term: its joined form of span 1, or none */
    uint64_t seed;               /* of its own hashes, random for each process */
};

/* A surface that is looked for, with what is known of it where it was read. */
struct vocabulary_surface {
    struct bytes bytes, term; /* borrowed */
    uint64_t term_hash;       /* HASH_SEED_TERM */
    uint32_t hash;            /* surface_hash, or of a longer one its lowest bits */
    uint32_t number;          /* the answer */
};

void vocabulary_init(struct vocabulary *v);
void vocabulary_release(struct vocabulary *v);

/* The numbers of n surfaces, of a separator and of a joined term; what is new is added, a surface's term too. From any
 * thread. The first separator that is put has number 0. ERR_NOMEM, ERR_LIMIT. */
int vocabulary_put_surfaces(struct vocabulary *v, struct vocabulary_surface *surfaces,
                            size_t n, struct err *err);
int vocabulary_put_sep(struct vocabulary *v, struct bytes sep, uint8_t brk,
                       uint32_t *number, struct err *err);
int vocabulary_put_joined(struct vocabulary *v, struct bytes term, uint8_t span,
                          uint32_t *number, struct err *err);

/* Between these two the counts of surfaces and separators may be added to, by number. From any thread. */
void vocabulary_lock(struct vocabulary *v);
void vocabulary_unlock(struct vocabulary *v);
/* Nothing more is put: the tables' slots are given back. */
void vocabulary_close(struct vocabulary *v);
/* Bytes held, when the scan is done. */
uint64_t vocabulary_memory(const struct vocabulary *v);
/* Bytes held at most while n batches of ordinary size are read; and what link and write will hold at most because of what is
 * in it now: itself, without the tables' slots, and the orders that indexer/ranks.h makes. From any thread. */
uint64_t vocabulary_memory_growing(struct vocabulary *v, size_t n);
uint64_t vocabulary_memory_later(struct vocabulary *v);

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
