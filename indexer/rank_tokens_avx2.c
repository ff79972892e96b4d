/* Eight tokens at a time: of their records the even numbers are ids, the odd ones places, and the highest bit of each is its
 * mark. */
#include <immintrin.h>

#include "indexer/rank_tokens.h"

/* Two records. */
static inline __m128 two(const struct ranks_surface *a, const struct ranks_surface *b)
{
    __m128i first = _mm_loadl_epi64((const __m128i *)(const void *)a);
    __m128i second = _mm_loadl_epi64((const __m128i *)(const void *)b);
    return _mm_castsi128_ps(_mm_unpacklo_epi64(first, second));
}

/* Without the marks; those with one to *marks. */
static inline void put(__m256 v, unsigned *marks, uint32_t *out)
{
    *marks = (unsigned)_mm256_movemask_ps(v);
    _mm256_storeu_si256(
        (__m256i *)(void *)out,
        _mm256_and_si256(_mm256_castps_si256(v), _mm256_set1_epi32(INT32_MAX)));
}

/* Eight of them; returns the marks of the ids, and of the places above them. */
static inline unsigned eight(const struct ranks_surface *known, const uint32_t *in,
                             surface_id *ids, term_place *places)
{
    __m256 a = _mm256_set_m128(two(known + in[4], known + in[5]),
                               two(known + in[0], known + in[1]));
    __m256 b = _mm256_set_m128(two(known + in[6], known + in[7]),
                               two(known + in[2], known + in[3]));
    unsigned classed, aliased;
    put(_mm256_shuffle_ps(a, b, 0x88), &classed, ids);
    put(_mm256_shuffle_ps(a, b, 0xdd), &aliased, places);
    return classed | aliased << 8;
}

static inline void add(struct rank_bits *bits, size_t i, unsigned marks)
{
    bits->classed[i / 64] |= (uint64_t)(marks & 0xff) << i % 64;
    bits->aliased[i / 64] |= (uint64_t)(marks >> 8) << i % 64;
}

void rank_tokens_avx2(const struct ranks_surface *known, const uint32_t *in, size_t n,
                      surface_id *ids, term_place *places, struct rank_bits *bits)
{
    _Static_assert(RANKS_HAS_CLASS == UINT32_C(1) << 31 &&
                       RANKS_HAS_ALIAS == UINT32_C(1) << 31,
                   "marks");
    size_t i = 0;
    *bits = (struct rank_bits){{0}, {0}};
    for (; i + 8 <= n; i += 8)
        add(bits, i, eight(known, in + i, ids + i, places + i));
    if (i < n) {
        uint32_t last[8];
        for (size_t k = 0; k < 8; k++)
            last[k] = in[i + k < n ? i + k : i];
        unsigned inside = (1U << (n - i)) - 1;
        add(bits, i, eight(known, last, ids + i, places + i) & (inside | inside << 8));
    }
}
