/* The postings of one chunk of the stream, inverted: a run.
 *
 * Terms are cut into partitions of neighbours, with about the same number of postings each. A run has the postings
 * of each partition together, in the order of the stream and joined entries behind the words: four bytes each, which say the
 * term's number in the partition and the address, counted from the chunk's first. Sorting them by term is left to
 * the merge, which has one partition of all chunks in hand: few terms, whose counters stay in the nearest
 * caches, while a sort of each chunk by all terms of the archive would miss them token by token.
 *
 * A frequent word has a partition of its own, whose postings need not be sorted and are narrow: two bytes, the lower ones of the
 * place in the chunk. Its slice begins with where the postings of each 2^16 tokens end. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/types.h"

/* The bounds of the partitions: number p has the terms [bounds[p], bounds[p + 1]), at most 1 << local_bits. */
struct partitions {
    VEC(term_id) bounds;
    VEC(uint8_t) narrow; /* by partition: 1 if its postings are */
    unsigned local_bits;
    const uint64_t *term_counts; /* what they were cut by; borrowed */
};

/* A term by its partition and its number there: what a token's posting needs, in one number below INVERT_PLACES that
 * ascends as the terms do. */
typedef uint32_t term_place;
enum {
    INVERT_LOCAL_BITS = 13, /* the least; more if there are so many terms */
    INVERT_LOCAL_BITS_MAX = 17
};
#define INVERT_PLACES (UINT32_C(1) << 31)
/* The place of a token that gets no posting. */
#define INVERT_NONE UINT32_MAX

/* A posting beside the tokens' own: a joined entry. */
struct invert_extra {
    term_place place;
    address at;
};

struct run {
    struct buf bytes;
    VEC(uint32_t) ends; /* one for each partition */
    /* Where its words' end and joined entries begin; not of narrow ones. Runs of pairs have none. */
    VEC(uint32_t) words;
    address base;     /* the chunk's first address */
    uint32_t n, half; /* its tokens, as in struct postings */
};

/* Cuts terms by their counts, which must stay, into about n partitions of equal weight, none empty. A word (a term with a count) that weighs
 * half of what a partition should, and a 256th of all, has one of its own, with narrow postings. ERR_NOMEM, ERR_LIMIT. */
int invert_partition(struct partitions *p, const uint64_t *term_counts,
                     uint32_t n_terms, uint32_t n, struct err *err);
static inline uint32_t invert_n_partitions(const struct partitions *p)
{
    return (uint32_t)p->bounds.len - 1;
}
static inline term_id invert_term(const struct partitions *p, term_place place)
{
    uint32_t mask = (UINT32_C(1) << p->local_bits) - 1;
    return p->bounds.items[place >> p->local_bits] + (place & mask);
}
/* The most tokens that a chunk may have. */
static inline uint32_t invert_tokens_max(const struct partitions *p)
{
    return UINT32_C(1) << (32 - p->local_bits);
}

/* What is inverted: n tokens whose first is at `base`; places[i] is that of address base + i, or INVERT_NONE.
 * Extras are ascending by address for each term, and their terms are no tokens' terms. */
struct postings {
    const term_place *places;
    size_t n;
    address base;
    /* How many of these postings each partition has, of the first `half` tokens and of the others. Used up. */
    uint32_t *counts[2];
    size_t half;
    const struct invert_extra *extras;
    size_t n_extras;
};
/* Counts the postings of n tokens, none of them INVERT_NONE, by their partitions. */
static inline void invert_count(const struct partitions *p, const term_place *places,
                                size_t n, uint32_t *counts)
{
    const unsigned bits =
        p->local_bits; /* or it would be read again behind each count */
    size_t i = 0;
    for (; n - i >= 4; i += 4) { /* a step of one would be half loop */
        counts[places[i] >> bits]++;
        counts[places[i + 1] >> bits]++;
        counts[places[i + 2] >> bits]++;
        counts[places[i + 3] >> bits]++;
    }
    for (; i < n; i++)
        counts[places[i] >> bits]++;
}

int invert_run(const struct partitions *p, const struct postings *in, struct run *out,
               struct err *err);
void run_release(struct run *r);
void invert_release(struct partitions *p); /* accepts a zeroed struct */

/* The most postings that `bytes` of a partition's slices can hold. */
uint64_t invert_postings_max(const struct partitions *p, uint32_t partition,
                             uint64_t bytes);
/* The addresses of a slice of narrow postings, ascending, to out, which has room for as many as it can hold; *n: how many.
 * ERR_CORRUPT: no slice of this run. */
int invert_narrow(const struct run *run, struct bytes slice, address *out, size_t *n,
                  struct err *err);
