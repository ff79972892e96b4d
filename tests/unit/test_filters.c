/* Filters in the engine: which articles and stories they let through. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/query_fixture.h"

static struct query_fixture f;

static void check(const char *query, const char *want)
{
    cr_expect_str_eq(query_fixture_stories(&f, query), want, "%s: %s, not %s", query,
                     (const char *)f.text.data, want);
}

static void check_count(const char *query, const char *want)
{
    cr_expect_str_eq(query_fixture_count(&f, query), want, "%s: %s, not %s", query,
                     (const char *)f.text.data, want);
}

static const char port[] =
    "The cranes stopped at six in the morning and by seven the road to the "
    "terminal was full of lorries whose drivers had not been told.";
static const char port_more[] =
    "The cranes stopped at six in the morning and by seven the road to the "
    "terminal was full of lorries whose drivers had not been told. A union spoke.";

/* 0: h0, h1 of one wording, h2 and h3 of another; 1: h4; 2: h5, h6 of one; 3: h7 without a
 * word. h3 and h5 are linked as excerpts, h4 and h0 as editions. */
static void begin(size_t n_segments)
{
    query_fixture_begin(&f);
    handmade_story(&f.made);
    handmade_plain(&f.made, "", port);
    handmade_plain(&f.made, "", port);
    handmade_plain(&f.made, "", port_more);
    handmade_plain(&f.made, "", port_more);
    handmade_story(&f.made);
    handmade_plain(&f.made, "", "A union of cranes and lorries has spoken at six.");
    handmade_story(&f.made);
    handmade_plain(&f.made, "", "Gulls over the harbour");
    handmade_plain(&f.made, "", "Gulls over the harbour");
    handmade_story(&f.made);
    handmade_plain(&f.made, "", "");
    struct handmade_link excerpt = {3, 5, RELATION_EXCERPT};
    struct handmade_link edition = {4, 0, RELATION_EDITION};
    cr_assert(vec_push(&f.made.links, excerpt) && vec_push(&f.made.links, edition));
    query_fixture_publish(&f, n_segments);
}

Test(filters, is)
{
    begin(1);
    check("is:original", "0:0 0/0/1 [0]; 0:1 0/0/1 [2]; 0:2 0/0/1 [3]; 0:3 0/0/1 [4]");
    check("is:copy", "0:0 0/0/3 [0] [1]; 0:2 0/0/1 [3]");
    check("cranes is:original", "0:0 1/1/1 [0 1+1]; 0:1 1/1/1 [2 3+1]");
    check("cranes -is:original", "0:0 1/3/3 [0 1+1] [1 1+1]");
    check("union is:copy", "0:0 1/2/2 [1 27+1]");
    check("union is:original", "0:1 1/1/1 [2 1+1]");
    check("is:excerpt", "0:0 0/0/2 [1]; 0:2 0/0/2 [3]");
    check("the is:excerpt is:copy",
          "0:0 4/8/2 [1 0+1 6+1 11+1 14+1]; 0:2 1/1/1 [3 2+1]");
    check("gulls AND (is:excerpt OR cranes)", "0:2 1/2/2 [3 0+1]");
    check_count("is:original", "0 4 0 4");
    check_count("is:copy OR is:original", "0 4 0 8");
    check_count("is:copy is:original", "0 0 0 0");
    check_count("cranes OR is:excerpt", "2 3 5 7");
    query_fixture_end(&f);
}

Test(filters, copies)
{
    begin(2);
    check_count("copies:3", "0 1 0 4");
    check_count("copies:>0", "0 2 0 6");
    check_count("copies:0", "0 2 0 2");
    check_count("copies:1..3", "0 2 0 6");
    check_count("copies:<0", "0 0 0 0");
    check_count("copies:>=0", "0 4 0 8");
    check_count("NOT copies:1", "0 3 0 6");
    check_count("cranes copies:0", "1 1 1 1");
    check_count("cranes copies:>2 is:copy", "1 1 3 3");
    query_fixture_end(&f);
}

Test(filters, story)
{
    for (size_t n = 1; n <= 4; n++) {
        begin(n);
        check_count("story:h2", "0 1 0 4");
        check_count("story:h7", "0 1 0 1");
        check_count("cranes story:h7", "0 0 0 0");
        check_count("-story:h0", "0 3 0 4");
        check_count("cranes story:h1 is:copy", "1 1 3 3");
        check_count("story:h5 OR story:h0", "0 2 0 6");
        check_count("story:h5 story:h0", "0 0 0 0");
        query_fixture_end(&f);
    }
}

static void refuse(const char *query, const char *words)
{
    struct syntax_result parsed;
    struct plan *plan = NULL;
    struct err err = {0};
    cr_assert_eq(
        syntax_parse(bytes_str(query), true, f.analyser, &f.arena, &parsed, &err), 0);
    cr_expect_eq(plan_make(&f.snapshot, parsed.tree, &f.arena, &plan, &err), ERR_USAGE,
                 "%s", query);
    cr_expect(strstr(err.msg, words), "%s: %s", query, err.msg);
}

