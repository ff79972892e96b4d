#include <criterion/criterion.h>
#include <math.h>

#include "query/rank.h"
#include "tests/unit/query_fixture.h"

Test(rank, formula)
{
    cr_assert_float_eq(rank_idf(100, 10), log(1 + 90.5 / 10.5), 1e-12);
    cr_assert(rank_idf(100, 100) > 0); /* never negative */
    /* a story of mean length with one passage weighs its idf */
    cr_assert_float_eq(rank_weight(2.0, 1, 500, 500.0), 2.0, 1e-12);
    /* and no number of passages more than k1 + 1 times that */
    cr_assert(rank_weight(2.0, 100000, 500, 500.0) < 2.0 * 2.2);
    cr_assert(rank_weight(2.0, 2, 500, 500.0) > rank_weight(2.0, 1, 500, 500.0));
    cr_assert(rank_weight(2.0, 1, 100, 500.0) > rank_weight(2.0, 1, 500, 500.0));
    cr_assert_float_eq(rank_weight(1.0, 3, 250, 500.0),
                       3 * 2.2 / (3 + 1.2 * (0.25 + 0.75 * 0.5)), 1e-12);
}

Test(rank, idf_of_unions_and_phrases)
{
    struct query_fixture f;
    query_fixture_begin(&f);
    const char *texts[] = {"the dock and the docker", "a docker", "al-assad",
                           "alassad alassad", "the end"};
    for (size_t i = 0; i < 5; i++) {
        handmade_story(&f.made);
        handmade_plain(&f.made, "", texts[i]);
    }
    query_fixture_publish(&f, 2);
    struct {
        const char *query;
        double idf;
    } cases[] = {
        {"docker", rank_idf(5, 2)},
        {"dock*", rank_idf(5, 2)}, /* two words, but two stories */
        {"alassad", rank_idf(5, 2)},
        {"\"the dock*\"", rank_idf(5, 2) + rank_idf(5, 2)},
        {"\"the dock\"", rank_idf(5, 2) + rank_idf(5, 1)},
        {"nothing", rank_idf(5, 0)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct plan *plan = query_fixture_plan(&f, cases[i].query);
        cr_assert_eq(rank_prepare(plan, &f.err), 0, "%s", f.err.msg);
        cr_assert_eq(plan->ranked.len, 1);
        cr_expect_float_eq(plan->ranked.items[0].idf, cases[i].idf, 1e-12, "%s: %f",
                           cases[i].query, plan->ranked.items[0].idf);
        plan_release(plan);
    }
    query_fixture_end(&f);
}

/* The same over one segment and over many, to the bit. */
Test(rank, segments_do_not_matter)
{
    double scores[2][3];
    for (size_t k = 0; k < 2; k++) {
        struct query_fixture f;
        query_fixture_begin(&f);
        const char *texts[] = {"dock dock workers", "the dock workers of the dock",
                               "dock"};
        for (size_t i = 0; i < 3; i++) {
            handmade_story(&f.made);
            handmade_plain(&f.made, "", texts[i]);
        }
        query_fixture_publish(&f, k ? 3 : 1);
        struct plan *plan =
            query_fixture_plan(&f, "dock OR workers OR \"dock workers\"");
        struct ranked_story top[3];
        size_t n;
        cr_assert_eq(engine_top(plan, 3, top, &n, NULL, &f.err), 0);
        for (size_t i = 0; i < 3; i++)
            scores[k][i] = top[i].score;
        plan_release(plan);
        query_fixture_end(&f);
    }
    cr_assert_arr_eq(scores[0], scores[1], sizeof scores[0]);
}
