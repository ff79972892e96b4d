/* A query's end: by a clock that counts how often it is asked, so that nothing here depends on time. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "query/deadline.h"
#include "tests/unit/query_fixture.h"

enum {
    STEP_NS = 1000000 /* a millisecond for each question */
};

static uint64_t steps;

static uint64_t count_steps(void *arg)
{
    (void)arg;
    return ++steps * STEP_NS;
}

Test(deadline, none_is_never_reached)
{
    struct deadline d = {.now = count_steps};
    struct err err = {0};
    deadline_start(&d, 0);
    cr_assert_eq(steps, 0);
    cr_assert_eq(deadline_check(&d, &err), 0);
    cr_assert_eq(deadline_check(NULL, &err), 0);
    cr_assert_eq(deadline_now(&d), 0);
    deadline_excuse(&d, 0);
    cr_assert_eq(deadline_check(&d, &err), 0);
    cr_assert_eq(steps, 0, "nobody looks at a clock that does not matter");
    deadline_start(&d, UINT64_MAX / 1000000);
    cr_assert_eq(deadline_check(&d, &err), 0);
}

Test(deadline, ends)
{
    struct deadline d = {.now = count_steps};
    struct err err = {0};
    deadline_start(&d, 3);
    cr_assert_eq(deadline_check(&d, &err), 0);
    cr_assert_eq(deadline_check(&d, &err), 0);
    cr_assert_eq(deadline_check(&d, &err), ERR_STOPPED);
    cr_assert_str_eq(err.msg,
                     "stopped by --timeout (0.003 s): the answer is not whole");
    cr_assert_eq(deadline_check(&d, NULL), ERR_STOPPED, "it stays so");
    cr_assert_eq(err_exit_status(ERR_STOPPED), 4);
}

Test(deadline, a_slow_reader_does_not_count)
{
    struct deadline d = {.now = count_steps};
    struct err err = {0};
    deadline_start(&d, 4);
    uint64_t from = deadline_now(&d);
    steps += 1000;
    deadline_excuse(&d, from); /* the third question, the second that counts */
    cr_assert_eq(deadline_check(&d, &err), 0);
    cr_assert_eq(deadline_check(&d, &err), 0);
    cr_assert_eq(deadline_check(&d, &err), ERR_STOPPED);
}

Test(deadline, is_looked_at_every_so_often)
{
    struct deadline d = {.now = count_steps};
    struct err err = {0};
    uint64_t n = 0;
    deadline_start(&d, 3);
    while (deadline_tick(&d, n, &err) == 0)
        n++;
    cr_assert_eq(n, 3 * DEADLINE_ENTRIES - 1);
}

/* --- queries ---------------------------------------------------------------------------- */

static struct query_fixture f;

enum {
    STORIES = 40,
    STEPS_MAX = 100000
};

static void begin(void)
{
    char text[200];
    query_fixture_begin(&f);
    for (int i = 0; i < STORIES; i++) {
        handmade_story(&f.made);
        (void)snprintf(
            text, sizeof text,
            "Dock workers left dock %d. The keeper saw the dock at night and "
            "said so.",
            i);
        handmade_plain(&f.made, "", text);
        (void)snprintf(
            text, sizeof text,
            "Dock workers left dock %d. The keeper slept. Nobody saw the dock "
            "at night, nobody said so.",
            i);
        handmade_plain(&f.made, "", text);
    }
    query_fixture_publish(&f, 2);
}

static int count_story(void *arg, const struct story_match *match, struct err *err)
{
    (void)match, (void)err;
    ++*(size_t *)arg;
    return 0;
}

/* Plans and runs a query that ends at the given step. */
static int run(const char *query, uint64_t limit, size_t *stories)
{
    struct syntax_result parsed;
    struct plan *plan = NULL;
    struct deadline d = {.now = count_steps};
    struct plan_options how = {.window = 64, .deadline = &d};
    struct engine_options options = {
        .want_spans = true, .want_score = true, .story = count_story, .arg = stories};
    *stories = 0;
    err_clear(&f.err);
    arena_reset(&f.arena);
    cr_assert_eq(
        syntax_parse(bytes_str(query), true, f.analyser, &f.arena, &parsed, &f.err), 0,
        "%s", f.err.msg);
    steps = 0;
    deadline_start(&d, limit);
    int rc = plan_make_with(&f.snapshot, parsed.tree, &how, &f.arena, &plan, &f.err);
    if (rc == 0)
        rc = engine_run(plan, &options, NULL, &f.err);
    plan_release(plan);
    return rc;
}

/* Wherever it is stopped, it gives what it had found, and nothing is lost or left. */
static void stop_everywhere(const char *query)
{
    size_t all, before = 0, some;
    cr_assert_eq(run(query, STEPS_MAX, &all), 0, "%s: %s", query, f.err.msg);
    uint64_t n = steps;
    cr_assert_geq(all, STORIES);
    cr_assert_geq(n, 30, "%s: the clock is looked at %llu times", query,
                  (unsigned long long)n);
    for (uint64_t limit = 1; limit < n; limit++) {
        cr_assert_eq(run(query, limit, &some), ERR_STOPPED, "%s: %llu", query,
                     (unsigned long long)limit);
        cr_assert_eq(steps, limit + 1, "%s: it goes on after step %llu", query,
                     (unsigned long long)limit);
        cr_assert_geq(some, before);
        before = some;
    }
    cr_assert(before > 0 && before < all, "%s", query);
}

Test(deadline, stops_a_query_at_any_step)
{
    begin();
    stop_everywhere("dock");
    stop_everywhere("\"dock workers\" AND d*");
    stop_everywhere("(dock NEAR/9 keeper) OR sl?pt OR \"workers dock left\"~2");
    stop_everywhere("dock NOT (keeper PRE/1 saw NEAR/50 nobody)");
    stop_everywhere("ATLEAST/2 dock /p night is:original OR dock");
    query_fixture_end(&f);
}
