/* Encoding kernels of PFor blocks with AVX2 and BMI2: eight values become eight bytes, or twice four halves of a
 * word, and PEXT takes the wanted bits of all of them at once. Nothing behind the values is read. */
#include <immintrin.h>

#include "formats/coding.h"
#include "formats/pfor_pack.h"

enum {
    BYTE_WIDTH_MAX = 8,
    HALF_WIDTH_MAX = 16
};

static const int32_t all_then_none[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

/* Values i to i + 7; those from n on are 0. */
static inline __m256i load_eight(const uint32_t *values, size_t i, size_t n)
{
    const int *at = (const int *)(const void *)(values + i);
    if (n - i >= 8)
        return _mm256_loadu_si256((const __m256i *)(const void *)at);
    const int32_t *mask = all_then_none + 8 - (n - i);
    return _mm256_maskload_epi32(
        at, _mm256_loadu_si256((const __m256i *)(const void *)mask));
}

/* The lowest byte of each. */
static inline uint64_t eight_bytes(__m256i v)
{
    const __m256i lowest =
        _mm256_setr_epi8(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0,
                         4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    v = _mm256_shuffle_epi8(v, lowest);
    __m128i both =
        _mm_unpacklo_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    return (uint64_t)_mm_cvtsi128_si64(both);
}

/* The width of each, from the exponent of its float. Without the bits that have a bit above them a value does
 * not round up to the next power of two; 2^31 and more count as negative. */
static inline __m256i eight_widths(__m256i v)
{
    __m256i top = _mm256_andnot_si256(_mm256_srli_epi32(v, 1), v);
    __m256i bits = _mm256_castps_si256(_mm256_cvtepi32_ps(top));
    __m256i width =
        _mm256_sub_epi32(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(126));
    width = _mm256_max_epi32(width, _mm256_setzero_si256());
    __m256i large = _mm256_cmpgt_epi32(_mm256_setzero_si256(), v);
    return _mm256_blendv_epi8(width, _mm256_set1_epi32(32), large);
}

uint32_t pfor_above_avx2(const uint32_t *values, size_t n, uint8_t above[33])
{
    uint8_t widths[PFOR_BLOCK];
    __m256i most = _mm256_setzero_si256();
    const size_t n_sets = (n + 31) / 32;
    for (size_t i = 0; i < n_sets * 32; i += 8) {
        __m256i v = i < n ? load_eight(values, i, n) : _mm256_setzero_si256();
        most = _mm256_max_epu32(most, v);
        store_u64(widths + i, eight_bytes(eight_widths(v)));
    }
    __m128i max =
        _mm_max_epu32(_mm256_castsi256_si128(most), _mm256_extracti128_si256(most, 1));
    max = _mm_max_epu32(max, _mm_shuffle_epi32(max, 0x4e));
    max = _mm_max_epu32(max, _mm_shuffle_epi32(max, 0xb1));
    const uint32_t largest = (uint32_t)_mm_cvtsi128_si32(max);
    for (unsigned w = 0; w <= 32 - _lzcnt_u32(largest); w++) {
        const __m256i width = _mm256_set1_epi8((char)w);
        unsigned more = 0;
        for (size_t k = 0; k < n_sets; k++) {
            __m256i set = _mm256_cmpgt_epi8(load(widths + 32 * k), width);
            more += (unsigned)_mm_popcnt_u32((unsigned)_mm256_movemask_epi8(set));
        }
        above[w] = (uint8_t)more;
    }
    return largest;
}

static void pack_bytes(const uint32_t *values, size_t n, unsigned width, uint8_t *out)
{
    const uint64_t mask = 0x0101010101010101u * ((1U << width) - 1);
    for (size_t i = 0; i < n; i += 8, out += width)
        store_u64(out, _pext_u64(eight_bytes(load_eight(values, i, n)), mask));
}

static void pack_halves(const uint32_t *values, size_t n, unsigned width, uint8_t *out)
{
    const __m256i lowest =
        _mm256_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1, 0, 1,
                         4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1);
    const uint64_t mask = 0x0001000100010001u * ((1U << width) - 1);
    const bool odd = width % 2 != 0;
    for (size_t i = 0; i < n; i += 8, out += width) {
        __m256i v = _mm256_shuffle_epi8(load_eight(values, i, n), lowest);
        uint64_t low = (uint64_t)_mm_cvtsi128_si64(_mm256_castsi256_si128(v));
        uint64_t high = (uint64_t)_mm_cvtsi128_si64(_mm256_extracti128_si256(v, 1));
        low = _pext_u64(low, mask);
        high = _pext_u64(high, mask);
        if (odd) /* the half byte that the first four end with */
            high = high << 4 | low >> (4 * width - 4);
        store_u64(out, low);
        store_u64(out + width / 2, high);
    }
}

uint8_t *pfor_pack_avx2(const uint32_t *values, size_t n, unsigned width, uint8_t *out)
{
    if (width > HALF_WIDTH_MAX)
        return pfor_pack_scalar(values, n, width, out);
    if (width > BYTE_WIDTH_MAX)
        pack_halves(values, n, width, out);
    else if (width > 0)
        pack_bytes(values, n, width, out);
    return out + coding_bits_len(n, width);
}

uint8_t *pfor_highs_avx2(const uint32_t *values, size_t n,
                         const struct pfor_split *split, uint8_t bitmap[PFOR_BLOCK / 8],
                         uint8_t *out)
{
    if (split->high_width >= BYTE_WIDTH_MAX)
        return pfor_highs_scalar(values, n, split, bitmap, out);
    const __m128i width = _mm_cvtsi32_si128((int)split->width);
    const uint64_t ones = (1U << split->high_width) - 1;
    uint64_t bits = 0; /* in hand, fewer than 8 between turns */
    unsigned used = 0;
    memset(bitmap, 0, PFOR_BLOCK / 8);
    for (size_t i = 0; i < n; i += 8) {
        __m256i high = _mm256_srl_epi32(load_eight(values, i, n), width);
        __m256i there = _mm256_cmpgt_epi32(high, _mm256_setzero_si256());
        unsigned set = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(there));
        uint64_t present = _pdep_u64(set, 0x0101010101010101u);
        bits |= _pext_u64(eight_bytes(high) - present, present * ones) << used;
        used += (unsigned)_mm_popcnt_u32(set) * split->high_width;
        store_u64(out, bits);
        out += used / 8;
        bits = used >= 64 ? 0 : bits >> (used & ~7U);
        used %= 8;
        bitmap[i / 8] = (uint8_t)set;
    }
    return out + (used > 0);
}
