/* Latency of counts on an open index: bench_phrases INDEX [QUERIES [SEED]], or bench_phrases --file FILE INDEX for the
 * queries of a file, one a line.
 *
 * Phrases are drawn as they occur: from random places of the token stream, stop words in. One line for each
 * number of words: median, 99th percentile and mean of the wall time from query text to exact counts, with every
 * page of the index already touched (a first pass is not counted; of the three that are, each phrase keeps its median).
 * Queries of a file are timed in the same way, in one line.
 * With --print the phrases go to stdout instead, one a line, for timing whole processes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "text/analyser.h"
#include "formats/reconstruct.h"
#include "formats/snapshot.h"
#include "query/engine.h"
#include "query/queries.h"
#include "query/syntax.h"

enum {
    WORDS_MIN = 2,
    WORDS_MAX = 5,
    PASSES = 3
};

struct bench {
    struct snapshot snapshot;
    struct analyser *analyser;
    struct arena arena;
    uint64_t random;
};

static uint64_t next_random(struct bench *b)
{
    /* splitmix64 (Steele, Lea, Flood 2014) */
    uint64_t z = b->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Appends "w1 w2 ..." of n consecutive surfaces at a random address, quoted. */
static int draw_phrase(struct bench *b, size_t n, struct buf *out, struct err *err)
{
    const struct segment *s =
        &b->snapshot.segments[next_random(b) % b->snapshot.n_segments];
    uint64_t tokens = s->counts[SEGMENT_TOKENS];
    if (tokens <= n)
        return err_set(err, ERR_USAGE, "the index is too small to draw phrases from");
    surface_id ids[WORDS_MAX];
    int rc = reconstruct_stream(s, (address)(next_random(b) % (tokens - n)), n, ids,
                                NULL, err);
    if (rc < 0)
        return rc;
    buf_put_str(out, "\"");
    for (size_t i = 0; i < n; i++) {
        struct bytes surface;
        rc = surfaces_get(&s->surfaces, ids[i], &surface, err);
        if (rc < 0)
            return rc;
        buf_put_str(out, i ? " " : "");
        buf_put_bytes(out, surface);
    }
    buf_put_str(out, "\"");
    return buf_check(out, err);
}

static int time_query(struct bench *b, struct bytes query, double *ms, struct err *err)
{
    double start = now_ms();
    arena_reset(&b->arena);
    struct syntax_result parsed = {0};
    struct plan *plan = NULL;
    struct engine_totals totals = {0};
    struct engine_options options = {0};
    int rc = syntax_parse(query, false, b->analyser, &b->arena, &parsed, err);
    if (rc == 0)
        rc = plan_make(&b->snapshot, parsed.tree, &b->arena, &plan, err);
    if (rc == 0)
        rc = engine_run(plan, &options, &totals, err);
    plan_release(plan);
    *ms = now_ms() - start;
    return rc;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of PASSES, after one that is not counted. */
static int time_passes(struct bench *b, struct bytes query, double *ms, struct err *err)
{
    double pass[PASSES + 1] = {0};
    int rc = 0;
    for (int k = 0; rc == 0 && k <= PASSES; k++)
        rc = time_query(b, query, &pass[k], err);
    qsort(pass + 1, PASSES, sizeof *pass, by_value);
    *ms = pass[1 + PASSES / 2];
    return rc;
}

static void print_times(double *ms, size_t n, const char *what)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ms[i];
    qsort(ms, n, sizeof *ms, by_value);
    printf("%s  p50 %.3f ms  p99 %.3f ms  mean %.3f ms  (%zu queries)\n", what,
           ms[n / 2], ms[n - 1 - n / 100], sum / (double)n, n);
}

static int run_file(struct bench *b, const char *path, struct err *err)
{
    struct queries queries = {0};
    int rc = queries_read(&queries, path, err);
    size_t n = queries.items.len;
    double *ms = calloc(n + 1, sizeof *ms);
    if (rc == 0 && !ms)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0 && n == 0)
        rc = err_set(err, ERR_USAGE, "'%s' has no query", path);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = time_passes(b, queries_get(&queries, i), &ms[i], err);
    if (rc == 0)
        print_times(ms, n, path);
    free(ms);
    queries_release(&queries);
    return rc;
}

static int run_length(struct bench *b, size_t words, size_t n, struct err *err)
{
    double *ms = calloc(n, sizeof *ms);
    struct buf phrase = {0};
    int rc = ms ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; rc == 0 && i < n; i++) {
        buf_reset(&phrase);
        rc = draw_phrase(b, words, &phrase, err);
        if (rc == 0)
            rc = time_passes(b, buf_bytes(&phrase), &ms[i], err);
    }
    if (rc == 0) {
        char what[32];
        snprintf(what, sizeof what, "%zu words", words);
        print_times(ms, n, what);
    }
    buf_release(&phrase);
    free(ms);
    return rc;
}

static int print_phrases(struct bench *b, size_t n, struct err *err)
{
    struct buf phrase = {0};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        buf_reset(&phrase);
        rc = draw_phrase(b, WORDS_MIN + i % (WORDS_MAX - WORDS_MIN + 1), &phrase, err);
        if (rc == 0)
            printf("%.*s\n", (int)phrase.len, (const char *)phrase.data);
    }
    buf_release(&phrase);
    return rc;
}

int main(int argc, char **argv)
{
    bool print = argc > 1 && strcmp(argv[1], "--print") == 0;
    const char *file = argc > 2 && strcmp(argv[1], "--file") == 0 ? argv[2] : NULL;
    int skip = file ? 2 : print;
    if (argc - skip < 2) {
        fputs("usage: bench_phrases [--print] INDEX [QUERIES [SEED]]\n"
              "       bench_phrases --file FILE INDEX\n",
              stderr);
        return 2;
    }
    char **arg = argv + 1 + skip;
    size_t n = argc - skip > 2 ? strtoul(arg[1], NULL, 10) : 500;
    struct err err = {0};
    struct bench b = {.random = argc - skip > 3 ? strtoul(arg[2], NULL, 10) : 1};
    int rc = n > 0 ? 0
                   : err_set(&err, ERR_USAGE,
                             "the number of queries is not a number above 0");
    b.analyser = analyser_new();
    if (rc == 0 && !b.analyser)
        rc = err_set(&err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = snapshot_open(&b.snapshot, arg[0], &err);
    if (rc == 0 && print)
        rc = print_phrases(&b, n, &err);
    if (rc == 0 && file)
        rc = run_file(&b, file, &err);
    for (size_t words = WORDS_MIN; rc == 0 && !print && !file && words <= WORDS_MAX;
         words++)
        rc = run_length(&b, words, n, &err);
    if (rc != 0)
        fprintf(stderr, "bench_phrases: %s\n", err.msg);
    snapshot_close(&b.snapshot);
    arena_release(&b.arena);
    analyser_free(b.analyser);
    return err_exit_status(rc);
}
