/* UTF-8: every code point there and back, ill-formed sequences as Unicode's section 3.9 has
 * them, and the AVX2 scanners against their twins. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"

static bool is_scalar_value(uint32_t cp)
{
    return cp <= 0x10FFFF && (cp < 0xD800 || cp > 0xDFFF);
}

Test(utf8, every_code_point_round_trips)
{
    for (uint32_t cp = 0; cp <= 0x110000; cp++) {
        uint8_t bytes[4];
        uint32_t forth = 0, back = 0;
        size_t len = utf8_encode(cp, bytes);
        size_t expected = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
        uint32_t value = is_scalar_value(cp) ? cp : UTF8_REPLACEMENT;
        cr_assert_eq(len, cp > 0x10FFFF ? 3 : expected);
        cr_assert(utf8_decode(bytes, bytes + len, &forth) == len && forth == value);
        cr_assert(utf8_decode_back(bytes, bytes + len, &back) == len && back == value);
        cr_assert_eq(utf8_valid_prefix(bytes_of(bytes, len)), len);
    }
}

/* Lengths of the maximal subparts, digit by digit. */
static void expect_parts(const char *bytes, size_t len, const char *lengths)
{
    const uint8_t *p = (const uint8_t *)bytes, *end = p + len;
    for (const char *want = lengths; *want; want++) {
        uint32_t cp;
        cr_assert(p < end);
        size_t got = utf8_decode(p, end, &cp);
        cr_expect_eq(got, (size_t)(*want - '0'), "%s of %s", want, lengths);
        p += got;
    }
    cr_expect(p == end);
}

Test(utf8, ill_formed_sequences_go_forward_by_maximal_subparts)
{
    /* The three examples of tables 3-8 to 3-11 in Unicode 15, and the ends of text. */
    expect_parts("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", 9, "111111111");
    expect_parts("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", 9, "111111111");
    expect_parts("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", 9, "111111111");
    expect_parts("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", 9, "21321");
    expect_parts("\xC3", 1, "1");
    expect_parts("\xE2\x80", 2, "2");
    expect_parts("\xF0\x9F\x98", 3, "3");
    expect_parts("\xF5\x80\x80\x80\xF8\x88", 6, "111111");
}

Test(utf8, decoding_back)
{
    const uint8_t *text = (const uint8_t *)"a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\x80";
    uint32_t cp;
    cr_expect(utf8_decode_back(text, text + 11, &cp) == 1 && cp == UTF8_REPLACEMENT);
    cr_expect(utf8_decode_back(text, text + 10, &cp) == 4 && cp == 0x1F600);
    cr_expect(utf8_decode_back(text, text + 6, &cp) == 3 && cp == 0x20AC);
    cr_expect(utf8_decode_back(text, text + 3, &cp) == 2 && cp == 0xE9);
    cr_expect(utf8_decode_back(text, text + 1, &cp) == 1 && cp == 'a');
    cr_expect(utf8_decode_back(text + 2, text + 3, &cp) == 1 && cp == UTF8_REPLACEMENT);
}

/* --- the prefixes --------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state) /* xorshift64* (Vigna 2016) */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717U;
}

static void expect_twins(struct bytes text)
{
    size_t valid = utf8_valid_prefix_scalar(text),
           ascii = utf8_ascii_prefix_scalar(text);
    cr_assert_eq(utf8_valid_prefix(text), valid);
    cr_assert_eq(utf8_ascii_prefix(text), ascii);
    cr_assert(ascii <= valid);
    for (size_t i = 0; i < ascii; i++)
        cr_assert(text.data[i] < 0x80);
    cr_assert(ascii == text.len || text.data[ascii] >= 0x80);
    /* The scalar one against the decoder. */
    size_t at = 0;
    while (at < text.len) {
        uint32_t cp;
        uint8_t again[4];
        size_t len = utf8_decode(text.data + at, text.data + text.len, &cp);
        if (utf8_encode(cp, again) != len || memcmp(again, text.data + at, len) != 0)
            break;
        at += len;
    }
    cr_assert_eq(valid, at);
}

static size_t put_random(uint64_t *state, uint64_t ascii_of_64, uint8_t *out)
{
    uint64_t r = next_random(state);
    if (r % 64 < ascii_of_64)
        return utf8_encode((uint32_t)(r >> 32) & 0x7F, out);
    static const uint32_t most[] = {0x7FF, 0xFFFF, 0x10FFFF};
    return utf8_encode((uint32_t)((r >> 32) % (most[r / 64 % 3] + 1)), out);
}

Test(utf8, scanners_equal_their_twins)
{
    uint64_t state = 3629;
    uint8_t text[512];
    for (int round = 0; round < 40000; round++) {
        uint64_t share = next_random(&state) % 65;
        size_t most = next_random(&state) % 300, len = 0;
        while (len < most)
            len += put_random(&state, share, text + len);
        if (len && round % 4) /* damage one byte, mostly */
            text[next_random(&state) % len] = (uint8_t)next_random(&state);
        if (round % 8 == 7)
            len = most; /* perhaps inside a character */
        uint8_t *exact = malloc(len ? len : 1);
        cr_assert(exact);
        if (len)
            memcpy(exact, text, len);
        expect_twins(bytes_of(exact, len));
        free(exact);
    }
}

/* Every pair of bytes, and three bytes of interest, at every place of a block. */
Test(utf8, all_short_sequences)
{
    static const uint8_t bytes[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0,
                                    0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED,
                                    0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF};
    enum {
        N = sizeof bytes
    };
    uint8_t text[80];
    for (size_t i = 0; i < (size_t)N * N * N * N; i++) {
        memset(text, 'x', sizeof text);
        size_t at = i % 61;
        text[at] = bytes[i % N];
        text[at + 1] = bytes[i / N % N];
        text[at + 2] = bytes[i / N / N % N];
        text[at + 3] = bytes[i / N / N / N];
        struct bytes b = bytes_of(text, sizeof text);
        cr_assert_eq(utf8_valid_prefix(b), utf8_valid_prefix_scalar(b));
    }
}
