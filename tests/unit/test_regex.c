#include <criterion/criterion.h>
#include <string.h>

#include "query/regex.h"

/* 1, 0, or a negative code. */
static int match(const char *pattern, const char *word, uint64_t *steps)
{
    struct arena arena = {0};
    struct regex_fault fault;
    struct bytes folded;
    struct regex *r = NULL;
    bool matches = false;
    int rc = regex_read(bytes_str(pattern), &arena, &folded, &fault, NULL);
    if (rc == 0)
        rc = regex_new(folded, &r, NULL);
    if (rc == 0)
        rc = regex_matches(r, bytes_str(word), steps, &matches, NULL);
    if (rc == 0 && matches) {
        struct bytes begin = regex_beginning(folded, &arena);
        cr_expect(bytes_starts(bytes_str(word), begin), "/%s/ %s: %.*s", pattern, word,
                  (int)begin.len, (const char *)begin.data);
    }
    regex_free(r);
    arena_release(&arena);
    return rc ? rc : matches;
}

static void check(const char *pattern, const char *word, int want)
{
    uint64_t steps = 0;
    int got = match(pattern, word, &steps);
    cr_expect_eq(got, want, "/%s/ %s: %d", pattern, word, got);
}

Test(regex, whole_words)
{
    check("iran", "iran", 1);
    check("iran", "irania", 0);
    check("ran", "iran", 0);
    check("IRAN", "iran", 1);
    check("ir[ae]n(ian)?s?", "iranians", 1);
    check("a|b", "b", 1);
    check("a|b", "ab", 0);
    check("^a.*z$", "abcz", 1);
    check("(.)\\1.*", "aardvark", 1);
    check("T\u00fcrk.*", "turkiye", 1);
    check("Tu\u0308rk.*", "turkiye", 1);
    check("stra\u00dfe+", "strassee", 1);
    check("\\w+", "\u0438\u0440\u0430\u043d", 1);
    check(".{4}", "\u0438\u0440\u0430\u043d", 1);
    check("a", "a\xff", 0);
}

Test(regex, beginnings)
{
    check("abc?d", "abd", 1);
    check("abc*d", "abd", 1);
    check("abc{0,1}d", "abd", 1);
    check("abc+d", "abccd", 1);
    check("ab|cd", "cd", 1);
    check("a(b|c)d", "acd", 1);
    check("ab[|]|cd", "cd", 1);
    check("a[(]b|cd", "cd", 1);
    check("a\\(b|cd", "cd", 1);
    check("a(?#()b|cd", "cd", 1);
    check("a\\Q(\\Eb|cd", "cd", 1);
    check("\u00e9\u00e8?a", "ea", 1);
    check("\u0438\u0439*a", "\u0438a", 1);
}

Test(regex, faults)
{
    struct arena arena = {0};
    struct regex_fault fault;
    struct bytes folded;
    cr_expect_eq(regex_read(bytes_str("ab(c"), &arena, &folded, &fault, NULL),
                 ERR_SYNTAX);
    cr_expect_eq(fault.at, 4);
    cr_expect_eq(regex_read(bytes_str("a\\C"), &arena, &folded, &fault, NULL),
                 ERR_SYNTAX);
    cr_expect_eq(regex_read(bytes_of("\xff", 1), &arena, &folded, &fault, NULL),
                 ERR_SYNTAX);
    char longer[REGEX_BYTES_MAX + 2];
    memset(longer, 'a', sizeof longer);
    cr_expect_eq(
        regex_read(bytes_of(longer, sizeof longer), &arena, &folded, &fault, NULL),
        ERR_SYNTAX);
    char deep[2 * (REGEX_NEST_MAX + 1)];
    memset(deep, '(', sizeof deep / 2);
    memset(deep + sizeof deep / 2, ')', sizeof deep / 2);
    cr_expect_eq(regex_read(bytes_of(deep, sizeof deep), &arena, &folded, &fault, NULL),
                 ERR_SYNTAX);
    arena_release(&arena);
}

/* What would take for ever is refused; what takes long is counted. */
Test(regex, steps)
{
    char word[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
    uint64_t steps = 0;
    cr_expect_eq(match("(a|aa)+[cd]", word, &steps), ERR_LIMIT);
    cr_expect_gt(steps, REGEX_WORD_STEPS_MAX);
    steps = 0;
    cr_expect_eq(match("a+b", word, &steps), 1);
    cr_expect_lt(steps, 1000);
    steps = REGEX_STEPS_MAX;
    cr_expect_eq(match(".*a.*a.*a.*[xy]", word, &steps), ERR_LIMIT);
    steps = 0;
    cr_expect_eq(match("(?R)?a", "aaaa", &steps) < 2, 1);
}
