/* Unicode's own WordBreakTest.txt: plain UAX #29 passes every line, and the lines where the
 * project's words are not "the segments with a letter or a digit" are those that
 * docs/TEXT.md lists, each with its rule. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/unidata.h"
#include "text/utf8.h"
#include "text/words.h"

#ifdef STEMMA_HAVE_ICU
#include <unicode/ubrk.h>
#include <unicode/utext.h>
#endif

enum {
    CASE_MAX = 64,
    LINE_MAX_BYTES = 4096
};

/* One line of the file. */
struct wb_case {
    uint8_t text[4 * CASE_MAX];
    size_t len;
    uint32_t cps[CASE_MAX];
    size_t starts[CASE_MAX]; /* of each character */
    size_t n;
    size_t breaks[CASE_MAX + 1];
    size_t n_breaks;
};

static FILE *open_data(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/auxiliary/%s", STEMMA_UNICODE_DIR, name);
    return fopen(path, "r");
}

/* "÷ 0061 × 0308 ÷ # ..." */
static bool parse_case(char *line, struct wb_case *c)
{
    memset(c, 0, sizeof *c);
    char *hash = strchr(line, '#');
    if (hash)
        *hash = 0;
    char *save = NULL;
    for (char *word = strtok_r(line, " \t\r\n", &save); word;
         word = strtok_r(NULL, " \t\r\n", &save)) {
        if (strcmp(word, "÷") == 0) {
            c->breaks[c->n_breaks++] = c->len;
        } else if (strcmp(word, "×") != 0) {
            uint32_t cp = (uint32_t)strtoul(word, NULL, 16);
            c->cps[c->n] = cp;
            c->starts[c->n++] = c->len;
            c->len += utf8_encode(cp, c->text + c->len);
        }
    }
    return c->n > 0;
}

Test(wordbreak, plain_rules_pass_every_line)
{
    FILE *f = open_data("WordBreakTest.txt");
    if (!f)
        cr_skip_test("no unicode-data");
    char line[LINE_MAX_BYTES];
    struct wb_case c;
    size_t cases = 0;
    for (size_t number = 1; fgets(line, sizeof line, f); number++) {
        if (!parse_case(line, &c))
            continue;
        size_t got[CASE_MAX + 1];
        size_t n = words_uax29_boundaries(bytes_of(c.text, c.len), got, CASE_MAX + 1);
        cr_assert(n == c.n_breaks && memcmp(got, c.breaks, n * sizeof *got) == 0,
                  "line %zu", number);
        cases++;
    }
    cr_assert(cases > 1800);
    (void)fclose(f);
}

#ifdef STEMMA_HAVE_ICU
/* --- ICU's root rules on random strings -------------------------------------------------- */

static uint64_t next_random(uint64_t *state) /* xorshift64* (Vigna 2016) */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717U;
}

/* One of each kind and more; no colons, which CLDR takes out of MidLetter, and no script that
 * ICU cuts with a dictionary (Hangul syllables among them). */
static uint32_t random_char(uint64_t *state)
{
    static const uint32_t some[] = {
        'a',    'Z',     '5',     ' ',     '_',     '.',    ',',    '\'',   '"',
        0xD,    0xA,     0x85,    0xAD,    0xB7,    0x2019, 0x2024, 0x200D, 0x301,
        0x5D0,  0x5F4,   0x627,   0x64B,   0x66B,   0x661,  0x60C,  0x2028, 0x3000,
        0x203F, 0x1F1E6, 0x1F1F7, 0x1F600, 0x1F3FB, 0x2764, 0x24C2, 0xB2,   0x1100,
        0x915,  0x93F,   0x10400, 0xE0020, 0x2060,  0x37E,  0x387,  0x2027};
    return some[next_random(state) / 64 % (sizeof some / sizeof *some)];
}

static size_t icu_boundaries(UBreakIterator *it, struct bytes text, size_t *out,
                             size_t cap)
{
    UErrorCode status = U_ZERO_ERROR;
    UText *ut =
        utext_openUTF8(NULL, (const char *)text.data, (int64_t)text.len, &status);
    ubrk_setUText(it, ut, &status);
    cr_assert(U_SUCCESS(status));
    size_t n = 0;
    for (int32_t at = ubrk_first(it); at != UBRK_DONE && n < cap; at = ubrk_next(it))
        out[n++] = (size_t)at;
    utext_close(ut);
    return n;
}

Test(wordbreak, plain_rules_as_icu_on_random_strings)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *it = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    cr_assert(U_SUCCESS(status));
    uint64_t state = 1229;
    for (int round = 0; round < 20000; round++) {
        uint8_t text[4 * CASE_MAX];
        size_t len = 0, ours[CASE_MAX + 1], theirs[CASE_MAX + 1];
        for (size_t n = 1 + next_random(&state) % 24; n; n--)
            len += utf8_encode(random_char(&state), text + len);
        size_t n = words_uax29_boundaries(bytes_of(text, len), ours, CASE_MAX + 1);
        size_t m = icu_boundaries(it, bytes_of(text, len), theirs, CASE_MAX + 1);
        cr_assert(n == m && memcmp(ours, theirs, n * sizeof *ours) == 0, "\"%.*s\"",
                  (int)len, (const char *)text);
    }
    ubrk_close(it);
}
#endif

