/* Which pairs of neighbouring words get a list of their own (BIGRAM; docs/format/bigram.md).
 *
 * Candidates are the pairs of a segment's most frequent words. A word is a dictionary key: a token is it by
 * its term, or by its term's form of span 1. Each has a class, a byte. How often pairs stand in the stream is estimated from a sample of it
 * (indexer/bigram_sample.h) before the first chunk is made; those are taken that save most time for
 * the bytes they take, up to a share of the stream, so that chunks note no others. Nothing but the segment's content decides. */
#pragma once

#include <stdbool.h>

#include "base/budget.h"
#include "base/err.h"
#include "base/vec.h"
#include "indexer/build.h"
#include "indexer/ranks.h"
#include "indexer/runs.h"

enum {
    BIGRAM_PLAN_WORDS =
        96, /* candidates; the other classes are for tokens that are two words */
    BIGRAM_PLAN_CLASSES = 256, /* 0: no such word */
    BIGRAM_PLAN_CODES =
        1 << 16, /* of pairs: class of the first << 8 | class of the second */
    BIGRAM_PLAN_LISTS_MAX = 2047,
    BIGRAM_PLAN_SEVERAL = UINT16_MAX, /* in place of a list: there is more than one */
    BIGRAM_PLAN_TOKENS_A_BYTE =
        10, /* lists take a byte for so many tokens of the stream */
    BIGRAM_PLAN_LEAST_BYTES =
        4096 /* and so much in any case, which is all pairs of a small archive */
};

struct bigram_plan {
    struct budget *budget; /* charged for what it holds; borrowed */
    uint64_t charged;
    uint8_t *classes;      /* by final surface, and 0 behind the last; owned */
    VEC(uint32_t) classed; /* provisional numbers of the surfaces that have one */
    uint32_t n_words, n_classes;
    term_id words[BIGRAM_PLAN_CLASSES];   /* by class, from 1 to n_words, ascending */
    uint64_t counts[BIGRAM_PLAN_CLASSES]; /* of the words' own terms */
    bool dropped[BIGRAM_PLAN_CLASSES];    /* some of its tokens have no class for it */
    uint8_t both[BIGRAM_PLAN_CLASSES]
                [2];     /* of a class above n_words: the two it stands for */
    VEC(uint16_t) codes; /* once chosen: of the lists, ascending */
    uint16_t *
        lists; /* by code, of tokens' classes too: the list's number and 1, or 0, or BIGRAM_PLAN_SEVERAL; owned */
    struct runs runs;
    uint8_t last; /* class of the last token added */
};

/* Marks the surfaces of r that have a class; its terms are not placed yet. What is held of runs is to stay below b->runs.held_max
 * bytes, 0 until the caller sets it. */
int bigram_plan_init(struct bigram_plan *b, struct build *build, struct ranks *r,
                     struct err *err);
void bigram_plan_release(struct bigram_plan *b); /* accepts a zeroed struct */

/* The codes of a pair of tokens by their classes, none 0: one, or more if a token is two words; ascending, all
 * different. Returns how many. */
unsigned bigram_plan_codes(const struct bigram_plan *b, uint8_t first, uint8_t second,
                           uint16_t out[4]);
/* The code of two classes that are a word each. */
static inline uint16_t bigram_plan_code(uint8_t first, uint8_t second)
{
    return (uint16_t)(first << 8 | second);
}
/* The lists of a pair of tokens, ascending, as numbers from 0 on. Returns how many. */
unsigned bigram_plan_lists(const struct bigram_plan *b, uint8_t first, uint8_t second,
                           uint16_t out[4]);

/* Pairs counted in a part of the stream. */
struct bigram_counts {
    uint32_t *of; /* by code; none has more than n_tokens */
    uint64_t n_tokens;
};
/* Chooses the pairs for a stream of n_tokens and takes their classes from all surfaces of r that are in none. */
int bigram_plan_choose(struct bigram_plan *b, struct ranks *r,
                       const struct bigram_counts *counts, uint64_t n_tokens,
                       struct err *err);
/* Inside it: numbers the pairs whose lists[] by code is not 0, and says of tokens that are two words which of these they are in.
 * False: no memory. */
bool bigram_plan_number(struct bigram_plan *b);
