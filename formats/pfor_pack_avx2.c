/* Encoding kernels of PFor blocks with AVX2 and BMI2: eight values become eight bytes, or twice four halves of a
 * word, and PEXT takes the wanted bits of all of them at once. Nothing behind the values is read. */
#include <immintrin.h>

#include "formats/coding.h"
#include "formats/pfor_pack.h"

enum {
    EIGHT = 8,
    BYTE_WIDTH_MAX = 8,
    HALF_WIDTH_MAX = 16
};

static const int32_t all_then_none[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

static inline __m256i load(const uint32_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* Fewer than eight values, then 0. */
static inline __m256i load_some(const uint32_t *values, size_t n)
{
    const int32_t *mask = all_then_none + EIGHT - n;
    return _mm256_maskload_epi32(
        (const int *)(const void *)values,
        _mm256_loadu_si256((const __m256i *)(const void *)mask));
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

static inline void pack_eight_bytes(__m256i v, uint64_t mask, uint8_t *out)
{
    store_u64(out, _pext_u64(eight_bytes(v), mask));
}

static void pack_bytes(const uint32_t *values, size_t n, unsigned width, uint8_t *out)
{
    const uint64_t mask = 0x0101010101010101u * ((1U << width) - 1);
    size_t i = 0;
    for (; n - i >= EIGHT; i += EIGHT, out += width)
        pack_eight_bytes(load(values + i), mask, out);
    if (i < n)
        pack_eight_bytes(load_some(values + i, n - i), mask, out);
}

/* Halves of words; odd: eight values end in half a byte, with which the second four begin. */
static inline void pack_eight_halves(__m256i v, unsigned width, uint64_t mask, bool odd,
                                     uint8_t *out)
{
    const __m256i lowest =
        _mm256_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1, 0, 1,
                         4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1);
    v = _mm256_shuffle_epi8(v, lowest);
    uint64_t low = (uint64_t)_mm_cvtsi128_si64(_mm256_castsi256_si128(v));
    uint64_t high = (uint64_t)_mm_cvtsi128_si64(_mm256_extracti128_si256(v, 1));
    low = _pext_u64(low, mask);
    high = _pext_u64(high, mask);
    if (odd) /* the half byte that the first four end with */
        high = high << 4 | low >> (4 * width - 4);
    store_u64(out, low);
    store_u64(out + width / 2, high);
}

static void pack_halves(const uint32_t *values, size_t n, unsigned width, uint8_t *out)
{
    const uint64_t mask = 0x0001000100010001u * ((1U << width) - 1);
    const bool odd = width % 2 != 0;
    size_t i = 0;
    for (; n - i >= EIGHT; i += EIGHT, out += width)
        pack_eight_halves(load(values + i), width, mask, odd, out);
    if (i < n)
        pack_eight_halves(load_some(values + i, n - i), width, mask, odd, out);
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

/* A bit string in hand, fewer than 8 bits between turns. */
struct highs {
    uint64_t bits;
    unsigned used;
    uint8_t *out;
};

/* Adds the high parts of eight values; returns a bit for each that has one. */
static inline unsigned put_highs(struct highs *h, __m256i v,
                                 const struct pfor_split *split, uint64_t ones)
{
    __m256i high = _mm256_srl_epi32(v, _mm_cvtsi32_si128((int)split->width));
    __m256i there = _mm256_cmpgt_epi32(high, _mm256_setzero_si256());
    unsigned set = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(there));
    uint64_t present = _pdep_u64(set, 0x0101010101010101u);
    h->bits |= _pext_u64(eight_bytes(high) - present, present * ones) << h->used;
    h->used += (unsigned)_mm_popcnt_u32(set) * split->high_width;
    store_u64(h->out, h->bits);
    h->out += h->used / 8;
    h->bits = h->used >= 64 ? 0 : h->bits >> (h->used & ~7U);
    h->used %= 8;
    return set;
}

uint8_t *pfor_highs_avx2(const uint32_t *values, size_t n,
                         const struct pfor_split *split, uint8_t bitmap[PFOR_BLOCK / 8],
                         uint8_t *out)
{
    if (split->high_width >= BYTE_WIDTH_MAX)
        return pfor_highs_scalar(values, n, split, bitmap, out);
    const uint64_t ones = (1U << split->high_width) - 1;
    struct highs h = {.out = out};
    size_t i = 0;
    if (n < PFOR_BLOCK)
        memset(bitmap, 0, PFOR_BLOCK / 8);
    for (; n - i >= EIGHT; i += EIGHT)
        bitmap[i / 8] = (uint8_t)put_highs(&h, load(values + i), split, ones);
    if (i < n)
        bitmap[i / 8] =
            (uint8_t)put_highs(&h, load_some(values + i, n - i), split, ones);
    return h.out + (h.used > 0);
}
