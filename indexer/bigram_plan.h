/* Which pairs of neighbouring words get a list of their own (BIGRAM; docs/format/bigram.md).
 *
 * Candidates are the pairs of a segment's most frequent words. A word is a dictionary key: a token is it by
 * its term, or by its term's form of span 1. Each has a class, a byte, so that the pairs of a chunk
 * are found among bytes and counted in one table; with all counts known, those are taken that save most time for
 * the bytes they take, up to a share of the text. Nothing but the segment's content decides. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "base/budget.h"
#include "base/err.h"
#include "indexer/build.h"
#include "indexer/ranks.h"
#include "indexer/runs.h"

enum {
    BIGRAM_PLAN_WORDS =
        160, /* candidates; the other classes are for tokens that are two words */
    BIGRAM_PLAN_CLASSES = 256, /* 0: no such word */
    BIGRAM_PLAN_CODES =
        1 << 16, /* of pairs: class of the first << 8 | class of the second */
    BIGRAM_PLAN_TEXT_SHARE = 40, /* lists take a 40th of the text that is stored */
    BIGRAM_PLAN_LEAST_BYTES =
        4096 /* and so much in any case, which is all pairs of a small archive */
};

struct bigram_plan {
    struct budget *budget; /* charged for what it holds; borrowed */
    uint64_t charged;
    uint8_t *classes; /* by final surface, and 0 behind the last; owned, as the next */
    uint64_t *totals; /* by code: pairs of the stream */
    uint32_t n_words;
    term_id words[BIGRAM_PLAN_CLASSES];   /* by class, from 1 to n_words, ascending */
    uint64_t counts[BIGRAM_PLAN_CLASSES]; /* of the words' own terms */
    bool dropped[BIGRAM_PLAN_CLASSES];    /* some of its tokens have no class for it */
    uint8_t both[BIGRAM_PLAN_CLASSES]
                [2]; /* of a class above n_words: the two it stands for */
    struct runs runs;
    uint8_t last;                            /* class of the last token added */
    uint64_t wanted[BIGRAM_PLAN_CODES / 64]; /* a bit for each code, once chosen */
    pthread_mutex_t lock;                    /* of totals */
    bool locks;
};

/* What is held of runs stays below held_max bytes. Marks the surfaces of r that have a class. */
int bigram_plan_init(struct bigram_plan *b, struct build *build, struct ranks *r,
                     uint64_t held_max, struct err *err);
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
static inline bool bigram_plan_wants(const struct bigram_plan *b, uint32_t code)
{
    return b->wanted[code / 64] >> (code % 64) & 1;
}
/* Adds counts by code: count[code] for each. For several threads. */
void bigram_plan_count(struct bigram_plan *b, const uint32_t *counts);
void bigram_plan_count_one(struct bigram_plan *b, uint32_t code); /* adds 1, likewise */

/* All is counted: chooses the pairs. text_bytes: of the text that is stored, each passage once. */
int bigram_plan_choose(struct bigram_plan *b, uint64_t n_tokens, uint64_t text_bytes,
                       struct err *err);
