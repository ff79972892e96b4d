/* PFor kernels with AVX2: eight values of w bits begin at a byte, so one shuffle brings the bytes
 * of each into its lane and one shift by lane aligns it. */
#include <immintrin.h>
#include <string.h>

#include "formats/coding.h"
#include "formats/pfor.h"
#include "formats/pfor_layout.h"

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

/* For each byte of the bitmap, which of the next highs belongs to each of its eight values; ABSENT: none, which makes a shuffle
 * give zero. For values in the lower half of a register and in the upper one. */
enum {
    ABSENT = 0x80
};
#define BIT(m, i)   ((m) >> (i)&1)
#define BEFORE1(m)  BIT(m, 0)
#define BEFORE2(m)  (BEFORE1(m) + BIT(m, 1))
#define BEFORE3(m)  (BEFORE2(m) + BIT(m, 2))
#define BEFORE4(m)  (BEFORE3(m) + BIT(m, 3))
#define BEFORE5(m)  (BEFORE4(m) + BIT(m, 4))
#define BEFORE6(m)  (BEFORE5(m) + BIT(m, 5))
#define BEFORE7(m)  (BEFORE6(m) + BIT(m, 6))
#define AT(m, i, k) (uint8_t)(BIT(m, i) ? (k) : ABSENT)
#define NARROWLY(m)                                                    \
    {AT(m, 0, 0),          AT(m, 1, BEFORE1(m)), AT(m, 2, BEFORE2(m)), \
     AT(m, 3, BEFORE3(m)), AT(m, 4, BEFORE4(m)), AT(m, 5, BEFORE5(m)), \
     AT(m, 6, BEFORE6(m)), AT(m, 7, BEFORE7(m))},
#define WIDELY(m)                                                \
    {AT(m, 0, 0),          ABSENT, AT(m, 1, BEFORE1(m)), ABSENT, \
     AT(m, 2, BEFORE2(m)), ABSENT, AT(m, 3, BEFORE3(m)), ABSENT, \
     AT(m, 4, BEFORE4(m)), ABSENT, AT(m, 5, BEFORE5(m)), ABSENT, \
     AT(m, 6, BEFORE6(m)), ABSENT, AT(m, 7, BEFORE7(m)), ABSENT},
#define TIMES4(f, m) f(m) f((m) + 1) f((m) + 2) f((m) + 3)
#define TIMES16(f, m) \
    TIMES4(f, m) TIMES4(f, (m) + 4) TIMES4(f, (m) + 8) TIMES4(f, (m) + 12)
#define TIMES64(f, m) \
    TIMES16(f, m) TIMES16(f, (m) + 16) TIMES16(f, (m) + 32) TIMES16(f, (m) + 48)
#define TIMES256(f) TIMES64(f, 0) TIMES64(f, 64) TIMES64(f, 128) TIMES64(f, 192)
static const uint8_t places[256][8] = {TIMES256(NARROWLY)};
/* The same for lanes of 16 bits. */
static const _Alignas(16) uint8_t wide_places[256][16] = {TIMES256(WIDELY)};

/* The high parts, a byte each, one more than what is on record. */
static inline void put_highs(const struct pfor_gaps *g, uint8_t *out)
{
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t mask = ones * ((1U << g->high_width) - 1);
    const size_t n = (size_t)_mm_popcnt_u64(load_u64(g->bitmap)) +
                     (size_t)_mm_popcnt_u64(load_u64(g->bitmap + 8));
    const uint8_t *in = g->highs;
    for (size_t i = 0; i < n; i += 8, in += g->high_width) {
        store_u64(out + i, _pdep_u64(load_u64(in), mask) + ones);
    }
}

/* Of the next eight values, a byte each; zero where there is none. */
static inline __m128i spread_eight(unsigned bits, const uint8_t **highs)
{
    __m128i place = _mm_loadl_epi64((const __m128i *)(const void *)places[bits]);
    __m128i high = _mm_loadl_epi64((const __m128i *)(const void *)*highs);
    *highs += _mm_popcnt_u32(bits);
    return _mm_shuffle_epi8(high, place);
}

/* Of the next sixteen, in lanes of 16 bits. */
static inline __m256i spread_sixteen(const uint8_t *bitmap, const uint8_t **highs)
{
    const unsigned low = bitmap[0], high = bitmap[1];
    const uint8_t *middle = *highs + _mm_popcnt_u32(low);
    __m256i place = _mm256_set_m128i(
        _mm_load_si128((const __m128i *)(const void *)wide_places[high]),
        _mm_load_si128((const __m128i *)(const void *)wide_places[low]));
    __m256i v =
        _mm256_set_m128i(_mm_loadu_si128((const __m128i *)(const void *)middle),
                         _mm_loadu_si128((const __m128i *)(const void *)*highs));
    *highs = middle + _mm_popcnt_u32(high);
    return _mm256_shuffle_epi8(v, place);
}

