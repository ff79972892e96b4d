/* Ranks of many addresses of one stretch of a set (formats/marks.h): the number of values before every 16 buckets says where their
 * high bits begin, so that an address takes a look at 64 bits, a select in them and a comparison with the low parts of its bucket, without
 * a branch that depends on the data (Vigna 2008, broadword select; pdep as select: Pandey et al. 2017). */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/marks.h"

enum {
    MARKS_RANKS_BUCKETS = 16 /* that share a place */
};

/* Zeroed is empty. */
struct marks_ranks {
    const struct marks *marks; /* borrowed */
    struct marks_stretch stretch;
    VEC(uint32_t) places; /* owned; values before each 16 buckets */
};

/* Makes r ready for addresses in [lo, hi), lo < hi. ERR_CORRUPT, ERR_NOMEM; then r is as if empty. */
int marks_ranks_make(struct marks_ranks *r, const struct marks *m, uint64_t lo,
                     uint64_t hi, struct err *err);
void marks_ranks_release(struct marks_ranks *r); /* accepts a zeroed struct */

/* How many values of the set are <= at[i] + add, for each of n addresses, in any order, whose sums lie in [lo, hi). ERR_CORRUPT. */
int marks_ranks_of(const struct marks_ranks *r, const address *at, size_t n,
                   uint32_t add, uint32_t *out, struct err *err);

/* --- kernels -------------------------------------------------------------------------------- */

/* False where the high bits tell what cannot be. */
typedef bool marks_ranks_kernel(const struct marks_ranks *r, const address *at,
                                size_t n, uint32_t add, uint32_t *out);
marks_ranks_kernel marks_ranks_of_scalar;
/* How many values are before each 16 buckets, `n` times from the first bucket on; false where bits run out. */
typedef bool marks_places_kernel(const struct marks_stretch *s, size_t n,
                                 uint32_t *out);
marks_places_kernel marks_ranks_places_scalar;
#ifdef STEMMA_AVX2
marks_ranks_kernel marks_ranks_of_avx2;
marks_places_kernel marks_ranks_places_avx2;
#endif
