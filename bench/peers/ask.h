/* What the drivers of the engines have in common: a file of queries, a word list each, and the time of each query.
 *
 * Every driver is called in three ways: `build TOKENS INDEX`; `ask INDEX KIND QUERIES PASSES`, which prints a line a query:
 * articles, a tab, microseconds of the thread's CPU time, the median of so many passes after one that is not counted; and
 * `once INDEX KIND "WORDS"`, which prints the articles. KIND is phrase, and or near (within ten words, in any order).
 * Good as C and as C++. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum ask_kind {
    ASK_PHRASE,
    ASK_AND,
    ASK_NEAR
};
enum {
    ASK_WORDS = 8,
    ASK_LINE = 512,
    ASK_NEAR_WORDS = 10
};

struct ask_query {
    char line[ASK_LINE];
    char words[ASK_LINE]; /* the same, each word ended by 0 */
    const char *word[ASK_WORDS];
    int n;
};

/* Answers a query: the number of articles. */
typedef long ask_fn(void *arg, enum ask_kind kind, const struct ask_query *query);

static inline void ask_fail(const char *what)
{
    perror(what);
    exit(2);
}

static inline enum ask_kind ask_kind_of(const char *name)
{
    if (strcmp(name, "phrase") == 0) {
        return ASK_PHRASE;
    }
    return strcmp(name, "and") == 0 ? ASK_AND : ASK_NEAR;
}

static inline struct ask_query ask_parse(const char *line)
{
    struct ask_query q;
    memset(&q, 0, sizeof q);
    snprintf(q.line, sizeof q.line, "%s", line);
    q.line[strcspn(q.line, "\n")] = 0;
    memcpy(q.words, q.line, sizeof q.words);
    return q;
}

/* The words point into q itself. */
static inline void ask_split(struct ask_query *q)
{
    char *rest = NULL;
    for (char *w = strtok_r(q->words, " ", &rest); w && q->n < ASK_WORDS;
         w = strtok_r(NULL, " ", &rest)) {
        q->word[q->n++] = w;
    }
}

static inline double ask_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static inline int ask_by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline void ask_file(const char *path, enum ask_kind kind, int passes,
                            ask_fn *answer, void *arg)
{
    FILE *in = fopen(path, "r");
    char line[ASK_LINE];
    double *us = (double *)calloc((size_t)passes + 1, sizeof *us);
    if (!in || !us) {
        ask_fail(path);
    }
    while (fgets(line, sizeof line, in)) {
        struct ask_query q = ask_parse(line);
        long articles = 0;
        ask_split(&q);
        for (int pass = 0; pass <= passes; pass++) {
            double start = ask_clock();
            articles = answer(arg, kind, &q);
            us[pass] = ask_clock() - start;
        }
        qsort(us + 1, (size_t)passes, sizeof *us, ask_by_value);
        printf("%ld\t%.2f\n", articles, us[1 + passes / 2]);
    }
    free(us);
    fclose(in);
}

static inline void ask_once(const char *line, enum ask_kind kind, ask_fn *answer,
                            void *arg)
{
    struct ask_query q = ask_parse(line);
    ask_split(&q);
    printf("%ld\n", answer(arg, kind, &q));
}
