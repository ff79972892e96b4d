/* Four ids at a time: one shuffle by the classes' byte, after StreamVByte (Lemire, Kurz, Rupp
 * 2018), with nibbles for bytes: a shift and a mask by lane follow. */
#include <immintrin.h>

#include "formats/forward_layout.h"

/* All of it is constant: p is 1 when the group begins in the middle of a byte, c the classes. */
#define CLASS(c, i)   (((c) >> (2 * (i))) & 3)
#define NIBBLES(c, i) (2 + CLASS(c, i) + (CLASS(c, i) == 3 ? 2 : 0))
#define START0(p, c)  (p)
#define START1(p, c)  (START0(p, c) + NIBBLES(c, 0))
#define START2(p, c)  (START1(p, c) + NIBBLES(c, 1))
#define START3(p, c)  (START2(p, c) + NIBBLES(c, 2))
#define END(p, c)     (START3(p, c) + NIBBLES(c, 3))

/* The k-th byte of a lane: -1 puts a zero. */
#define BYTE(from, to, k) ((from) / 2 + (k) < ((to) + 1) / 2 ? (from) / 2 + (k) : -1)
#define LANE(from, to) \
    BYTE(from, to, 0), BYTE(from, to, 1), BYTE(from, to, 2), BYTE(from, to, 3)
#define SHUFFLE(p, c)                                                    \
    {LANE(START0(p, c), START1(p, c)), LANE(START1(p, c), START2(p, c)), \
     LANE(START2(p, c), START3(p, c)), LANE(START3(p, c), END(p, c))},
#define SHIFTS(p, c)                                                   \
    {START0(p, c) % 2 * 4, START1(p, c) % 2 * 4, START2(p, c) % 2 * 4, \
     START3(p, c) % 2 * 4},
#define LENGTH(p, c) END(0, c),

#define TIMES4(M, p, c) M(p, c) M(p, (c) + 1) M(p, (c) + 2) M(p, (c) + 3)
#define TIMES16(M, p, c) \
    TIMES4(M, p, c) TIMES4(M, p, (c) + 4) TIMES4(M, p, (c) + 8) TIMES4(M, p, (c) + 12)
#define TIMES64(M, p, c) \
    TIMES16(M, p, c)     \
    TIMES16(M, p, (c) + 16) TIMES16(M, p, (c) + 32) TIMES16(M, p, (c) + 48)
#define TIMES256(M, p) \
    TIMES64(M, p, 0) TIMES64(M, p, 64) TIMES64(M, p, 128) TIMES64(M, p, 192)

static const int8_t shuffles[2][256][16] = {{TIMES256(SHUFFLE, 0)},
                                            {TIMES256(SHUFFLE, 1)}};
static const uint8_t shifts[2][256][4] = {{TIMES256(SHIFTS, 0)}, {TIMES256(SHIFTS, 1)}};
static const uint8_t lengths[256] = {TIMES256(LENGTH, 0)};

uint32_t forward_ids_avx2(const uint8_t *restrict classes, const uint8_t *restrict data,
                          size_t n, uint32_t *restrict out)
{
    const __m128 masks =
        _mm_castsi128_ps(_mm_setr_epi32(0xff, 0xfff, 0xffff, 0xfffffff));
    const __m128i lanes = _mm_setr_epi32(0, 2, 4, 6);
    __m128i max = _mm_setzero_si128();
    size_t pos = 0;
    for (size_t i = 0; i < n; i += 4) {
        unsigned c = classes[i / 4], odd = pos & 1;
        __m128i bytes =
            _mm_loadu_si128((const __m128i *)(const void *)(data + pos / 2));
        __m128i v = _mm_shuffle_epi8(
            bytes, _mm_loadu_si128((const __m128i *)(const void *)shuffles[odd][c]));
        __m128i shift =
            _mm_cvtepu8_epi32(_mm_cvtsi32_si128((int)load_u32(shifts[odd][c])));
        __m128i class = _mm_srlv_epi32(_mm_set1_epi32((int)c), lanes);
        __m128i mask = _mm_castps_si128(_mm_permutevar_ps(masks, class));
        v = _mm_and_si128(_mm_srlv_epi32(v, shift), mask);
        _mm_storeu_si128((__m128i *)(void *)(out + i), v);
        if (n - i < 4) { /* what the last group has beyond n is not an id */
            __m128i inside = _mm_cmpgt_epi32(_mm_set1_epi32((int)(n - i)),
                                             _mm_setr_epi32(0, 1, 2, 3));
            v = _mm_and_si128(v, inside);
        }
        max = _mm_max_epu32(max, v);
        pos += lengths[c];
    }
    max = _mm_max_epu32(max, _mm_shuffle_epi32(max, 0x4e));
    max = _mm_max_epu32(max, _mm_shuffle_epi32(max, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(max);
}
