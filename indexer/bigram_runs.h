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
    VEC(uint32_t)
    cuts; /* where another text begins, ascending; filled by the caller,
                         * each before the tokens from there on */
    VEC(uint32_t)
    found; /* pairs as the run will have them, in the order of the stream */
    VEC(uint8_t) firsts;                  /* the first words of these */
    uint32_t counts[BIGRAM_PLAN_CLASSES]; /* of pairs found, by the first word */
    uint32_t n_tokens;                    /* put so far */
    size_t next_cut;
    uint8_t first, last;  /* classes of the first token put and of the last */
    VEC(uint32_t) totals; /* by code, of all chunks made */
};
void bigram_runs_release(struct bigram_scratch *s);
/* Empties it for a chunk. False: no memory. */
bool bigram_runs_begin(struct bigram_scratch *s);
/* The chunk's next n tokens (1 to 128): their surfaces, and a bit for each of which it says whether it has a class. False: no memory. */
bool bigram_runs_put(const struct bigram_plan *b, struct bigram_scratch *s,
                     const surface_id *ids, uint32_t n, const uint64_t classed[2]);
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

/* The pairs within the tokens put, the first of which is at `base`; counts them. Once a chunk. part: zeroed, or used before. */
int bigram_runs_make(struct bigram_plan *b, struct bigram_scratch *s, address base,
                     struct bigram_part *part, struct err *err);
/* Adds a part, in the order of the stream, and the pair that lies on the joint to the one before. */
int bigram_runs_add(struct bigram_plan *b, struct bigram_part *part, struct err *err);
