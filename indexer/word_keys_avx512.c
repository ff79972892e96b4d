/* Eight words at a time: 16 bytes of each are loaded, those behind the word made zero, and the hashes are made in lanes. */
#include <immintrin.h>
#include <stddef.h>

#include "indexer/word_keys.h"

_Static_assert(sizeof(struct token) == 8 && offsetof(struct token, start) == 0 &&
                   offsetof(struct token, len) == 4,
               "a length is byte 4 of each 8");

#define LOAD(p) _mm_loadu_si128((const __m128i *)(const void *)(p))

/* The 16 bytes at four places, one behind another. */
static inline __m512i four(const uint8_t *a, const uint8_t *b, const uint8_t *c,
                           const uint8_t *d)
{
    __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(LOAD(a)), LOAD(b), 1);
    __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(LOAD(c)), LOAD(d), 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

/* Makes zero of what lies behind the words, whose lengths are byte `len_at` of each 16 of the tokens. */
static inline __m512i cut(__m512i bytes, __m512i tokens, int len_at)
{
    const __m512i place = _mm512_broadcast_i32x4(
        _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    __m512i lengths = _mm512_shuffle_epi8(tokens, _mm512_set1_epi8((char)len_at));
    return _mm512_maskz_mov_epi8(_mm512_cmplt_epu8_mask(place, lengths), bytes);
}

/* surface_hash. */
static inline __m512i hashes(struct surface_seed seed, __m512i low, __m512i rest)
{
    __m512i h = _mm512_mullo_epi64(low, _mm512_set1_epi64((int64_t)seed.low));
    h = _mm512_add_epi64(h, _mm512_rol_epi64(rest, 8));
    h = _mm512_xor_si512(h, _mm512_srli_epi64(h, 32));
    h = _mm512_mullo_epi64(h, _mm512_set1_epi64((int64_t)seed.rest));
    return _mm512_srli_epi64(h, 32);
}

/* Makes eight keys; returns a bit for each word that is too long for one. */
static inline unsigned eight(struct surface_seed seed, const uint8_t *text,
                             const struct token *t, struct word_keys *keys, size_t at)
{
    const __m512i length =
        _mm512_set1_epi64((int64_t)(UINT64_C(255) << SURFACE_LENGTH_SHIFT));
    const __m512i most = _mm512_set1_epi64(
        (int64_t)(((uint64_t)SURFACE_INLINE + 1) << SURFACE_LENGTH_SHIFT));
    __m512i tokens = _mm512_loadu_si512(t);
    __m512i even = cut(four(text + t[0].start, text + t[2].start, text + t[4].start,
                            text + t[6].start),
                       tokens, 4);
    __m512i odd = cut(four(text + t[1].start, text + t[3].start, text + t[5].start,
                           text + t[7].start),
                      tokens, 12);
    __m512i lengths = _mm512_and_si512(_mm512_slli_epi64(tokens, 24), length);
    __m512i low = _mm512_unpacklo_epi64(even, odd);
    __m512i rest = _mm512_or_si512(_mm512_unpackhi_epi64(even, odd), lengths);
    _mm512_storeu_si512(keys->low + at, low);
    _mm512_storeu_si512(keys->rest + at, rest);
    _mm512_storeu_si512(keys->hash + at, hashes(seed, low, rest));
    return _mm512_cmpge_epu64_mask(lengths, most);
}

void word_keys_avx512(struct surface_seed seed, const uint8_t *text,
                      const struct token *tokens, size_t n, struct word_keys *keys,
                      size_t at)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        unsigned too_long = eight(seed, text, tokens + i, keys, at + i);
        for (; too_long; too_long &= too_long - 1) {
            size_t k = i + (unsigned)__builtin_ctz(too_long);
            word_keys_scalar(seed, text, tokens + k, 1, keys, at + k);
        }
    }
    if (i < n)
        word_keys_scalar(seed, text, tokens + i, n - i, keys, at + i);
}
