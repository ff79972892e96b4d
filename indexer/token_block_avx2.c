/* Four numbers of one to four bytes each by one shuffle, there and back, as the byte says that tells their lengths. */
#include <immintrin.h>

#include "indexer/token_block.h"

/* Length of number k of a quad whose lengths are c, and where it begins. */
#define LEN(c, k) (((c) >> 2 * (k)&3) + 1)
#define AT1(c)    LEN(c, 0)
#define AT2(c)    (AT1(c) + LEN(c, 1))
#define AT3(c)    (AT2(c) + LEN(c, 2))

/* Byte j of a number of `len` bytes that begins at `at`; -1 gives a zero. */
#define BYTE(at, len, j) ((j) < (len) ? (at) + (j) : -1)
#define NUMBER(at, len) \
    BYTE(at, len, 0), BYTE(at, len, 1), BYTE(at, len, 2), BYTE(at, len, 3)
#define QUAD(c)                                                                     \
    {                                                                               \
        NUMBER(0, LEN(c, 0)), NUMBER(AT1(c), LEN(c, 1)), NUMBER(AT2(c), LEN(c, 2)), \
            NUMBER(AT3(c), LEN(c, 3))                                               \
    }
#define FOUR(m, c)    m(c), m((c) + 1), m((c) + 2), m((c) + 3)
#define SIXTEEN(m, c) FOUR(m, c), FOUR(m, (c) + 4), FOUR(m, (c) + 8), FOUR(m, (c) + 12)
#define MANY(m, c) \
    SIXTEEN(m, c), SIXTEEN(m, (c) + 16), SIXTEEN(m, (c) + 32), SIXTEEN(m, (c) + 48)
#define ALL(m)   MANY(m, 0), MANY(m, 64), MANY(m, 128), MANY(m, 192)
#define BYTES(c) AT3(c) + LEN(c, 3)

/* Of the four numbers byte i of those written: the byte of the number it is in; behind the last, none. */
#define IN(c, i, k, at) ((k)*4 + (i) - (at))
#define SOURCE(c, i)                        \
    ((i) < AT1(c)     ? IN(c, i, 0, 0)      \
     : (i) < AT2(c)   ? IN(c, i, 1, AT1(c)) \
     : (i) < AT3(c)   ? IN(c, i, 2, AT2(c)) \
     : (i) < BYTES(c) ? IN(c, i, 3, AT3(c)) \
                      : -1)
#define FOUR_SOURCES(c, i) \
    SOURCE(c, i), SOURCE(c, (i) + 1), SOURCE(c, (i) + 2), SOURCE(c, (i) + 3)
#define SOURCES(c)                                                  \
    {                                                               \
        FOUR_SOURCES(c, 0), FOUR_SOURCES(c, 4), FOUR_SOURCES(c, 8), \
            FOUR_SOURCES(c, 12)                                     \
    }

static const int8_t shuffles[256][16] = {ALL(QUAD)};
static const int8_t packs[256][16] = {ALL(SOURCES)};
static const uint8_t bytes[256] = {ALL(BYTES)};

const uint8_t *token_block_quads_avx2(const uint8_t *lengths, const uint8_t *in,
                                      size_t n_quads, uint32_t *out)
{
    for (size_t i = 0; i < n_quads; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)in);
        __m128i how =
            _mm_loadu_si128((const __m128i *)(const void *)shuffles[lengths[i]]);
        _mm_storeu_si128((__m128i *)(void *)(out + 4 * i), _mm_shuffle_epi8(v, how));
        in += bytes[lengths[i]];
    }
    return in;
}

/* The lengths, less one, of the four numbers of v, two bits each. */
static inline unsigned length_codes(__m128i v)
{
    __m128i codes = _mm_setzero_si128();
    for (int bits = 8; bits < 32; bits += 8) {
        __m128i least = _mm_set1_epi32(1 << bits);
        /* Takes -1 away where v is not less. */
        codes = _mm_sub_epi32(codes, _mm_cmpeq_epi32(_mm_max_epu32(v, least), v));
    }
    codes = _mm_packus_epi16(_mm_packs_epi32(codes, codes), codes);
    /* Four bytes, moved together by a sum of shifts: none of its fields overlap. */
    uint32_t four = (uint32_t)_mm_cvtsi128_si32(codes);
    return four * (1U << 24 | 1U << 18 | 1U << 12 | 1U << 6) >> 24;
}

uint8_t *token_block_put_quads_avx2(const uint32_t *v, size_t n_quads, uint8_t *lengths,
                                    uint8_t *out)
{
    for (size_t i = 0; i < n_quads; i++) {
        __m128i four = _mm_loadu_si128((const __m128i *)(const void *)(v + 4 * i));
        unsigned codes = length_codes(four);
        __m128i how = _mm_loadu_si128((const __m128i *)(const void *)packs[codes]);
        _mm_storeu_si128((__m128i *)(void *)out, _mm_shuffle_epi8(four, how));
        lengths[i] = (uint8_t)codes;
        out += bytes[codes];
    }
    return out;
}
