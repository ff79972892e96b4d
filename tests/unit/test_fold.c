/* Folding: examples, Unicode's NormalizationTest.txt, and ICU and utf8proc as oracles on
 * every character, random strings and real words. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/analyser.h"
#include "text/fold.h"
#include "text/unidata.h"
#include "text/utf8.h"
#include "text/words.h"

#ifdef STEMMA_HAVE_ICU
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#endif
#ifdef STEMMA_HAVE_UTF8PROC
#include <utf8proc.h>
#endif

enum {
    TEXT_MAX = 4096
};

static struct bytes fold(struct bytes in, uint8_t out[TEXT_MAX])
{
    size_t len = fold_text(in, out, TEXT_MAX);
    cr_assert(len <= TEXT_MAX);
    return bytes_of(out, len);
}

static uint64_t next_random(uint64_t *state) /* xorshift64* (Vigna 2016) */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717U;
}

/* --- examples ------------------------------------------------------------------------- */

static void expect(const char *surface, const char *term)
{
    uint8_t out[TERM_BYTES_MAX];
    size_t len = analyser_fold(bytes_str(surface), out);
    cr_expect(bytes_equal(bytes_of(out, len), bytes_str(term)), "%s: got %.*s, not %s",
              surface, (int)len, (const char *)out, term);
}

Test(fold, case_and_marks)
{
    expect("Word", "word");
    expect("TÜRKİYE", "turkiye");
    expect("Türkiye", "turkiye");
    expect("Delanoe\xCC\x88", "delanoe");
    expect("İ", "i");
    expect("I", "i");
    expect("ı", "i");
    expect("i\xCC\x87", "i");
    expect("STRASSE", "strasse");
    expect("straße", "strasse");
    expect("ΑΛΉΘΕΙΑΣ", "αληθειασ");
    expect("αλήθειας", "αληθειασ");
    expect("Ёлка", "елка");
    expect("Й", "и");
    expect("Łódź", "łodz");
}

Test(fold, compatibility)
{
    expect("ﬁne", "fine");
    expect("ＡＢＣ１２", "abc12");
    expect("x²", "x2");
    expect("№", "no");
    expect("Ⅷ", "viii");
    expect("1⃣", "1");
    expect("ﷺ", "صلىاللهعليهوسلم");
}

