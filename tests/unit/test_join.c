/* Joined entries: initialisms, hyphen chains, ideograph pairs, and their limits. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "text/analyser.h"
#include "text/words.h"

static void expect_alias(const char *term, const char *alias)
{
    uint8_t out[TERM_BYTES_MAX];
    size_t len = analyser_alias(bytes_str(term), out);
    cr_expect(bytes_equal(bytes_of(out, len), bytes_str(alias)), "%s: got %.*s, not %s",
              term, (int)len, (const char *)out, alias);
}

Test(join, initialisms)
{
    expect_alias("u.s", "us");
    expect_alias("u.s.a", "usa");
    expect_alias("с.ш.а", "сша");
    expect_alias("क\xE0\xA4\xBC.ख", "क\xE0\xA4\xBCख");
    expect_alias("us", "");
    expect_alias("u", "");
    expect_alias("", "");
    expect_alias("3.5", "");
    expect_alias("v.2", "");
    expect_alias("ph.d", "");
    expect_alias("example.com", "");
    expect_alias("u.s.", "");
    expect_alias(".u.s", "");
    expect_alias("u..s", "");
    expect_alias("o'b.c", "");
}

Test(join, the_longest_initialism)
{
    uint8_t term[TERM_BYTES_MAX + 1], out[TERM_BYTES_MAX];
    for (size_t i = 0; i < sizeof term; i++)
        term[i] = i % 2 ? '.' : 'a';
    cr_expect_eq(analyser_alias(bytes_of(term, TERM_BYTES_MAX), out), 128);
    cr_expect_eq(analyser_alias(bytes_of(term, TERM_BYTES_MAX + 1), out), 0);
}

enum {
    TOKENS_MAX = 32
};

/* "0:alassad/2 1:..." for every joined entry of a text, through words and folding. */
static void joins_of(const char *text, char *out, size_t cap)
{
    struct token_vec v = {0};
    struct err err = {0};
    uint64_t cut = 0;
    struct bytes terms[TOKENS_MAX];
    static uint8_t folded[TOKENS_MAX][TERM_BYTES_MAX];
    uint8_t breaks[TOKENS_MAX];
    cr_assert(words_find(bytes_str(text), 0, strlen(text), &v, &cut, &err) == 0);
    size_t n = v.v.len, len = 0;
    cr_assert(n <= TOKENS_MAX);
    for (size_t i = 0; i < n; i++) {
        const struct token *t = &v.v.items[i];
        terms[i] = bytes_of(
            folded[i], analyser_fold(bytes_of(text + t->start, t->len), folded[i]));
        breaks[i] = t->brk;
    }
    out[0] = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t spans[2] = {0, 0};
        size_t found = analyser_joins(terms, breaks, n, i, spans);
        for (size_t k = 0; k < found; k++) {
            len += (size_t)snprintf(out + len, cap - len, "%s%zu:", len ? " " : "", i);
            for (size_t j = 0; j < spans[k]; j++)
                len += (size_t)snprintf(out + len, cap - len, "%.*s",
                                        (int)terms[i + j].len,
                                        (const char *)terms[i + j].data);
            len += (size_t)snprintf(out + len, cap - len, "/%u", spans[k]);
        }
    }
    vec_release(&v.v);
}

static void expect_joins(const char *text, const char *joins)
{
    char got[4096];
    joins_of(text, got, sizeof got);
    cr_expect_str_eq(got, joins);
}

Test(join, hyphens)
{
    expect_joins("President al-Assad said", "1:alassad/2");
    expect_joins("Assad’s-ally", "0:assadally/2");
    expect_joins("a three-year-old boy", "1:threeyear/2 1:threeyearold/3 2:yearold/2");
    expect_joins("2016-12-13", "");
    expect_joins("no joints here", "");
    expect_joins("x", "");
    expect_joins("", "");
}

Test(join, chains_up_to_five_parts)
{
    expect_joins("a-b-c-d-e", "0:ab/2 0:abcde/5 1:bc/2 2:cd/2 3:de/2");
    expect_joins("a-b-c-d-e-f", "0:ab/2 1:bc/2 2:cd/2 3:de/2 4:ef/2");
}

Test(join, ideographs_in_pairs)
{
    expect_joins("中国人", "0:中国/2 1:国人/2");
    expect_joins("中国 人", "0:中国/2");
    expect_joins("東-京-都", "0:東京/2 1:京都/2");
    expect_joins("ab-中国", "0:ab中/2 1:中国/2");
}

Test(join, the_first_break_counts_as_none)
{
    struct bytes terms[] = {bytes_str("a"), bytes_str("b"), bytes_str("c")};
    uint8_t breaks[] = {BREAK_GLUED, BREAK_GLUED, BREAK_GLUED}, spans[2];
    cr_expect_eq(analyser_joins(terms, breaks, 3, 0, spans), 2);
    cr_expect_eq(spans[0], 2);
    cr_expect_eq(spans[1], 3);
    cr_expect_eq(analyser_joins(terms, breaks, 3, 2, spans), 0);
}

Test(join, keys_over_the_limit_do_not_exist)
{
    static uint8_t x[TERM_BYTES_MAX];
    memset(x, 'x', sizeof x);
    struct bytes terms[] = {bytes_of(x, 128), bytes_of(x, 127), bytes_of(x, 1)};
    uint8_t breaks[] = {BREAK_NONE, BREAK_GLUED, BREAK_GLUED}, spans[2];
    cr_expect_eq(analyser_joins(terms, breaks, 3, 0, spans), 1);
    cr_expect_eq(spans[0], 2);
    terms[0].len = 129;
    cr_expect_eq(analyser_joins(terms, breaks, 3, 0, spans), 0);
    terms[0].len = 127;
    cr_expect_eq(analyser_joins(terms, breaks, 3, 0, spans), 2);
}
