/* The kernel under addresses_intersect: which of some ascending keys a decoded block holds. */
#pragma once

#include <stddef.h>

#include "formats/types.h"

enum {
    ADDRESSES_MATCH_VALUES =
        128, /* in a block, ascending; those it lacks are UINT32_MAX */
    ADDRESSES_MATCH_ROOM = 136 /* and behind them eight more that are UINT32_MAX */
};

/* Of keys[0..n), ascending, takes those <= limit (key + add must be at most UINT32_MAX for them) and writes to out the
 * ones for which key + add is among the values; out may be keys. Returns how many were taken; *n_out is how many were
 * written. */
size_t addresses_match(const address *values, const address *keys, size_t n,
                       uint32_t add, address limit, address *out, size_t *n_out);
size_t addresses_match_scalar(const address *values, const address *keys, size_t n,
                              uint32_t add, address limit, address *out, size_t *n_out);
/* Of the values of a block, how many are below lo: the index of the first that is not. */
uint32_t addresses_rank_scalar(const address *values, address lo);
#ifdef STEMMA_AVX2
uint32_t addresses_rank_avx2(const address *values, address lo);
size_t addresses_match_avx2(const address *values, const address *keys, size_t n,
                            uint32_t add, address limit, address *out, size_t *n_out);
#endif
