/* The pairs of frequent words in a chunk of the stream as a run (indexer/runs.h) whose partitions are the classes of the
 * first word. A pair has four bytes there: the class of the second word in the highest, the address from the chunk's first
 * on in the others. A pair stands where the stream is one text: in a story's root wording or
 * in one residue block, its seams included, as entries of two tokens do. */
#pragma once

#include "indexer/bigram_plan.h"

enum {
    BIGRAM_RUNS_OFFSET_BITS = 24 /* of a posting: a chunk has at most so many tokens */
};

/* Scratch of one thread. A zeroed struct is ready. */
struct bigram_scratch {
    VEC(uint8_t)
    classes; /* of the chunk's tokens that have one; filled by the caller */
    VEC(uint64_t) classed; /* a bit for each token: it has one */
    VEC(uint32_t) cuts; /* where another text begins, ascending; filled by the caller */
    VEC(uint32_t) found;  /* tokens with a word on either side of what follows */
    VEC(uint32_t) totals; /* by code, of all chunks so far */
};
void bigram_runs_release(struct bigram_scratch *s);
/* Empties it for a chunk of n tokens. False: no memory. */
bool bigram_runs_begin(struct bigram_scratch *s, uint32_t n);
/* Which of the tokens from number `at` of the chunk on have a class: a bit for each. */
void bigram_runs_classed(struct bigram_scratch *s, uint32_t at, const uint64_t bits[2]);
/* Adds what was counted with a scratch to the plan's counts. Once, behind its last chunk. */
void bigram_runs_count(struct bigram_plan *b, const struct bigram_scratch *s);
/* Bytes that it takes for a chunk of so many tokens at most, the run too. */
uint64_t bigram_runs_need(uint64_t tokens);

struct bigram_part {
    struct run run;
    address base;
    uint8_t first, last; /* classes of its ends */
    bool cut;            /* a text begins with it */
};

/* The pairs within the n tokens from `base` on. part: zeroed, or used before. */
int bigram_runs_make(struct bigram_plan *b, struct bigram_scratch *s, uint32_t n,
                     address base, struct bigram_part *part, struct err *err);
/* Adds a part, in the order of the stream, and the pair that lies on the joint to the one before. */
int bigram_runs_add(struct bigram_plan *b, struct bigram_part *part, struct err *err);
