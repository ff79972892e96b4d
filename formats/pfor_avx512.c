/* Encoding kernels of PFor blocks with AVX-512: sixteen values at a time. How many are wider than w is counted for eight w at once, and
 * what the block would take is reckoned for all widths. Nothing behind the values is read. */
#include <immintrin.h>

#include "formats/pfor_layout.h"
#include "formats/pfor_pack.h"

enum {
    LANES = 16,
    SET = 64, /* values whose widths fill a register */
    EIGHT = 8,
    BYTE_WIDTH_MAX = 8,
    HALF_WIDTH_MAX = 16,
    EXPONENT_LESS = 126, /* exponent of a float less this: the width */
    KEY_BITS = 5,        /* of a key: 31 less a width */
    KEY_WIDTH = (1 << KEY_BITS) - 1
};

/* The first n lanes. */
static inline __mmask16 some(size_t n)
{
    return (__mmask16)_bzhi_u32(0xffff, (unsigned)n);
}

/* Values i to i + 15; those from n on are 0. A mask only where one is needed: where its line is not in the nearest cache a
 * masked load takes several times as long. */
static inline __m512i load(const uint32_t *values, size_t i, size_t n)
{
    if (n >= i + LANES)
        return _mm512_loadu_si512(values + i);
    return _mm512_maskz_loadu_epi32(some(n > i ? n - i : 0), values + i);
}

