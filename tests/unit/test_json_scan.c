/* The scans of JSON strings: the twins agree, and neither looks or writes too far. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "indexer/json.h"
#include "indexer/json_scan.h"

enum {
    LEN_MAX = 200
};

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 32);
}

/* Letters, and one byte of `rarity` a quote, a backslash or (one in eight) a control, at the end of memory that is its
 * own. */
static uint8_t *some_bytes(size_t n, uint32_t rarity, uint64_t *state)
{
    uint8_t *bytes = malloc(n + !n);
    for (size_t i = 0; i < n; i++) {
        uint32_t r = next_random(state);
        uint8_t letter = (uint8_t)('a' + (r >> 16) % 26);
        uint8_t rare = r >> 8 & 1 ? '"' : '\\';
        if ((r >> 9 & 7) == 0)
            rare =
                (uint8_t)(r >> 16) % 34; /* the blank and what is behind it are none */
        bytes[i] = r % rarity == 0 ? rare : letter;
    }
    return bytes;
}

/* Byte by byte. */
static const uint8_t *plain_string(const uint8_t *p, const uint8_t *end, unsigned *has)
{
    *has = 0;
    for (; p < end && *p != '"'; p++) {
        *has |= *p < ' ' ? JSON_SCAN_CONTROL : 0;
        if (*p == '\\') {
            *has |= JSON_SCAN_SLASH;
            p++;
            *has |= p < end && *p < ' ' ? JSON_SCAN_CONTROL : 0;
        }
    }
    return p < end ? p : NULL;
}

static void expect_string(json_scan_finder *find, const uint8_t *bytes, size_t n)
{
    unsigned has, expected;
    const uint8_t *quote = plain_string(bytes, bytes + n, &expected);
    cr_assert_eq(find(bytes, bytes + n, &has), quote);
    cr_assert(!quote || has == expected);
}

Test(json_scan, strings_end_where_they_do)
{
    uint64_t state = 3;
    for (int round = 0; round < 20000; round++) {
        size_t n = next_random(&state) % LEN_MAX;
        uint8_t *bytes = some_bytes(n, 2 + next_random(&state) % 90, &state);
        expect_string(json_scan_string_scalar, bytes, n);
        expect_string(json_scan_string, bytes, n);
#ifdef STEMMA_AVX2
        if (cpu_has_avx2())
            expect_string(json_scan_string_avx2, bytes, n);
#endif
#ifdef STEMMA_AVX512
        if (cpu_has_avx512())
            expect_string(json_scan_string_avx512, bytes, n);
#endif
        free(bytes);
    }
}

/* Byte by byte, as far as there is nothing but escapes of one letter. */
static struct json_scan_decoded plain_decode(const uint8_t *p, size_t n, uint8_t *out,
                                             uint32_t *places)
{
    struct json_scan_decoded d = {.read = 0};
    while (d.read < n) {
        bool slash = p[d.read] == '\\';
        if (slash && (n - d.read < 2 || !json_scan_letters[p[d.read + 1]]))
            break;
        if (slash)
            places[d.escapes++] = (uint32_t)d.read;
        out[d.written++] = slash ? json_scan_letters[p[d.read + 1]] : p[d.read];
        d.read += 1 + slash;
    }
    return d;
}

enum {
    DECODED_MAX = 3000
};

/* In as many calls as it takes. */
static void expect_decoded(json_scan_decoder *decode, const uint8_t *p, size_t n)
{
    static uint8_t expected[DECODED_MAX];
    static uint32_t places[DECODED_MAX];
    uint32_t noted[JSON_SCAN_NOTES];
    struct json_scan_decoded all = plain_decode(p, n, expected, places);
    struct json_scan_decoded sum = {.read = 0};
    uint8_t *out = malloc(n + JSON_SCAN_SLACK);
    while (sum.read < all.read) {
        struct json_scan_decoded d =
            decode(p + sum.read, n - sum.read, out + sum.written, noted);
        cr_assert_gt(d.read, 0);
        cr_assert(sum.read + d.read == all.read || d.escapes >= JSON_SCAN_ESCAPES);
        for (size_t i = 0; i < d.escapes; i++)
            cr_assert_eq(places[sum.escapes + i], sum.read + noted[i]);
        sum.read += d.read;
        sum.written += d.written;
        sum.escapes += d.escapes;
        sum.markup |= d.markup;
    }
    cr_assert(sum.markup || (!memchr(expected, '<', all.written) &&
                             !memchr(expected, '&', all.written)));
    cr_assert_eq(sum.written, all.written);
    cr_assert_eq(sum.escapes, all.escapes);
    cr_assert_eq(memcmp(out, expected, all.written), 0);
    if (sum.read < n)
        cr_assert_eq(decode(p + sum.read, n - sum.read, out + sum.written, noted).read,
                     0);
    free(out);
}

#ifdef STEMMA_AVX512
/* Each byte at each place of a text that has some escapes. */
static void expect_markup(json_scan_decoder *decode)
{
    uint8_t text[LEN_MAX], out[LEN_MAX + JSON_SCAN_SLACK];
    uint32_t places[JSON_SCAN_NOTES];
    for (size_t at = 0; at < LEN_MAX; at++) {
        for (unsigned byte = 1; byte < 256; byte++) {
            memset(text, 'n', sizeof text);
            text[30] = text[63] = text[100] = text[LEN_MAX - 2] = '\\';
            if (text[at] == '\\' || (at > 0 && text[at - 1] == '\\') || byte == '\\')
                continue;
            text[at] = (uint8_t)byte;
            struct json_scan_decoded d = decode(text, sizeof text, out, places);
            cr_assert_eq(d.read, sizeof text);
            cr_assert_eq(d.markup, byte == '<' || byte == '&', "%u at %zu", byte, at);
        }
    }
}

