/* The postings of one chunk of the stream, inverted: a run.
 *
 * A run has, for each term that occurs, ascending:
 *   term - the term before in its partition (from the partition's first term on) varint
 *   | count varint | addresses - that before (the first: - the chunk's first address) varint each
 *
 * Terms are cut into partitions of neighbours, with about the same number of postings each;
 * the run's ends say where each partition ends in it, so that a merge reads only its own. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/types.h"

/* A posting beside the tokens' own: a joined entry. */
struct invert_extra {
    term_id term;
    address at;
};

struct run {
    struct buf bytes;
    VEC(uint32_t) ends; /* one for each partition */
    address base;       /* the chunk's first address */
};

/* Bounds of the partitions: p has the terms [bounds[p], bounds[p + 1]). */
struct partitions {
    VEC(term_id) bounds;
};

/* Scratch memory of one thread. A zeroed struct is ready. */
struct invert {
    VEC(uint32_t) starts; /* by term */
    VEC(address) sorted;
};

/* Cuts terms by their counts into about n partitions of equal weight, none empty. */
int invert_partition(struct partitions *p, const uint64_t *term_counts,
                     uint32_t n_terms, uint32_t n, struct err *err);
static inline uint32_t invert_n_partitions(const struct partitions *p)
{
    return (uint32_t)p->bounds.len - 1;
}

/* The term of a token that gets no posting. */
#define INVERT_NONE UINT32_MAX

/* What is inverted: n tokens whose first is at `base`; terms[i] is that of address base + i, or INVERT_NONE.
 * Extras are ascending by address for each term, and their terms are no tokens' terms. */
struct postings {
    const term_id *terms;
    size_t n;
    address base;
    const struct invert_extra *extras;
    size_t n_extras;
};

int invert_run(struct invert *scratch, const struct partitions *p,
               const struct postings *in, struct run *out, struct err *err);
void invert_release(struct invert *scratch);
void run_release(struct run *r);
