/* A leaf of the plan in one segment: words at fixed places of a span of fixed width, found
 * in address space (a word, a prefix, a phrase of at most SEAM + 1 tokens, a run). Each
 * place is the union of some dictionary entries' address lists.
 *
 * Three ways, chosen by what the lists promise: galloping with the shortest list's
 * addresses through the others, sets of bits window by window where unions of lists are
 * dense, and plain copying for a single list. What lies in the seams of residue blocks is added (query/seams.h). */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "formats/segment.h"
#include "query/leaf_term.h"
#include "query/seams.h"

enum {
    LEAF_WIDTH_MAX = SEAM + 1, /* the ownership rule decides spans up to this width */
    LEAF_GALLOP_RATIO = 20,    /* gallop when the next union is this much longer */
    LEAF_DENSE_GAP = 256 /* bits pay when the shortest union has a smaller mean gap */
};

struct leaf {
    const struct segment *segment;
    uint32_t width;          /* tokens, 1..LEAF_WIDTH_MAX */
    uint32_t window;         /* addresses of a set of bits, at most WINDOW_ADDRESSES */
    struct leaf_term *terms; /* fewest addresses first; the array is borrowed */
    size_t n_terms;
    address next_from, next; /* what leaf_next found last */
    bool next_known;
    uint64_t *bits[2]; /* owned sets */
    struct seams seams;
};

/* A leaf over terms[0..n), which it orders and from then on owns; their entries, shifts and
 * counts are set. Lists are opened when first used. */
void leaf_init(struct leaf *leaf, const struct segment *segment, uint32_t width,
               struct leaf_term *terms, size_t n_terms, uint32_t window);
void leaf_release(struct leaf *leaf); /* accepts a zeroed struct */
/* Frees its memory; it can still be used. */
void leaf_rest(struct leaf *leaf);

/* Addresses of its cheapest place: what an answer costs. */
uint64_t leaf_cost(const struct leaf *leaf);

/* About how many addresses are looked at to find it in the whole segment. */
uint64_t leaf_work(const struct leaf *leaf);

/* How it will be found, for explain: "none", "copy", "gallop" or "bits". */
const char *leaf_method(const struct leaf *leaf);

/* The first address >= from at which it may begin: 0, ITER_END, or an error. In a story's seams it stands only where it
 * has words in the story's other addresses too: `from` is a story's first address. */
int leaf_next(struct leaf *leaf, address from, address *out, struct err *err);

/* Appends to out the addresses in [lo, hi), which holds whole stories, at which the leaf begins, ascending; spans that
 * run across a story's end are still among them. */
int leaf_find(struct leaf *leaf, address lo, address hi, address_vec *out,
              struct err *err);
