#include <criterion/criterion.h>
#include <string.h>

#include "query/synonyms.h"
#include "tests/support/tempdir.h"

/* Reads the lines; NULL and the message in err if they are refused. */
static struct synonyms *read_lines(const char *lines, struct analyser *analyser,
                                   struct err *err)
{
    struct tempdir dir;
    char path[4200];
    struct synonyms *s = NULL;
    cr_assert(tempdir_make(&dir));
    cr_assert(tempdir_write(&dir, "words", lines, strlen(lines)));
    cr_assert(tempdir_path(&dir, "words", path, sizeof path));
    int rc = synonyms_read(path, analyser, &s, err);
    cr_expect_eq(rc == 0, s != NULL);
    tempdir_remove(&dir);
    return s;
}

static void check(const char *lines, const char *query, const char *want)
{
    struct analyser *analyser = analyser_new();
    struct arena arena = {0};
    struct err err = {0};
    struct buf text = {0};
    struct syntax_result r;
    struct synonyms *s = read_lines(lines, analyser, &err);
    cr_assert(s, "%s", err.msg);
    struct syntax_options how = {.strict = true, .synonyms = s};
    cr_assert_eq(syntax_parse_with(bytes_str(query), &how, analyser, &arena, &r, &err),
                 0, "%s", err.msg);
    ast_print(r.tree, &text);
    buf_put_u8(&text, 0);
    cr_expect_str_eq((const char *)text.data, want, "%s: %s", query,
                     (const char *)text.data);
    buf_release(&text);
    synonyms_free(s);
    arena_release(&arena);
    analyser_free(analyser);
}

static void check_refused(const char *lines, const char *want)
{
    struct analyser *analyser = analyser_new();
    struct err err = {0};
    struct synonyms *s = read_lines(lines, analyser, &err);
    cr_expect_null(s);
    cr_expect(strstr(err.msg, want), "%s", err.msg);
    synonyms_free(s);
    analyser_free(analyser);
}

Test(synonyms, words)
{
    static const char both[] = "# a comment\n\nturkey, t\u00fcrkiye\n";
    check(both, "Turkey", "(alts (word turkey) (word turkiye))");
    check(both, "TU\u0308RKIYE", "(alts (word turkiye) (word turkey))");
    check(both, "greece", "(word greece)");
    check(both, "turkey OR -greece",
          "(or (alts (word turkey) (word turkiye)) (not (word greece)))");
    check(both, "turk* =turkey stem(turkey) /turkey/",
          "(and (prefix turk) (exact turkey) (stem english turkey) (regex /turkey/))");
    check("uk => united kingdom, britain", "britain", "(word britain)");
    check("uk => united kingdom, britain", "uk",
          "(alts (word uk) (phrase (word united) (word kingdom)) (word britain))");
    check("a, b\na => c\n", "a", "(alts (word a) (word b) (word c))");
    check("a, b\nb, c\n", "a", "(alts (word a) (word b))");
    check("\u4e2d\u56fd, china", "\u4e2d\u56fd",
          "(alts (run \u4e2d\u56fd) (word china))");
}

Test(synonyms, several_words)
{
    static const char lines[] =
        "united states, usa\nunited => joined\nuk, united kingdom\n";
    check(lines, "\"the united states army\"",
          "(phrase (word the) (alts (phrase (word united) (word states)) (word usa)) "
          "(word army))");
    check(lines, "\"united states\"",
          "(alts (phrase (word united) (word states)) (word usa))");
    check(lines, "\"united nations\"",
          "(phrase (alts (word united) (word joined)) (word nations))");
    check(lines, "united states",
          "(and (alts (word united) (word joined)) (word states))");
    check(lines, "\"(uk|france) said\"",
          "(phrase (alts (word uk) (phrase (word united) (word kingdom)) (word "
          "france)) (word said))");
    check(lines, "\"uk states\"~2",
          "(window 2 (alts (word uk) (phrase (word united) (word kingdom))) (word "
          "states))");
    check(lines, "usa NEAR/2 uk",
          "(near 2 (alts (word usa) (phrase (word united) (word states))) "
          "(alts (word uk) (phrase (word united) (word kingdom))))");
}

Test(synonyms, refused)
{
    check_refused("a, b\nalone\n", "line 2: takes a comma");
    check_refused("a,,b\n", "line 1: an entry without a word");
    check_refused("a => \n", "line 1: an entry without a word");
    check_refused("=> a\n", "line 1: an entry without a word");
    check_refused("a b c d e f g h i j k l m n o p q, r\n",
                  "line 1: an entry of too many words");
}

Test(synonyms, too_many_parts)
{
    struct analyser *analyser = analyser_new();
    struct arena arena = {0};
    struct err err = {0};
    struct buf lines = {0}, query = {0};
    struct syntax_result r;
    buf_put_str(&lines, "a");
    for (int i = 0; i < 250; i++)
        buf_printf(&lines, ", w%d", i);
    buf_put_u8(&lines, 0);
    for (int i = 0; i < 20; i++)
        buf_put_str(&query, "a ");
    struct synonyms *s = read_lines((const char *)lines.data, analyser, &err);
    cr_assert(s, "%s", err.msg);
    struct syntax_options how = {.synonyms = s};
    cr_expect_eq(syntax_parse_with(buf_bytes(&query), &how, analyser, &arena, &r, &err),
                 ERR_SYNTAX);
    cr_expect(strstr(err.msg, "more than 4096 parts"), "%s", err.msg);
    synonyms_free(s);
    buf_release(&lines);
    buf_release(&query);
    arena_release(&arena);
    analyser_free(analyser);
}

Test(synonyms, no_file)
{
    struct err err = {0};
    struct synonyms *s;
    cr_expect_eq(synonyms_read("/nowhere/words", NULL, &s, &err), ERR_USAGE);
    cr_expect_null(s);
    cr_expect(strstr(err.msg, "/nowhere/words"), "%s", err.msg);
}
