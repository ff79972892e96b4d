#include <criterion/criterion.h>

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

/* Four stories of one wording, the second carried by two articles. */
static void begin_simple(void)
{
    query_fixture_begin(&f);
    handmade_story(&f.made);
    handmade_plain(&f.made, "",
                   "The dock workers struck. Dock by dock they left the dock.");
    handmade_story(&f.made);
    handmade_plain(&f.made, "", "The U.S. and al-Assad met; al-Assad said no.");
    handmade_plain(&f.made, "", "The U.S. and al-Assad met, al-Assad said no.");
    handmade_story(&f.made);
    handmade_plain(&f.made, "", "Tell us of the workers");
    handmade_story(&f.made);
    handmade_plain(&f.made, "", "dock");
}

Test(engine, simple_stories)
{
    begin_simple();
    query_fixture_publish(&f, 1);
    check("dock", "0:0 4/4/1 [0 1+1 4+1 6+1 10+1]; 0:3 1/1/1 [3 0+1]");
    check("\"dock workers\"", "0:0 1/1/1 [0 1+2]");
    check("workers dock", "0:0 5/5/1 [0 1+1 2+1 4+1 6+1 10+1]");
    check("\"the dock\"", "0:0 2/2/1 [0 0+2 9+2]");
    check("said", "0:1 1/2/2 [1 8+1]");
    check("us", "0:1 1/2/2 [1 1+1]; 0:2 1/1/1 [2 1+1]");
    check("u.s", "0:1 1/2/2 [1 1+1]");
    check("alassad", "0:1 2/4/2 [1 3+2 6+2]");
    check("\"alassad said\"", "0:1 1/2/2 [1 6+3]");
    check("\"assad met alassad\"", "0:1 1/2/2 [1 4+4]");
    check("\"us and alassad met\"", "0:1 1/2/2 [1 1+5]");
    check("al-assad", "0:1 2/4/2 [1 3+2 6+2]");
    check("work*", "0:0 1/1/1 [0 2+1]; 0:2 1/1/1 [2 4+1]");
    check("\"the work*\"", "0:2 1/1/1 [2 3+2]");
    check("nothing", "");
    check("\"workers nothing\"", "");
    query_fixture_end(&f);
}

Test(engine, boolean_and_proximity)
{
    begin_simple();
    query_fixture_publish(&f, 2);
    check("dock -workers", "1:1 1/1/1 [1 0+1]");
    check("NOT the", "1:1 0/0/1 [1]");
    check("NOT NOT dock", "0:0 0/0/1 [0]; 1:1 0/0/1 [1]");
    check("workers NOT (dock OR said)", "1:0 1/1/1 [0 4+1]");
    check("nothing OR us", "0:1 1/2/2 [1 1+1]; 1:0 1/1/1 [0 1+1]");
    check("dock NEAR/2 dock", "0:0 1/1/1 [0 4+3]");
    check("dock NEAR/3 dock", "0:0 1/1/1 [0 1+4]");
    check("workers PRE/2 dock", "0:0 1/1/1 [0 2+3]");
    check("dock PRE/1 workers", "0:0 1/1/1 [0 1+2]");
    check("workers PRE/1 dock", "");
    check("met NEAR/9 al-assad NEAR/3 said", "0:1 1/2/2 [1 3+6]");
    check("(us OR alassad) PRE/1 (and OR said)", "0:1 2/4/2 [1 1+2 6+3]");
    query_fixture_end(&f);
}

Test(engine, totals)
{
    begin_simple();
    query_fixture_publish(&f, 3);
    check_count("dock", "5 2 5 2");
    check_count("the", "4 3 5 4");
    check_count("alassad", "2 1 4 2");
    check_count("\"al assad\"", "2 1 4 2");
    check_count("us", "2 2 3 3");
    check_count("nothing", "0 0 0 0");
    check_count("NOT dock", "0 2 0 3");
    check_count("NOT nothing", "0 4 0 5");
    check_count("work*", "2 2 2 2");
    query_fixture_end(&f);
}

/* DESIGN: what only the copy has is found and named as the copy's, what only the original
 * has is not attributed to the copy, what both have is one passage. */
