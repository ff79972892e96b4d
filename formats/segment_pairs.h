/* Whether the lists of pairs (BIGRAM) are those of the stream: part of segment_verify. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "formats/segment.h"

/* What is found of one pair, and what its list should be. */
struct segment_pair {
    struct bigram pair;
    uint64_t n, sum; /* places of the stream, and a sum of a hash of them */
};

/* Zeroed is empty. */
struct segment_pairs {
    const struct segment *segment;
    const address *starts;          /* of the stories, and the end; borrowed */
    VEC(struct segment_pair) pairs; /* ascending; owned, as the rest */
    VEC(term_id) words;             /* by class, from 1 on */
    VEC(uint32_t)
    first_pair; /* by class: the first of those that begin with it; and the end */
    uint32_t *classes;   /* by term: the class of its own word, or 0 */
    uint32_t *others;    /* by term: that of its form of span 1 */
    VEC(address) blocks; /* where residue blocks begin */
    uint32_t story;
    size_t block;
    uint32_t last[2]; /* classes of the token before; 0 at a text's first */
};

/* Reads directory, blocks and forms of span 1. term_of: by surface; borrowed for this call. */
int segment_pairs_begin(struct segment_pairs *p, const struct segment *s,
                        const address *starts, const uint32_t *term_of,
                        struct err *err);
/* The term of the next address, in order from 0 on. */
void segment_pairs_take(struct segment_pairs *p, address at, term_id term);
/* All are taken: ERR_CORRUPT unless each list is what was found. */
int segment_pairs_end(struct segment_pairs *p, struct err *err);
void segment_pairs_release(struct segment_pairs *p);
