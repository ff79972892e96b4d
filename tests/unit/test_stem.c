#include <criterion/criterion.h>
#include <string.h>

#include "query/stem.h"

Test(stem, languages)
{
    cr_expect_str_eq(stem_language(bytes_str("english")), "english");
    cr_expect_str_eq(stem_language(bytes_str("EN")), "english");
    cr_expect_str_eq(stem_language(bytes_str("de")), "german");
    cr_expect_null(stem_language(bytes_str("klingon")));
    cr_expect_null(stem_language(bytes_str("")));
    cr_expect_null(
        stem_language(bytes_str("a name that is longer than any language's")));
}

static void check(struct stem *s, const char *word, const char *want)
{
    struct bytes got;
    cr_assert_eq(stem_word(s, bytes_str(word), &got, NULL), 0);
    cr_expect(bytes_equal(got, bytes_str(want)), "%s: %.*s", word, (int)got.len,
              (const char *)got.data);
}

Test(stem, words)
{
    struct stem *s;
    cr_assert_eq(stem_new("english", &s, NULL), 0);
    check(s, "talking", "talk");
    check(s, "talks", "talk");
    check(s, "dying", "die");
    stem_free(s);
    cr_assert_eq(stem_new("german", &s, NULL), 0);
    check(s, "hauser", "haus");
    stem_free(s);
    stem_free(NULL);
}

/* Random words with endings: every word begins as stem_beginning says of its stem. */
Test(stem, beginnings_hold)
{
    static const char *const endings[] = {
        "",        "s",     "ies",     "ied",     "ing",    "ying",    "ed",
        "eed",     "ation", "ational", "ization", "biliti", "ability", "ibility",
        "fulness", "ously", "iveness", "logi",    "logy",   "ement",   "e",
        "ll",      "y",     "ically",  "alize",   "ness",   "heit",    "keit",
        "ungen",   "lich",  "igkeit",  "elser",   "erne",   "lighet",  "arna",
        "fullt",   "lost",  "ends",    "hetens",  "skies",  "idly",    "gently",
        "ugly",    "early", "only"};
    const char *const *languages = stem_languages();
    uint64_t state = 11;
    for (; *languages; languages++) {
        struct stem *s;
        cr_assert_eq(stem_new(*languages, &s, NULL), 0);
        for (int i = 0; i < 20000; i++) {
            char word[64];
            size_t n = 0;
            for (uint64_t k = (state >> 60) % 6; k > 0; k--) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                word[n++] = "aeiouybcdfgklmnprst"[(state >> 33) % 19];
            }
            state = state * 6364136223846793005u + 1442695040888963407u;
            strcpy(word + n,
                   endings[(state >> 33) % (sizeof endings / sizeof *endings)]);
            struct bytes stem;
            if (!word[0])
                continue;
            cr_assert_eq(stem_word(s, bytes_str(word), &stem, NULL), 0);
            struct bytes begin = stem_beginning(*languages, stem);
            cr_assert(bytes_starts(bytes_str(word), begin),
                      "%s: %s does not begin with %.*s", *languages, word,
                      (int)begin.len, (const char *)begin.data);
        }
        stem_free(s);
    }
}