/* How eight values of up to NARROW bits come into lanes of 16: the bytes of each, and what moves its bits to the top. */
enum {
    NARROW = 9,
    NARROW_BITS =
        13 /* eight gaps of so many bits, width included, sum to less than 2^16 */
};
struct narrow {
    int8_t shuffle[16];
    uint16_t times[8];
};
#define PAIR(i, w)  ((i) * (w)) / 8, ((i) * (w)) / 8 + 1
#define TIMES(i, w) (uint16_t)((w) ? 1U << ((16 - (w) - ((i) * (w)) % 8) % 16) : 0)
#define NARROWED(w)                                                          \
    {                                                                        \
        {PAIR(0, w), PAIR(1, w), PAIR(2, w), PAIR(3, w),                     \
         PAIR(4, w), PAIR(5, w), PAIR(6, w), PAIR(7, w)},                    \
        {                                                                    \
            TIMES(0, w), TIMES(1, w), TIMES(2, w), TIMES(3, w), TIMES(4, w), \
                TIMES(5, w), TIMES(6, w), TIMES(7, w)                        \
        }                                                                    \
    }
static const struct narrow narrow[NARROW + 1] = {
    NARROWED(0), NARROWED(1), NARROWED(2), NARROWED(3), NARROWED(4),
    NARROWED(5), NARROWED(6), NARROWED(7), NARROWED(8), NARROWED(9)};

/* Sixteen values a turn. Eight are summed in their half of a register; the halves follow each other in lanes of 32 bits. */
static inline __attribute__((always_inline)) void gaps_narrow(const struct pfor_gaps *g,
                                                              size_t n, uint32_t base,
                                                              uint32_t *restrict out,
                                                              bool exceptions)
{
    const __m256i zero = _mm256_setzero_si256(), one = _mm256_set1_epi16(1);
    const __m256i total = _mm256_set1_epi32((int)0x80800f0e);
    const __m128i width = _mm_cvtsi32_si128((int)g->width);
    const __m128i down = _mm_cvtsi32_si128(16 - (int)g->width);
    const struct narrow *how = &narrow[g->width];
    const __m256i shuffle = _mm256_broadcastsi128_si256(
        _mm_loadu_si128((const __m128i *)(const void *)how->shuffle));
    const __m256i times = _mm256_broadcastsi128_si256(
        _mm_loadu_si128((const __m128i *)(const void *)how->times));
    const uint8_t *in = g->lows;
    const size_t step = g->width;
    __m256i last = _mm256_set1_epi32((int)base);
    uint8_t highs[PFOR_BLOCK + 32];
    const uint8_t *next = highs;
    if (exceptions) {
        put_highs(g, highs);
    }
    for (size_t i = 0; i < n; i += 16, in += 2 * step) {
        __m256i v = _mm256_set_m128i(
            _mm_loadu_si128((const __m128i *)(const void *)(in + step)),
            _mm_loadu_si128((const __m128i *)(const void *)in));
        v = _mm256_mullo_epi16(_mm256_shuffle_epi8(v, shuffle), times);
        v = _mm256_add_epi16(_mm256_srl_epi16(v, down), one);
        if (exceptions) {
            __m256i high = spread_sixteen(g->bitmap + i / 8, &next);
            v = _mm256_add_epi16(v, _mm256_sll_epi16(high, width));
        }
        v = _mm256_add_epi16(v, _mm256_slli_si256(v, 2));
        v = _mm256_add_epi16(v, _mm256_slli_si256(v, 4));
        v = _mm256_add_epi16(v, _mm256_slli_si256(v, 8));
        __m256i own = _mm256_shuffle_epi8(v, total);
        __m256i other = _mm256_permute2x128_si256(own, own, 1);
        __m256i before = _mm256_add_epi32(last, _mm256_blend_epi32(zero, other, 0xf0));
        __m256i a = _mm256_add_epi32(_mm256_unpacklo_epi16(v, zero), before);
        __m256i b = _mm256_add_epi32(_mm256_unpackhi_epi16(v, zero), before);
        _mm256_storeu_si256((__m256i *)(void *)(out + i),
                            _mm256_permute2x128_si256(a, b, 0x20));
        _mm256_storeu_si256((__m256i *)(void *)(out + i + 8),
                            _mm256_permute2x128_si256(a, b, 0x31));
        last = _mm256_add_epi32(last, _mm256_add_epi32(own, other));
    }
}

static inline __attribute__((always_inline)) void gaps_wide(const struct pfor_gaps *g,
                                                            size_t n, uint32_t base,
                                                            uint32_t *restrict out,
                                                            bool exceptions)
{
    const __m256i seven = _mm256_set1_epi32(7);
    const __m128i width = _mm_cvtsi32_si128((int)g->width);
    const struct unpacker u = unpacker_of(g->width);
    const uint8_t *in = g->lows;
    const size_t step = g->width;
    __m256i last = _mm256_set1_epi32((int)base);
    uint8_t highs[PFOR_BLOCK + 32];
    const uint8_t *next = highs;
    if (exceptions) {
        put_highs(g, highs);
    }
    for (size_t i = 0; i < n; i += 8, in += step) {
        __m256i v = unpack_eight(&u, in);
        if (exceptions) {
            __m256i high = _mm256_cvtepu8_epi32(spread_eight(g->bitmap[i / 8], &next));
            v = _mm256_add_epi32(v, _mm256_sll_epi32(high, width));
        }
        v = sum_eight(v);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_add_epi32(v, last));
        last = _mm256_add_epi32(last, _mm256_permutevar8x32_epi32(v, seven));
    }
}