Test(fold, other_scripts)
{
    expect("الكِتَابُ", "الكتاب");
    expect("العـــراق", "العراق");
    expect("أحمد", "احمد");
    expect("إيران", "ايران");
    expect("آب", "اب");
    expect("ٱلله", "الله");
    expect("שָׁלוֹם", "שלום");
    expect("か\xE3\x82\x99", "が");
    expect("が", "が");
    expect("ﾊﾟ", "パ");
    expect("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "한");
    expect("\xED\x95\x98\xE1\x86\xAB", "한");
    expect("क\xE0\xA4\xBC", "क\xE0\xA4\xBC");
    expect("\xE0\xA4\xA8\xE0\xA4\xBC", "\xE0\xA4\xA9");
    expect("ดี", "ดี");
}

Test(fold, possessive_and_edges)
{
    expect("Assad's", "assad");
    expect("Assad’s", "assad");
    expect("ASSAD‘S", "assad");
    expect("O'Brien's", "o'brien");
    expect("o’clock", "o'clock");
    expect("'s", "s");
    expect("s's", "s");
    expect("a's's", "a");
    expect("_x_", "x");
    expect("ʿAlī", "ali");
    expect("Qurʾān", "qur'an");
    expect("boss", "boss");
}

Test(fold, short_words_of_ascii_as_any)
{
    static const char signs[] = "aszAZ09_'.[@`{/:,";
    uint64_t state = 11;
    int n_short = 0;
    for (int i = 0; i < 200000; i++) {
        uint8_t word[FOLD_SHORT], quick[FOLD_SHORT], out[TERM_BYTES_MAX];
        size_t len = 1 + (size_t)i % FOLD_SHORT;
        for (size_t k = 0; k < FOLD_SHORT; k++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
            word[k] = (uint8_t)(k < len ? (uint8_t)signs[(state >> 33) % 17]
                                        : (uint8_t)(state >> 40));
        }
        size_t want = fold_term(bytes_of(word, len), out, sizeof out);
        if (!fold_short(word, len, quick))
            continue;
        n_short++;
        cr_assert(want == len && memcmp(quick, out, len) == 0, "%.*s", (int)len, word);
    }
    cr_assert_gt(n_short, 50000);
}

/* Words of ASCII and of other characters, around the length that is short, with bytes behind them that do not count. */
Test(fold, words_as_any)
{
    static const char *const pieces[] = {"a", "B", "z'", "_", "É", "ß", "’", "9", "Ω"};
    uint64_t state = 5;
    for (int i = 0; i < 200000; i++) {
        uint8_t word[64], out[TERM_BYTES_MAX], quick[TERM_BYTES_MAX];
        size_t len = 0, n = 1 + (size_t)i % 18, kinds = i % 3 ? 4 : 9;
        for (size_t k = 0; k < n; k++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
            const char *piece = pieces[(state >> 33) % kinds];
            memcpy(word + len, piece, strlen(piece));
            len += strlen(piece);
        }
        memset(word + len, i % 2 ? 0xC3 : 'Q', FOLD_SHORT);
        size_t want = fold_term(bytes_of(word, len), out, sizeof out);
        cr_assert_eq(fold_word(bytes_of(word, len), quick, sizeof quick), want);
        cr_assert_arr_eq(quick, out, want);
    }
}

Test(fold, nothing_left_is_the_surface)
{
    expect("ـ", "ـ");
    expect("'", "'");
    expect("___", "___");
    expect("\xC2\xAD", "\xC2\xAD");
}

Test(fold, limits)
{
    uint8_t text[TEXT_MAX * 2], out[TEXT_MAX];
    memset(text, 'A', sizeof text);
    cr_expect_eq(fold_term(bytes_of(text, sizeof text), out, 100), 100);
    for (size_t cap = 16; cap < 40; cap++) {
        memset(out, '#', sizeof out);
        size_t len =
            fold_term(bytes_str("aééééééééééééééééééééééééé中中中中中𐐀𐐀𐐀𐐀𐐀"), out, cap);
        cr_expect(len <= cap && len + 3 >= cap);
        cr_expect_eq(out[len], '#');
        cr_expect_eq(utf8_valid_prefix(bytes_of(out, len)), len);
    }
    size_t n = 0; /* each becomes 29 bytes */
    for (int i = 0; i < 200; i++, n += 3)
        memcpy(text + n, "ﷺ", 3);
    cr_expect_eq(fold_text(bytes_of(text, n), out, 64), 200 * 30);
    cr_expect_eq(utf8_valid_prefix(bytes_of(out, 64)), 64);
    size_t len = analyser_fold(bytes_of(text, n), out);
    cr_expect(len <= TERM_BYTES_MAX && len > TERM_BYTES_MAX - 2);
    /* More marks than are ordered at once. */
    n = utf8_encode(0x304B, text);
    for (int i = 0; i < 500; i++)
        n += utf8_encode(0x3099, text + n);
    cr_expect(fold_text(bytes_of(text, n), out, sizeof out) > 1000);
}

Test(fold, ill_formed_bytes_are_replaced)
{
    uint8_t out[TEXT_MAX];
    struct bytes got = fold(bytes_of("a\xFF\xE2\x80", 4), out);
    cr_expect(bytes_equal(got, bytes_str("a\xEF\xBF\xBD\xEF\xBF\xBD")));
}

/* --- Unicode's own normalisation test: the five columns of a line are one term --------- */

static size_t parse_column(char **line, uint8_t *out)
{
    size_t len = 0;
    char *end = NULL;
    for (unsigned long cp = strtoul(*line, &end, 16); end != *line;
         cp = strtoul(*line, &end, 16)) {
        len += utf8_encode((uint32_t)cp, out + len);
        *line = end;
    }
    *line += 1; /* the semicolon */
    return len;
}

Test(fold, normalisation_test)
{
    FILE *f = popen("bzip2 -dc " STEMMA_UNICODE_DIR
                    "/NormalizationTest.txt.bz2 2>/dev/null", // NOLINT
                    "r");
    char buffer[TEXT_MAX];
    size_t lines = 0;
    while (f && fgets(buffer, sizeof buffer, f)) {
        char *line = buffer;
        if (!strchr("0123456789ABCDEF", *line))
            continue;
        uint8_t first[TEXT_MAX], other[TEXT_MAX], text[TEXT_MAX];
        struct bytes want = fold(bytes_of(text, parse_column(&line, text)), first);
        for (int column = 2; column <= 5; column++) {
            struct bytes in = bytes_of(text, parse_column(&line, text));
            /* Blanks that a decomposition brings are dropped, those of a text are not. */
            bool blanks = column >= 4 && memchr(text, ' ', in.len);
            cr_assert(blanks || bytes_equal(fold(in, other), want), "column %d of %s",
                      column, buffer);
        }
        lines++;
    }
    if (f)
        pclose(f);
    if (!lines)
        cr_skip_test("no unicode-data or no bzip2");
    cr_expect(lines > 18000);
}

/* --- folding a term gives the term ------------------------------------------------------ */

static void expect_stable(struct bytes surface)
{
    uint8_t once[TERM_BYTES_MAX], twice[TERM_BYTES_MAX];
    size_t len = analyser_fold(surface, once);
    cr_assert(len > 0);
    size_t again = analyser_fold(bytes_of(once, len), twice);
    cr_assert(bytes_equal(bytes_of(once, len), bytes_of(twice, again)),
              "%.*s: %.*s, then %.*s", (int)surface.len, (const char *)surface.data,
              (int)len, (const char *)once, (int)again, (const char *)twice);
}

Test(fold, stable_on_every_character)
{
    for (uint32_t cp = 1; cp <= UNIDATA_MAX; cp++) {
        uint8_t text[8];
        expect_stable(bytes_of(text, utf8_encode(cp, text)));
    }
}

/* --- random strings of characters that do something ------------------------------------- */

static uint32_t random_char(uint64_t *state)
{
    static const uint32_t marks[] = {
        0x300, 0x301,  0x308,  0x327,  0x328,  0x338,  0x5B0,  0x5C1, 0x64B,  0x653,
        0x654, 0x93C,  0x94D,  0x3099, 0x309A, 0x1161, 0x11A8, 0x9BE, 0x9D7,  0xE48,
        0xE38, 0x1DCE, 0x20DD, 0x200D, 0x34F,  0xAD,   0x640,  0x27,  0x2019, 0x20,
        0xA0,  0x130,  0x131,  0x49,   0x1E9E, 0x149,  0x671};
    static const uint32_t ranges[][2] = {
        {0x20, 0x7E},       {0xA0, 0x24F},      {0x370, 0x3FF},    {0x400, 0x52F},
        {0x5D0, 0x6FF},     {0x900, 0xDFF},     {0x1100, 0x11FF},  {0x1E00, 0x1FFF},
        {0x2000, 0x218F},   {0x3040, 0x33FF},   {0xAC00, 0xAD00},  {0xF900, 0xFFEF},
        {0x1D400, 0x1D7FF}, {0x1F100, 0x1F1FF}, {0x10000, 0x1FFFF}};
    uint64_t r = next_random(state);
    if (r % 3 == 0)
        return marks[r / 8 % (sizeof marks / sizeof *marks)];
    const uint32_t *range = ranges[r / 8 % (sizeof ranges / sizeof *ranges)];
    return range[0] + (uint32_t)(r / 1024 % (range[1] - range[0] + 1));
}

static size_t random_string(uint64_t *state, size_t most, uint32_t *cps)
{
    size_t n = 1 + next_random(state) % most;
    for (size_t i = 0; i < n; i++)
        cps[i] = random_char(state);
    return n;
}

static struct bytes encode(const uint32_t *cps, size_t n, uint8_t *out)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++)
        len += utf8_encode(cps[i], out + len);
    return bytes_of(out, len);
}

