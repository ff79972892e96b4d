#include <criterion/criterion.h>

#include "query/wildcard.h"

static bool matches(const char *pattern, const char *key)
{
    return wildcard_matches(bytes_str(pattern), bytes_str(key));
}

Test(wildcard, examples)
{
    cr_assert(matches("w?rd", "word"));
    cr_assert(matches("w?rd", "w\u00f6rd"));
    cr_assert(matches("w?rd", "w\u4e2drd"));
    cr_assert_not(matches("w?rd", "wrd"));
    cr_assert_not(matches("w?rd", "woord"));
    cr_assert(matches("*fix", "fix"));
    cr_assert(matches("*fix", "suffix"));
    cr_assert_not(matches("*fix", "fixed"));
    cr_assert(matches("wo*rd", "word"));
    cr_assert(matches("wo*rd", "worldrd"));
    cr_assert_not(matches("wo*rd", "world"));
    cr_assert(matches("a*b*c", "aXbbYc"));
    cr_assert_not(matches("a*b*c", "acb"));
    cr_assert(matches("*a?", "aab"));
    cr_assert_not(matches("a", "ab"));
    cr_assert_not(matches("ab", "a"));
    cr_assert_not(matches("a?", "a"));
}

/* The other way to say it: * takes nothing, or a character more. */
static bool slowly(const char *p, const char *k)
{
    if (*p == 0)
        return *k == 0;
    if (*p == '*')
        return slowly(p + 1, k) || (*k && slowly(p, k + 1));
    return *k && (*p == '?' || *p == *k) && slowly(p + 1, k + 1);
}

Test(wildcard, all_small_ones)
{
    static const char letters[] = "ab*?";
    char pattern[6] = "", key[6] = "";
    for (unsigned i = 0; i < 4 * 4 * 4 * 4; i++) {
        size_t n = 0;
        for (unsigned k = 0, v = i; k < 4; k++, v /= 4) {
            char c = letters[v % 4];
            if (c != '*' || n == 0 || pattern[n - 1] != '*')
                pattern[n++] = c;
        }
        pattern[n] = 0;
        for (unsigned j = 0; j < 63; j++) {
            unsigned len = 0;
            for (unsigned v = j + 1; v > 1; v /= 2)
                key[len++] = letters[v % 2];
            key[len] = 0;
            cr_assert_eq(matches(pattern, key), slowly(pattern, key), "%s %s", pattern,
                         key);
        }
    }
}

Test(wildcard, beginnings)
{
    cr_assert(bytes_equal(wildcard_beginning(bytes_str("wo*rd")), bytes_str("wo")));
    cr_assert(bytes_equal(wildcard_beginning(bytes_str("?ab")), bytes_str("")));
    cr_assert(bytes_equal(wildcard_beginning(bytes_str("ab?")), bytes_str("ab")));
}
