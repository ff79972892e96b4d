/* The plan of a PFor block, and gaps, with AVX2. The width of each value is a byte; how many are wider than w is counted for
 * eight w at a time, and so are the bytes that the block would take: no table in memory, and no branch on what the values
 * are. Nothing behind the values is read. */
#include <immintrin.h>

#include "formats/pfor_layout.h"
#include "formats/pfor_pack.h"

enum {
    SET = 32, /* values whose widths fill a register */
    SETS = PFOR_BLOCK / SET,
    EIGHT = 8,
    EXPONENT_LESS = 126, /* exponent of a float less this: the width */
    KEY_BITS = 5,        /* of a key: 31 less a width */
    KEY_WIDTH = (1 << KEY_BITS) - 1
};

static const int32_t all_then_none[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

static inline __m256i load(const uint32_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline void store(uint32_t *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)(void *)p, v);
}

/* Values i to i + 7; those from n on are 0. */
static inline __m256i load_eight(const uint32_t *values, size_t i, size_t n)
{
    if (n >= i + EIGHT)
        return load(values + i);
    if (n <= i)
        return _mm256_setzero_si256();
    const int32_t *mask = all_then_none + EIGHT - (n - i);
    return _mm256_maskload_epi32(
        (const int *)(const void *)(values + i),
        _mm256_loadu_si256((const __m256i *)(const void *)mask));
}

/* The exponents of the values as floats, those of 2^31 and more without meaning. Without the bits that have a bit above
 * them a value does not round up to the next power of two. */
static inline __m256i exponents(__m256i v)
{
    __m256i top = _mm256_andnot_si256(_mm256_srli_epi32(v, 1), v);
    return _mm256_srli_epi32(_mm256_castps_si256(_mm256_cvtepi32_ps(top)), 23);
}

/* Of four times eight values the widths, in no order. */
static inline __m256i widths_of(const __m256i v[4])
{
    __m256i low = _mm256_packs_epi32(exponents(v[0]), exponents(v[1]));
    __m256i high = _mm256_packs_epi32(exponents(v[2]), exponents(v[3]));
    __m256i bytes = _mm256_packus_epi16(low, high);
    return _mm256_subs_epu8(bytes, _mm256_set1_epi8(EXPONENT_LESS));
}

