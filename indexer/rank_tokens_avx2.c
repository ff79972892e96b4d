/* Eight records at a time: the even numbers are ids, the odd ones places, and the highest bit of each is its mark. */
#include <immintrin.h>

#include "indexer/rank_tokens.h"

static inline __m256 load(const struct ranks_surface *p)
{
    return _mm256_loadu_ps((const float *)(const void *)p);
}

/* One of every two, in order, without the mark; those with a mark to *marks. */
#define TAKE(a, b, which, marks, out)                                             \
    do {                                                                          \
        __m256i v = _mm256_permute4x64_epi64(                                     \
            _mm256_castps_si256(_mm256_shuffle_ps(a, b, which)), 0xd8);           \
        *(marks) = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(v));          \
        _mm256_storeu_si256((__m256i *)(void *)(out), _mm256_and_si256(v, mask)); \
    } while (0)

void rank_tokens_split_avx2(const struct ranks_surface *in, size_t n, surface_id *ids,
                            term_place *places, struct rank_bits *bits)
{
    const __m256i mask = _mm256_set1_epi32(INT32_MAX);
    _Static_assert(RANKS_HAS_CLASS == UINT32_C(1) << 31 &&
                       RANKS_HAS_ALIAS == UINT32_C(1) << 31,
                   "marks");
    *bits = (struct rank_bits){{0}, {0}};
    for (size_t i = 0; i < n; i += 8) {
        __m256 a = load(in + i), b = load(in + i + 4);
        unsigned classed, aliased;
        TAKE(a, b, 0x88, &classed, ids + i);
        TAKE(a, b, 0xdd, &aliased, places + i);
        bits->classed[i / 64] |= (uint64_t)classed << i % 64;
        bits->aliased[i / 64] |= (uint64_t)aliased << i % 64;
    }
}