Test(fold, stable_on_random_strings)
{
    uint64_t state = 15;
    for (int round = 0; round < 50000; round++) {
        uint32_t cps[12];
        uint8_t text[48];
        expect_stable(encode(cps, random_string(&state, 12, cps), text));
    }
}

#ifdef STEMMA_HAVE_ICU
/* --- ICU: the steps of text/fold.h on whole strings, with ICU's data --------------------- */

enum {
    BLANK_MARK = 0xE000
}; /* stands for white space of the text itself */

static size_t to_utf32(const UChar *text, int32_t len, uint32_t *out)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar32 cps[TEXT_MAX];
    int32_t n = 0;
    u_strToUTF32(cps, TEXT_MAX, &n, text, len, &status);
    cr_assert(U_SUCCESS(status));
    for (int32_t i = 0; i < n; i++)
        out[i] = (uint32_t)cps[i];
    return (size_t)n;
}

static size_t icu_normalise(const UNormalizer2 *n2, const uint32_t *cps, size_t n,
                            uint32_t *out)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar in16[TEXT_MAX], out16[TEXT_MAX];
    int32_t len16 = 0;
    for (size_t i = 0; i < n; i++)
        U16_APPEND_UNSAFE(in16, len16, cps[i]);
    int32_t made = unorm2_normalize(n2, in16, len16, out16, TEXT_MAX, &status);
    cr_assert(U_SUCCESS(status));
    return to_utf32(out16, made, out);
}

