/* PFor kernels with AVX2: eight values of w bits begin at a byte, so one shuffle brings the bytes
 * of each into its lane and one shift by lane aligns it. */
#include <immintrin.h>

#include "formats/coding.h"
#include "formats/pfor.h"

enum {
    SHUFFLE_WIDTH_MAX = 25 /* 7 bits of offset and the value fit 32 */
};

/* Byte k of the lane of value v (0..3) in a half that begins at bit `start` of its bytes. */
static inline char lane_byte(unsigned start, unsigned v, unsigned width, unsigned k)
{
    return (char)((start + v * width) / 8 + k);
}

#define LANE(s, v, w)                                                    \
    lane_byte(s, v, w, 0), lane_byte(s, v, w, 1), lane_byte(s, v, w, 2), \
        lane_byte(s, v, w, 3)
#define SHIFT(s, v, w) ((int)(((s) + (v) * (w)) % 8))

static inline __attribute__((always_inline)) void unpack_width(
    const uint8_t *restrict in, size_t n, unsigned width, uint32_t *restrict out)
{
    /* The upper four values begin 4*width bits on: at a byte or in its middle. */
    unsigned half = 4 * width / 8, start = 4 * width % 8;
    const __m256i shuffle = _mm256_setr_epi8(
        LANE(0, 0, width), LANE(0, 1, width), LANE(0, 2, width), LANE(0, 3, width),
        LANE(start, 0, width), LANE(start, 1, width), LANE(start, 2, width),
        LANE(start, 3, width));
    const __m256i shift = _mm256_setr_epi32(
        SHIFT(0, 0, width), SHIFT(0, 1, width), SHIFT(0, 2, width), SHIFT(0, 3, width),
        SHIFT(start, 0, width), SHIFT(start, 1, width), SHIFT(start, 2, width),
        SHIFT(start, 3, width));
    const __m256i mask = _mm256_set1_epi32((int)((1U << width) - 1));
    for (size_t i = 0; i < n; i += 8, in += width) {
        __m128i low = _mm_loadu_si128((const __m128i *)(const void *)in);
        __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(in + half));
        __m256i v = _mm256_set_m128i(high, low);
        v = _mm256_srlv_epi32(_mm256_shuffle_epi8(v, shuffle), shift);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_and_si256(v, mask));
    }
}

#define WIDTH_CASE(w) \
    case w: unpack_width(in, n, w, out); return;

static void unpack_avx2(const uint8_t *restrict in, size_t n, unsigned width,
                        uint32_t *restrict out)
{
    switch (width) {
        WIDTH_CASE(0)
        WIDTH_CASE(1)
        WIDTH_CASE(2)
        WIDTH_CASE(3)
        WIDTH_CASE(4)
        WIDTH_CASE(5)
        WIDTH_CASE(6)
        WIDTH_CASE(7)
        WIDTH_CASE(8)
        WIDTH_CASE(9)
        WIDTH_CASE(10)
        WIDTH_CASE(11)
        WIDTH_CASE(12)
        WIDTH_CASE(13)
        WIDTH_CASE(14)
        WIDTH_CASE(15)
        WIDTH_CASE(16)
        WIDTH_CASE(17)
        WIDTH_CASE(18)
        WIDTH_CASE(19)
        WIDTH_CASE(20)
        WIDTH_CASE(21)
        WIDTH_CASE(22)
        WIDTH_CASE(23)
        WIDTH_CASE(24)
        WIDTH_CASE(SHUFFLE_WIDTH_MAX)
    default: break;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = (uint32_t)coding_bits_get(in, i, width);
}

static void prefix_avx2(uint32_t *values, size_t n, uint32_t base)
{
    const __m256i one = _mm256_set1_epi32(1), seven = _mm256_set1_epi32(7);
    __m256i last = _mm256_set1_epi32((int)base);
    for (size_t i = 0; i < n; i += 8) {
        __m256i *at = (__m256i *)(void *)(values + i);
        __m256i v = _mm256_add_epi32(_mm256_loadu_si256(at), one);
        v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
        v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
        /* the sum of the lower half, in every lane of the upper one */
        __m256i low = _mm256_permute2x128_si256(v, v, 0x08);
        v = _mm256_add_epi32(v, _mm256_shuffle_epi32(low, 0xff));
        _mm256_storeu_si256(at, _mm256_add_epi32(v, last));
        /* one addition a turn is all that the next turn waits for */
        last = _mm256_add_epi32(last, _mm256_permutevar8x32_epi32(v, seven));
    }
}

/* For each byte of the bitmap, which of the next highs belongs to each of its eight values. */
#define BIT(m, i)  ((m) >> (i)&1)
#define BEFORE1(m) BIT(m, 0)
#define BEFORE2(m) (BEFORE1(m) + BIT(m, 1))
#define BEFORE3(m) (BEFORE2(m) + BIT(m, 2))
#define BEFORE4(m) (BEFORE3(m) + BIT(m, 3))
#define BEFORE5(m) (BEFORE4(m) + BIT(m, 4))
#define BEFORE6(m) (BEFORE5(m) + BIT(m, 5))
#define BEFORE7(m) (BEFORE6(m) + BIT(m, 6))
#define PLACES(m)                                    \
    {0,          BEFORE1(m), BEFORE2(m), BEFORE3(m), \
     BEFORE4(m), BEFORE5(m), BEFORE6(m), BEFORE7(m)},
#define TIMES4(m)  PLACES(m) PLACES((m) + 1) PLACES((m) + 2) PLACES((m) + 3)
#define TIMES16(m) TIMES4(m) TIMES4((m) + 4) TIMES4((m) + 8) TIMES4((m) + 12)
#define TIMES64(m) TIMES16(m) TIMES16((m) + 16) TIMES16((m) + 32) TIMES16((m) + 48)
static const uint8_t places[256][8] = {TIMES64(0) TIMES64(64) TIMES64(128)
                                           TIMES64(192)};

static void expand_avx2(const uint8_t *restrict bitmap, const uint32_t *restrict highs,
                        size_t n, unsigned width, uint32_t *restrict values)
{
    const __m256i one = _mm256_set1_epi32(1);
    const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m128i count = _mm_cvtsi32_si128((int)width);
    for (size_t i = 0; i < n; i += 8) {
        unsigned byte = bitmap[i / 8];
        __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)highs);
        __m128i place = _mm_loadl_epi64((const __m128i *)(const void *)places[byte]);
        high = _mm256_permutevar8x32_epi32(high, _mm256_cvtepu8_epi32(place));
        high = _mm256_sll_epi32(_mm256_add_epi32(high, one), count);
        __m256i set = _mm256_and_si256(_mm256_set1_epi32((int)byte), bits);
        high = _mm256_and_si256(high, _mm256_cmpeq_epi32(set, bits));
        __m256i *at = (__m256i *)(void *)(values + i);
        _mm256_storeu_si256(at, _mm256_add_epi32(_mm256_loadu_si256(at), high));
        highs += __builtin_popcount(byte);
    }
}

const struct pfor_kernels pfor_kernels_avx2 = {unpack_avx2, prefix_avx2, expand_avx2};
