/* Counting sequences of words in bounded memory: a sieve that says which may be frequent, and an exact table of a part of them.
 *
 * The sieve is the counter table of Park, Chen and Yu (An Effective Hash-Based Algorithm for Mining Association Rules, 1995):
 * a sequence can be frequent only if all that fall in its bucket together are. The table counts the sequences whose hash
 * begins with the bits of its part. When it is full the part is halved: what is of the other half is dropped, to be counted from
 * the beginning in a pass of its own, as in hash-partitioned aggregation (Graefe, Query Evaluation Techniques, 1993, 4.2). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"

enum {
    NGRAMS_WORDS_MAX = 5,
    NGRAMS_PART_BITS_MAX = 20 /* beyond which a table is too small for its sequences */
};

/* Multilinear hashing (Carter and Wegman, Universal Classes of Hash Functions, 1979; in this form Dietzfelbinger, Universal Hashing and
 * k-wise Independent Random Variables via Integer Arithmetic, 1996): the keys are random, so that texts cannot be made to
 * collide. Its high bits are the good ones. */
struct ngrams_keys {
    uint64_t key[NGRAMS_WORDS_MAX];
};
void ngrams_keys_set(struct ngrams_keys *k, uint64_t seed);

static inline uint64_t ngrams_hash(const struct ngrams_keys *k, const uint32_t *words,
                                   uint32_t n)
{
    uint64_t h = 0;
    for (uint32_t i = 0; i < n; i++) {
        h += (words[i] + UINT64_C(1)) * k->key[i];
    }
    return h;
}

/* Zeroed lets everything through. */
struct ngrams_sieve {
    uint8_t *buckets; /* owned; counts up to 255 */
    unsigned shift;
    uint8_t least; /* of a bucket that may hold a frequent one */
};
/* A sieve for sequences that occur `least` times or more. bits: log2 of its bytes. ERR_NOMEM. */
int ngrams_sieve_open(struct ngrams_sieve *s, unsigned bits, uint64_t least,
                      struct err *err);
void ngrams_sieve_release(struct ngrams_sieve *s);

static inline void ngrams_sieve_add(const struct ngrams_sieve *s, uint64_t hash,
                                    uint64_t times)
{
    uint8_t *b = &s->buckets[hash >> s->shift];
    *b =
        times < UINT8_MAX && *b < UINT8_MAX - times ? (uint8_t)(*b + times) : UINT8_MAX;
}

static inline bool ngrams_sieve_has(const struct ngrams_sieve *s, uint64_t hash)
{
    return !s->buckets || s->buckets[hash >> s->shift] >= s->least;
}

/* Sequences whose hash begins with `prefix`, `bits` long. */
struct ngrams_part {
    uint64_t prefix;
    unsigned bits;
};

struct ngrams_table {
    uint32_t n;                     /* words of a sequence */
    const struct ngrams_keys *keys; /* borrowed */
    uint32_t *slots; /* owned; of n + 1 numbers: times (0: free), then the words */
    size_t used, cap, cap_max;
    struct ngrams_part part;
    VEC(struct ngrams_part) others; /* owned: that were split off */
};
/* Zeroes t and makes it ready for all sequences of n words; its slots take bytes_max at most, and twice as many for a moment.
 * ERR_NOMEM. */
int ngrams_table_open(struct ngrams_table *t, uint32_t n,
                      const struct ngrams_keys *keys, size_t bytes_max,
                      struct err *err);
void ngrams_table_release(struct ngrams_table *t);
/* The slot where a sequence of this hash begins to be looked for. */
static inline const uint32_t *ngrams_table_place(const struct ngrams_table *t,
                                                 uint64_t hash)
{
    return &t->slots[(size_t)(hash >> 20 & (t->cap - 1)) * (t->n + 1)];
}
/* Counts a sequence, unless it is of another part. ERR_NOMEM where the part would be cut too small. */
int ngrams_table_add(struct ngrams_table *t, const uint32_t *words, uint64_t hash,
                     uint32_t times, struct err *err);
/* Empties the table and turns to a part that was split off: 0, or ITER_END when all were counted. */
int ngrams_table_next_part(struct ngrams_table *t);
/* The i-th slot (i < cap): how often its sequence was counted; 0: it is free. */
uint32_t ngrams_table_slot(const struct ngrams_table *t, size_t i,
                           const uint32_t **words);
