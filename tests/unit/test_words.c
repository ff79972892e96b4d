/* Words: examples of every rule, the flags, the limits, and the scanners with AVX2 and AVX-512 and plain
 * UAX #29 against the scalar scanner on random text. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cpu.h"
#include "text/unidata.h"
#include "text/utf8.h"
#include "text/words.h"
#include "text/words_scan.h"

/* "a b ~c": the words, one blank between, ~ before a glued one. */
static void notation(struct bytes text, size_t from, size_t to, struct buf *out)
{
    struct token_vec v = {0};
    struct err err = {0};
    uint64_t cut = 0;
    cr_assert(words_find(text, from, to, &v, &cut, &err) == 0);
    for (size_t i = 0; i < v.v.len; i++) {
        const struct token *t = &v.v.items[i];
        if (i)
            buf_put_u8(out, ' ');
        if (t->brk == BREAK_GLUED)
            buf_put_u8(out, '~');
        buf_put(out, text.data + t->start, t->len);
    }
    buf_put_u8(out, 0);
    vec_release(&v.v);
}

static void expect(const char *text, const char *words)
{
    struct buf b = {0};
    notation(bytes_str(text), 0, strlen(text), &b);
    cr_expect(strcmp((const char *)b.data, words) == 0,
              "\"%s\": got \"%s\", not \"%s\"", text, (const char *)b.data, words);
    buf_release(&b);
}

Test(words, plain)
{
    expect("", "");
    expect(" \n\t", "");
    expect("word", "word");
    expect("Two words.", "Two words");
    expect("a,b;c d!e", "a b c d e");
    expect("one\xC2\xA0two\xE2\x80\xAFthree", "one two three");
}

Test(words, signs_inside_words)
{
    expect("Assad's Assad’s o'clock' 'quoted'", "Assad's Assad’s o'clock quoted");
    expect("the U.S. said", "the U.S said");
    expect("foo:bar foo: bar a.b.c", "foo:bar foo bar a.b.c");
    expect("3.5 1,000 1,000,000 1;2 3.a a.3 1:2",
           "3.5 1,000 1,000,000 1;2 3 a a 3 1 2");
    expect("$1bn 10% @nasa #tag C++ x=y", "1bn 10 nasa tag C x y");
    expect("rock‘n’roll ’twas 5’6", "rock‘n’roll twas 5’6");
    expect("a''b a..b a.'b", "a b a b a b");
}

Test(words, underscores)
{
    expect("_emphasis_ __strong__ snake_case a__b _",
           "emphasis strong snake_case a__b");
    expect("a_'b _1_ x_-_y", "a b 1 x y");
}

Test(words, hyphens_glue)
{
    expect("al-Assad", "al ~Assad");
    expect("COVID-19 19-Covid 2016-12 3-year-old",
           "COVID ~19 19 ~Covid 2016 12 3 ~year ~old");
    expect("al‐Qaeda al‑Qaeda", "al ~Qaeda al ~Qaeda");
    expect("a - b a -b a- b a--b a–b", "a b a b a b a b a b");
    expect("U.S.-led é-é", "U.S led é ~é");
    expect("中-国", "中 ~国");
}

Test(words, runs)
{
    expect("中国人", "中 ~国 ~人");
    expect("iPhone手机 两个。三", "iPhone 手 ~机 两 ~个 三");
    expect("カタカナー", "カ ~タ ~カ ~ナ ~ー");
    expect("か\xE3\x82\x99き", "か\xE3\x82\x99 ~き");
    expect("ดี 5", "ดี 5");
    expect("한국어 사람", "한국어 사람");
    expect("々〇㍿⼀", "々 ~〇 ⼀");
}

