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
    COMPARE_GRAM = 4, /* words of a seed */
    COMPARE_PLACES =
        16 /* places of one seed that are tried: time stays linear in a text that repeats itself */
};

/* Open addressing over the grams that differ; places of equal grams are chained, ascending. Which gram lies in which
 * slot depends on the terms' numbers, what is found does not. */
struct compare_index {
    uint32_t *heads; /* first place of a gram, COMPARE_NOWHERE: free */
    uint32_t *next;  /* by place: the next place of the same gram */
    size_t heads_cap, next_cap;
    unsigned shift; /* 64 - log2 of the slots in use */
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

/* The first place of a gram in the indexed text, COMPARE_NOWHERE if it has none. */
static inline uint32_t compare_index_find(const struct compare_index *x,
                                          const uint32_t *gram)
{
    uint32_t mask = (uint32_t)((uint64_t)1 << (64 - x->shift)) - 1;
    uint32_t slot = (uint32_t)(compare_gram_hash(gram) >> x->shift);
    for (;; slot = (slot + 1) & mask) {
        uint32_t at = x->heads[slot];
        if (at == COMPARE_NOWHERE || compare_same_gram(x->terms + at, gram)) {
            return at;
        }
    }
}
