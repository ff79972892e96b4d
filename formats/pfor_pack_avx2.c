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

/* Four values of more than half a word: two words of 2 * width bits each side by side. */
static inline void pack_four(const uint32_t *v, unsigned width, uint64_t mask,
                             uint64_t out[2])
{
    uint64_t low = (v[0] & mask) | (v[1] & mask) << width;
    uint64_t high = (v[2] & mask) | (v[3] & mask) << width;
    out[0] = low | high << (2 * width - 1) << 1;
    out[1] = high >> (64 - 2 * width);
}

/* Eight values of 17 to 32 bits fill `width` bytes, the first four of them half, maybe with half a byte. */
static void pack_eight_wide(const uint32_t *v, unsigned width, uint8_t *out)
{
    const uint64_t mask = (UINT64_C(1) << width) - 1;
    uint64_t low[2], high[2];
    pack_four(v, width, mask, low);
    pack_four(v + 4, width, mask, high);
    if (width % 2 != 0) {
        high[1] = high[1] << 4 | high[0] >> 60;
        high[0] = high[0] << 4 | low[1] >> (4 * width - 4 - 64);
    }
    store_u64(out, low[0]);
    store_u64(out + 8, low[1]);
    store_u64(out + width / 2, high[0]);
    store_u64(out + width / 2 + 8, high[1]);
}

static void pack_wide(const uint32_t *values, size_t n, unsigned width, uint8_t *out)
{
    size_t i = 0;
    for (; n - i >= EIGHT; i += EIGHT, out += width)
        pack_eight_wide(values + i, width, out);
    if (i < n) {
        uint32_t some[EIGHT] = {0};
        memcpy(some, values + i, (n - i) * sizeof *some);
        pack_eight_wide(some, width, out);
    }
}

uint8_t *pfor_pack_avx2(const uint32_t *values, size_t n, unsigned width, uint8_t *out)
{
    if (width > HALF_WIDTH_MAX)
        pack_wide(values, n, width, out);
    else if (width > BYTE_WIDTH_MAX)
        pack_halves(values, n, width, out);
    else if (width > 0)
        pack_bytes(values, n, width, out);
    return out + coding_bits_len(n, width);
}

/* Moves the high parts, less one, of those of eight values that have one to out, which has room for eight; returns a bit for
 * each. */
static inline unsigned take_highs(__m256i v, __m128i width, uint32_t *out)
{
    __m256i high = _mm256_srl_epi32(v, width);
    __m256i none = _mm256_cmpeq_epi32(high, _mm256_setzero_si256());
    unsigned set = 0xff & ~(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(none));
    uint64_t bytes = _pdep_u64(set, 0x0101010101010101u) * 0xff;
    uint64_t lanes = _pext_u64(0x0706050403020100u, bytes);
    __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)lanes));
    high = _mm256_add_epi32(high, _mm256_set1_epi32(-1));
    _mm256_storeu_si256((__m256i *)(void *)out,
                        _mm256_permutevar8x32_epi32(high, order));
    return set;
}

uint8_t *pfor_highs_avx2(const uint32_t *values, size_t n,
                         const struct pfor_split *split, uint8_t bitmap[PFOR_BLOCK / 8],
                         uint8_t *out)
{
    const __m128i width = _mm_cvtsi32_si128((int)split->width);
    uint32_t highs[PFOR_BLOCK + EIGHT];
    size_t i = 0, found = 0;
    if (n < PFOR_BLOCK)
        memset(bitmap, 0, PFOR_BLOCK / 8);
    for (; n - i >= EIGHT; i += EIGHT) {
        unsigned set = take_highs(load(values + i), width, highs + found);
        bitmap[i / 8] = (uint8_t)set;
        found += (unsigned)_mm_popcnt_u32(set);
    }
    if (i < n) {
        unsigned set = take_highs(load_some(values + i, n - i), width, highs + found);
        bitmap[i / 8] = (uint8_t)set;
        found += (unsigned)_mm_popcnt_u32(set);
    }
    return pfor_pack_avx2(highs, found, split->high_width, out);
}