Test(filters, ids_that_mean_nothing_or_too_much)
{
    begin(2);
    refuse("story:x", "story: no article's ID begins with 'x'");
    refuse("cranes OR like:zz", "like: no article's ID begins with 'zz'");
    refuse("story:h", "'h' begins the IDs of 8 articles");
    refuse("like:h", "'h' begins the IDs of 8 articles");
    query_fixture_end(&f);
}

/* The beginning of several IDs will do if they are of one story. */
Test(filters, a_beginning_that_means_one_story)
{
    query_fixture_begin(&f);
    handmade_story(&f.made);
    for (int i = 0; i < 2; i++)
        handmade_plain(&f.made, "", "gulls");
    query_fixture_publish(&f, 1);
    check_count("story:h", "0 1 0 2");
    refuse("like:h", "'h' begins the IDs of 2 articles");
    query_fixture_end(&f);
}

Test(filters, like)
{
    for (size_t n = 1; n <= 4; n++) {
        begin(n);
        /* h4 shares words with the first story only */
        check_count("like:h4", "0 1 0 4");
        check_count("like:h0", "0 2 0 3");
        check_count("like:h7", "0 0 0 0");
        check_count("-like:h7", "0 4 0 8");
        check_count("like:h5", "0 1 0 4");
        check_count("gulls like:h0", "1 1 2 2");
        check_count("like:h0 is:copy", "0 1 0 1");
        query_fixture_end(&f);
    }
}

/* Forty words of equal weight, each in another story: the first in the order of bytes are looked
 * for, and a word that comes twice before them. */
Test(filters, like_takes_the_weightiest)
{
    struct buf all = {0}, twice = {0}, want = {0};
    query_fixture_begin(&f);
    for (int i = 39; i >= 0; i--)
        buf_printf(&all, "w%02d ", i);
    buf_put_u8(&all, 0);
    buf_printf(&twice, "%sw33", (const char *)all.data);
    buf_put_u8(&twice, 0);
    for (int i = 0; i < 40; i++) {
        char word[8];
        snprintf(word, sizeof word, "w%02d", i);
        handmade_story(&f.made);
        handmade_plain(&f.made, "", word);
        if (i < 24 || i == 33)
            buf_printf(&want, "%s0:%d 0/0/1 [%d]", i ? "; " : "", i, i);
    }
    buf_put_u8(&want, 0);
    handmade_story(&f.made);
    handmade_plain(&f.made, "", (const char *)twice.data); /* h40 */
    query_fixture_publish(&f, 1);
    check("like:h40", (const char *)want.data);
    check("like:h3", "0:40 0/0/1 [40]");
    buf_release(&all);
    buf_release(&twice);
    buf_release(&want);
    query_fixture_end(&f);
}

/* Its words are ranked, those under a NOT are not, and other filters never are. */
Test(filters, scores)
{
    static const char *const queries[] = {
        "like:h0", "cranes",          "cranes is:original",
        "is:copy", "cranes -like:h5", "-like:h5"};
    double scores[6];
    begin(1);
    for (size_t i = 0; i < 6; i++) {
        struct plan *plan = query_fixture_plan(&f, queries[i]);
        struct ranked_story top[4];
        size_t n = 0;
        cr_assert_eq(engine_top(plan, 4, top, &n, NULL, &f.err), 0, "%s", f.err.msg);
        cr_assert_gt(n, 0, "%s", queries[i]);
        scores[i] = top[0].score;
        plan_release(plan);
    }
    cr_expect_gt(scores[0], 0);
    cr_expect_eq(scores[1], scores[2]);
    cr_expect_eq(scores[3], 0);
    cr_expect_eq(scores[1], scores[4]);
    cr_expect_eq(scores[5], 0);
    query_fixture_end(&f);
}

Test(filters, plans_say_what_they_do)
{
    struct buf out = {0};
    begin(2);
    struct plan *plan = query_fixture_plan(&f, "is:copy story:h5");
    plan_print(plan, &out);
    buf_put_u8(&out, 0);
    cr_assert_str_eq((const char *)out.data,
                     "and\n  filter is copy, article by article\n"
                     "  filter story 0 of segment 2\n");
    plan_release(plan);
    buf_release(&out);
    query_fixture_end(&f);
}

/* Many articles of one wording, and windows of a few addresses. */
Test(filters, long_stories_and_small_windows)
{
    for (f.window = 0; f.window <= 64; f.window += 64) {
        uint32_t window = f.window;
        query_fixture_begin(&f);
        f.window = window;
        for (int s = 0; s < 40; s++) {
            handmade_story(&f.made);
            for (int i = 0; i <= s % 7 * 20; i++)
                handmade_plain(&f.made, "", s % 2 ? "gulls cry" : "gulls sleep");
        }
        query_fixture_publish(&f, 1);
        check_count("is:original", "0 40 0 40");
        check_count("gulls is:original", "40 40 40 40");
        check_count("gulls", "40 40 2340 2340");
        check_count("gulls is:copy", "34 34 2300 2300");
        check_count("cry copies:120", "2 2 242 242");
        query_fixture_end(&f);
        f.window = window;
    }
}
