#include "base/hash_avx512.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash64_avx512(const void *data, size_t len, uint64_t seed)
{
    return XXH3_64bits_withSeed(data, len, seed);
}

struct hash128 hash128_avx512(const void *data, size_t len, uint64_t seed)
{
    XXH128_hash_t h = XXH3_128bits_withSeed(data, len, seed);
    return (struct hash128){.low = h.low64, .high = h.high64};
}

void hash_update_avx512(void *state, const void *data, size_t len)
{
    XXH3_64bits_update(state, data, len);
}
