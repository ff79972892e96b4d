/* What pairs of queries cost on an open index: bench_cooc INDEX [SCOPE [QUERY...]].
 *
 * SCOPE is words, sentence, paragraph or article; the queries are 20 names unless others are given. Processor time of one
 * thread (which others on the machine disturb least) from query text to the counts of all pairs, with every page already
 * touched: a first run is told by itself; of those that follow the fastest and the median are printed, with their
 * parts: the hits of all queries, and the pairs of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "text/analyser.h"
#include "formats/snapshot.h"
#include "query/cooc.h"
#include "query/syntax.h"

enum {
    RUNS = 15
};

static char names[][16] = {"Trump",  "Clinton", "Obama",     "Biden",     "Putin",
                           "Assad",  "Warren",  "Sanders",   "Pelosi",    "McConnell",
                           "Comey",  "Mueller", "Romney",    "Kavanaugh", "Ukraine",
                           "Merkel", "Macron",  "Netanyahu", "Erdogan",   "Zuckerberg"};

struct bench {
    struct snapshot snapshot;
    struct analyser *analyser;
    struct arena arena;
    struct cooc_options options;
    char *queries[COOC_QUERIES_MAX];
    size_t n;
};

struct times {
    double all, hits, pairs; /* ms */
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int take(struct bench *b, struct cooc *c, size_t i, struct err *err)
{
    struct syntax_result parsed = {0};
    struct plan *plan = NULL;
    arena_reset(&b->arena);
    int rc = syntax_parse(bytes_str(b->queries[i]), false, b->analyser, &b->arena,
                          &parsed, err);
    if (rc == 0)
        rc = plan_make(&b->snapshot, parsed.tree, &b->arena, &plan, err);
    if (rc == 0)
        rc = cooc_take(c, i, plan, err);
    plan_release(plan);
    return rc;
}

static int run(struct bench *b, struct times *out, struct err *err)
{
    struct cooc c;
    double start = now_ms(), middle;
    int rc = cooc_open(&c, &b->snapshot, &b->options, b->n, NULL, err);
    for (size_t i = 0; i < b->n && rc == 0; i++)
        rc = take(b, &c, i, err);
    middle = now_ms();
    if (rc == 0)
        rc = cooc_count(&c, err);
    cooc_release(&c);
    double end = now_ms();
    *out = (struct times){end - start, middle - start, end - middle};
    return rc;
}

static int by_time(const void *a, const void *b)
{
    const struct times *x = a, *y = b;
    return (x->all > y->all) - (x->all < y->all);
}

static int run_all(struct bench *b, struct err *err)
{
    struct times t[RUNS + 1];
    int rc = 0;
    for (int i = 0; i <= RUNS && rc == 0; i++)
        rc = run(b, &t[i], err);
    if (rc)
        return rc;
    printf("first %.2f ms\n", t[0].all);
    qsort(t + 1, RUNS, sizeof *t, by_time);
    const struct times *show[] = {&t[1], &t[1 + RUNS / 2]};
    for (int i = 0; i < 2; i++)
        printf("%s %.2f ms: hits %.2f ms, pairs %.2f ms\n", i ? "median" : "fastest",
               show[i]->all, show[i]->hits, show[i]->pairs);
    return 0;
}

static bool read_scope(const char *word, enum cooc_scope *out)
{
    static const char *const scopes[] = {"words", "sentence", "paragraph", "article"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(scopes[i], word) == 0) {
            *out = (enum cooc_scope)i;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    struct bench b = {.options = {COOC_SENTENCE, 10}};
    struct err err = {0};
    if (argc < 2 || (argc > 2 && !read_scope(argv[2], &b.options.scope)) ||
        argc > COOC_QUERIES_MAX) {
        fputs("usage: bench_cooc INDEX [words|sentence|paragraph|article [QUERY...]]\n",
              stderr);
        return 2;
    }
    for (int i = 3; i < argc; i++)
        b.queries[b.n++] = argv[i];
    for (size_t i = 0; argc <= 3 && i < sizeof names / sizeof *names; i++)
        b.queries[b.n++] = names[i];
    b.analyser = analyser_new();
    int rc = b.analyser ? 0 : err_set(&err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = snapshot_open(&b.snapshot, argv[1], &err);
    if (rc == 0)
        rc = run_all(&b, &err);
    if (rc != 0)
        fprintf(stderr, "bench_cooc: %s\n", err.msg);
    snapshot_close(&b.snapshot);
    arena_release(&b.arena);
    analyser_free(b.analyser);
    return err_exit_status(rc);
}