/* The exponents of the values as floats, rounded down so that none becomes the next power of two. */
static inline __m512i exponents(__m512i v)
{
    __m512 f = _mm512_cvt_roundepu32_ps(v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
    return _mm512_srli_epi32(_mm512_castps_si512(f), 23);
}

/* Of 64 values from number i on the widths, in no order; *max: the largest of what it was and these, by lane. */
static inline __m512i widths_of(const uint32_t *values, size_t i, size_t n,
                                __m512i *max)
{
    __m512i a = load(values, i, n), b = load(values, i + LANES, n);
    __m512i c = load(values, i + 2 * LANES, n), d = load(values, i + 3 * LANES, n);
    __m512i most = _mm512_max_epu32(_mm512_max_epu32(a, b), _mm512_max_epu32(c, d));
    *max = _mm512_max_epu32(*max, most);
    a = _mm512_packus_epi32(exponents(a), exponents(b));
    c = _mm512_packus_epi32(exponents(c), exponents(d));
    return _mm512_subs_epu8(_mm512_packus_epi16(a, c), _mm512_set1_epi8(EXPONENT_LESS));
}

/* The places of a word of a bitmap. */
static const _Alignas(64) uint8_t numbers[SET] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
    48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

/* Byte k of each qword, for k from 0 on. */
static const _Alignas(64) uint8_t columns_of_bytes[SET] = {
    0, 8,  16, 24, 32, 40, 48, 56, 1, 9,  17, 25, 33, 41, 49, 57,
    2, 10, 18, 26, 34, 42, 50, 58, 3, 11, 19, 27, 35, 43, 51, 59,
    4, 12, 20, 28, 36, 44, 52, 60, 5, 13, 21, 29, 37, 45, 53, 61,
    6, 14, 22, 30, 38, 46, 54, 62, 7, 15, 23, 31, 39, 47, 55, 63};

/* Of 64 widths: in qword k how many are above `first` + k. A byte whose lowest bits say which of the eight numbers it is above, then
 * a transposition of bits, eight bytes at a time, and of bytes: the bits of a qword are those of one number. */
static inline __m512i count_set(__m512i widths, unsigned first)
{
    const __m512i bits = _mm512_set1_epi64((long long)UINT64_C(0x8040201008040201));
    const __m512i lowest = _mm512_broadcast_i32x4(_mm_setr_epi8(
        0, 0x1, 0x3, 0x7, 0xf, 0x1f, 0x3f, 0x7f, -1, -1, -1, -1, -1, -1, -1, -1));
    const __m512i columns = _mm512_load_si512(columns_of_bytes);
    __m512i above = _mm512_subs_epu8(widths, _mm512_set1_epi8((char)first));
    above = _mm512_min_epu8(above, _mm512_set1_epi8(EIGHT));
    above = _mm512_shuffle_epi8(lowest, above);
    above = _mm512_gf2p8affine_epi64_epi8(bits, above, 0);
    return _mm512_popcnt_epi64(_mm512_permutexvar_epi8(columns, above));
}

/* How many widths are above w, by byte, for sixteen w from `first` on. */
static inline __m128i count_sixteen(__m512i a, __m512i b, unsigned first)
{
    __m512i low = _mm512_add_epi64(count_set(a, first), count_set(b, first));
    __m512i high =
        _mm512_add_epi64(count_set(a, first + EIGHT), count_set(b, first + EIGHT));
    return _mm_unpacklo_epi64(_mm512_cvtepi64_epi8(low), _mm512_cvtepi64_epi8(high));
}

struct extent {
    size_t n;
    unsigned width; /* of the largest value */
    unsigned rest;  /* of what it is without its highest bit */
};

/* Bits to bytes. */
static inline __m512i bytes_of_bits(__m512i bits)
{
    return _mm512_srli_epi16(_mm512_add_epi16(bits, _mm512_set1_epi16(7)), 3);
}

static inline __m512i all(unsigned v)
{
    return _mm512_set1_epi16((short)v);
}

/* For each width: the bytes of the block in the upper bits, then 31 less the width, so that the least is the best; 0xffff for those
 * that cannot be. */
static inline __m512i keys_of(const struct extent *x, __m512i above)
{
    const __m512i width = _mm512_cvtepi8_epi16(
        _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
                         18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31));
    const __m512i top = all(x->width), one = all(1);
    __m512i low = bytes_of_bits(_mm512_mullo_epi16(width, all((unsigned)x->n)));
    /* the largest value's high part less one is a bit narrower if it was a power of two */
    __m512i high = _mm512_sub_epi16(top, width);
    high = _mm512_mask_sub_epi16(high, _mm512_cmpge_epu16_mask(width, all(x->rest)),
                                 high, one);
    __m512i list = bytes_of_bits(_mm512_mullo_epi16(above, all(PFOR_POSITION_BITS)));
    __m512i positions = _mm512_min_epu16(list, all((unsigned)coding_bits_len(x->n, 1)));
    __m512i more = _mm512_add_epi16(bytes_of_bits(_mm512_mullo_epi16(above, high)),
                                    all(PFOR_EXCEPTION_HEAD));
    __mmask32 below = _mm512_cmplt_epu16_mask(width, top);
    __m512i bytes =
        _mm512_mask_add_epi16(low, below, low, _mm512_add_epi16(more, positions));
    __m512i key = _mm512_or_si512(_mm512_slli_epi16(bytes, KEY_BITS),
                                  _mm512_sub_epi16(all(KEY_WIDTH), width));
    __mmask32 bad = _mm512_cmpgt_epu16_mask(width, top) |
                    _mm512_cmpgt_epu16_mask(above, all(PFOR_EXCEPTIONS_MAX));
    return _mm512_mask_blend_epi16(bad, key, all(0xffff));
}