static void gaps_avx2(const struct pfor_gaps *g, size_t n, uint32_t base,
                      uint32_t *restrict out)
{
    unsigned bits = g->width + (g->highs ? g->high_width + 1 : 0);
    if (g->width <= NARROW && bits <= NARROW_BITS) {
        if (g->highs) {
            gaps_narrow(g, n, base, out, true);
        } else {
            gaps_narrow(g, n, base, out, false);
        }
    } else if (g->highs) {
        gaps_wide(g, n, base, out, true);
    } else {
        gaps_wide(g, n, base, out, false);
    }
}

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

/* Eight positions are seven bytes. As bits: a shift by 64 or more gives none. */
static bool positions_avx2(const uint8_t *in, size_t n_positions, size_t n,
                           uint8_t *bitmap)
{
    uint8_t at[48];
    for (size_t i = 0; i < n_positions; i += 8, in += 7) {
        store_u64(at + i, _pdep_u64(load_u64(in), 0x7f7f7f7f7f7f7f7fu));
    }
    store_u64(at + n_positions, UINT64_MAX); /* no bit, up to a whole four */
    const __m256i one = _mm256_set1_epi64x(1), half = _mm256_set1_epi64x(64);
    __m256i low = _mm256_setzero_si256(), high = low;
    for (size_t i = 0; i < n_positions; i += 4) {
        __m256i v = _mm256_cvtepu8_epi64(_mm_cvtsi32_si128((int)load_u32(at + i)));
        low = _mm256_or_si256(low, _mm256_sllv_epi64(one, v));
        high = _mm256_or_si256(high, _mm256_sllv_epi64(one, _mm256_sub_epi64(v, half)));
    }
    /* the words of both, or'ed over four lanes */
    __m256i both = _mm256_or_si256(_mm256_unpacklo_epi64(low, high),
                                   _mm256_unpackhi_epi64(low, high));
    _mm_storeu_si128(
        (__m128i *)(void *)bitmap,
        _mm_or_si128(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1)));
    __m256i ascend = _mm256_cmpgt_epi8(load(at + 1), load(at));
    const uint32_t wanted = (1U << (n_positions - 1)) - 1;
    return ((uint32_t)_mm256_movemask_epi8(ascend) & wanted) == wanted &&
           at[n_positions - 1] < n;
}

/* Where the parts of a block with exceptions are. False if it is not sound, or not for gaps_avx2. */
static bool find_parts(const uint8_t *in, size_t len, struct pfor_gaps *g, size_t *used)
{
    const size_t lows = 3, n = in[1], bitmap = PFOR_BLOCK / 8;
    const size_t positions = lows + (size_t)g->width * bitmap;
    const bool listed = n * PFOR_POSITION_BITS < PFOR_BLOCK;
    const size_t highs =
        positions + (listed ? (n * PFOR_POSITION_BITS + 7) / 8 : bitmap);
    g->high_width = in[2];
    *used = highs + (n * g->high_width + 7) / 8;
    if (n == 0 || g->high_width > PFOR_GAPS_HIGH ||
        g->width + g->high_width + 1 > PFOR_GAPS_BITS || *used > len) {
        return false;
    }
    g->lows = in + lows;
    g->highs = in + highs;
    if (listed) {
        return positions_avx2(in + positions, n, PFOR_BLOCK, g->bitmap);
    }
    memcpy(g->bitmap, in + positions, bitmap);
    return (size_t)_mm_popcnt_u64(load_u64(in + positions)) +
               (size_t)_mm_popcnt_u64(load_u64(in + positions + 8)) ==
           n;
}

static size_t block_avx2(const uint8_t *in, size_t len, uint32_t base, uint32_t *out)
{
    struct pfor_gaps g = {.width = in[0] & PFOR_HEAD_WIDTH};
    size_t used = 1 + (size_t)g.width * PFOR_BLOCK / 8;
    if (in[0] & PFOR_HEAD_VARINT || g.width > PFOR_GAPS_BITS) {
        return 0;
    }
    if (in[0] & PFOR_HEAD_EXCEPTIONS) {
        if (len < 3 || !find_parts(in, len, &g, &used)) {
            return 0;
        }
    } else if (used > len) {
        return 0;
    }
    g.lows = g.highs ? g.lows : in + 1;
    gaps_avx2(&g, PFOR_BLOCK, base, out);
    return base == UINT32_MAX || out[PFOR_BLOCK - 1] > base ? used : 0;
}

const struct pfor_kernels pfor_kernels_avx2 = {unpack_avx2,    prefix_avx2, expand_avx2,
                                               positions_avx2, gaps_avx2,   block_avx2};