static bool icu_drops(uint32_t cp)
{
    int ccc = u_getCombiningClass((UChar32)cp);
    return ccc == 1 || (ccc >= 10 && ccc <= 36) || (ccc >= 200 && ccc <= 240) ||
           u_charType((UChar32)cp) == U_ENCLOSING_MARK || cp == 0x640 || cp == ' ' ||
           u_hasBinaryProperty((UChar32)cp, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

static bool is_apostrophe(uint32_t cp)
{
    return cp == 0x2018 || cp == 0x2019 || cp == 0x201B || (cp >= 0x2BB && cp <= 0x2BF);
}

/* Folds the case of each, one to three characters for one. */
static size_t icu_fold_case(const uint32_t *cps, size_t n, uint32_t *out)
{
    size_t made = 0;
    for (size_t i = 0; i < n; i++) {
        UChar one[3], folded[8];
        int32_t len = 0;
        uint32_t cp = is_apostrophe(cps[i]) ? '\'' : cps[i];
        cp = cp >= 0x671 && cp <= 0x673 ? 0x627 : cp == 0x131 ? 'i' : cp;
        U16_APPEND_UNSAFE(one, len, cp);
        UErrorCode status = U_ZERO_ERROR;
        int32_t n16 = u_strFoldCase(folded, 8, one, len, U_FOLD_CASE_DEFAULT, &status);
        cr_assert(U_SUCCESS(status));
        made += to_utf32(folded, n16, out + made);
    }
    return made;
}

static struct bytes icu_fold(const uint32_t *cps, size_t n, uint8_t *out)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&status);
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    uint32_t a[TEXT_MAX], b[TEXT_MAX];
    for (size_t i = 0; i < n; i++)
        a[i] = u_isUWhiteSpace((UChar32)cps[i]) && cps[i] != 0x85 && cps[i] >= ' '
                   ? BLANK_MARK
                   : cps[i];
    for (int round = 0; round < 3; round++) {
        size_t len = icu_normalise(nfkd, a, n, b);
        n = icu_fold_case(b, len, a);
    }
    n = icu_normalise(nfkd, a, n, b);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!icu_drops(b[i]))
            a[kept++] = b[i];
    }
    n = icu_normalise(nfc, a, kept, b);
    for (size_t i = 0; i < n; i++)
        b[i] = b[i] == BLANK_MARK ? ' ' : b[i];
    return encode(b, n, out);
}

/* U+0345, a mark, folds to a letter: after it a string's order depends on when it is folded. */
static bool has_iota_subscript(const uint32_t *cps, size_t n)
{
    UErrorCode status = U_ZERO_ERROR;
    uint32_t out[TEXT_MAX];
    size_t len = icu_normalise(unorm2_getNFKDInstance(&status), cps, n, out);
    for (size_t i = 0; i < len; i++) {
        if (out[i] == 0x345)
            return true;
    }
    return false;
}

