/* UTF-8 validation by table look-up: Keiser and Lemire, "Validating UTF-8 in less than one
 * instruction per byte" (2021). Each pair of neighbouring bytes is looked up three times by
 * nibble; a bit that is set in all three names an error that the pair has. For the AVX2 and
 * AVX-512 files. */
#pragma once

#include <immintrin.h>
#include <stdint.h>

enum {
    TOO_SHORT = 1,   /* a lead byte without its continuation */
    TOO_LONG = 2,    /* ASCII, then a continuation byte */
    OVERLONG_3 = 4,  /* E0 80..9F */
    TOO_LARGE = 8,   /* F4 90 and above */
    SURROGATE = 16,  /* ED A0..BF */
    OVERLONG_2 = 32, /* C0, C1 */
    OVERLONG_4 = 64, /* F0 80..8F; also F5..FF 8x */
    TWO_CONTS = 128, /* fine only inside sequences of three and four */
    CARRY = TOO_SHORT | TOO_LONG | TWO_CONTS
};

/* By the high nibble of the first byte, */
static inline __m128i utf8_pairs_first_high(void)
{
    const char s = TOO_SHORT, l = TOO_LONG, t = (char)TWO_CONTS;
    const char c = TOO_SHORT | OVERLONG_2, e = TOO_SHORT | OVERLONG_3 | SURROGATE;
    const char f = TOO_SHORT | TOO_LARGE | OVERLONG_4;
    return _mm_setr_epi8(l, l, l, l, l, l, l, l, t, t, t, t, c, s, e, f);
}

/* its low nibble, */
static inline __m128i utf8_pairs_first_low(void)
{
    const char n = (char)CARRY, o = (char)(CARRY | OVERLONG_2);
    const char z = (char)(CARRY | OVERLONG_2 | OVERLONG_3 | OVERLONG_4);
    const char b = (char)(CARRY | TOO_LARGE),
               x = (char)(CARRY | TOO_LARGE | OVERLONG_4);
    const char d = (char)(CARRY | TOO_LARGE | OVERLONG_4 | SURROGATE);
    return _mm_setr_epi8(z, o, n, n, b, x, x, x, x, x, x, x, x, d, x, x);
}

/* and the high nibble of the second. */
static inline __m128i utf8_pairs_second_high(void)
{
    const char both = (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS);
    const char s = TOO_SHORT, e = (char)(both | OVERLONG_3 | OVERLONG_4);
    const char n = (char)(both | OVERLONG_3 | TOO_LARGE);
    const char a = (char)(both | SURROGATE | TOO_LARGE);
    return _mm_setr_epi8(s, s, s, s, s, s, s, s, e, n, a, a, s, s, s, s);
}

static inline __m256i utf8_pairs_look_up(__m128i table, __m256i nibbles)
{
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), nibbles);
}

static inline __m256i utf8_pairs_load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* v moved up by n bytes, with the last bytes of the block before it. */
#define UTF8_PAIRS_PUSHED(v, prev, n) \
    _mm256_alignr_epi8(v, _mm256_permute2x128_si256(prev, v, 0x21), 16 - (n))

/* Not zero where the pairs that end in v are ill-formed. */
static inline __m256i utf8_pairs_errors(__m256i v, __m256i prev)
{
    const __m256i low = _mm256_set1_epi8(0x0F);
    __m256i prev1 = UTF8_PAIRS_PUSHED(v, prev, 1);
    __m256i high1 = _mm256_and_si256(_mm256_srli_epi16(prev1, 4), low);
    __m256i high2 = _mm256_and_si256(_mm256_srli_epi16(v, 4), low);
    __m256i found = _mm256_and_si256(
        _mm256_and_si256(
            utf8_pairs_look_up(utf8_pairs_first_high(), high1),
            utf8_pairs_look_up(utf8_pairs_first_low(), _mm256_and_si256(prev1, low))),
        utf8_pairs_look_up(utf8_pairs_second_high(), high2));
    /* The third byte of three and the third and fourth of four must be continuations. */
    __m256i third =
        _mm256_subs_epu8(UTF8_PAIRS_PUSHED(v, prev, 2), _mm256_set1_epi8(0xE0 - 0x80));
    __m256i fourth =
        _mm256_subs_epu8(UTF8_PAIRS_PUSHED(v, prev, 3), _mm256_set1_epi8(0xF0 - 0x80));
    __m256i must =
        _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(must, found);
}
