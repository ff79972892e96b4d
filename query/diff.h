/* Two sequences of words as hunks: what is equal and what stands in its place. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "text/compare.h"

/* Words [from[0], to[0]) of the first beside [from[1], to[1]) of the second; a hunk that is not equal may be empty on one
 * side. */
struct diff_hunk {
    uint32_t from[2], to[2];
    bool equal;
};
typedef VEC(struct diff_hunk) diff_hunks;

/* A text as words; borrowed. */
struct diff_words {
    const uint32_t *words;
    uint32_t n;
};

/* Hunks that cover both texts in order, equal and other ones in turn. Along the runs (of compare_match, ascending
 * in a) of which the heaviest chain that ascends in both is kept; between them by the longest common subsequence
 * where a gap is small, without the odd word that two different passages have in common. Time n log n of the runs
 * and linear in the words. out is reset first. ERR_NOMEM. */
int diff_make(struct diff_words a, struct diff_words b, const struct compare_run *runs,
              size_t n_runs, diff_hunks *out, struct err *err);