static inline unsigned least_of(__m512i keys)
{
    __m256i a = _mm256_min_epu16(_mm512_castsi512_si256(keys),
                                 _mm512_extracti64x4_epi64(keys, 1));
    __m128i b =
        _mm_min_epu16(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    return (unsigned)_mm_cvtsi128_si32(_mm_minpos_epu16(b)) & 0xffff;
}

void pfor_plan_avx512(const uint32_t *values, size_t n, struct pfor_plan *plan)
{
    const __m512i none = _mm512_setzero_si512();
    __m512i most = none;
    const __m512i a = widths_of(values, 0, n, &most),
                  b = n > SET ? widths_of(values, SET, n, &most) : none;
    const uint32_t max = _mm512_reduce_max_epu32(most);
    if (max > INT32_MAX) {
        pfor_plan_scalar(values, n, plan);
        return;
    }
    struct extent x = {n, coding_width32(max), 0};
    if (max > 0)
        x.rest = coding_width32(max ^ UINT32_C(1) << (x.width - 1));
    __m128i high = x.width < LANES ? _mm_setzero_si128() : count_sixteen(a, b, LANES);
    __m256i above = _mm256_set_m128i(high, count_sixteen(a, b, 0));
    unsigned key = least_of(keys_of(&x, _mm512_cvtepu8_epi16(above)));
    uint8_t counts[KEY_WIDTH + 1];
    _mm256_storeu_si256((__m256i *)(void *)counts, above);
    plan->width = KEY_WIDTH - (key & KEY_WIDTH);
    plan->bytes = key >> KEY_BITS;
    plan->exceptions = counts[plan->width];
    plan->high_width = plan->exceptions ? coding_width32((max >> plan->width) - 1) : 0;
    plan->varints = n + counts[7] + counts[14] + counts[21] + counts[28];
}

void pfor_gaps_avx512(const uint32_t *values, size_t n, uint32_t before, uint32_t *gaps)
{
    const __m512i none = _mm512_set1_epi32(-1);
    __m512i last = _mm512_set1_epi32((int)before);
    for (size_t i = 0; i < n; i += LANES) {
        __m512i v = load(values, i, n);
        __m512i gap = _mm512_sub_epi32(v, _mm512_alignr_epi32(v, last, LANES - 1));
        gap = _mm512_add_epi32(gap, none);
        if (n >= i + LANES)
            _mm512_storeu_si512(gaps + i, gap);
        else
            _mm512_mask_storeu_epi32(gaps + i, some(n - i), gap);
        last = v;
    }
}

/* Sixteen values as bytes, as the twin for AVX2 does it. */
static inline void pack_bytes(__m512i v, unsigned width, uint64_t mask, uint8_t *out)
{
    __m128i bytes = _mm512_cvtepi32_epi8(v);
    uint64_t low = (uint64_t)_mm_cvtsi128_si64(bytes);
    uint64_t high = (uint64_t)_mm_extract_epi64(bytes, 1);
    store_u64(out, _pext_u64(low, mask));
    store_u64(out + width, _pext_u64(high, mask));
}

/* Eight halves of words; the first four may end in half a byte, with which the others begin. */
static inline void pack_eight_halves(__m128i v, unsigned width, uint64_t mask,
                                     uint8_t *out)
{
    uint64_t low = _pext_u64((uint64_t)_mm_cvtsi128_si64(v), mask);
    uint64_t high = _pext_u64((uint64_t)_mm_extract_epi64(v, 1), mask);
    store_u64(out, low);
    if (width % 2 != 0)
        high = high << 4 | low >> (4 * width - 4);
    store_u64(out + width / 2, high);
}

static inline void pack_halves(__m512i v, unsigned width, uint64_t mask, uint8_t *out)
{
    __m256i halves = _mm512_cvtepi32_epi16(v);
    pack_eight_halves(_mm256_castsi256_si128(halves), width, mask, out);
    pack_eight_halves(_mm256_extracti128_si256(halves, 1), width, mask, out + width);
}

static inline uint64_t bytes_mask(unsigned width)
{
    return 0x0101010101010101u * ((1U << width) - 1);
}

uint8_t *pfor_pack_avx512(const uint32_t *values, size_t n, unsigned width,
                          uint8_t *out)
{
    uint8_t *at = out;
    if (width == 0 || width > HALF_WIDTH_MAX)
        return pfor_pack_avx2(values, n, width, out);
    if (width <= BYTE_WIDTH_MAX) {
        const uint64_t mask = bytes_mask(width);
        for (size_t i = 0; i < n; i += LANES, at += 2 * width)
            pack_bytes(load(values, i, n), width, mask, at);
    } else {
        const uint64_t mask = 0x0001000100010001u * ((1U << width) - 1);
        for (size_t i = 0; i < n; i += LANES, at += 2 * width)
            pack_halves(load(values, i, n), width, mask, at);
    }
    return out + coding_bits_len(n, width);
}

/* High parts, which zeros follow that fill up thirty-two. Most blocks have no more than these, how many nobody can foretell. */
static uint8_t *pack_highs(const uint32_t *highs, size_t n, unsigned width,
                           uint8_t *out)
{
    if (n > 2 * LANES || width == 0 || width > BYTE_WIDTH_MAX)
        return pfor_pack_avx512(highs, n, width, out);
    const uint64_t mask = bytes_mask(width);
    pack_bytes(_mm512_loadu_si512(highs), width, mask, out);
    pack_bytes(_mm512_loadu_si512(highs + LANES), width, mask, out + 2 * width);
    return out + coding_bits_len(n, width);
}

uint8_t *pfor_highs_avx512(const uint32_t *values, size_t n,
                           const struct pfor_split *split,
                           uint8_t bitmap[PFOR_BLOCK / 8], uint8_t *out)
{
    const __m128i width = _mm_cvtsi32_si128((int)split->width);
    const __m512i none = _mm512_set1_epi32(-1), zero = _mm512_setzero_si512();
    uint32_t highs[PFOR_BLOCK + 2 * LANES];
    size_t found = 0;
    if (n < PFOR_BLOCK)
        memset(bitmap, 0, PFOR_BLOCK / 8);
    for (size_t i = 0; i < n; i += LANES) {
        __m512i high = _mm512_srl_epi32(load(values, i, n), width);
        __mmask16 set = _mm512_test_epi32_mask(high, high);
        high = _mm512_maskz_compress_epi32(set, _mm512_add_epi32(high, none));
        _mm512_storeu_si512(highs + found, high);
        store_u16(bitmap + i / 8, set);
        found += (unsigned)_mm_popcnt_u32(set);
    }
    _mm512_storeu_si512(highs + found, zero);
    _mm512_storeu_si512(highs + found + LANES, zero);
    return pack_highs(highs, found, split->high_width, out);
}

/* A list is seven bits of each position, which are bytes moved together before. */
static inline __m128i list_positions(const uint8_t bitmap[PFOR_BLOCK / 8])
{
    const uint64_t mask = UINT64_C(0x7f7f7f7f7f7f7f7f);
    const __m512i first = _mm512_load_si512(numbers),
                  second = _mm512_add_epi8(first, _mm512_set1_epi8(SET));
    uint64_t low = load_u64(bitmap), high = load_u64(bitmap + 8);
    uint8_t bytes[2 * SET];
    _mm512_storeu_si512(bytes, _mm512_maskz_compress_epi8(low, first));
    _mm512_storeu_si512(bytes + _mm_popcnt_u64(low),
                        _mm512_maskz_compress_epi8(high, second));
    uint64_t a = _pext_u64(load_u64(bytes), mask);
    uint64_t b = _pext_u64(load_u64(bytes + 8), mask);
    uint64_t c = _pext_u64(load_u64(bytes + 16), mask);
    return _mm_set_epi64x((long long)(b >> 8 | c << 48), (long long)(a | b << 56));
}

/* Both ways are made: which it is, nobody can foretell. */
void pfor_positions_avx512(const uint8_t bitmap[PFOR_BLOCK / 8], size_t exceptions,
                           size_t n, uint8_t *out)
{
    __m128i list = list_positions(bitmap), bits = _mm_loadu_si128((const void *)bitmap);
    __mmask16 as_bits = pfor_positions_as_bitmap(exceptions, n) ? 0xffff : 0;
    size_t len = pfor_positions_len(exceptions, n);
    _mm_mask_storeu_epi8(out, (__mmask16)_bzhi_u32(0xffff, (unsigned)len),
                         _mm_mask_blend_epi8(as_bits, list, bits));
}
