/* A set of hashes of fingerprints: those that stand in the texts of many stories, the marks of
 * boilerplate. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "indexer/build.h"
#include "indexer/runs.h"
#include "indexer/sheet.h"

enum {
    PRINT_SET_SIEVE = 1 << 18, /* bits; they stay in the nearest cache */
    PRINT_SET_WORDS = SHEET_PLACES / 64
};

/* Where a text holds any of the set's hashes: a bit for each place modulo SHEET_PLACES, and for no other. */
struct print_places {
    _Atomic uint64_t words[PRINT_SET_WORDS];
};

struct print_set {
    uint64_t *slots; /* owned; hash + 1, 0: empty */
    uint64_t mask;   /* slots - 1 */
    uint64_t count;
    /* A bit for the lowest bits of a hash: nearly all that is asked for is not there. Owned. */
    uint64_t *sieve;
    struct print_places *places; /* owned; by text; NULL: not known */
};

/* Of the hashes in `shared` (indexer/votes.h) those whose texts belong to `least` (2 or more)
 * different stories: story_of[] by text, of n_texts. Runs on b->pool. Release in every case. */
int print_set_common(struct print_set *s, struct build *b, const struct runs *shared,
                     const uint32_t *story_of, uint32_t n_texts, uint32_t least,
                     struct err *err);
void print_set_release(struct print_set *s); /* accepts a zeroed struct */
/* ERR_NOMEM. A hash is below 2^WINNOW_BITS. */
int print_set_add(struct print_set *s, uint64_t hash, struct err *err);

/* Of the places modulo SHEET_PLACES at which a text may hold one of the hashes, 64 * `word` and those behind it, a bit each: elsewhere it
 * does not. */
static inline uint64_t print_set_places(const struct print_set *s, uint32_t text,
                                        unsigned word)
{
    return s->places ? atomic_load_explicit(&s->places[text].words[word],
                                            memory_order_relaxed)
                     : UINT64_MAX;
}

/* Whether it may hold one at all. */
static inline bool print_set_in(const struct print_set *s, uint32_t text)
{
    uint64_t any = 0;
    for (unsigned i = 0; i < PRINT_SET_WORDS; i++)
        any |= print_set_places(s, text, i);
    return any != 0;
}

/* Places as print_set_places tells them, a bit for each four. */
uint64_t print_set_fours(const struct print_set *s, uint32_t text);

static inline uint64_t print_set_bit(uint64_t hash)
{
    return hash & (PRINT_SET_SIEVE - 1);
}

/* A hash will be looked up. */
static inline void print_set_soon(const struct print_set *s, uint64_t hash)
{
    if (s->slots)
        __builtin_prefetch(&s->slots[hash & s->mask]);
}

static inline bool print_set_has(const struct print_set *s, uint64_t hash)
{
    uint64_t bit = print_set_bit(hash);
    if (!s->slots || !(s->sieve[bit / 64] >> (bit % 64) & 1))
        return false;
    for (uint64_t i = hash;; i++) {
        uint64_t slot = s->slots[i & s->mask];
        if (slot == 0 || slot == hash + 1)
            return slot != 0;
    }
}