Test(words, marks_and_numbers)
{
    expect("e\xCC\x81t e\xCC\x81", "e\xCC\x81t e\xCC\x81");
    expect("a\xC2\xAD"
           "b",
           "a\xC2\xAD"
           "b");
    expect("m² ½", "m ² ½");
    expect("السلام، عليكم؟ ٣٫٥", "السلام عليكم ٣٫٥");
    expect("צה\"ל ג' ג'_x", "צה\"ל ג' ג' x");
    expect("👍 👩‍👩‍👧 ok", "ok");
    expect("a ˂ ՚ b", "a b");
}

Test(words, range_is_a_text_of_its_own)
{
    struct bytes text = bytes_str("abc-def.ghi");
    struct buf b = {0};
    notation(text, 1, 8, &b);
    cr_expect_str_eq((const char *)b.data, "bc ~def");
    buf_reset(&b);
    notation(text, 4, 10, &b);
    cr_expect_str_eq((const char *)b.data, "def.gh");
    buf_release(&b);
}

Test(words, appends_without_glue_to_the_call_before)
{
    struct token_vec v = {0};
    struct err err = {0};
    uint64_t cut = 0;
    struct bytes text = bytes_str("al-Assad");
    cr_assert(words_find(text, 0, 2, &v, &cut, &err) == 0);
    cr_assert(words_find(text, 3, 8, &v, &cut, &err) == 0);
    cr_assert_eq(v.v.len, 2);
    cr_expect_eq(v.v.items[1].start, 3);
    cr_expect_eq(v.v.items[1].brk, BREAK_NONE);
    vec_release(&v.v);
}

/* --- limits --------------------------------------------------------------------------- */

static void check_cut(const char *piece, size_t times, size_t words, uint64_t cuts)
{
    struct buf b = {0};
    for (size_t i = 0; i < times; i++)
        buf_put_str(&b, piece);
    struct token_vec v = {0};
    struct err err = {0};
    uint64_t cut = 0;
    cr_assert(words_find(buf_bytes(&b), 0, b.len, &v, &cut, &err) == 0);
    cr_expect_eq(v.v.len, words, "%zu words of %zu x %s", v.v.len, times, piece);
    cr_expect_eq(cut, cuts);
    size_t at = 0;
    for (size_t i = 0; i < v.v.len; i++) {
        cr_expect(v.v.items[i].len > 0 && v.v.items[i].len <= TOKEN_BYTES_MAX);
        cr_expect_eq(v.v.items[i].start, at, "no byte is lost");
        cr_expect_eq(utf8_valid_prefix(bytes_of(b.data + at, v.v.items[i].len)),
                     v.v.items[i].len);
        at += v.v.items[i].len;
    }
    cr_expect_eq(at, b.len);
    vec_release(&v.v);
    buf_release(&b);
}

Test(words, long_words_are_cut)
{
    check_cut("x", 240, 1, 0);
    check_cut("x", 241, 2, 1);
    check_cut("é", 120, 1, 0);
    check_cut("é", 121, 2, 1);
    check_cut("é", 1000, 9, 1);
    check_cut("ᄀ", 80, 1, 0);
    check_cut("ᄀ", 81, 2, 1);
    check_cut("𐐀", 61, 2, 1);
    check_cut("中", 100, 100, 0);
}

Test(words, no_text_over_4_gib)
{
    struct token_vec v = {0};
    struct err err = {0};
    uint64_t cut = 0;
    struct bytes text = {(const uint8_t *)"", (size_t)UINT32_MAX + 1};
    cr_expect_eq(words_find(text, 0, 0, &v, &cut, &err), ERR_LIMIT);
    err_clear(&err);
    cr_expect_eq(words_find_scalar(text, 0, 0, &v, &cut, &err), ERR_LIMIT);
}

/* --- random text ---------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state) /* xorshift64* (Vigna 2016) */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717U;
}

