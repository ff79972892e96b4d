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

/* Hunks that cover both sequences in order, equal and other ones in turn. Along the runs (of compare_match, ascending
 * in a) of which the heaviest chain that ascends in both is kept; between them by the longest common subsequence
 * where a gap is small, without the odd word that two different passages have in common. Time n log n of the runs
 * and linear in the words. out is reset first. ERR_NOMEM. */
int diff_make(const uint32_t *a, uint32_t n_a, const uint32_t *b, uint32_t n_b,
              const struct compare_run *runs, size_t n_runs, diff_hunks *out,
              struct err *err);
