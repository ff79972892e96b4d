#include <criterion/criterion.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/utf8.h"
#include "indexer/charset.h"
#include "tests/unit/readers_fixture.h"

static struct charset *charset;

static void setup(void)
{
    charset = charset_new();
    cr_assert_not_null(charset);
}

static void teardown(void)
{
    charset_free(charset);
}

TestSuite(charset, .init = setup, .fini = teardown);

static int decode(struct bytes raw, struct source_text *out, const char **remark)
{
    struct err err = {0};
    return charset_decode(charset, raw, out, remark, &err);
}

static void expect_text(struct bytes raw, const char *text, const char *remark_part)
{
    struct source_text out;
    const char *remark;
    cr_assert_eq(decode(raw, &out, &remark), 0);
    cr_expect(bytes_equal(out.text, bytes_str(text)), "'%.*s', not '%s'",
              (int)out.text.len, (const char *)out.text.data, text);
    if (!remark_part)
        cr_expect_null(remark, "%s", remark);
    else
        cr_expect(remark && strstr(remark, remark_part), "'%s'", remark ? remark : "");
}

#define RAW(s) bytes_of(s, sizeof(s) - 1)

/* What the word in the text came from. */
static void expect_source(const struct source_text *t, struct bytes raw,
                          const char *word, struct bytes source)
{
    uint64_t from, to;
    size_t n = strlen(word), at = 0;
    while (at + n <= t->text.len && memcmp(t->text.data + at, word, n) != 0)
        at++;
    cr_assert_leq(at + n, t->text.len, "'%s' is not there", word);
    from = t->offset + at;
    to = from + n;
    if (t->map)
        offsetmap_span(t->map, at, at + n, &from, &to);
    cr_assert_leq(to, raw.len);
    cr_expect(bytes_equal(bytes_of(raw.data + from, to - from), source),
              "'%s': %llu..%llu", word, (unsigned long long)from,
              (unsigned long long)to);
}

Test(charset, utf8_is_taken_as_it_is)
{
    struct source_text out;
    const char *remark;
    struct bytes raw = RAW("caf\xC3\xA9");
    expect_text(raw, "caf\xC3\xA9", NULL);
    cr_assert_eq(decode(raw, &out, &remark), 0);
    cr_expect_null(out.map);
    cr_expect_eq(out.offset, 0);
    cr_expect_eq(out.text.data, raw.data);
}

Test(charset, utf8_with_a_mark)
{
    struct source_text out;
    const char *remark;
    struct bytes raw = RAW("\xEF\xBB\xBF"
                           "abc");
    expect_text(raw, "abc", NULL);
    cr_assert_eq(decode(raw, &out, &remark), 0);
    expect_source(&out, raw, "bc", RAW("bc"));
}

Test(charset, utf16_both_ways)
{
    struct source_text out;
    const char *remark;
    struct bytes little = RAW("\xFF\xFE"
                              "a\0\xE9\0\x3D\xD8\x00\xDEz\0");
    struct bytes big = RAW("\xFE\xFF"
                           "\0a\0\xE9\xD8\x3D\xDE\x00\0z");
    expect_text(little, "a\xC3\xA9\xF0\x9F\x98\x80z", NULL);
    cr_assert_eq(decode(little, &out, &remark), 0);
    expect_source(&out, little, "\xF0\x9F\x98\x80", RAW("\x3D\xD8\x00\xDE"));
    expect_source(&out, little, "z", RAW("z\0"));
    expect_text(big, "a\xC3\xA9\xF0\x9F\x98\x80z", NULL);
    cr_assert_eq(decode(big, &out, &remark), 0);
    expect_source(&out, big, "\xC3\xA9", RAW("\0\xE9"));
    /* half a pair, half a unit */
    expect_text(RAW("\xFF\xFE\x3D\xD8z\0x"), "\xEF\xBF\xBDz\xEF\xBF\xBD", NULL);
    expect_text(RAW("\xFF\xFE"), "", NULL);
}