static const char *const pieces[] = {"a",
                                     "b",
                                     "zebra",
                                     "Q",
                                     "Word",
                                     "7",
                                     "2016",
                                     "'",
                                     ".",
                                     ",",
                                     ":",
                                     ";",
                                     "-",
                                     "_",
                                     " ",
                                     "  ",
                                     "\n",
                                     "\"",
                                     "(",
                                     "/",
                                     "$",
                                     "’",
                                     "‘",
                                     "”",
                                     "“",
                                     "—",
                                     "–",
                                     "…",
                                     "‐",
                                     "‑",
                                     "é",
                                     "É",
                                     "ß",
                                     "ſ",
                                     "İ",
                                     "×",
                                     "÷",
                                     "д",
                                     "Ж",
                                     "ѐ",
                                     "ӂ",
                                     "҃",
                                     "҂",
                                     "α",
                                     "ς",
                                     "·",
                                     "ª",
                                     "º",
                                     "\xC2\xAD",
                                     "\xC2\xA0",
                                     "«",
                                     "»",
                                     "²",
                                     "½",
                                     "\xCC\x81",
                                     "\xCC\x88",
                                     "א",
                                     "ב",
                                     "ة",
                                     "َ",
                                     "،",
                                     "٣",
                                     "中",
                                     "国",
                                     "カ",
                                     "ー",
                                     "か",
                                     "\xE3\x82\x99",
                                     "ก",
                                     "ี",
                                     "한",
                                     "\xE2\x80\x8D",
                                     "\xE2\x80\x8B",
                                     "\xE2\x80\xAF",
                                     "⁀",
                                     "👍",
                                     "🇫",
                                     "𐐀",
                                     "𠀀",
                                     "𝟘",
                                     "٫",
                                     "\r",
                                     "\x01",
                                     "~",
                                     "\x7F",
                                     "{",
                                     "`",
                                     "@",
                                     "[",
                                     "^",
                                     "\xEF\xBB\xBF",
                                     "\xE2\x80\xA4",
                                     "\xE2\x80\xA7",
                                     "€",
                                     "™",
                                     "Ⅷ",
                                     "ⓐ",
                                     "˂"};
enum {
    N_PIECES = sizeof pieces / sizeof *pieces
};

/* Mostly letters and blanks, so that words of many lengths and whole fast blocks occur; the
 * share of other pieces varies. */
static void random_text(uint64_t *state, struct buf *b)
{
    buf_reset(b);
    size_t n = next_random(state) % 200;
    uint64_t share = next_random(state) % 101;
    bool some = next_random(state) % 2;
    size_t few[4];
    for (size_t i = 0; i < 4; i++)
        few[i] = next_random(state) % N_PIECES;
    for (size_t i = 0; i < n; i++) {
        uint64_t r = next_random(state);
        if (r % 100 < share)
            buf_put_str(b, pieces[some ? few[r / 128 % 4] : r / 128 % N_PIECES]);
        else if (r / 128 % 6 == 0)
            buf_put_u8(b, ' ');
        else
            buf_put_u8(b, (uint8_t)('a' + r / 1024 % 26));
    }
}

static void expect_tokens(struct bytes text, size_t from, size_t to,
                          const struct token_vec *fast, uint64_t cut_fast)
{
    struct token_vec slow = {0};
    struct err err = {0};
    uint64_t cut_slow = 0;
    cr_assert(words_find_scalar(text, from, to, &slow, &cut_slow, &err) == 0);
    size_t bytes = slow.v.len * sizeof *slow.v.items;
    bool same = fast->v.len == slow.v.len && cut_fast == cut_slow &&
                (bytes == 0 || memcmp(fast->v.items, slow.v.items, bytes) == 0);
    cr_assert(same, "differs: \"%.*s\"", (int)(to - from),
              (const char *)text.data + from);
    vec_release(&slow.v);
}

typedef bool scanner(struct words_scan *s, size_t at);