static inline uint32_t largest_of(__m256i v)
{
    __m128i max =
        _mm_max_epu32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    max = _mm_max_epu32(max, _mm_shuffle_epi32(max, 0x4e));
    max = _mm_max_epu32(max, _mm_shuffle_epi32(max, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(max);
}

/* By byte: how many of the widths are above w. */
static inline __m256i wider(const __m256i *widths, size_t n_sets, unsigned w)
{
    const __m256i width = _mm256_set1_epi8((char)w);
    __m256i first = _mm256_cmpgt_epi8(widths[0], width); /* -1 for each */
    if (n_sets == 1)
        return _mm256_sub_epi8(_mm256_setzero_si256(), first);
    __m256i third = _mm256_cmpgt_epi8(widths[2], width);
    first = _mm256_add_epi8(first, _mm256_cmpgt_epi8(widths[1], width));
    third = _mm256_add_epi8(third, _mm256_cmpgt_epi8(widths[3], width));
    return _mm256_sub_epi8(_mm256_setzero_si256(), _mm256_add_epi8(first, third));
}

/* Counts of w and w + 1, in each quarter's two lowest bytes. */
static inline __m256i count_two(const __m256i *widths, size_t n_sets, unsigned w)
{
    const __m256i none = _mm256_setzero_si256();
    __m256i low = _mm256_sad_epu8(wider(widths, n_sets, w), none);
    __m256i high = _mm256_sad_epu8(wider(widths, n_sets, w + 1), none);
    return _mm256_or_si256(low, _mm256_slli_epi64(high, 8));
}

/* How many of the widths are above w, w + 1, ... w + 7, 16 bits each. */
static inline __m128i count_above(const __m256i *widths, size_t n_sets, unsigned w)
{
    __m256i a = count_two(widths, n_sets, w);
    __m256i b = count_two(widths, n_sets, w + 2);
    __m256i c = count_two(widths, n_sets, w + 4);
    __m256i d = count_two(widths, n_sets, w + 6);
    a = _mm256_or_si256(a, _mm256_slli_epi64(b, 16));
    c = _mm256_or_si256(c, _mm256_slli_epi64(d, 16));
    a = _mm256_or_si256(a, _mm256_slli_epi64(c, 32));
    __m128i sum =
        _mm_add_epi8(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    return _mm_cvtepu8_epi16(_mm_add_epi8(sum, _mm_srli_si128(sum, EIGHT)));
}

struct extent {
    size_t n;
    unsigned width; /* of the largest value */
    unsigned rest;  /* of what it is without its highest bit */
};

/* Bits to bytes. */
static inline __m128i bytes_of_bits(__m128i bits)
{
    return _mm_srli_epi16(_mm_add_epi16(bits, _mm_set1_epi16(7)), 3);
}

/* For the eight widths from w on: the bytes of the block in the upper bits, then 31 less the width, so that the least is
 * the best; 0xffff for those that cannot be. */
static inline __m128i keys_of(const struct extent *x, unsigned w, __m128i above)
{
    const __m128i width =
        _mm_add_epi16(_mm_set1_epi16((short)w), _mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7));
    const __m128i top = _mm_set1_epi16((short)x->width);
    __m128i low = bytes_of_bits(_mm_mullo_epi16(width, _mm_set1_epi16((short)x->n)));
    /* the largest value's high part less one is a bit narrower if it was a power of two */
    __m128i high_width = _mm_sub_epi16(top, width);
    high_width = _mm_add_epi16(
        high_width, _mm_cmpgt_epi16(width, _mm_set1_epi16((short)((int)x->rest - 1))));
    __m128i list =
        bytes_of_bits(_mm_mullo_epi16(above, _mm_set1_epi16(PFOR_POSITION_BITS)));
    __m128i positions =
        _mm_min_epi16(list, _mm_set1_epi16((short)coding_bits_len(x->n, 1)));
    __m128i more = _mm_add_epi16(bytes_of_bits(_mm_mullo_epi16(above, high_width)),
                                 _mm_set1_epi16(PFOR_EXCEPTION_HEAD));
    more =
        _mm_andnot_si128(_mm_cmpeq_epi16(width, top), _mm_add_epi16(more, positions));
    __m128i bad =
        _mm_or_si128(_mm_cmpgt_epi16(width, top),
                     _mm_cmpgt_epi16(above, _mm_set1_epi16(PFOR_EXCEPTIONS_MAX)));
    __m128i key = _mm_slli_epi16(_mm_add_epi16(low, more), KEY_BITS);
    key = _mm_or_si128(key, _mm_sub_epi16(_mm_set1_epi16(KEY_WIDTH), width));
    return _mm_or_si128(key, bad);
}

/* widths: of n values in n_sets registers, all below 32 bits. */
static inline void choose(const __m256i *widths, size_t n_sets, size_t n, uint32_t max,
                          struct pfor_plan *plan)
{
    uint16_t above[KEY_WIDTH + 1];
    struct extent x = {n, coding_width32(max), 0};
    if (max > 0)
        x.rest = coding_width32(max ^ UINT32_C(1) << (x.width - 1));
    __m128i best = _mm_set1_epi16(-1);
    for (unsigned w = 0; w <= KEY_WIDTH; w += 2 * EIGHT)
        _mm256_storeu_si256((__m256i *)(void *)(above + w), _mm256_setzero_si256());
    for (unsigned w = 0; w <= x.width; w += EIGHT) {
        __m128i counts = count_above(widths, n_sets, w);
        _mm_storeu_si128((__m128i *)(void *)(above + w), counts);
        best = _mm_min_epu16(best, keys_of(&x, w, counts));
    }
    unsigned key = (unsigned)_mm_cvtsi128_si32(_mm_minpos_epu16(best)) & 0xffff;
    plan->width = KEY_WIDTH - (key & KEY_WIDTH);
    plan->bytes = key >> KEY_BITS;
    plan->exceptions = above[plan->width];
    plan->high_width = plan->exceptions ? coding_width32((max >> plan->width) - 1) : 0;
    plan->varints = n + above[7] + above[14] + above[21] + above[28];
}

void pfor_plan_avx2(const uint32_t *values, size_t n, struct pfor_plan *plan)
{
    __m256i widths[SETS], v[4], most = _mm256_setzero_si256();
    const size_t n_sets = n > SET ? SETS : 1;
    for (size_t k = 0; k < n_sets; k++) {
        const size_t at = SET * k;
        v[0] = load_eight(values, at, n);
        v[1] = load_eight(values, at + EIGHT, n);
        v[2] = load_eight(values, at + 2 * EIGHT, n);
        v[3] = load_eight(values, at + 3 * EIGHT, n);
        most = _mm256_max_epu32(_mm256_max_epu32(most, v[0]),
                                _mm256_max_epu32(v[1], v[2]));
        most = _mm256_max_epu32(most, v[3]);
        widths[k] = widths_of(v);
    }
    const uint32_t max = largest_of(most);
    if (max > INT32_MAX)
        pfor_plan_scalar(values, n, plan);
    else if (n_sets == 1)
        choose(widths, 1, n, max, plan);
    else
        choose(widths, SETS, n, max, plan);
}

void pfor_gaps_avx2(const uint32_t *values, size_t n, uint32_t before, uint32_t *gaps)
{
    const __m256i none = _mm256_set1_epi32(-1),
                  turned = _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6);
    size_t i = 0;
    if (n >= EIGHT) {
        __m256i v = load(values), last = _mm256_permutevar8x32_epi32(v, turned);
        last = _mm256_blend_epi32(last, _mm256_set1_epi32((int)before), 1);
        store(gaps, _mm256_add_epi32(_mm256_sub_epi32(v, last), none));
        for (i = EIGHT; n - i >= EIGHT; i += EIGHT) {
            __m256i gap = _mm256_sub_epi32(load(values + i), load(values + i - 1));
            store(gaps + i, _mm256_add_epi32(gap, none));
        }
        before = values[i - 1];
    }
    for (; i < n; i++) {
        gaps[i] = values[i] - before - 1;
        before = values[i];
    }
}
