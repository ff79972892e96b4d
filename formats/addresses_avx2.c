/* The AVX2 twin of addresses_match; called only where the processor has it. */
#include <immintrin.h>

#include "formats/addresses_match.h"

static inline __m256i load(const address *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* The last values of four groups of eight. */
static inline __m128i four_pivots(const address *v)
{
    __m128i p = _mm_cvtsi32_si128((int)v[7]);
    p = _mm_insert_epi32(p, (int)v[15], 1);
    p = _mm_insert_epi32(p, (int)v[23], 2);
    return _mm_insert_epi32(p, (int)v[31], 3);
}

static inline __m256i pivots(const address *v)
{
    return _mm256_set_m128i(four_pivots(v + 32), four_pivots(v));
}

/* A bit for each lane of p that is not below v. */
static inline unsigned not_below(__m256i p, __m256i v)
{
    __m256i more = _mm256_cmpeq_epi32(_mm256_max_epu32(p, v), p);
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(more));
}

/* The group of eight that a key would be in follows from one comparison with all groups' last values, and
 * whether it is there from another: no branch, and nothing that the next key waits for. */
size_t addresses_match_avx2(const address *values, const address *keys, size_t n,
                            uint32_t add, address limit, address *out, size_t *n_out)
{
    const __m256i low = pivots(values), high = pivots(values + 64);
    size_t kept = 0, i = 0;
    for (; i < n && keys[i] <= limit; i++) {
        __m256i key = _mm256_set1_epi32((int)(keys[i] + add));
        unsigned groups = not_below(low, key) | not_below(high, key) << 8 | 1U << 16;
        __m256i group = load(values + 8 * _tzcnt_u32(groups));
        __m256i found = _mm256_cmpeq_epi32(group, key);
        out[kept] = keys[i];
        kept += !_mm256_testz_si256(found, found);
    }
    *n_out = kept;
    return i;
}

/* All values are counted, for what a search compares next waits for what it compared before. */
uint32_t addresses_rank_avx2(const address *values, address lo)
{
    const __m256i key = _mm256_set1_epi32((int)lo);
    __m256i a = _mm256_setzero_si256(), b = a; /* how many are not below lo, negative */
    for (size_t i = 0; i < ADDRESSES_MATCH_VALUES; i += 16) {
        __m256i x = load(values + i), y = load(values + i + 8);
        a = _mm256_add_epi32(a, _mm256_cmpeq_epi32(_mm256_max_epu32(x, key), x));
        b = _mm256_add_epi32(b, _mm256_cmpeq_epi32(_mm256_max_epu32(y, key), y));
    }
    a = _mm256_add_epi32(a, b);
    __m128i sum =
        _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1));
    return ADDRESSES_MATCH_VALUES + (uint32_t)_mm_cvtsi128_si32(sum);
}