/* What a scanner finds, behind one token that was there before. */
static void scan_with(scanner *run, struct bytes text, size_t from, size_t to,
                      struct token_vec *out, uint64_t *cut)
{
    cr_assert(vec_push(&out->v, (struct token){.len = 1}));
    struct words_scan s = {.text = text.data, .to = to, .first = 1, .out = out};
    cr_assert(run(&s, from));
    *cut = s.cut;
    out->v.len--;
    memmove(out->v.items, out->v.items + 1, out->v.len * sizeof *out->v.items);
}

/* The scanners that this processor can run. */
static size_t scanners(scanner *out[2])
{
    size_t n = 0;
    (void)out;
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        out[n++] = words_avx2_run;
#endif
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        out[n++] = words_avx512_run;
#endif
    return n;
}

static void expect_same(struct bytes text, size_t from, size_t to)
{
    scanner *all[2] = {0};
    size_t n = scanners(all);
    for (size_t i = 0; i <= n; i++) {
        struct token_vec fast = {0};
        struct err err = {0};
        uint64_t cut = 0;
        if (i < n)
            scan_with(all[i], text, from, to, &fast, &cut);
        else
            cr_assert(words_find(text, from, to, &fast, &cut, &err) == 0);
        expect_tokens(text, from, to, &fast, cut);
        vec_release(&fast.v);
    }
}

Test(words, fast_scanner_equals_its_twin)
{
    uint64_t state = 20161213;
    struct buf b = {0};
    for (int round = 0; round < 30000; round++) {
        random_text(&state, &b);
        size_t from = b.len ? next_random(&state) % b.len : 0;
        while (from < b.len && (b.data[from] & 0xC0) == 0x80)
            from++;
        /* A copy of its exact size: a sanitizer sees a read beyond it. */
        uint8_t *exact = malloc(b.len ? b.len : 1);
        cr_assert(exact);
        if (b.len)
            memcpy(exact, b.data, b.len);
        expect_same(bytes_of(exact, b.len), from, b.len);
        expect_same(bytes_of(exact, b.len), 0, b.len);
        free(exact);
    }
    buf_release(&b);
}

/* Blocks of 64 bytes with each number of words that they have room for, with and without letters of two bytes, capitals and
 * separators of two bytes. */
Test(words, blocks_of_any_number_of_words)
{
    static const char *const kinds[] = {"a", "A", "7", "\u00e9", "aB", "x.y"};
    struct buf b = {0};
    for (size_t n = 0; n <= 32; n++) {
        for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
            for (size_t doubled = 0; doubled <= n; doubled += 5) {
                buf_reset(&b);
                for (size_t i = 0; i < n; i++) {
                    buf_put_str(&b, i % 3 ? kinds[kind] : "b");
                    buf_put_str(&b, i < doubled ? ", " : " ");
                }
                while (b.len % 64 != 0)
                    buf_put_u8(&b, '-');
                buf_put_str(&b, "end of it");
                expect_same(bytes_of(b.data, b.len), 0, b.len);
            }
        }
    }
    buf_release(&b);
}

static void expect_in_bounds(struct bytes text, const struct token_vec *v)
{
    size_t at = 0;
    for (size_t i = 0; i < v->v.len; i++) {
        const struct token *t = &v->v.items[i];
        cr_assert(t->start >= at && t->len > 0 && t->len <= TOKEN_BYTES_MAX);
        at = (size_t)t->start + t->len;
        cr_assert(at <= text.len);
    }
}

/* The contract asks for well-formed text; bytes that are not may give any words, in bounds. */
Test(words, ill_formed_text_stays_in_bounds)
{
    uint64_t state = 3629;
    for (int round = 0; round < 20000; round++) {
        size_t len = next_random(&state) % 400;
        uint64_t mask = next_random(&state) | 0x80;
        uint8_t *text = malloc(len ? len : 1);
        cr_assert(text);
        for (size_t i = 0; i < len; i++)
            text[i] = (uint8_t)((next_random(&state) & mask) | (round % 3 ? 0 : 0x80));
        struct token_vec slow = {0};
        struct err err = {0};
        uint64_t cut = 0;
        scanner *all[2] = {0};
        for (size_t i = scanners(all); i-- > 0;) {
            struct token_vec fast = {0};
            scan_with(all[i], bytes_of(text, len), 0, len, &fast, &cut);
            expect_in_bounds(bytes_of(text, len), &fast);
            vec_release(&fast.v);
        }
        cr_assert(words_find_scalar(bytes_of(text, len), 0, len, &slow, &cut, &err) ==
                  0);
        expect_in_bounds(bytes_of(text, len), &slow);
        vec_release(&slow.v);
        free(text);
    }
}

