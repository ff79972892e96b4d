/* Inside base/hash: XXH3 over long data as the compiler makes it of AVX2. The same numbers as without: the
 * library's accumulators are four 64-bit lanes of one register there, or two of two. */
#pragma once

#include "base/hash.h"

#ifdef STEMMA_AVX2
uint64_t hash64_avx2(const void *data, size_t len, uint64_t seed);
struct hash128 hash128_avx2(const void *data, size_t len, uint64_t seed);
/* Feeds the state of a stream, an XXH3_state_t of the same library. */
void hash_update_avx2(void *state, const void *data, size_t len);
#endif