Test(charset, windows_1252)
{
    static const char raw[] =
        "Le caf\xE9 \xE9tait ferm\xE9 \x96 \x93tr\xE8s\x94 d\xE9sol\xE9, a \xE9t\xE9 "
        "r\xE9p\xE9t\xE9 "
        "\xE0 la fin de l\x92\xE9t\xE9 par le g\xE9rant, qui n\x92\xE9tait pas l\xE0.";
    struct source_text out;
    const char *remark;
    cr_assert_eq(decode(RAW(raw), &out, &remark), 0);
    cr_assert_not_null(remark);
    cr_expect_not_null(strstr(remark, "(a guess)"), "%s", remark);
    cr_expect_eq(utf8_valid_prefix(out.text), out.text.len);
    expect_source(&out, RAW(raw), "caf\xC3\xA9", RAW("caf\xE9"));
    expect_source(&out, RAW(raw), "tr\xC3\xA8s", RAW("tr\xE8s"));
    cr_expect(fixture_map_holds((const char *)out.text.data, out.text.len, out.map, raw,
                                sizeof raw - 1));
}

/* Long enough texts in encodings that uchardet knows come back as they were. */
static void expect_guessed(const char *encoding, const char *utf8)
{
    char raw[4096];
    char *in = (char *)(uintptr_t)utf8, *to = raw;
    size_t left = strlen(utf8), room = sizeof raw;
    iconv_t cd = iconv_open(encoding, "UTF-8");
    cr_assert_neq(cd, (iconv_t)-1);
    cr_assert_neq(iconv(cd, &in, &left, &to, &room), (size_t)-1);
    cr_assert_neq(iconv(cd, NULL, NULL, &to, &room), (size_t)-1);
    (void)iconv_close(cd);
    expect_text(bytes_of(raw, sizeof raw - room), utf8, "a guess");
}

Test(charset, guesses)
{
    expect_guessed(
        "WINDOWS-1251",
        "Вчера вечером в городе начался сильный дождь, и многие жители остались "
        "дома. По словам очевидцев, вода поднялась до уровня окон.");
    expect_guessed("SHIFT_JIS",
                   "きのうの夜、町で大雨が降り、多くの住民が家に残りました。"
                   "水は窓の高さまで上がったということです。");
    expect_guessed("EUC-KR",
                   "어제 저녁 도시에 큰 비가 내리기 시작했고 많은 주민들이 집에 "
                   "머물렀다. 목격자들에 따르면 물이 창문 높이까지 올라왔다.");
}

Test(charset, a_few_bad_bytes_in_utf8)
{
    struct source_text out;
    const char *remark;
    struct bytes raw = RAW("d\xC3\xA9j\xC3\xA0 vu, \xC3\xA9t\xC3\xA9, cut \xC3");
    cr_assert_eq(decode(raw, &out, &remark), 0);
    cr_expect_not_null(strstr(remark, "ill-formed UTF-8"));
    cr_expect_eq(out.text.data, raw.data);
}

Test(charset, nul_bytes_are_no_text)
{
    struct source_text out;
    const char *remark;
    cr_expect_eq(decode(RAW("a\0b"), &out, &remark), ERR_INPUT);
}

Test(charset, empty)
{
    expect_text(RAW(""), "", NULL);
}

/* Whatever the bytes, text and map agree and lead into the record. */
Test(charset, random_bytes)
{
    uint64_t state = 4;
    uint8_t raw[300];
    for (int i = 0; i < 3000; i++) {
        size_t n = fixture_random(&state) % sizeof raw;
        uint64_t kind = fixture_random(&state) % 3;
        for (size_t k = 0; k < n; k++) {
            uint64_t r = fixture_random(&state);
            raw[k] =
                (uint8_t)(kind == 0 || r % 4 == 0 ? 1 + r / 256 % 255 : 'a' + r % 26);
        }
        if (kind == 2 && n >= 2) {
            raw[0] = 0xFF;
            raw[1] = 0xFE;
        }
        struct source_text out;
        const char *remark;
        cr_assert_eq(decode(bytes_of(raw, n), &out, &remark), 0);
        if (out.map)
            cr_assert(out.map->out_len == out.text.len);
        else
            cr_assert_leq(out.offset + out.text.len, n);
        for (size_t s = 0; out.map && s < out.map->segments.len; s++) {
            const struct offset_segment *seg = &out.map->segments.items[s];
            cr_assert_leq(seg->in_pos + seg->in_len, n);
        }
        if (out.map)
            cr_assert_eq(utf8_valid_prefix(out.text), out.text.len);
    }
}