/* Every character between letters, between digits, before and after a word, in a block. */
Test(words, fast_scanner_knows_every_character)
{
    struct buf b = {0};
    for (uint32_t cp = 0; cp <= 0xE0200; cp++) {
        if (cp == 0x32000) /* nothing is assigned from there on */
            cp = 0xE0000;
        uint8_t utf8[4];
        size_t len = utf8_encode(cp, utf8);
        static const char *const around[] = {"ab", "cd ", "1", "2 x", " y", "é", "ф, "};
        buf_reset(&b);
        for (size_t i = 0; i < 7; i++) {
            buf_put_str(&b, around[i]);
            buf_put(&b, utf8, len);
        }
        buf_put_str(
            &b, " and so on, and so on, and so on, and so on and so on, until the end");
        expect_same(buf_bytes(&b), 0, b.len);
    }
    buf_release(&b);
}

/* --- plain UAX #29 as an oracle, where we do not depart from it ------------------------ */

static bool departs(struct bytes text)
{
    const uint8_t *p = text.data, *end = p + text.len;
    while (p < end) {
        uint32_t cp;
        p += utf8_decode(p, end, &cp);
        uint8_t wb = unidata_get(cp)->wb;
        if (wb == WB_KATAKANA || wb == WB_EXTEND_NUM_LET || wb == WB_ZWJ)
            return true;
    }
    return false;
}

static bool holds_word(const uint8_t *p, const uint8_t *end)
{
    while (p < end) {
        uint32_t cp;
        p += utf8_decode(p, end, &cp);
        if (unidata_get(cp)->flags & UNIDATA_WORD)
            return true;
    }
    return false;
}

static void expect_segments(struct bytes text)
{
    static size_t bounds[4096];
    size_t n = words_uax29_boundaries(text, bounds, 4096);
    struct token_vec v = {0};
    struct err err = {0};
    uint64_t cut = 0;
    cr_assert(words_find(text, 0, text.len, &v, &cut, &err) == 0);
    size_t at = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (!holds_word(text.data + bounds[i], text.data + bounds[i + 1]))
            continue;
        bool same = at < v.v.len && v.v.items[at].start == bounds[i] &&
                    (size_t)v.v.items[at].start + v.v.items[at].len == bounds[i + 1];
        cr_assert(same, "word %zu of \"%.*s\"", at, (int)text.len,
                  (const char *)text.data);
        at++;
    }
    cr_assert_eq(at, v.v.len);
    vec_release(&v.v);
}

Test(words, segments_with_a_letter_or_digit)
{
    uint64_t state = 29;
    struct buf b = {0};
    int tried = 0;
    for (int round = 0; round < 30000; round++) {
        random_text(&state, &b);
        struct bytes text = buf_bytes(&b);
        if (departs(text))
            continue;
        struct token_vec v = {0};
        struct err err = {0};
        uint64_t cut = 0;
        cr_assert(words_find(text, 0, text.len, &v, &cut, &err) == 0);
        vec_release(&v.v);
        if (cut)
            continue;
        expect_segments(text);
        tried++;
    }
    cr_expect(tried > 10000);
    buf_release(&b);
}

