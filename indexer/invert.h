/* The postings of one chunk of the stream, inverted: a run.
 *
 * Terms are cut into partitions of neighbours, with about the same number of postings each. A run has the postings
 * of each partition together, in the order of the stream: which term of the partition, and the address, counted from the chunk's
 * first (indexer/posting.h). Sorting them by term is left to the merge, which has one partition of all chunks in hand: few terms,
 * whose counters stay in the nearest caches, while a sort of each chunk by all terms of the archive would miss them token by token.
 *
 * A partition has two slices of a run: one of its most frequent words, which a few bits tell apart, and one of all other terms, with
 * joined entries behind the words. Memory of runs comes from the system page by page, so postings are short: of
 * a place they have the lowest bits only, two bytes in all for a frequent word and three for another, for places ascend, and where
 * the next one would be further away than those bits tell, a filler stands between, which is the posting of no term. Slices with few
 * postings have four bytes each.
 *
 * The most frequent words of all have a partition each, whose postings need not be sorted.
 *
 * Tokens come block by block and are dealt out to lists of small pieces in memory that is used again for each chunk, so that nobody counts them
 * before, and the run is made of these at the end. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/types.h"

/* The bounds of the partitions: number p has the terms [bounds[p], bounds[p + 1]), fewer than 1 << local_bits. */
struct partitions {
    VEC(term_id) bounds;
    VEC(uint8_t) alone;  /* by partition: 1 if it is one frequent word */
    VEC(uint8_t) widths; /* by slice: bytes of a word's posting */
    /* its most frequent words, ascending: [frequent_ends[p - 1], frequent_ends[p]) */
    VEC(term_id) frequent;
    VEC(uint32_t) frequent_ends;
    unsigned local_bits;
    const uint64_t *term_counts; /* what they were cut by; borrowed */
};

/* A term by its slice and its number there, in one number below INVERT_PLACES: what a token's posting needs. */
typedef uint32_t term_place;
enum {
    INVERT_LOCAL_BITS = 12, /* the least; more if there are so many terms */
    INVERT_LOCAL_BITS_MAX = 17
};
#define INVERT_PLACES (UINT32_C(1) << 31)

/* A posting beside the tokens' own: a joined entry. */
struct invert_extra {
    term_place place;
    address at;
};

struct run {
    struct buf bytes;
    VEC(uint32_t) ends; /* one for each slice */
    VEC(uint32_t)
    words; /* where its words end and joined entries begin; runs of pairs and votes have none */
    address base; /* the chunk's first address */
    uint32_t n;   /* its tokens */
};

/* Cuts terms by their counts, which must stay, into about n partitions of equal weight, none empty. A word (a term with a count) that weighs
 * a quarter of what a partition should, and a 256th of all, has one of its own. ERR_NOMEM, ERR_LIMIT. */
int invert_partition(struct partitions *p, const uint64_t *term_counts,
                     uint32_t n_terms, uint32_t n, struct err *err);
static inline uint32_t invert_n_partitions(const struct partitions *p)
{
    return (uint32_t)p->bounds.len - 1;
}
/* A partition has two slices: number 2p is that of most of its terms, and 2p + 1 that of its frequent words. */
static inline uint32_t invert_n_slices(const struct partitions *p)
{
    return 2 * invert_n_partitions(p);
}
/* The frequent words of a partition; *n: how many. */
const term_id *invert_frequent(const struct partitions *p, uint32_t partition,
                               uint32_t *n);
/* The place of each term; out has room for all. */
void invert_places(const struct partitions *p, term_place *out);
term_id invert_term(const struct partitions *p, term_place place);
/* The most tokens that a chunk may have. */
static inline uint32_t invert_tokens_max(const struct partitions *p)
{
    return UINT32_C(1) << (32 - p->local_bits);
}

/* The pieces of a list: where the first lies, and how many are full. */
struct invert_pieces {
    uint32_t first, full;
};

/* The tokens of a chunk that are dealt out; scratch of one thread. A zeroed struct is ready. */
struct invert {
    const struct partitions *partitions;
    VEC(uint32_t) links; /* by piece: where the next one of its list lies */
    struct buf pieces;   /* owned, as all here */
    /* by slice, as those below: where the next posting goes, and above 2^32 how many its piece has room for still; what one posting
     * adds to that */
    VEC(uint64_t) lists;
    VEC(uint64_t) steps;
    VEC(struct invert_pieces) of;
    VEC(uint64_t) before;   /* `next` of lists when the open group began */
    VEC(uint32_t) watched;  /* the slices whose postings are not wide */
    VEC(uint32_t) empty;    /* room for those that have no posting of a group */
    uint32_t n;             /* tokens so far */
    uint32_t open, group;   /* of the open group, and of one at most */
    uint32_t held;          /* the last of them, which are not dealt out yet */
    VEC(term_place) places; /* of these */
};
enum {
    INVERT_PUT_MAX = 128,
    INVERT_SLACK = 8 /* places behind the last that may be written */
};
void invert_release(struct invert *v);
/* Empties it for a chunk. False: no memory. */
bool invert_begin(struct invert *v, const struct partitions *p);
/* Where the places of the next tokens go: room for INVERT_PUT_MAX and INVERT_SLACK. Good until the next call. */
term_place *invert_room(struct invert *v);
/* The next n tokens, INVERT_PUT_MAX at most, whose places lie in the room. False: no memory. */
bool invert_put(struct invert *v, size_t n);
/* The same of tokens that have no postings. */
bool invert_skip(struct invert *v, size_t n);
/* All are put, from address `base` on. Extras are ascending by address for each term, and their terms are no tokens' terms. */
int invert_run(struct invert *v, address base, const struct invert_extra *extras,
               size_t n_extras, struct run *out, struct err *err);
/* Bytes that it takes for a chunk of so many tokens, the run too. */
uint64_t invert_need(const struct partitions *p, uint64_t tokens);
void run_release(struct run *r);
void invert_release_partitions(struct partitions *p); /* accepts a zeroed struct */

/* Postings of one slice that are written alike, those of words in the order of the stream. */
struct invert_part {
    uint32_t at;     /* from where the partition's slices begin */
    uint32_t n;      /* fillers too */
    uint32_t tokens; /* of the chunk: places are less */
    uint8_t width;
    bool frequent; /* their terms are the partition's frequent words */
    bool joined;   /* joined entries */
    uint8_t slice; /* its number's lowest byte, for posting_place */
};
enum {
    INVERT_PARTS = 3 /* of a partition */
};
/* The parts of a partition, of which some may be empty. */
void invert_parts(const struct run *run, const struct partitions *p, uint32_t partition,
                  struct invert_part *out);
/* The most postings that a run has of a partition. */
uint64_t invert_postings_max(const struct run *run, const struct partitions *p,
                             uint32_t partition);
