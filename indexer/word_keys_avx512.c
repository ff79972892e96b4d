/* Eight words at a time, which lie in two registers of text: the bytes of each come by a permutation, those behind it are made
 * zero, and the hashes are made in lanes. */
#include <immintrin.h>
#include <stddef.h>

#include "indexer/word_keys.h"

enum {
    WIDTH = 64,
    SLOT_BITS = 5,    /* 1 << SLOT_BITS bytes are a slot */
    REACH = 2 * WIDTH /* bytes of text, of the first of eight words and behind it */
};

_Static_assert(sizeof(struct token) == 8 && offsetof(struct token, start) == 0 &&
                   offsetof(struct token, len) == 4,
               "a length is byte 4 of each 8");
_Static_assert((int)ANALYSED_SLACK >= (int)REACH, "that may be read");
_Static_assert(sizeof(struct surface_slot) == 1 << SLOT_BITS, "what offsets count");
_Static_assert(SURFACE_INLINE + 1 == 16 && SURFACE_KEY_BYTES == 16,
               "longer words are told by four bits of their lengths");

#define LANES(v) _mm512_set1_epi64((int64_t)(v))

/* Bytes of a lane: 0 to 7, and one number eight times. */
#define PLACES  UINT64_C(0x0706050403020100)
#define SAME(n) ((n)*UINT64_C(0x0101010101010101))

/* Byte number n of each lane, eight times. */
static inline __m512i spread(__m512i v, unsigned n)
{
    const __m512i from = _mm512_broadcast_i32x4(
        _mm_set_epi64x((int64_t)SAME(8), 0)); /* the other lane of each 16 bytes */
    return _mm512_shuffle_epi8(v, _mm512_add_epi8(from, LANES(SAME(n))));
}

/* surface_hash, as offsets. */
static inline __m512i places(struct surface_seed seed, uint64_t offsets, __m512i low,
                             __m512i rest)
{
    __m512i h = _mm512_mullo_epi64(low, LANES(seed.low));
    h = _mm512_add_epi64(h, _mm512_rol_epi64(rest, 8));
    h = _mm512_xor_si512(h, _mm512_srli_epi64(h, 32));
    h = _mm512_mullo_epi64(h, LANES(seed.rest));
    /* Offsets are multiples of a slot's size. */
    h = _mm512_srli_epi64(h, 32 - SLOT_BITS);
    return _mm512_and_si512(h, LANES(offsets));
}

/* Makes eight keys; returns a bit for each word that is too long for one or lies too far from the first. */
static inline unsigned eight(struct surface_seed seed, uint64_t offsets,
                             const uint8_t *text, const struct token *t,
                             struct word_keys *keys, size_t at)
{
    /* Of the length, and of the places of the first and the last byte asked for, counted from the first word. */
    const __m512i beyond = LANES(UINT64_C(0xF0) << 32 | (UINT32_MAX - (REACH - 1)));
    const __m512i last = LANES(SURFACE_INLINE - 1);
    const __m512i length = LANES(UINT64_C(255) << SURFACE_LENGTH_SHIFT);
    const uint8_t *p = text + t->start;
    __m512i here = _mm512_loadu_si512((const void *)p);
    __m512i next = _mm512_loadu_si512((const void *)(p + WIDTH));
    __m512i tokens = _mm512_loadu_si512((const void *)t);
    __m512i placed = _mm512_sub_epi32(tokens, LANES(t->start));
    __m512i len = spread(tokens, 4);
    __m512i from = _mm512_add_epi8(spread(placed, 0), LANES(PLACES));
    __m512i low = _mm512_maskz_permutex2var_epi8(
        _mm512_cmplt_epu8_mask(LANES(PLACES), len), here, from, next);
    from = _mm512_add_epi8(from, LANES(SAME(8)));
    __m512i rest = _mm512_maskz_permutex2var_epi8(
        _mm512_cmplt_epu8_mask(LANES(PLACES + SAME(8)), len), here, from, next);
    /* rest | (.. & length) */
    rest = _mm512_ternarylogic_epi64(rest, _mm512_slli_epi64(tokens, 24), length, 0xf8);
    _mm512_storeu_si512(keys->low + at, low);
    _mm512_storeu_si512(keys->rest + at, rest);
    _mm512_storeu_si512(keys->at + at, places(seed, offsets, low, rest));
    placed = _mm512_or_si512(placed, _mm512_add_epi32(placed, last));
    return _cvtmask8_u32(_mm512_test_epi64_mask(placed, beyond));
}

void word_keys_avx512(struct surface_seed seed, uint64_t offsets, const uint8_t *text,
                      const struct token *tokens, size_t n, struct word_keys *keys,
                      size_t at)
{
    uint64_t others = 0; /* looked at last, so that all else stays in registers */
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        others |= (uint64_t)eight(seed, offsets, text, tokens + i, keys, at + i) << i;
    if (i < n)
        word_keys_scalar(seed, offsets, text, tokens + i, n - i, keys, at + i);
    for (; others; others = _blsr_u64(others)) {
        size_t k = _tzcnt_u64(others);
        word_keys_scalar(seed, offsets, text, tokens + k, 1, keys, at + k);
    }
}
