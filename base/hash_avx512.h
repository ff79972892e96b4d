/* Inside base/hash: as hash_avx2.h, of AVX-512. A stripe of 64 bytes is one register. */
#pragma once

#include "base/hash.h"

#ifdef STEMMA_AVX512
uint64_t hash64_avx512(const void *data, size_t len, uint64_t seed);
struct hash128 hash128_avx512(const void *data, size_t len, uint64_t seed);
void hash_update_avx512(void *state, const void *data, size_t len);
#endif
