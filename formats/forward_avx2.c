/* Four ids by one shuffle by the classes' byte, after StreamVByte (Lemire, Kurz, Rupp
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

static inline __m128i load16(const void *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

/* Eight at a time: two groups, each in a half of the register. Returns where the next begins. */
static inline size_t decode_pair(const uint8_t *classes, const uint8_t *data,
                                 size_t pos, __m256i *out)
{
    const __m256 masks = _mm256_castsi256_ps(_mm256_setr_epi32(
        0xff, 0xfff, 0xffff, 0xfffffff, 0xff, 0xfff, 0xffff, 0xfffffff));
    const __m256i lanes = _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14);
    unsigned a = classes[0], b = classes[1];
    size_t next = pos + lengths[a], odd_a = pos & 1, odd_b = next & 1;
    __m256i bytes = _mm256_inserti128_si256(
        _mm256_castsi128_si256(load16(data + pos / 2)), load16(data + next / 2), 1);
    __m256i places =
        _mm256_inserti128_si256(_mm256_castsi128_si256(load16(shuffles[odd_a][a])),
                                load16(shuffles[odd_b][b]), 1);
    uint64_t by = load_u32(shifts[odd_a][a]) | (uint64_t)load_u32(shifts[odd_b][b])
                                                   << 32;
    __m256i shift = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)by));
    __m256i class = _mm256_srlv_epi32(_mm256_set1_epi32((int)(a | b << 8)), lanes);
    __m256i mask = _mm256_castps_si256(_mm256_permutevar_ps(masks, class));
    __m256i v = _mm256_srlv_epi32(_mm256_shuffle_epi8(bytes, places), shift);
    *out = _mm256_and_si256(v, mask);
    return next + lengths[b];
}

uint32_t forward_ids_avx2(const uint8_t *restrict classes, const uint8_t *restrict data,
                          size_t n, uint32_t *restrict out, size_t *restrict nibbles)
{
    const __m128 masks =
        _mm_castsi128_ps(_mm_setr_epi32(0xff, 0xfff, 0xffff, 0xfffffff));
    const __m128i lanes = _mm_setr_epi32(0, 2, 4, 6);
    __m256i most = _mm256_setzero_si256();
    size_t pos = 0, i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256i v;
        pos = decode_pair(classes + i / 4, data, pos, &v);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), v);
        most = _mm256_max_epu32(most, v);
    }
    __m128i max =
        _mm_max_epu32(_mm256_castsi256_si128(most), _mm256_extracti128_si256(most, 1));
    for (; i < n; i += 4) {
        unsigned c = classes[i / 4], odd = pos & 1;
        __m128i v = _mm_shuffle_epi8(load16(data + pos / 2), load16(shuffles[odd][c]));
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
            /* nor has it nibbles: a class of 0 stands for two */
            c &= (1U << (2 * (n - i))) - 1;
            pos -= 2 * (4 - (n - i));
        }
        max = _mm_max_epu32(max, v);
        pos += lengths[c];
    }
    *nibbles = pos;
    max = _mm_max_epu32(max, _mm_shuffle_epi32(max, 0x4e));
    max = _mm_max_epu32(max, _mm_shuffle_epi32(max, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(max);
}