Test(words, flags_mean_what_they_say)
{
    uint64_t state = 7;
    struct buf b = {0};
    for (int round = 0; round < 3000; round++) {
        random_text(&state, &b);
        struct token_vec v = {0};
        struct err err = {0};
        uint64_t cut = 0;
        cr_assert(words_find(buf_bytes(&b), 0, b.len, &v, &cut, &err) == 0);
        vec_foreach(struct token, t, &v.v) {
            struct bytes word = bytes_of(b.data + t->start, t->len);
            uint8_t term[TERM_BYTES_MAX];
            size_t len = analyser_fold(word, term);
            bool ascii = utf8_ascii_prefix(word) == word.len;
            cr_assert_eq(ascii, (t->flags & TOKEN_ASCII) != 0);
            bool plain =
                ascii &&
                strspn((const char *)memcpy((char[256]){0}, word.data, word.len),
                       "abcdefghijklmnopqrstuvwxyz0123456789") == word.len;
            cr_assert_eq(plain, (t->flags & TOKEN_LOWER) != 0);
            if (t->flags & TOKEN_LOWER)
                cr_assert(bytes_equal(word, bytes_of(term, len)));
            uint32_t cp;
            utf8_decode(word.data, word.data + word.len, &cp);
            cr_assert_eq(unidata_get(cp)->word == WORD_RUN,
                         (t->flags & TOKEN_IDEOGRAPH) != 0);
            const struct token *before = t - 1;
            bool blank = t > v.v.items && b.data[t->start - 1] == ' ' &&
                         before->start + before->len + 1 == t->start;
            cr_assert_eq(t->spacing, blank ? TOKEN_AFTER_BLANK : 0);
            cr_assert(!blank || t->brk == BREAK_NONE);
        }
        vec_release(&v.v);
    }
    buf_release(&b);
}

/* As often as one token of 64 and as 63 of them. */
Test(words, odd_tokens_by_every_way)
{
    enum {
        TOKENS = 400
    };
    struct token tokens[TOKENS];
    uint32_t expected[TOKENS], odd[TOKENS + WORDS_ODD_SLACK];
    uint64_t state = 11;
    for (int round = 0; round < 4000; round++) {
        uint64_t random = next_random(&state), share = random >> 40 & 63;
        size_t n = (size_t)round % (TOKENS + 1), n_odd = 0;
        for (size_t i = 0; i < TOKENS; i++) {
            bool is_odd = (next_random(&state) >> 20 & 63) <= share;
            tokens[i] = (struct token){.start = (uint32_t)random,
                                       .len = (uint8_t)(random >> 32),
                                       .flags = 7,
                                       .spacing = is_odd ? 0 : TOKEN_AFTER_BLANK};
            if (is_odd && i < n)
                expected[n_odd++] = (uint32_t)i;
        }
        cr_assert_eq(words_odd(tokens, n, odd), n_odd);
        cr_assert_arr_eq(odd, expected, n_odd * sizeof *odd);
        cr_assert_eq(words_odd_scalar(tokens, n, odd), n_odd);
        cr_assert_arr_eq(odd, expected, n_odd * sizeof *odd);
    }
}

/* --- real text, where it is there ------------------------------------------------------ */

static void real_text(const char *name)
{
    char command[512];
    snprintf(command, sizeof command,
             "zstd -dcq ../shared/corpora/%s.jsonl.zst 2>/dev/null", name);
    FILE *f = popen(command, "r"); // NOLINT(cert-env33-c)
    cr_assert(f);
    enum {
        MOST = 8 << 20
    };
    uint8_t *text = malloc(MOST);
    cr_assert(text);
    size_t len = fread(text, 1, MOST, f);
    pclose(f);
    len = utf8_valid_prefix(bytes_of(text, len));
    if (len)
        expect_same(bytes_of(text, len), 0, len);
    free(text);
    if (!len)
        cr_skip_test("no corpora");
}

Test(words, real_news)
{
    real_text("allsides");
}

Test(words, real_news_in_other_languages)
{
    real_text("other-languages");
}