Test(json_scan, fast_twin_finds_markup)
{
    if (!cpu_has_avx512())
        cr_skip_test("no AVX-512");
    expect_markup(json_scan_decode_avx512);
}
#endif

static void expect_decoded_by_all(const uint8_t *p, size_t n)
{
    expect_decoded(json_scan_decode_scalar, p, n);
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        expect_decoded(json_scan_decode_avx2, p, n);
#endif
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        expect_decoded(json_scan_decode_avx512, p, n);
#endif
}

/* Strings of letters and escapes, at the end of memory that is their own; some cut inside an escape. */
Test(json_scan, escapes_are_decoded)
{
    static const char letters[] = "\"\\/bfnrtnnnnnnnnnnnnnn\"\"\"ux\xE9";
    uint64_t state = 4;
    for (int round = 0; round < 20000; round++) {
        size_t n = next_random(&state) % (round % 50 ? LEN_MAX : DECODED_MAX);
        uint32_t rarity = 1 + next_random(&state) % 60;
        uint32_t kinds = round % 3 ? 22 : sizeof letters - 1;
        uint8_t *bytes = malloc(n + !n);
        for (size_t i = 0; i < n; i++) {
            uint32_t r = next_random(&state);
            bytes[i] = (uint8_t)('a' + (r >> 16) % 26);
            if (r % rarity != 0)
                continue;
            bytes[i] = '\\';
            if (i + 1 < n)
                bytes[++i] = (uint8_t)letters[(r >> 8) % kinds];
        }
        expect_decoded_by_all(bytes, n);
        free(bytes);
    }
}

/* --- in one pass ------------------------------------------------------------------------- */

static bool has_control(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ')
            return true;
    }
    return false;
}

/* That json_take_decoded gives what json_value and json_unescape give, of every string that is not odd. */
static void expect_taken(const uint8_t *bytes, size_t n, uint64_t *count)
{
    struct json_cursor c = {.p = bytes, .end = bytes + n}, other = c;
    struct json_value value, expected;
    struct buf text = {0}, expected_text = {0};
    struct offsetmap map = {0}, expected_map = {0};
    struct json_unescaped what;
    bool markup;
    bool taken = json_take_decoded(&c, 7, &value, &text, &map, &markup);
    bool plain = json_value(&other, &expected) == 0 && expected.kind == JSON_STRING &&
                 !has_control(expected.text) &&
                 json_unescape(&expected, 7, &expected_text, &expected_map, &what) == 0;
    cr_assert_eq(taken, plain && json_scan_taker() != NULL);
    cr_assert(taken || c.p == bytes);
    if (taken) {
        cr_assert_eq(c.p, other.p);
        cr_assert_eq(value.text.data, expected.text.data);
        cr_assert_eq(value.text.len, expected.text.len);
        cr_assert(value.kind == JSON_STRING && value.escaped == expected.escaped);
        cr_assert_eq(markup, what.markup);
        cr_assert(bytes_equal(buf_bytes(&text), buf_bytes(&expected_text)));
        cr_assert_eq(map.out_len, expected_map.out_len);
        cr_assert_eq(map.segments.len, expected_map.segments.len);
        for (size_t i = 0; i < map.segments.len; i++) {
            const struct offset_segment *a = &map.segments.items[i];
            const struct offset_segment *b = &expected_map.segments.items[i];
            cr_assert(a->out_len == b->out_len && a->in_len == b->in_len &&
                      a->in_pos == b->in_pos);
        }
        ++*count;
    }
    buf_release(&text);
    buf_release(&expected_text);
    offsetmap_release(&map);
    offsetmap_release(&expected_map);
}

/* A string of letters, escapes and now and then something odd, at the end of memory that is its own; what follows it, or
 * nothing, if it does not end. */
static uint8_t *some_string(size_t n, uint32_t rarity, uint32_t kinds, uint64_t *state)
{
    static const char *const pieces[] = {
        "\\n", "\\\"", "\\\\",  "\\n\\n", "\\u00e9", "\\ud83d\\ude00", "<", "\\u0026",
        "&",   "\"",   "\\u12", "\\x",    "\n",      "\xE2\x80\x99"};
    uint8_t *bytes = malloc(n + !n);
    for (size_t i = 0; i < n; i++) {
        uint32_t r = next_random(state);
        bytes[i] = (uint8_t)('a' + (r >> 16) % 26);
        const char *piece = pieces[(r >> 8) % kinds];
        if (r % rarity == 0 && strlen(piece) <= n - i) {
            memcpy(bytes + i, piece, strlen(piece));
            i += strlen(piece) - 1;
        }
    }
    if (n > 0)
        bytes[0] = next_random(state) % 50 ? '"' : 'x';
    return bytes;
}

Test(json_scan, strings_are_decoded_as_they_are_read)
{
    enum {
        ROUNDS = 20000
    };
    uint64_t state = 6, count = 0;
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = next_random(&state) % (round % 100 ? LEN_MAX : 60000);
        uint32_t kinds = round % 3 ? 10 : 14;
        uint32_t rarity = 1 + next_random(&state) % (round % 7 ? 60 : 20000);
        uint8_t *bytes = some_string(n, rarity, kinds, &state);
        /* Most strings end. */
        if (n > 2 && round % 4)
            bytes[n - 1 - next_random(&state) % (n < 70 ? n - 1 : 70)] = '"';
        expect_taken(bytes, n, &count);
        free(bytes);
    }
    cr_assert(json_scan_taker() == NULL || count > ROUNDS / 4);
}
