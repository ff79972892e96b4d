/* Sixteen numbers of one to four bytes each by one expansion, there and back: a bit for each byte says whether it is written. */
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

/* The bytes that sixteen numbers have, by their lengths, less one, of two bits each. */
static inline uint64_t bytes_by_codes(uint32_t codes)
{
    uint64_t two = _pdep_u64(codes, FIRSTS | SECONDS);
    uint64_t odd = two & FIRSTS, high = two >> 1 & FIRSTS;
    return FIRSTS | (odd | high) << 1 | high << 2 | (odd & high) << 3;
}

const uint8_t *token_block_quads_avx512(const uint8_t *lengths, const uint8_t *in,
                                        size_t n_quads, uint32_t *out)
{
    size_t i = 0;
    for (; i + QUADS_AT_ONCE <= n_quads; i += QUADS_AT_ONCE) {
        uint64_t bytes = bytes_by_codes(load_u32(lengths + i));
        __m512i v = _mm512_loadu_si512((const void *)in);
        _mm512_storeu_si512((void *)(out + 4 * i), _mm512_maskz_expand_epi8(bytes, v));
        in += _mm_popcnt_u64(bytes);
    }
    if (i < n_quads) {
        uint64_t inside = bytes_of_quads(n_quads - i);
        uint64_t bytes = bytes_by_codes(load_u32(lengths + i)) & inside;
        __m512i v = _mm512_loadu_si512((const void *)in);
        _mm512_mask_storeu_epi8((void *)(out + 4 * i), inside,
                                _mm512_maskz_expand_epi8(bytes, v));
        in += _mm_popcnt_u64(bytes);
    }
    return in;
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
    LANES = 16,
    BYTES =
        64 /* of a register: more separators, which no text has, are not put and taken here */
};

/* Numbers [from, from + LANES) of n to out, a byte each; returns which take more. Those behind the last are zeros. */
static inline __mmask16 put_numbers(const uint32_t *seps, size_t from, size_t n,
                                    uint8_t *out)
{
    uint64_t inside = (UINT64_C(1) << n) - 1;
    __m512i v = _mm512_maskz_loadu_epi32((__mmask16)(inside >> from), seps + from);
    _mm_storeu_si128((__m128i *)(void *)(out + from), _mm512_cvtepi32_epi8(v));
    return _mm512_cmpgt_epu32_mask(v, _mm512_set1_epi32(0x7f));
}

/* Half of a register in any case: nobody could foretell how many there are. */
uint8_t *token_block_put_seps_avx512(const struct token_block *b, uint8_t *out)
{
    size_t n = b->n_seps;
    uint8_t *numbers = out + n;
    if (n >= BYTES)
        return token_block_put_seps(b, out);
    _mm512_storeu_si512(out, _mm512_loadu_si512(b->places));
    unsigned longer =
        put_numbers(b->seps, 0, n, numbers) | put_numbers(b->seps, LANES, n, numbers);
    for (size_t i = 2 * (size_t)LANES; i < n; i += LANES)
        longer |= put_numbers(b->seps, i, n, numbers);
    return longer ? token_block_put_seps(b, out) : numbers + n;
}

static inline void widen(const uint8_t *numbers, size_t from, uint32_t *out)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(numbers + from));
    _mm512_storeu_si512(out + from, _mm512_cvtepu8_epi32(v));
}

bool token_block_take_seps_avx512(const uint8_t *in, const uint8_t *end,
                                  struct token_block *b)
{
    size_t n = b->n_seps;
    const uint8_t *numbers = in + n;
    if (n == 0 || n >= BYTES || (size_t)(end - numbers) != n)
        return token_block_take_seps(in, end, b);
    uint64_t inside = (UINT64_C(1) << n) - 1;
    __m512i places = _mm512_loadu_si512(in);
    _mm512_storeu_si512(b->places, places);
    widen(numbers, 0, b->seps);
    widen(numbers, LANES, b->seps);
    for (size_t i = 2 * (size_t)LANES; i < n; i += LANES)
        widen(numbers, i, b->seps);
    uint64_t falls =
        _mm512_mask_cmple_epu8_mask(inside >> 1, _mm512_loadu_si512(in + 1), places);
    uint64_t longer = _mm512_movepi8_mask(_mm512_loadu_si512(numbers)) & inside;
    return (falls | longer) == 0 && numbers[-1] < b->n;
}
