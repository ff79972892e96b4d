/* The AVX2 twin of normalise_scan_scalar: 32 bytes at a time; characters of several bytes are
 * looked for only where there is a byte over 0x7F. */
#include <immintrin.h>

#include "text/normalise.h"

static inline uint32_t mask_of(__m256i v)
{
    return (uint32_t)_mm256_movemask_epi8(v);
}

static inline uint32_t equal(__m256i v, int byte)
{
    return mask_of(_mm256_cmpeq_epi8(v, _mm256_set1_epi8((char)byte)));
}

static inline __m256i load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* Controls (unsigned v <= 0x1F), '<', '[' and DEL. */
static inline __m256i ascii_places(__m256i v)
{
    __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1F)), v);
    __m256i tag = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('<'));
    __m256i bracket = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('['));
    __m256i del = _mm256_cmpeq_epi8(v, _mm256_set1_epi8(0x7F));
    return _mm256_or_si256(_mm256_or_si256(control, tag),
                           _mm256_or_si256(bracket, del));
}

/* Special characters that begin in the 32 bytes at p; reads 34. */
static inline uint32_t special_places(const uint8_t *p, __m256i v)
{
    __m256i second = load(p + 1), third = load(p + 2);
    uint32_t c2 = equal(v, 0xC2) & (equal(second, 0x85) | equal(second, 0xAD));
    /* A8 and A9 differ in the last bit. */
    __m256i even = _mm256_and_si256(third, _mm256_set1_epi8((char)0xFE));
    uint32_t e2 = equal(v, 0xE2) & equal(second, 0x80) & equal(even, 0xA8);
    uint32_t ef = equal(v, 0xEF) & equal(second, 0xBB) & equal(third, 0xBF);
    return c2 | e2 | ef;
}

const uint8_t *normalise_scan_avx2(const uint8_t *p, const uint8_t *end)
{
    while (end - p >= 34) {
        __m256i v = load(p);
        uint32_t places = mask_of(ascii_places(v));
        if (mask_of(v) != 0)
            places |= special_places(p, v);
        if (places != 0)
            return p + __builtin_ctz(places);
        p += 32;
    }
    return normalise_scan_scalar(p, end);
}
