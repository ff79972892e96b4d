/* The pairs of frequent words in a chunk of the stream that have a list (indexer/bigram_plan.h), as a run (indexer/runs.h) whose
 * partitions are the lists, one behind the other, each cut where another 2^16 tokens of the chunk begin. A pair has two bytes there: the lower ones of the place of its second
 * word in the chunk. A pair stands where the stream is one text: in a story's root wording or
 * in one residue block, its seams included, as entries of two tokens do. */
#pragma once

#include "indexer/bigram_plan.h"

enum {
    BIGRAM_RUNS_PLACE_BITS = 19, /* a chunk has at most so many tokens */
    BIGRAM_RUNS_LOW_BITS = 16,   /* that a run has of them */
    BIGRAM_RUNS_POSTING = 2      /* bytes */
};

/* Scratch of one thread. A zeroed struct is ready. */
struct bigram_scratch {
    VEC(uint32_t)
    cuts; /* where another text begins, ascending; filled by the caller,
                         * each before the tokens from there on */
    VEC(uint32_t)
    found;              /* list << high_bits + 16 | place, in the order of the stream */
    unsigned high_bits; /* of a place, above the lower 16 */
    uint32_t n_tokens;  /* put so far */
    size_t next_cut;
    uint8_t first, last; /* classes of the first token put and of the last */
};
void bigram_runs_release(struct bigram_scratch *s);
/* Empties it for a chunk of n tokens. */
void bigram_runs_begin(struct bigram_scratch *s, uint32_t n);
/* The chunk's next n tokens (1 to 128): their surfaces, and a bit for each of which it says whether it has a class. False: no memory. */
bool bigram_runs_put(const struct bigram_plan *b, struct bigram_scratch *s,
                     const surface_id *ids, uint32_t n, const uint64_t classed[2]);
/* Bytes that it takes for a chunk of so many tokens, the run too. */
uint64_t bigram_runs_need(uint64_t tokens);

struct bigram_part {
    struct run run;
    uint8_t first, last; /* classes of its ends */
    bool cut;            /* a text begins with it */
};

/* The pairs within the tokens put, the first of which is at `base`. Once a chunk. part: zeroed, or used before. */
int bigram_runs_make(const struct bigram_plan *b, const struct bigram_scratch *s,
                     address base, struct bigram_part *part, struct err *err);
/* Adds a part, in the order of the stream, with the pair that lies on the joint to the one before. */
int bigram_runs_add(struct bigram_plan *b, struct bigram_part *part, struct err *err);

/* The partitions of a run of n tokens that a list has, as a power of two; its first is list << that. */
unsigned bigram_runs_high_bits(uint32_t n);