/* --- the project's words -------------------------------------------------------------- */

static bool counts_as_word(const struct wb_case *c, size_t from, size_t to)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct unidata_record *r = unidata_get(c->cps[i]);
        if (c->starts[i] >= from && c->starts[i] < to && (r->flags & UNIDATA_WORD))
            return true;
    }
    return false;
}

/* Words as "[text positions)" pairs: what the plain rules would give. */
static size_t plain_words(const struct wb_case *c, size_t out[][2])
{
    size_t n = 0;
    for (size_t i = 0; i + 1 < c->n_breaks; i++) {
        if (counts_as_word(c, c->breaks[i], c->breaks[i + 1])) {
            out[n][0] = c->breaks[i];
            out[n++][1] = c->breaks[i + 1];
        }
    }
    return n;
}

static size_t our_words(const struct wb_case *c, size_t out[][2])
{
    struct token_vec v = {0};
    uint64_t cut = 0;
    struct err err = {0};
    cr_assert(words_find(bytes_of(c->text, c->len), 0, c->len, &v, &cut, &err) == 0);
    size_t n = v.v.len;
    for (size_t i = 0; i < n; i++) {
        out[i][0] = v.v.items[i].start;
        out[i][1] = out[i][0] + v.v.items[i].len;
    }
    vec_release(&v.v);
    return n;
}

static bool has(const struct wb_case *c, uint8_t wb)
{
    for (size_t i = 0; i < c->n; i++) {
        if (unidata_get(c->cps[i])->wb == wb)
            return true;
    }
    return false;
}

/* The rule that must explain a deviation; "?" is a failure. */
static const char *rule_of(const struct wb_case *c)
{
    if (has(c, WB_KATAKANA))
        return has(c, WB_EXTEND_NUM_LET) ? "katakana+underscore" : "katakana";
    if (has(c, WB_EXTEND_NUM_LET))
        return "underscore";
    return has(c, WB_ZWJ) ? "pictograph" : "?";
}

/* "`0061 005F`, `0031`": each word by its code points. */
static void put_words(struct buf *b, const struct wb_case *c, size_t words[][2],
                      size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *between = i ? ", `" : " `";
        for (size_t k = 0; k < c->n; k++) {
            if (c->starts[k] >= words[i][0] && c->starts[k] < words[i][1]) {
                buf_printf(b, "%s%04X", between, c->cps[k]);
                between = " ";
            }
        }
        buf_put_str(b, "`");
    }
    buf_put_str(b, n ? " |" : " none |");
}

/* The rows of the table in docs/TEXT.md. */
static void list_deviations(FILE *f, struct buf *out)
{
    char line[LINE_MAX_BYTES];
    struct wb_case c;
    while (fgets(line, sizeof line, f)) {
        if (!parse_case(line, &c))
            continue;
        size_t plain[CASE_MAX][2], ours[CASE_MAX][2];
        size_t n_plain = plain_words(&c, plain), n_ours = our_words(&c, ours);
        if (n_plain == n_ours && memcmp(plain, ours, n_ours * sizeof *ours) == 0)
            continue;
        buf_put_str(out, "|");
        put_words(out, &c, (size_t[][2]){{0, c.len}}, 1);
        put_words(out, &c, plain, n_plain);
        put_words(out, &c, ours, n_ours);
        buf_printf(out, " %s |\n", rule_of(&c));
    }
}

static void read_table(struct buf *out)
{
    FILE *f = fopen("docs/TEXT.md", "r");
    cr_assert(f, "docs/TEXT.md");
    char line[LINE_MAX_BYTES];
    bool inside = false;
    while (fgets(line, sizeof line, f)) {
        if (inside && line[0] != '|')
            break;
        if (inside)
            buf_put_str(out, line);
        inside = inside || strncmp(line, "|----|----|----|----|", 21) == 0;
    }
    (void)fclose(f);
}

/* STEMMA_WRITE_DEVIATIONS=FILE writes the rows there, for the document. */
Test(wordbreak, deviations_are_the_listed_ones)
{
    FILE *f = open_data("WordBreakTest.txt");
    if (!f)
        cr_skip_test("no unicode-data");
    struct buf got = {0}, listed = {0};
    list_deviations(f, &got);
    (void)fclose(f);
    const char *dump = getenv("STEMMA_WRITE_DEVIATIONS");
    if (dump) {
        FILE *o = fopen(dump, "w");
        cr_assert(o && fwrite(got.data, 1, got.len, o) == got.len && fclose(o) == 0);
    }
    read_table(&listed);
    cr_expect(bytes_equal(buf_bytes(&got), buf_bytes(&listed)),
              "the table in docs/TEXT.md is old");
    cr_expect(!strstr((const char *)(buf_put_u8(&got, 0), got.data), "?"),
              "a deviation no rule explains");
    buf_release(&got);
    buf_release(&listed);
}
