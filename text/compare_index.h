/* Inside text/compare*: the runs of four words of one text, to find them in another. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "text/compare.h"

/* No place of a text. */
#define COMPARE_NOWHERE UINT32_MAX

enum {
    COMPARE_GRAM = 4,        /* words of a seed */
    COMPARE_FILTER_BITS = 5, /* of a hash, twice */
    COMPARE_STRIDE_MAX = 5,  /* tokens between two grams that are probed */
    COMPARE_PLACES =
        16 /* places of one seed that are tried: time stays linear in a text that repeats itself */
};

/* A chain of places, and what answers for nearly all grams that are not in it. */
struct compare_slot {
    uint32_t filter; /* of each gram the two bits that its number names */
    uint32_t head;   /* the first place + 1; 0: none */
};

/* Places chained by the hash of their grams, ascending; a chain may hold several grams. As many slots as grams, or up to
 * twice as many, lie in the nearest cache where four times as many, which chain less, do not. What lies in which chain depends on the terms' numbers, what is
 * found does not. */
struct compare_index {
    struct compare_slot *slots; /* owned, as the next */
    uint32_t *next; /* by place: the next one of its chain, COMPARE_NOWHERE: none */
    size_t slots_cap, next_cap;
    unsigned shift; /* 64 - log2 of the slots in use */
    bool wide;      /* sixteen grams are looked at at a time */
    const uint32_t *terms;
    uint32_t n;
    uint64_t key; /* of the text it was made of; 0: of none that may be met again */
};

/* Makes the index of a text, or takes the one it holds if the text's key is the same. ERR_NOMEM. */
int compare_index_make(struct compare_index *x, const struct compare_text *t,
                       struct err *err);
void compare_index_release(struct compare_index *x);

static inline bool compare_same_gram(const uint32_t *a, const uint32_t *b)
{
    return memcmp(a, b, COMPARE_GRAM * sizeof *a) == 0;
}

static inline uint64_t compare_gram_hash(const uint32_t *gram)
{
    uint64_t low, high;
    memcpy(&low, gram, sizeof low);
    memcpy(&high, gram + 2, sizeof high);
    return low * 0x9e3779b97f4a7c15u + high * 0xd6e8feb86659fd93u;
}

/* The number of a gram: that of its slot, and below it two times COMPARE_FILTER_BITS that name bits of the slot's filter. */
static inline uint64_t compare_index_number(const struct compare_index *x,
                                            const uint32_t *gram)
{
    return compare_gram_hash(gram) >> (x->shift - 2 * COMPARE_FILTER_BITS);
}

static inline struct compare_slot *compare_index_slot(const struct compare_index *x,
                                                      uint64_t number)
{
    return &x->slots[number >> 2 * COMPARE_FILTER_BITS];
}

static inline uint32_t compare_index_bits(uint64_t number)
{
    return UINT32_C(1) << (number & 31) | UINT32_C(1)
                                              << (number >> COMPARE_FILTER_BITS & 31);
}

/* Whether a gram of this number may be there: if not, it is not. */
static inline bool compare_index_may_have(const struct compare_index *x,
                                          uint64_t number)
{
    uint32_t bits = compare_index_bits(number);
    return (compare_index_slot(x, number)->filter & bits) == bits;
}

/* Puts the gram of this number at place i before those of its chain. */
static inline void compare_index_put(struct compare_index *x, uint32_t i,
                                     uint64_t number)
{
    struct compare_slot *slot = compare_index_slot(x, number);
    x->next[i] = slot->head - 1;
    slot->filter |= compare_index_bits(number);
    slot->head = i + 1;
}

/* Grams that begin in a text of n tokens. */
static inline uint32_t compare_grams(uint32_t n)
{
    return n < COMPARE_GRAM ? 0 : n - COMPARE_GRAM + 1;
}

/* The first of the places from, from + stride and so on of a text whose gram may be in the index; COMPARE_NOWHERE: none may. stride: 1 to
 * COMPARE_STRIDE_MAX. */
uint32_t compare_index_probe(const struct compare_index *x,
                             const struct compare_text *t, uint32_t from,
                             uint32_t stride);

/* `at`, or the first place behind it in its chain, that has the gram; COMPARE_NOWHERE: none has. */
static inline uint32_t compare_index_skip(const struct compare_index *x, uint32_t at,
                                          const uint32_t *gram)
{
    while (at != COMPARE_NOWHERE && !compare_same_gram(x->terms + at, gram)) {
        at = x->next[at];
    }
    return at;
}

/* The first place of a gram in the indexed text, COMPARE_NOWHERE if it has none. */
static inline uint32_t compare_index_find(const struct compare_index *x,
                                          const uint32_t *gram)
{
    uint64_t number = compare_index_number(x, gram);
    return compare_index_may_have(x, number)
               ? compare_index_skip(x, compare_index_slot(x, number)->head - 1, gram)
               : COMPARE_NOWHERE;
}

/* The next place of the gram that stands at `at`, COMPARE_NOWHERE: none. */
static inline uint32_t compare_index_next(const struct compare_index *x, uint32_t at)
{
    return compare_index_skip(x, x->next[at], x->terms + at);
}
