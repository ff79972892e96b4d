/* Sixteen numbers of one to four bytes each by one compression in a register: a bit for each byte says whether it is written. The way
 * back, by an expansion, is slower than four shuffles where the bytes come from memory (docs/DECISIONS.md, 233); separators, which
 * take a byte or two each, come back by two compressions. */
#include <immintrin.h>

#include "base/endian.h"
#include "indexer/token_block.h"

/* Of each number, four bits of 64: its first byte, its second and so on. */
#define FIRSTS  UINT64_C(0x1111111111111111)
#define SECONDS (FIRSTS << 1)
#define THIRDS  (FIRSTS << 2)
#define FOURTHS (FIRSTS << 3)

enum {
    QUADS_AT_ONCE = 4,
    QUAD_BITS = 16 /* of those 64, of a quad */
};

/* Of n quads, fewer than four. */
static inline uint64_t bytes_of_quads(size_t n)
{
    return (UINT64_C(1) << QUAD_BITS * n) - 1;
}

/* Which of sixteen numbers take more than one byte, more than two and more than three. */
struct longer {
    uint32_t one, two, three;
};

static inline struct longer longer_of(__m512i v)
{
    return (struct longer){
        _mm512_cmpgt_epu32_mask(v, _mm512_set1_epi32(0xff)),
        _mm512_cmpgt_epu32_mask(v, _mm512_set1_epi32(0xffff)),
        _mm512_cmpgt_epu32_mask(v, _mm512_set1_epi32(0xffffff)),
    };
}

static inline uint32_t codes_of(struct longer l)
{
    return _pdep_u32(l.one ^ l.two ^ l.three, UINT32_C(0x55555555)) |
           _pdep_u32(l.two, UINT32_C(0xaaaaaaaa));
}

static inline uint64_t bytes_by_longer(struct longer l)
{
    return FIRSTS | _pdep_u64(l.one, SECONDS) | _pdep_u64(l.two, THIRDS) |
           _pdep_u64(l.three, FOURTHS);
}

/* Puts the bytes of v that are told; returns where they end. */
static inline uint8_t *put(__m512i v, uint64_t bytes, uint8_t *out)
{
    _mm512_storeu_si512((void *)out, _mm512_maskz_compress_epi8(bytes, v));
    return out + _mm_popcnt_u64(bytes);
}

uint8_t *token_block_put_quads_avx512(const uint32_t *v, size_t n_quads,
                                      uint8_t *lengths, uint8_t *out)
{
    size_t i = 0;
    for (; i + QUADS_AT_ONCE <= n_quads; i += QUADS_AT_ONCE) {
        __m512i numbers = _mm512_loadu_si512((const void *)(v + 4 * i));
        struct longer l = longer_of(numbers);
        store_u32(lengths + i, codes_of(l));
        out = put(numbers, bytes_by_longer(l), out);
    }
    if (i < n_quads) {
        uint64_t inside = bytes_of_quads(n_quads - i);
        __m512i numbers = _mm512_maskz_loadu_epi8(inside, (const void *)(v + 4 * i));
        struct longer l = longer_of(numbers);
        uint32_t codes = codes_of(l);
        out = put(numbers, bytes_by_longer(l) & inside, out);
        for (; i < n_quads; i++, codes >>= 8)
            lengths[i] = (uint8_t)codes;
    }
    return out;
}

/* --- separators ---------------------------------------------------------------------------- */

enum {
    SEPS_AT_ONCE = 64,
    SEVEN_BITS = 0x7f
};

static inline __m512i load(const uint8_t *p)
{
    return _mm512_loadu_si512(p);
}

static inline __m512i numbers_of(__m128i first, __m128i second)
{
    __m512i low = _mm512_cvtepu8_epi32(first), high = _mm512_cvtepu8_epi32(second);
    low = _mm512_and_si512(low, _mm512_set1_epi32(SEVEN_BITS));
    return _mm512_or_si512(low, _mm512_slli_epi32(high, 7));
}

/* Thirty-two numbers of their first bytes and their second ones, which are 0 where there is none. */
static inline void put_numbers(__m256i first, __m256i second, uint32_t *out)
{
    _mm512_storeu_si512(
        out, numbers_of(_mm256_castsi256_si128(first), _mm256_castsi256_si128(second)));
    _mm512_storeu_si512(out + 16, numbers_of(_mm256_extracti128_si256(first, 1),
                                             _mm256_extracti128_si256(second, 1)));
}

/* Whether the places of a block, those of the bits of `in`, ascend and are below n. */
static inline bool are_places(const uint8_t *places, uint64_t in, uint32_t n)
{
    __m512i v = load(places);
    uint64_t fall = _mm512_cmple_epu8_mask(v, load(places - 1)) & ~UINT64_C(1);
    return ((fall | _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)n))) & in) == 0;
}

/* What is not as nearly all blocks are is left to the scalar version, good or bad. */
bool token_block_take_seps_avx512(const uint8_t *in, const uint8_t *end,
                                  struct token_block *b)
{
    const uint8_t *numbers = in + b->n_seps;
    const size_t len = (size_t)(end - numbers);
    if (b->n_seps > SEPS_AT_ONCE || len > SEPS_AT_ONCE)
        return token_block_take_seps(in, end, b);
    const uint64_t inside = _bzhi_u64(UINT64_MAX, (unsigned)len);
    __m512i v = load(numbers), next = load(numbers + 1);
    /* Bytes that another follows; where numbers begin. */
    uint64_t on = _mm512_movepi8_mask(v) & inside, begin = ~(on << 1) & inside;
    uint64_t odd = on & (on << 1 | ~(inside >> 1) | _mm512_testn_epi8_mask(next, next));
    if (odd != 0 || (uint32_t)_mm_popcnt_u64(begin) != b->n_seps ||
        !are_places(in, _bzhi_u64(UINT64_MAX, b->n_seps), b->n))
        return token_block_take_seps(in, end, b);
    __m512i first = _mm512_maskz_compress_epi8(begin, v);
    __m512i second = _mm512_maskz_compress_epi8(begin, _mm512_maskz_mov_epi8(on, next));
    _mm512_storeu_si512(b->places, load(in));
    put_numbers(_mm512_castsi512_si256(first), _mm512_castsi512_si256(second), b->seps);
    if (b->n_seps > SEPS_AT_ONCE / 2)
        put_numbers(_mm512_extracti64x4_epi64(first, 1),
                    _mm512_extracti64x4_epi64(second, 1), b->seps + SEPS_AT_ONCE / 2);
    return true;
}
