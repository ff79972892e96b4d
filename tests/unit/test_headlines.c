#include <criterion/criterion.h>
#include <string.h>

#include "text/facts.h"
#include "text/headlines.h"

/* Words are letters; capitals are very common ones, digits facts. */
struct words {
    uint32_t terms[200];
    uint8_t kinds[200];
    uint32_t n;
};

static struct headline title(const char *s, struct words *w)
{
    w->n = (uint32_t)strlen(s);
    for (uint32_t i = 0; i < w->n; i++) {
        w->terms[i] = (uint8_t)s[i];
        w->kinds[i] = s[i] >= '0' && s[i] <= '9'   ? FACT_NUMBER
                      : s[i] >= 'A' && s[i] <= 'Z' ? COMPARE_COMMON
                                                   : 0;
    }
    return (struct headline){w->terms, w->kinds, w->n};
}

static unsigned shared(const char *a, const char *b)
{
    struct words x, y;
    struct headline s = title(a, &x), t = title(b, &y);
    return headlines_shared(&s, &t);
}

Test(headlines, shared_words)
{
    cr_assert_eq(shared("abc", "abc"), 100);
    cr_assert_eq(shared("abc", "abcdefgh"), 100); /* of the shorter */
    cr_assert_eq(shared("abcdefgh", "abc"), 100);
    cr_assert_eq(shared("abcd", "abxyz"), 50);
    cr_assert_eq(shared("abc", "xyz"), 0);
    cr_assert_eq(shared("", "abc"), 0);
    cr_assert_eq(shared("TabT", "Tcd"), 0);  /* common words say nothing */
    cr_assert_eq(shared("TU", "TUab"), 100); /* unless there are no others */
}

Test(headlines, only_the_first_words_are_looked_at)
{
    char a[150], b[150];
    memset(a, 'x', sizeof a);
    memset(b, 'y', sizeof b);
    a[149] = b[149] = 0;
    b[HEADLINES_WORDS] = 'x';
    cr_assert_eq(shared(a, b), 0);
    b[HEADLINES_WORDS - 1] = 'x';
    cr_assert_eq(shared(a, b), 100);
}

static bool differ(const char *a, const char *b)
{
    struct words x, y;
    struct headline s = title(a, &x), t = title(b, &y);
    bool yes = headlines_facts_differ(&s, &t);
    cr_assert_eq(yes, headlines_facts_differ(&t, &s));
    return yes;
}

Test(headlines, facts)
{
    cr_assert(!differ("ab", "cd"));
    cr_assert(!differ("ab1", "1cd"));
    cr_assert(differ("ab1", "ab2"));
    cr_assert(differ("ab1", "ab"));
}

static uint8_t judged(uint32_t n_a, uint32_t n_b, const char *title_a,
                      const char *title_b, struct compare_evidence e)
{
    struct words x, y;
    const struct compare_text a = {.n = n_a}, b = {.n = n_b};
    struct headline s = title(title_a, &x), t = title(title_b, &y);
    headlines_judge(&a, &b, &s, &t, &e);
    return e.relation;
}

Test(headlines, stubs)
{
    const struct compare_evidence exact = {.relation = COMPARE_EXACT},
                                  near = {.relation = COMPARE_NEAR},
                                  excerpt = {.relation = COMPARE_EXCERPT};
    cr_assert_eq(judged(20, 20, "abc", "xyz", exact), COMPARE_UNRELATED);
    cr_assert_eq(judged(20, 500, "abc", "xyz", near), COMPARE_UNRELATED);
    cr_assert_eq(judged(20, 20, "abc", "abz", exact), COMPARE_EXACT);
    cr_assert_eq(judged(20, 20, "abc1", "abc2", exact), COMPARE_UNRELATED);
    cr_assert_eq(judged(20, 20, "", "xyz", exact), COMPARE_EXACT);
    cr_assert_eq(judged(30, 30, "abc", "xyz", exact), COMPARE_EXACT);
    cr_assert_eq(judged(20, 20, "abc", "xyz", excerpt), COMPARE_EXCERPT);
}

Test(headlines, parts_of_an_article)
{
    const struct compare_evidence first = {.relation = COMPARE_EXCERPT,
                                           .rule = COMPARE_RULE_EMBEDDED,
                                           .covered = {9000, 2000}},
                                  second = {.relation = COMPARE_EXCERPT,
                                            .rule = COMPARE_RULE_EMBEDDED,
                                            .covered = {2000, 9000}},
                                  quote = {.relation = COMPARE_EXCERPT,
                                           .rule = COMPARE_RULE_QUOTE,
                                           .covered = {9000, 2000}};
    cr_assert_eq(judged(60, 300, "abc", "abc", first), COMPARE_CONTAINED);
    cr_assert_eq(judged(300, 60, "abc", "abc", second), COMPARE_CONTAINS);
    cr_assert_eq(judged(60, 300, "abc", "xyz", first), COMPARE_EXCERPT);
    cr_assert_eq(judged(60, 300, "abc", "", first), COMPARE_EXCERPT);
    cr_assert_eq(judged(60, 300, "abc", "abc", quote), COMPARE_EXCERPT);
}
