/* PFor kernels with AVX2: eight values of w bits begin at a byte, so one shuffle brings the bytes
 * of each into its lane and one shift by lane aligns it. */
#include <immintrin.h>

#include "formats/coding.h"
#include "formats/pfor.h"

enum {
    SHUFFLE_WIDTH_MAX = 25 /* 7 bits of offset and the value fit 32 */
};

/* How eight values of one width come into their lanes: the bytes of each, and the bits to shift it by. */
struct lanes {
    int8_t shuffle[32];
    uint32_t shift[8];
};

/* Value v (0..3) of a half that begins at bit s of its bytes. The upper four values begin 4*w bits
 * on: at a byte or in its middle. */
#define BYTE(s, v, w, k) (((s) + (v) * (w)) / 8 + (k))
#define LANE(s, v, w) \
    BYTE(s, v, w, 0), BYTE(s, v, w, 1), BYTE(s, v, w, 2), BYTE(s, v, w, 3)
#define HALF(s, w)     LANE(s, 0, w), LANE(s, 1, w), LANE(s, 2, w), LANE(s, 3, w)
#define SHIFT(s, v, w) (((s) + (v) * (w)) % 8)
#define SHIFTS(s, w)   SHIFT(s, 0, w), SHIFT(s, 1, w), SHIFT(s, 2, w), SHIFT(s, 3, w)
#define LANES(w)                                 \
    {                                            \
        {HALF(0, w), HALF(4 * (w) % 8, w)},      \
        {                                        \
            SHIFTS(0, w), SHIFTS(4 * (w) % 8, w) \
        }                                        \
    }
static const struct lanes lanes[SHUFFLE_WIDTH_MAX + 1] = {
    LANES(0),  LANES(1),  LANES(2),  LANES(3),  LANES(4),  LANES(5),  LANES(6),
    LANES(7),  LANES(8),  LANES(9),  LANES(10), LANES(11), LANES(12), LANES(13),
    LANES(14), LANES(15), LANES(16), LANES(17), LANES(18), LANES(19), LANES(20),
    LANES(21), LANES(22), LANES(23), LANES(24), LANES(25)};

/* A width's lanes in registers. */
struct unpacker {
    __m256i shuffle, shift, mask;
    unsigned half; /* bytes from the first value to the fifth */
};

static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

static inline struct unpacker unpacker_of(unsigned width)
{
    return (struct unpacker){.shuffle = load(lanes[width].shuffle),
                             .shift = load(lanes[width].shift),
                             .mask = _mm256_set1_epi32((int)((1U << width) - 1)),
                             .half = width / 2};
}

static inline __m256i unpack_eight(const struct unpacker *u, const uint8_t *in)
{
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)in);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(in + u->half));
    __m256i v = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), u->shuffle);
    return _mm256_and_si256(_mm256_srlv_epi32(v, u->shift), u->mask);
}

static void unpack_avx2(const uint8_t *restrict in, size_t n, unsigned width,
                        uint32_t *restrict out)
{
    if (width > SHUFFLE_WIDTH_MAX) {
        for (size_t i = 0; i < n; i++)
            out[i] = (uint32_t)coding_bits_get(in, i, width);
        return;
    }
    struct unpacker u = unpacker_of(width);
    for (size_t i = 0; i < n; i += 8, in += width)
        _mm256_storeu_si256((__m256i *)(void *)(out + i), unpack_eight(&u, in));
}

/* Sums of eight gaps, one more for each, in their lanes. */
static inline __m256i sum_eight(__m256i v)
{
    v = _mm256_add_epi32(v, _mm256_set1_epi32(1));
    v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
    v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
    /* the sum of the lower half, in every lane of the upper one */
    __m256i low = _mm256_permute2x128_si256(v, v, 0x08);
    return _mm256_add_epi32(v, _mm256_shuffle_epi32(low, 0xff));
}

static void prefix_avx2(uint32_t *values, size_t n, uint32_t base)
{
    const __m256i seven = _mm256_set1_epi32(7);
    __m256i last = _mm256_set1_epi32((int)base);
    for (size_t i = 0; i < n; i += 8) {
        __m256i *at = (__m256i *)(void *)(values + i);
        __m256i v = sum_eight(_mm256_loadu_si256(at));
        _mm256_storeu_si256(at, _mm256_add_epi32(v, last));
        /* one addition a turn is all that the next turn waits for */
        last = _mm256_add_epi32(last, _mm256_permutevar8x32_epi32(v, seven));
    }
}

/* High parts on their way to the values that they belong to. */
struct spreader {
    const uint8_t *bitmap, *highs;
    uint64_t mask; /* of one high */
    uint64_t at;   /* bits of highs taken */
    unsigned width;
};

/* The high parts of the next eight values, a byte each: plus one where there is one, else zero. */
static inline __m256i spread_eight(struct spreader *s)
{
    const unsigned bits = *s->bitmap++;
    const uint64_t present = _pdep_u64(bits, 0x0101010101010101u);
    const uint64_t word = load_u64(s->highs + s->at / 8) >> (s->at % 8);
    s->at += (uint64_t)_mm_popcnt_u32(bits) * s->width;
    const uint64_t high = _pdep_u64(word, present * s->mask) + present;
    return _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)high));
}

static void gaps_avx2(const struct pfor_gaps *g, size_t n, uint32_t base,
                      uint32_t *restrict out)
{
    const __m256i seven = _mm256_set1_epi32(7);
    const __m128i width = _mm_cvtsi32_si128((int)g->width);
    const struct unpacker u = unpacker_of(g->width);
    const uint8_t *in = g->lows;
    const size_t step = g->width;
    __m256i last = _mm256_set1_epi32((int)base);
    if (!g->highs) {
        for (size_t i = 0; i < n; i += 8, in += step) {
            __m256i v = sum_eight(unpack_eight(&u, in));
            _mm256_storeu_si256((__m256i *)(void *)(out + i),
                                _mm256_add_epi32(v, last));
            last = _mm256_add_epi32(last, _mm256_permutevar8x32_epi32(v, seven));
        }
        return;
    }
    struct spreader s = {.bitmap = g->bitmap,
                         .highs = g->highs,
                         .mask = (1U << g->high_width) - 1,
                         .width = g->high_width};
    for (size_t i = 0; i < n; i += 8, in += step) {
        __m256i high = _mm256_sll_epi32(spread_eight(&s), width);
        __m256i v = sum_eight(_mm256_add_epi32(unpack_eight(&u, in), high));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_add_epi32(v, last));
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

const struct pfor_kernels pfor_kernels_avx2 = {unpack_avx2, prefix_avx2, expand_avx2,
                                               gaps_avx2};
