/* Queries nobody would type (tests/support/hostile_query.h). Each is parsed, planned and run in this process: an
 * answer, or an error with words, within the limits of query/syntax.h and query/plan.h. STEMMA_HOSTILE_QUERIES and
 * STEMMA_HOSTILE_SEED set how many and where the random numbers begin. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "formats/snapshot.h"
#include "query/engine.h"
#include "query/syntax.h"
#include "tests/support/hostile_query.h"
#include "tests/support/probe.h"
#include "tests/support/tempdir.h"

enum {
    QUERIES = 10000,
    ROWS = 10,
    SECONDS_MAX = 10,
    ARENA_MAX = 384 << 20,
    PLAN_NODES_MAX =
        600 * 1000, /* alternatives of phrases, and their words for ranking */
    ADDRESS_SPACE_GIB = 1
};

struct fixture {
    struct tempdir dir;
    struct snapshot snapshot;
    struct analyser *analyser;
    uint64_t answered, refused, literal;
};

static void open_fixture(struct fixture *f)
{
    struct err err = {0};
    *f = (struct fixture){.analyser = analyser_new()};
    cr_assert(f->analyser && tempdir_make(&f->dir));
    cr_assert_eq(probe_make_index(f->dir.path, PROBE_STORIES_FEW, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(snapshot_open(&f->snapshot, f->dir.path, &err), 0, "%s", err.msg);
#if !defined(__SANITIZE_ADDRESS__) /* which needs terabytes of addresses itself */
    struct rlimit limit = {(rlim_t)ADDRESS_SPACE_GIB << 30, RLIM_INFINITY};
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
#endif
}

static void close_fixture(struct fixture *f)
{
    snapshot_close(&f->snapshot);
    analyser_free(f->analyser);
    tempdir_remove(&f->dir);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static size_t count_nodes(const struct ast *node)
{
    size_t n = 1;
    for (size_t i = 0; i < node->n_children; i++)
        n += count_nodes(node->children[i]);
    return n;
}

static int run_plan(struct fixture *f, const struct ast *tree, struct arena *arena,
                    struct err *err)
{
    struct plan *plan = NULL;
    struct engine_totals all = {0}, totals = {0};
    struct ranked_story top[ROWS];
    struct engine_options options = {.want_spans = false};
    size_t n = 0;
    int rc = plan_make(&f->snapshot, tree, arena, &plan, err);
    if (rc == 0) {
        cr_assert_leq(plan->nodes.len, PLAN_NODES_MAX);
        rc = engine_run(plan, &options, &all, err);
    }
    if (rc == 0)
        rc = engine_top(plan, ROWS, top, &n, &totals, err);
    if (rc == 0) {
        cr_assert_eq(memcmp(&all, &totals, sizeof all), 0);
        cr_assert_leq(totals.stories, f->snapshot.manifest.stories);
        cr_assert_leq(totals.articles, f->snapshot.manifest.articles);
        cr_assert_eq(n, totals.stories < ROWS ? totals.stories : ROWS);
    }
    plan_release(plan);
    return rc;
}

/* Returns 0 or the code with which the query was refused. */
static int ask(struct fixture *f, struct bytes query, const char *what)
{
    struct arena arena = {0};
    struct err err = {0};
    struct syntax_result parsed = {0};
    struct buf caret = {0};
    double begin = seconds();
    int rc = syntax_parse(query, false, f->analyser, &arena, &parsed, &err);
    if (rc == 0) {
        cr_assert_leq(count_nodes(parsed.tree), SYNTAX_NODES_MAX, "%s", what);
        syntax_caret(query, &parsed.note, &caret);
        cr_assert(!caret.failed && caret.len > 0, "%s", what);
        f->literal += parsed.literal;
        rc = run_plan(f, parsed.tree, &arena, &err);
    }
    cr_assert(rc == 0 || rc == ERR_SYNTAX || rc == ERR_LIMIT || rc == ERR_USAGE,
              "%s: %s", what, err.msg);
    cr_assert(rc == err.code && (rc == 0 || err.msg[0]), "%s", what);
    cr_assert_leq(arena.allocated_bytes, ARENA_MAX, "%s", what);
    cr_assert_lt(seconds() - begin, SECONDS_MAX, "%s", what);
    *(rc ? &f->refused : &f->answered) += 1;
    buf_release(&caret);
    arena_release(&arena);
    return rc;
}

/* --- random ones -------------------------------------------------------------------------- */

Test(hostile_queries, random)
{
    static const char *const known[] = {"common", "w0", "w1",    "w2",  "w3",
                                        "w1w2",   "us", "title", "港口"};
    static const struct hostile_words words = {known, sizeof known / sizeof *known};
    struct fixture f;
    struct buf query = {0};
    char what[60];
    const char *count = getenv("STEMMA_HOSTILE_QUERIES");
    const char *first = getenv("STEMMA_HOSTILE_SEED");
    uint64_t n = count ? strtoull(count, NULL, 10) : QUERIES;
    uint64_t seed = first ? strtoull(first, NULL, 10) : 1;
    open_fixture(&f);
    for (uint64_t i = 0; i < n; i++, seed++) {
        buf_reset(&query);
        hostile_query(&words, seed, &query);
        cr_assert(!query.failed);
        snprintf(what, sizeof what, "seed %llu", (unsigned long long)seed);
        (void)ask(&f, buf_bytes(&query), what);
    }
    /* the generator reaches all of them */
    cr_assert(f.answered > n / 4 && f.refused > n / 1000 && f.literal > n / 10);
    buf_release(&query);
    close_fixture(&f);
}

/* --- large ones --------------------------------------------------------------------------- */

struct large {
    const char *name, *begin, *part, *between, *end;
    unsigned times;
    int want; /* 0: answered, else the code */
};

static const struct large larges[] = {
    {"four thousand alternatives", "", "common", " OR ", "", 4000, 0},
    {"four thousand words", "", "w1", " ", "", 4000, 0},
    {"too many alternatives", "", "w1", " OR ", "", 4500, ERR_SYNTAX},
    {"beginnings", "", "w*", " OR ", "", 2000, 0},
    {"wildcards", "", "*w*1*", " OR ", "", 2000, 0},
    {"words of phrases", "\"w1", " *", "", " w2\"", 4000, 0},
    {"alternatives", "\"", "(w1|w2|w*)", " ", "\"", 900, 0},
    {"alternatives of phrases", "\"", "(w1|w2 *3)", " ", "\"", 700, 0},
    {"windows", "", "\"w1 w2 c* common w0 w1 w2 common\"~9000", " ", "", 300, 0},
    {"counts", "", "ATLEAST/2 ", "", "w1", 60, 0},
    {"counts without end", "", "IN/2 ", "", "w1", 2000, 0},
    {"negations", "", "NOT (w1 NEAR/3 w*)", " ", "", 800, 0},
    {"a long phrase", "\"", "w1", " ", "\"", 2000, 0},
    {"a long phrase of joined words", "\"", "w1w2 w0.s", " ", "\"", 1000, 0},
    {"a phrase in many ways", "\"w1w2 w1w2 w1w2 w1w2 w1w2 w1w2 ", "w1", " ", "\"", 4000,
     ERR_LIMIT},
    {"a long run", "", "港", "", "", 2000, 0},
    {"ideographs without end", "", "港", "", "", 20000, ERR_SYNTAX},
    {"chain of proximities", "", "w1", " NEAR/10000 ", "", 60, 0},
    {"too long a chain", "", "w1", " NEAR/10000 ", "", 500, 0},
    {"parentheses", "", "(", "", "w1", 5000, 0},
    {"closed parentheses", "w1", ")", "", "", 60000, 0},
    {"quotation marks", "w1 ", "\"", "", "", 60001, 0},
    {"stars", "w1 ", "*", "", "", 60000, 0},
    {"one word", "", "x", "", "", 65000, 0},
    {"marks on one letter", "w", "\xcc\x81", "", "", 30000, 0},
    {"hyphens", "a", "-a", "", "", 1500, 0},
    {"too long", "", "w1 ", "", "", 40000, ERR_SYNTAX},
    {"nothing", "", " ", "", "", 60000, ERR_SYNTAX},
    {"only stars", "", "*", "", "", 60000, ERR_SYNTAX},
    {"zero bytes", "w1", "\xc0\x80", "", "", 20000, 0},
};

Test(hostile_queries, large)
{
    struct fixture f;
    struct buf query = {0};
    open_fixture(&f);
    for (size_t i = 0; i < sizeof larges / sizeof larges[0]; i++) {
        const struct large *l = &larges[i];
        buf_reset(&query);
        buf_put_str(&query, l->begin);
        for (unsigned k = 0; k < l->times; k++) {
            buf_put_str(&query, k ? l->between : "");
            buf_put_str(&query, l->part);
        }
        buf_put_str(&query, l->end);
        cr_assert(!query.failed);
        double begin = seconds();
        int rc = ask(&f, buf_bytes(&query), l->name);
        cr_expect_eq(rc, l->want, "%s: %d", l->name, rc);
        if (getenv("STEMMA_HOSTILE_TIMES"))
            cr_log_info("%s: %.3f s", l->name, seconds() - begin);
    }
    buf_release(&query);
    close_fixture(&f);
}