Test(engine, copies)
{
    query_fixture_begin(&f);
    handmade_story(&f.made);
    handmade_plain(
        &f.made, "",
        "one two three four five six seven eight nine ten eleven twelve thirteen "
        "fourteen fifteen sixteen seventeen eighteen nineteen twenty red line "
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu");
    handmade_plain(
        &f.made, "",
        "intro\n\none two three four five six seven eight nine ten eleven twelve "
        "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
        "more at our site");
    handmade_plain(
        &f.made, "",
        "one two three four five six seven eight nine ten eleven twelve thirteen "
        "fourteen fifteen sixteen seventeen eighteen nineteen twenty red line "
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu");
    query_fixture_publish(&f, 1);
    cr_assert_eq(f.snapshot.segments[0].wordings.n_wordings, 2);
    cr_assert_eq(f.snapshot.segments[0].wordings.n_complex, 1);
    check("\"one two\"", "0:0 1/3/3 [0 0+2] [1 1+2]");
    check("\"red line\"", "0:0 1/2/2 [0 20+2]");
    check("\"twenty more\"", "0:0 1/1/1 [1 20+2]");
    check("intro", "0:0 1/1/1 [1 0+1]");
    check("\"intro one\"", "0:0 1/1/1 [1 0+2]");
    check("site -red", "0:0 1/1/1 [1 24+1]");
    check("twenty -site", "0:0 1/2/2 [0 19+1]");
    check("red site", "");
    check("intro NEAR/20 ten", "0:0 1/1/1 [1 0+11]");
    check("two NEAR/20 twenty", "0:0 1/3/3 [0 1+19] [1 2+19]");
    check(
        "\"eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
        "twenty\"",
        "0:0 1/3/3 [0 10+10] [1 11+10]");
    check(
        "\"twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
        "more at\"",
        "0:0 1/1/1 [1 12+11]");
    check_count("\"one two\"", "1 1 3 3");
    check_count("one OR site", "2 1 4 3");
    query_fixture_end(&f);
}

Test(engine, han)
{
    query_fixture_begin(&f);
    static const char *const chars[] = {"\u4e2d", "\u56fd", "\u4eba", "\u4e2d",
                                        "\u56fd"};
    struct handmade_token t[5];
    for (size_t i = 0; i < 5; i++)
        t[i] = (struct handmade_token){bytes_str(chars[i]),
                                       bytes_str(i == 2 ? "," : ""), i == 2 ? 0 : 3};
    handmade_story(&f.made);
    handmade_article(&f.made, t, 5, bytes_str(""), 0, NULL);
    query_fixture_publish(&f, 1);
    check("\u4e2d\u56fd", "0:0 2/2/1 [0 0+2 3+2]");
    check("\u4e2d", "0:0 2/2/1 [0 0+1 3+1]");
    check("\u4eba\u4e2d\u56fd", "0:0 1/1/1 [0 2+3]");
    check("\u56fd\u4eba", ""); /* a comma stands between */
    check("\"\u56fd \u4eba\"", "0:0 1/1/1 [0 1+2]");
    check("\"\u56fd \u4eba\u4e2d\"", "0:0 1/1/1 [0 1+3]");
    query_fixture_end(&f);
}

/* Stories without any token match what asks for none. */
Test(engine, empty_stories)
{
    query_fixture_begin(&f);
    for (size_t i = 0; i < 5; i++) {
        handmade_story(&f.made);
        handmade_plain(&f.made, "", i == 1 || i == 3 ? "some words" : "...");
    }
    for (f.window = 0; f.window < 3; f.window++) {
        if (f.window == 0)
            query_fixture_publish(&f, 1);
        check("NOT words", "0:0 0/0/1 [0]; 0:2 0/0/1 [2]; 0:4 0/0/1 [4]");
        check("words", "0:1 1/1/1 [1 1+1]; 0:3 1/1/1 [3 1+1]");
        check_count("NOT nothing", "0 5 0 5");
    }
    query_fixture_end(&f);
}

static int stop_at_once(void *arg, const struct story_match *m, struct err *err)
{
    (void)m;
    (void)err;
    ++*(int *)arg;
    return -77;
}

Test(engine, a_callback_ends_the_run)
{
    begin_simple();
    query_fixture_publish(&f, 1);
    int calls = 0;
    struct plan *plan = query_fixture_plan(&f, "dock");
    struct engine_options options = {.story = stop_at_once, .arg = &calls};
    cr_assert_eq(engine_run(plan, &options, NULL, &f.err), -77);
    cr_assert_eq(calls, 1);
    plan_release(plan);
    query_fixture_end(&f);
}

Test(engine, top)
{
    begin_simple();
    query_fixture_publish(&f, 2);
    struct plan *plan = query_fixture_plan(&f, "dock OR workers");
    struct ranked_story top[4];
    struct engine_totals totals;
    size_t n;
    cr_assert_eq(engine_top(plan, 4, top, &n, &totals, &f.err), 0);
    cr_assert_eq(n, 3);
    cr_assert_eq(totals.stories, 3);
    cr_assert_eq(totals.hits, 7);
    cr_assert(top[0].score > top[1].score && top[1].score > top[2].score);
    cr_assert_eq(top[0].segment, 0);
    cr_assert_eq(engine_top(plan, 1, top + 3, &n, &totals, &f.err), 0);
    cr_assert_eq(n, 1);
    cr_assert_eq(top[3].story, top[0].story);
    cr_assert_float_eq(top[3].score, top[0].score, 1e-15);
    cr_assert_eq(engine_top(plan, 0, top, &n, &totals, &f.err), 0);
    cr_assert_eq(n, 0);
    cr_assert_eq(totals.stories, 3);

    struct ranked_story wrong = {7, 0, 0};
    struct engine_options options = {0};
    cr_assert_eq(engine_stories(plan, &wrong, 1, &options, &f.err), ERR_NOT_FOUND);
    plan_release(plan);
    query_fixture_end(&f);
}
