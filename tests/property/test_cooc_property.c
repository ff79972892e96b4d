/* Pairs of queries against brute force on random archives with copies, in all scopes. STEMMA_PROPERTY_CASES sets how many
 * (archive, queries) are tried, STEMMA_PROPERTY_SEED where the random numbers begin. On one thread and on several, which is a
 * test each: the size of a process's pool of threads stays what it was first. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "query/cooc_threads.h"
#include "query/engine.h"
#include "query/syntax.h"
#include "tests/support/oracle_cooc.h"
#include "tests/support/random_archive.h"

enum {
    TRIALS_AN_ARCHIVE = 12,
    QUERIES_MOST = 5,
    MANY = 70, /* more than a word has bits */
    CASES = 600
};

struct trial {
    struct arena arena;
    struct cooc cooc;
    struct cooc_options options;
    struct buf queries, want, got;
    struct oracle_answer right[MANY];
    size_t n;
};

/* One query of the trial, answered by both. */
static void ask(struct trial *t, size_t i, struct oracle *o, struct analyser *analyser,
                struct random_query *r)
{
    struct err err = {0};
    struct syntax_result parsed;
    struct plan *plan = NULL;
    struct buf query = {0};
    random_query_text(r, o->made, t->n == MANY ? 0 : 1, &query);
    buf_put_bytes(&t->queries, buf_bytes(&query));
    buf_put_str(&t->queries, "\n");
    cr_assert_eq(
        syntax_parse(buf_bytes(&query), true, analyser, &t->arena, &parsed, &err), 0,
        "%s", err.msg);
    cr_assert_eq(oracle_ask(o, parsed.tree, &t->arena, &t->right[i], &err), 0);
    cr_assert_eq(plan_make(o->snapshot, parsed.tree, &t->arena, &plan, &err), 0, "%s",
                 err.msg);
    if (random_query_below(r, 3) == 0)
        plan->window = 1 + random_query_below(r, 300);
    cr_assert_eq(cooc_take(&t->cooc, i, plan, &err), 0, "%s", err.msg);
    plan_release(plan);
    buf_release(&query);
}

static void check_same(const struct trial *t, uint64_t seed, const char *what)
{
    cr_assert(bytes_equal(buf_bytes(&t->want), buf_bytes(&t->got)),
              "seed %llu scope %d window %u, %s:\n%.*swant\n%.*s\ngot\n%.*s",
              (unsigned long long)seed, (int)t->options.scope, t->options.window, what,
              (int)t->queries.len, (const char *)t->queries.data, (int)t->want.len,
              (const char *)t->want.data, (int)t->got.len, (const char *)t->got.data);
}

/* The same by outlet or date. */
static void check_bins(struct trial *t, struct oracle *o, struct random_query *r,
                       uint64_t seed)
{
    static const enum grouping_field fields[] = {GROUPING_SOURCE, GROUPING_MONTH,
                                                 GROUPING_YEAR, GROUPING_DAY};
    struct cooc_bins bins;
    struct err err = {0};
    cr_assert_eq(
        cooc_bins_count(&bins, &t->cooc, fields[random_query_below(r, 4)], &err), 0,
        "%s", err.msg);
    buf_reset(&t->want);
    buf_reset(&t->got);
    oracle_cooc_bins(o, t->right, t->n, &t->options, &bins, &t->want);
    oracle_cooc_print_bins(&bins, &t->got);
    check_same(t, seed, "by group");
    cooc_bins_release(&bins);
}

static void check_trial(struct oracle *o, struct analyser *analyser,
                        struct random_query *r, unsigned threads, uint64_t seed)
{
    struct err err = {0};
    struct cooc_threads how = {.n = threads, .part = 1 + random_query_below(r, 5)};
    if (random_query_below(r, 2) == 0) /* room for none, one or more threads */
        how.memory = UINT64_C(1) << (20 + random_query_below(r, 12));
    struct trial t = {.n = 2 + random_query_below(r, QUERIES_MOST - 1)};
    if (random_query_below(r, 60) == 0)
        t.n = MANY;
    t.options.scope = (enum cooc_scope)random_query_below(r, 4);
    t.options.window = 1 + random_query_below(r, 6);
    cr_assert_eq(cooc_open(&t.cooc, o->snapshot, &t.options, t.n, NULL, &err), 0);
    for (size_t i = 0; i < t.n; i++)
        ask(&t, i, o, analyser, r);
    cr_assert_eq(cooc_count_on(&t.cooc, &how, &err), 0, "%s", err.msg);
    oracle_cooc(o, t.right, t.n, &t.options, &t.want);
    oracle_cooc_print(&t.cooc, &t.got);
    check_same(&t, seed, "whole");
    if (t.n <= 3)
        check_bins(&t, o, r, seed);
    cooc_release(&t.cooc);
    buf_release(&t.queries);
    buf_release(&t.want);
    buf_release(&t.got);
    for (size_t i = 0; i < t.n; i++)
        vec_release(&t.right[i].stories);
    arena_release(&t.arena);
}

static size_t check_archive(uint64_t seed, unsigned threads)
{
    static const size_t n_segments[] = {1, 3, 2, 50};
    struct random_archive a;
    random_archive_open(&a, seed, 5, n_segments[seed % 4]);
    for (size_t i = 0; i < TRIALS_AN_ARCHIVE; i++)
        check_trial(&a.oracle, a.analyser, &a.random, threads, seed);
    random_archive_close(&a);
    return TRIALS_AN_ARCHIVE;
}

static void check_archives(uint64_t cases, unsigned threads)
{
    uint64_t seed = random_archive_setting("STEMMA_PROPERTY_SEED", 1);
    cases = random_archive_setting("STEMMA_PROPERTY_CASES", cases);
    for (uint64_t done = 0; done < cases; seed++)
        done += check_archive(seed, threads);
}

Test(cooc_property, cooc_equals_oracle)
{
    check_archives(CASES, 1);
}

Test(cooc_property, on_two_threads)
{
    check_archives(CASES / 2, 2);
}

Test(cooc_property, on_eight_threads)
{
    check_archives(CASES / 2, 8);
}

Test(cooc_property, too_many_queries)
{
    struct snapshot none = {0};
    struct cooc_options options = {.scope = COOC_SENTENCE};
    struct cooc c;
    struct err err = {0};
    cr_assert_eq(cooc_open(&c, &none, &options, COOC_QUERIES_MAX + 1, NULL, &err),
                 ERR_LIMIT);
    cooc_release(&c);
    cr_assert_eq(cooc_open(&c, &none, &options, COOC_QUERIES_MAX, NULL, &err), 0);
    cooc_release(&c);
}
