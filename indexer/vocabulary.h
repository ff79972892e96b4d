/* The archive's surfaces, separators and terms, with what leads from one to another. Workers of the scan put into it, at the
 * same time, what their glossaries (indexer/glossary.h) do not know; then it is read by link and write. Which number a word
 * gets depends on who meets it first: numbers are provisional, and no file has them.
 *
 * A glossary that has all surfaces of the vocabulary knows that what it does not have is new. So they are only appended here,
 * and who wants to put some takes over first what others have put meanwhile. When a glossary has to be emptied, for memory is
 * short, this ends: from then on all are looked up in slots. Surfaces get their terms by commits, one of which runs at a time. */
#pragma once

#include <pthread.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/vec.h"
#include "indexer/lexicon.h"

enum {
    VOCABULARY_NONE = -1, /* as (uint32_t)VOCABULARY_NONE: no alias, or no number yet */
    VOCABULARY_NEWS = 256,
    VOCABULARY_SLACK = 16
};

/* Surfaces that were put, copied. A zeroed struct is empty. */
struct vocabulary_news {
    uint32_t first, n; /* number of the first one, and how many follow each other */
    uint32_t
        ends[VOCABULARY_NEWS]; /* in `bytes`; a byte that says nothing precedes each */
    uint64_t term_hashes[VOCABULARY_NEWS]; /* HASH_SEED_TERM */
    struct buf bytes; /* with VOCABULARY_SLACK readable behind them */
};

struct vocabulary {
    pthread_mutex_t lock; /* of surfaces, during the scan */
    struct lexicon surfaces;
    VEC(uint64_t)
    surface_hashes; /* of their terms, HASH_SEED_TERM; until it is closed */
    bool indexed;   /* have surfaces slots? */
    pthread_mutex_t seps_lock;
    struct lexicon seps;
    pthread_mutex_t terms_lock; /* of terms and aliases */
    struct lexicon terms;
    VEC(uint32_t) term_aliases;  /* by term: its joined form of span 1, or none */
    VEC(uint32_t) surface_terms; /* by surface, of the first ones; commits put them */
    struct vocabulary_news news; /* whose terms come next */
    size_t n_expected;           /* surfaces */
    uint64_t seed;               /* of its own hashes, random for each process */
};

/* A surface that is put. */
struct vocabulary_surface {
    struct bytes bytes; /* borrowed */
    uint64_t term_hash; /* HASH_SEED_TERM */
    uint32_t number; /* the answer; or it is known: those with one are not looked at */
};

/* A joined term that is put. */
struct vocabulary_joined {
    struct bytes bytes; /* borrowed */
    uint8_t span;
    uint32_t number; /* the answer */
};

void vocabulary_init(struct vocabulary *v);
void vocabulary_release(struct vocabulary *v);
/* Before anything is put: room for n_surfaces and their terms, as lexicon_make_room; glossaries make room for as many. */
void vocabulary_make_room(struct vocabulary *v, size_t n_surfaces);

/* The numbers of n surfaces; what is new is added. Who puts them knows those below *seen, and none of n is among them; *seen
 * becomes the number of the next surface that is put. If others have put some meanwhile and surfaces have no slots, nothing is done, but
 * `news` gets the next of those: take them over, let *seen be behind them and ask again. Else it has none. From any thread.
 * ERR_NOMEM, ERR_LIMIT. */
int vocabulary_put_surfaces(struct vocabulary *v, struct vocabulary_surface *surfaces,
                            size_t n, uint32_t *seen, struct vocabulary_news *news,
                            struct err *err);
/* From now on surfaces are looked up, and who puts some need not know others. From any thread. ERR_NOMEM. */
int vocabulary_index(struct vocabulary *v, struct err *err);
/* The terms of all surfaces that were put so far; from one thread at a time. ERR_NOMEM, ERR_LIMIT. */
int vocabulary_put_terms(struct vocabulary *v, struct err *err);
/* The numbers of a separator, of which the first that is put has number 0, and of n joined terms; what is new is added. From
 * any thread. ERR_NOMEM, ERR_LIMIT. */
int vocabulary_put_sep(struct vocabulary *v, struct bytes sep, uint8_t brk,
                       uint32_t *number, struct err *err);
int vocabulary_put_joined(struct vocabulary *v, struct vocabulary_joined *joined,
                          size_t n, struct err *err);

void vocabulary_news_release(struct vocabulary_news *n);
/* Number i of them, from 0 on. */
static inline struct bytes vocabulary_news_bytes(const struct vocabulary_news *n,
                                                 size_t i)
{
    uint32_t at = (i ? n->ends[i - 1] : 0) + 1;
    return bytes_of(n->bytes.data + at, n->ends[i] - at);
}

/* Between these two the counts of surfaces and separators may be added to, by number, and all that was put looked at. From any
 * thread. */
void vocabulary_lock(struct vocabulary *v);
void vocabulary_unlock(struct vocabulary *v);
/* Nothing more is put: what only that needs is given back. */
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
