/* Words near hits on an open index: bench_collocates [--passes N] [--sentence] [--all] [--surface] [--threads N]
 * INDEX QUERY...
 *
 * For each query a line: the least and the median processor time of a pass from query text to rows with their measures,
 * after one that is not counted; what of the least the engine takes to find the hits alone; and the time a hit and a
 * pair. Processor time and not the clock: other work on the machine does not count; but with --threads the
 * clock, for then it is what counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "text/analyser.h"
#include "formats/snapshot.h"
#include "query/collocates_rank.h"
#include "query/collocates_threads.h"
#include "query/engine.h"
#include "query/syntax.h"

enum {
    PASSES = 9,
    PASSES_MAX = 1000
};

struct bench {
    struct snapshot snapshot;
    struct analyser *analyser;
    struct arena arena;
    struct collocates_options options;
    struct collocates_threads threads;
    size_t passes;
    bool all;
};

struct pass {
    double ms, engine_ms;
    struct engine_totals totals;
    uint64_t near;
    uint64_t rows;
};

static double now_ms(const struct bench *b)
{
    struct timespec t;
    clock_gettime(b->threads.n > 0 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int plan_query(struct bench *b, const char *query, struct plan **plan,
                      struct err *err)
{
    struct syntax_result parsed = {0};
    arena_reset(&b->arena);
    int rc =
        syntax_parse(bytes_str(query), false, b->analyser, &b->arena, &parsed, err);
    return rc ? rc : plan_make(&b->snapshot, parsed.tree, &b->arena, plan, err);
}

static int time_engine(struct bench *b, const char *query, struct pass *p,
                       struct err *err)
{
    struct engine_options how = {0};
    struct plan *plan = NULL;
    double start = now_ms(b);
    int rc = plan_query(b, query, &plan, err);
    rc = rc ? rc : engine_run(plan, &how, &p->totals, err);
    plan_release(plan);
    p->engine_ms = now_ms(b) - start;
    return rc;
}

static int time_pass(struct bench *b, const char *query, struct pass *p,
                     struct err *err)
{
    struct collocates c = {0};
    struct plan *plan = NULL;
    collocates_ranking rows = {0};
    uint64_t n_rows = 0;
    double start = now_ms(b);
    int rc = plan_query(b, query, &plan, err);
    rc = rc ? rc : collocates_open(&c, &b->snapshot, &b->options, NULL, err);
    rc = rc ? rc : collocates_run_on(&c, plan, &b->threads, &p->totals, err);
    struct collocates_order order = {.all = b->all, .least = 2, .want = 50};
    order.f1 = b->all ? p->totals.hits_all : p->totals.hits;
    rc = rc ? rc : collocates_rank(&c, &order, &rows, &n_rows, err);
    p->near = c.near;
    p->rows = n_rows;
    vec_release(&rows);
    plan_release(plan);
    collocates_release(&c);
    p->ms = now_ms(b) - start;
    return rc;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int run(struct bench *b, const char *query, struct err *err)
{
    double ms[PASSES_MAX + 1] = {0}, engine = 1e9;
    struct pass p = {0};
    int rc = 0;
    for (size_t i = 0; i <= b->passes && rc == 0; i++) {
        rc = time_pass(b, query, &p, err);
        ms[i] = p.ms;
        rc = rc ? rc : time_engine(b, query, &p, err);
        engine = p.engine_ms < engine ? p.engine_ms : engine;
    }
    if (rc)
        return rc;
    qsort(ms + 1, b->passes, sizeof *ms, by_value);
    double hits = p.totals.hits ? (double)p.totals.hits : 1;
    double near = p.near ? (double)p.near : 1;
    printf("%-20s least %.3f ms  p50 %.3f ms  (engine %.3f)  %.1f ns a hit  %.2f ns a "
           "pair  %llu rows of %llu hits, %llu pairs\n",
           query, ms[1], ms[1 + b->passes / 2], engine, ms[1] * 1e6 / hits,
           ms[1] * 1e6 / near, (unsigned long long)p.rows,
           (unsigned long long)p.totals.hits, (unsigned long long)p.near);
    return 0;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct bench b = {.passes = PASSES, .options = {.left = 5, .right = 5}};
    int rc = 0, at = 1;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        b.all |= strcmp(argv[at], "--all") == 0;
        b.options.by_surface |= strcmp(argv[at], "--surface") == 0;
        if (strcmp(argv[at], "--sentence") == 0)
            b.options.within = AST_WITHIN_SENTENCE;
        if (strcmp(argv[at], "--passes") == 0 && at + 1 < argc)
            b.passes = strtoul(argv[++at], NULL, 10);
        else if (strcmp(argv[at], "--threads") == 0 && at + 1 < argc)
            b.threads.n = (unsigned)strtoul(argv[++at], NULL, 10);
    }
    if (argc - at < 2 || b.passes == 0 || b.passes > PASSES_MAX) {
        fputs("usage: bench_collocates [--passes N] [--all] [--surface] [--sentence] "
              "[--threads N] INDEX QUERY...\n",
              stderr);
        return 2;
    }
    b.analyser = analyser_new();
    if (!b.analyser)
        rc = err_set(&err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = snapshot_open(&b.snapshot, argv[at], &err);
    for (int i = at + 1; i < argc && rc == 0; i++)
        rc = run(&b, argv[i], &err);
    if (rc != 0)
        fprintf(stderr, "bench_collocates: %s\n", err.msg);
    snapshot_close(&b.snapshot);
    arena_release(&b.arena);
    analyser_free(b.analyser);
    return err_exit_status(rc);
}
