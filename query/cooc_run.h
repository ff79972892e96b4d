/* Pairs of queries for a command: its options, and many queries over one open index. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"
#include "query/cooc.h"
#include "query/measures.h"
#include "query/queries.h"
#include "query/session.h"
#include "query/shown.h"
#include "query/timeline.h"

enum {
    COOC_THREADS_MAX = 256
};

/* What a command line says; zeroed is what it says without options. */
struct cooc_given {
    int within; /* 0: not given; index into COOC_WITHIN */
    uint64_t window;
    const char *queries;              /* --queries; NULL: none */
    uint64_t threads;                 /* 0: as many as there are processors */
    struct shown shown;               /* --copies */
    const struct timeline_days *days; /* only articles of these; NULL: all */
};

#define COOC_WITHIN "auto|words|sentence|paragraph|article|/s|/p"
#define COOC_OPTION_WINDOW(g)                                                         \
    {                                                                                 \
        .name = "window", .type = OPT_UINT, .target = &(g)->window, .value = "WORDS", \
        .min = 1, .max = COOC_WINDOW_MAX,                                             \
        .help = "Count pairs of hits that stand so near: those of NEAR/WORDS."        \
    }
#define COOC_OPTION_WITHIN(g)                                                          \
    {                                                                                  \
        .name = "within", .type = OPT_CHOICE, .target = &(g)->within, .value = "UNIT", \
        .choices = COOC_WITHIN,                                                        \
        .help = "What two hits must share: sentence (the default), paragraph or "      \
                "article; words: --window of them (5, unless it says else). /s and "   \
                "/p are sentence and paragraph."                                       \
    }
#define COOC_OPTION_QUERIES(g)                                             \
    {                                                                      \
        .name = "queries", .type = OPT_STRING, .target = &(g)->queries,    \
        .value = "FILE",                                                   \
        .help = "The queries in FILE too, one a line (-: standard input)." \
    }
#define COOC_OPTION_THREADS(g)                                                       \
    {                                                                                \
        .name = "threads", .letter = 'j', .type = OPT_UINT, .target = &(g)->threads, \
        .value = "N", .max = COOC_THREADS_MAX,                                       \
        .help = "Ask queries and count pairs on so many threads (default: as many "  \
                "as there are processors)."                                          \
    }
#define COOC_OPTION_COPIES(g)                                                         \
    {                                                                                 \
        .name = "copies", .type = OPT_CHOICE, .target = &(g)->shown.copies,           \
        .value = "MODE", .choices = SHOWN_COPIES,                                     \
        .help = "collapse (the default; group is the same): what articles copied of " \
                "each other counts once; all: every article counts; originals: only " \
                "originals are asked."                                                \
    }

/* The scope that is asked for. ERR_USAGE. */
int cooc_run_scope(const struct cooc_given *given, struct cooc_options *out,
                   struct err *err);
/* "sentence"; "words" for windows. */
const char *cooc_run_scope_name(enum cooc_scope scope);
/* What the N of a scope counts: "words", "sentences". */
const char *cooc_run_size_name(enum cooc_scope scope);

/* Puts the operands and the lines of --queries to q. As queries_read. */
int cooc_run_list(const struct cooc_given *given, int n, char **words,
                  struct queries *q, struct err *err);
/* Opens the session's index, unless it is, after all queries were parsed, and c, and counts. What a query fails with is told with its place. */
int cooc_run(struct cooc *c, struct session *s, const struct queries *queries,
             const struct cooc_options *options, const struct cooc_given *given,
             struct err *err);
/* The counts that a pair is measured by. In windows the first one's neighbourhood is the 2 x window words around each hit
 * (measures.h: near); in units each of its units is looked at once. */
struct measures_counts cooc_run_counts(const struct cooc *c, size_t a, size_t b,
                                       bool all);
