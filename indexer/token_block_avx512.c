/* Sixteen numbers of one to four bytes each by one compression in a register: a bit for each byte says whether it is written. The way
 * back, by an expansion, is slower than four shuffles where the bytes come from memory (docs/DECISIONS.md, 233). */
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
