#include <criterion/criterion.h>
#include <stdio.h>

#include "query/suggest.h"
#include "tests/unit/query_fixture.h"

static struct query_fixture f;
static struct suggestion found[SUGGEST_WORDS];
static size_t n_found;

static void begin(void)
{
    query_fixture_begin(&f);
    handmade_story(&f.made);
    handmade_plain(&f.made, "",
                   "The government governs; governments govern. The goverment erred.");
    handmade_plain(&f.made, "", "The government governs. Election day, selection day.");
    handmade_story(&f.made);
    handmade_plain(&f.made, "",
                   "Lighthouse keepers keep the lighthouse. A cab, a cat and al-Assad "
                   "met near Харьков.");
    for (int i = 0; i < 60; i++) {
        char text[60];
        handmade_story(&f.made);
        (void)snprintf(text, sizeof text, "harbour number %d, common strand", i);
        handmade_plain(&f.made, "", text);
    }
    handmade_story(&f.made);
    handmade_plain(&f.made, "", "harbouring strands");
    query_fixture_publish(&f, 2);
}

static int look(const char *query)
{
    struct syntax_result parsed;
    arena_reset(&f.arena);
    err_clear(&f.err);
    cr_assert_eq(
        syntax_parse(bytes_str(query), true, f.analyser, &f.arena, &parsed, &f.err), 0,
        "%s", f.err.msg);
    return suggest(&f.snapshot, parsed.tree, NULL, found, &n_found, &f.err);
}

/* "word like, word like" */
static void check(const char *query, const char *want)
{
    cr_assert_eq(look(query), 0, "%s", f.err.msg);
    buf_reset(&f.text);
    for (size_t i = 0; i < n_found; i++)
        buf_printf(&f.text, "%s%.*s %.*s", i ? ", " : "", (int)found[i].word.len,
                   (const char *)found[i].word.data, (int)found[i].like_len,
                   (const char *)found[i].like);
    buf_put_u8(&f.text, 0);
    cr_expect_str_eq((const char *)f.text.data, want, "%s: %s", query,
                     (const char *)f.text.data);
}

Test(suggest, words_that_are_there_need_none)
{
    begin();
    check("government", "");
    check("\"the goverment erred\"", "");
    check("alassad al-assad ASSAD", "");
    check("gov* *xyz w?rd source:zzzz", "");
    query_fixture_end(&f);
}

Test(suggest, the_nearest)
{
    begin();
    check("governmnet", "governmnet government");
    check("govrenment", "govrenment government");
    check("xlighthouse", "xlighthouse lighthouse");
    check("ighthouse", "ighthouse lighthouse");
    check("ilghthouse", "ilghthouse lighthouse");
    check("bighthouse", "bighthouse lighthouse");
    check("Lighthoise", "Lighthoise lighthouse");
    check("lighhoise", "lighhoise lighthouse");
    check("lighoise", "lighoise "); /* three letters wrong */
    check("kepers", "kepers keepers");
    check("keprs", "keprs "); /* two, of a short one */
    check("cax", "cax ");     /* too short to tell */
    check("electoin", "electoin election");
    check("харков", "харков харьков");
    check("electio1n", "electio1n ");
    check("asssad", "asssad assad");
    query_fixture_end(&f);
}

/* harbour stands 60 times, harbouring once: two letters wrong in a common word are likelier. */
Test(suggest, a_common_word_beats_a_nearer_one)
{
    begin();
    check("harbourin", "harbourin harbour");
    check("harbourng", "harbourng harbour");
    check("strandz", "strandz strand"); /* as near as strands */
    query_fixture_end(&f);
}

Test(suggest, each_word_once_and_not_too_many)
{
    begin();
    check("kepers AND kepers NOT electoin", "kepers keepers, electoin election");
    check("aaaa bbbb OR cccc dddd eeee", "aaaa , bbbb , cccc ");
    check("\"kepers lighthouse\"~3 (lighthouze NEAR/3 zzzz)",
          "kepers keepers, lighthouze lighthouse, zzzz ");
    query_fixture_end(&f);
}

Test(suggest, huge_words)
{
    struct buf query = {0};
    begin();
    for (int i = 0; i < 250; i++)
        buf_put_u8(&query, 'g');
    buf_put_u8(&query, 0);
    for (size_t n = 250; n > 40; n--) {
        query.data[n] = 0;
        cr_assert_eq(look((const char *)query.data), 0, "%zu: %s", n, f.err.msg);
        for (size_t i = 0; i < n_found; i++)
            cr_assert_eq(found[i].like_len, 0);
    }
    cr_assert_eq(n_found, 1);
    buf_release(&query);
    query_fixture_end(&f);
}