static void expect_as_icu(const uint32_t *cps, size_t n)
{
    uint8_t text[TEXT_MAX], ours[TEXT_MAX], theirs[TEXT_MAX];
    struct bytes got = fold(encode(cps, n, text), ours),
                 want = icu_fold(cps, n, theirs);
    cr_assert(bytes_equal(got, want), "U+%04X... (%zu): \"%.*s\", not \"%.*s\"", cps[0],
              n, (int)got.len, (const char *)got.data, (int)want.len,
              (const char *)want.data);
}

Test(fold, as_icu_on_every_character)
{
    for (uint32_t cp = 0; cp <= UNIDATA_MAX; cp++) {
        if ((cp >= 0xD800 && cp <= 0xDFFF) || cp == BLANK_MARK)
            continue;
        if (cp == 0x32000)
            cp = 0xE0000;
        expect_as_icu(&cp, 1);
    }
}

Test(fold, as_icu_on_random_strings)
{
    uint64_t state = 72;
    for (int round = 0; round < 50000; round++) {
        uint32_t cps[20];
        size_t n = random_string(&state, 20, cps);
        if (!has_iota_subscript(cps, n))
            expect_as_icu(cps, n);
    }
}

static size_t decode_all(struct bytes text, uint32_t *cps)
{
    size_t n = 0;
    for (size_t at = 0; at < text.len; n++)
        at += utf8_decode(text.data + at, text.data + text.len, &cps[n]);
    return n;
}

static void real_words(const char *name)
{
    char command[512];
    snprintf(command, sizeof command,
             "zstd -dcq ../shared/corpora/%s.jsonl.zst 2>/dev/null", name);
    FILE *f = popen(command, "r"); // NOLINT(cert-env33-c)
    cr_assert(f);
    enum {
        MOST = 4 << 20
    };
    uint8_t *text = malloc(MOST);
    cr_assert(text);
    size_t len = fread(text, 1, MOST, f);
    pclose(f);
    len = utf8_valid_prefix(bytes_of(text, len));
    struct token_vec v = {0};
    struct err err = {0};
    uint64_t cut = 0;
    cr_assert(words_find(bytes_of(text, len), 0, len, &v, &cut, &err) == 0);
    for (size_t i = 0; i < v.v.len; i++) {
        if ((v.v.items[i].flags & TOKEN_ASCII) && i % 64)
            continue;
        struct bytes word = bytes_of(text + v.v.items[i].start, v.v.items[i].len);
        uint32_t cps[256];
        expect_as_icu(cps, decode_all(word, cps));
        expect_stable(word);
    }
    vec_release(&v.v);
    free(text);
    if (!len)
        cr_skip_test("no corpora");
}

Test(fold, as_icu_on_real_words)
{
    real_words("other-languages");
}
#endif

#ifdef STEMMA_HAVE_UTF8PROC
/* --- utf8proc: what NFKC and full case folding make alike is alike ----------------------- */

static void expect_folded_alike(const uint32_t *cps, size_t n)
{
    uint8_t text[TEXT_MAX], ours[TEXT_MAX], theirs[TEXT_MAX];
    struct bytes in = encode(cps, n, text);
    text[in.len] = 0;
    utf8proc_uint8_t *made = utf8proc_NFKC_Casefold(text);
    cr_assert(made);
    struct bytes folded = bytes_str((const char *)made);
    /* Blanks that a decomposition brings cannot be told from those of the text here. */
    if (!memchr(made, ' ', folded.len))
        cr_assert(bytes_equal(fold(in, ours), fold(folded, theirs)), "U+%04X (%zu)",
                  cps[0], n);
    free(made);
}

Test(fold, as_utf8proc)
{
    for (uint32_t cp = 1; cp <= 0x32000; cp++) {
        if (cp < 0xD800 || cp > 0xDFFF)
            expect_folded_alike(&cp, 1);
    }
    uint64_t state = 28;
    for (int round = 0; round < 50000; round++) {
        uint32_t cps[20];
        expect_folded_alike(cps, random_string(&state, 20, cps));
    }
}
#endif
