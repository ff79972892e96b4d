/* Words near hits against brute force on random archives with copies, in all scopes. STEMMA_PROPERTY_CASES sets how many
 * (archive, query) pairs are tried, STEMMA_PROPERTY_SEED where the random numbers begin. On one thread and on several, which is
 * a test each: the size of a process's pool of threads stays what it was first. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "query/collocates_threads.h"
#include "query/engine.h"
#include "query/syntax.h"
#include "tests/support/oracle_collocates.h"
#include "tests/support/random_archive.h"

enum {
    QUERIES_AN_ARCHIVE = 20,
    CASES = 600
};

static struct collocates_options random_options(struct random_query *r)
{
    struct collocates_options o = {
        .left = random_query_below(r, 8),
        .right = random_query_below(r, 8),
        .within = (enum ast_within)random_query_below(r, 3),
        .by_surface = random_query_below(r, 3) == 0,
        .words = random_query_below(r, 3) == 0 ? 2 + random_query_below(r, 2) : 1,
    };
    if (o.within != AST_WITHIN_WORDS && random_query_below(r, 2) == 0)
        o.left = o.right = UINT32_MAX;
    return o;
}

/* Its totals are the engine's. A part of the archive has a place or a few. */
static void check_run(struct collocates *c, struct plan *plan, unsigned threads,
                      uint32_t part, struct err *err)
{
    struct collocates_threads how = {.n = threads, .part = part};
    struct engine_options count = {0};
    struct engine_totals got = {0}, want = {0};
    cr_assert_eq(engine_run(plan, &count, &want, err), 0, "%s", err->msg);
    cr_assert_eq(collocates_run_on(c, plan, &how, &got, err), 0, "%s", err->msg);
    cr_assert(got.hits == want.hits && got.stories == want.stories &&
              got.hits_all == want.hits_all && got.articles == want.articles);
}

static void check_query(struct oracle *o, struct analyser *analyser,
                        struct random_query *r, unsigned threads, uint64_t seed)
{
    struct arena arena = {0};
    struct err err = {0};
    struct syntax_result parsed;
    struct oracle_answer right;
    struct plan *plan = NULL;
    struct collocates c;
    struct collocates_options options = random_options(r);
    struct buf query = {0}, want = {0}, got = {0};
    random_query_text(r, o->made, 2, &query);
    cr_assert_eq(syntax_parse(buf_bytes(&query), true, analyser, &arena, &parsed, &err),
                 0, "%s", err.msg);
    cr_assert_eq(oracle_ask(o, parsed.tree, &arena, &right, &err), 0);
    cr_assert_eq(plan_make(o->snapshot, parsed.tree, &arena, &plan, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(collocates_open(&c, o->snapshot, &options, NULL, &err), 0);
    struct engine_options how = {
        .want_spans = true, .want_passages = true, .story = collocates_add, .arg = &c};
    if (random_query_below(r, 4) == 0) /* all by spans, none by places */
        cr_assert_eq(engine_run(plan, &how, NULL, &err), 0, "%s", err.msg);
    else
        check_run(&c, plan, threads, 1 + random_query_below(r, 9), &err);
    oracle_collocates(o, &right, &options, &want);
    oracle_collocates_print(&c, &got);
    cr_assert(
        bytes_equal(buf_bytes(&want), buf_bytes(&got)),
        "seed %llu: %.*s: left %u right %u within %d surface %d words %u\nwant\n%.*s\n"
        "got\n%.*s",
        (unsigned long long)seed, (int)query.len, (const char *)query.data,
        options.left, options.right, (int)options.within, options.by_surface,
        options.words, (int)want.len, (const char *)want.data, (int)got.len,
        (const char *)got.data);
    collocates_release(&c);
    buf_release(&query);
    buf_release(&want);
    buf_release(&got);
    vec_release(&right.stories);
    plan_release(plan);
    arena_release(&arena);
}

static size_t check_archive(uint64_t seed, unsigned threads)
{
    struct random_archive a;
    random_archive_open(&a, seed, 1, 1 + seed % 3);
    for (size_t i = 0; i < QUERIES_AN_ARCHIVE; i++)
        check_query(&a.oracle, a.analyser, &a.random, threads, seed);
    random_archive_close(&a);
    return QUERIES_AN_ARCHIVE;
}

static void check_archives(uint64_t cases, unsigned threads)
{
    uint64_t seed = random_archive_setting("STEMMA_PROPERTY_SEED", 1);
    cases = random_archive_setting("STEMMA_PROPERTY_CASES", cases);
    for (uint64_t done = 0; done < cases; seed++)
        done += check_archive(seed, threads);
}

Test(collocates_property, collocates_equal_oracle)
{
    check_archives(CASES, 1);
}

Test(collocates_property, on_two_threads)
{
    check_archives(CASES / 2, 2);
}

Test(collocates_property, on_eight_threads)
{
    check_archives(CASES / 2, 8);
}

/* Room for one thread's rows is enough, and so is room for none. */
Test(collocates_property, little_memory)
{
    struct random_archive a;
    struct err err = {0};
    struct arena arena = {0};
    struct syntax_result parsed;
    struct collocates_options options = {.left = 5, .right = 5};
    random_archive_open(&a, 3, 1, 2);
    cr_assert_eq(
        syntax_parse(bytes_str("a OR b"), true, a.analyser, &arena, &parsed, &err), 0);
    struct buf want = {0};
    for (uint64_t memory = 0; memory < UINT64_C(1) << 30; memory = memory * 3 + 1) {
        struct collocates_threads how = {.n = 4, .part = 1, .memory = memory};
        struct plan *plan = NULL;
        struct collocates c;
        struct buf got = {0};
        cr_assert_eq(plan_make(a.oracle.snapshot, parsed.tree, &arena, &plan, &err), 0);
        cr_assert_eq(collocates_open(&c, a.oracle.snapshot, &options, NULL, &err), 0);
        cr_assert_eq(collocates_run_on(&c, plan, &how, NULL, &err), 0, "%s", err.msg);
        oracle_collocates_print(&c, &got);
        if (memory == 0)
            buf_put_bytes(&want, buf_bytes(&got));
        cr_assert(bytes_equal(buf_bytes(&want), buf_bytes(&got)));
        buf_release(&got);
        collocates_release(&c);
        plan_release(plan);
    }
    buf_release(&want);
    arena_release(&arena);
    random_archive_close(&a);
}
