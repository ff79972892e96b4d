#include <criterion/criterion.h>
#include <string.h>

#include "query/stopwords.h"

static bool has(const char *language, const char *term)
{
    const char *list = stopwords_of(language);
    cr_assert(list, "%s", language);
    return stopwords_has(list, bytes_str(term));
}

/* Terms are folded, so the lists' words are too. */
Test(stopwords, are_folded)
{
    cr_assert(has("en", "the") && has("en", "a") && has("en", "your"));
    cr_assert(has("de", "fur") && has("de", "uber") && has("de", "zur"));
    cr_assert(has("fr", "a") && has("fr", "ou") && has("fr", "etre"));
    cr_assert(has("pt", "nao") && has("ru", "еще") && has("tr", "icin"));
    cr_assert(!has("en", "regime") && !has("en", "") && !has("en", "th"));
    cr_assert(!has("de", "für"));
}

Test(stopwords, every_language_has_a_list)
{
    static const char *const languages[] = {"en", "de", "fr", "es", "it",
                                            "pt", "nl", "ru", "tr"};
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        const char *list = stopwords_of(languages[i]);
        cr_assert(list && list[strlen(list) - 1] == ' ' && !strstr(list, "  "));
    }
    cr_assert_null(stopwords_of("xx"));
    cr_assert_null(stopwords_of(""));
}
