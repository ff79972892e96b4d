/* Four numbers of one to four bytes each by one shuffle, as the byte says that tells their lengths. */
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

static const int8_t shuffles[256][16] = {ALL(QUAD)};
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
