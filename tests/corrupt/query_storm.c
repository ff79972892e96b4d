/* query-storm INDEX FIRST COUNT [MS]: asks an index the hostile queries of the seeds FIRST to FIRST + COUNT - 1, each as
 * `count` and `search` would, and prints what was slowest, in CPU time, and the memory it took. Words of the queries are
 * the index's own, its commonest. Ends with 1 when a query took more than MS milliseconds (2,000) in one of the two, or the
 * process more than 512 MB. A crash leaves the seed in hand on standard error. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/budget.h"
#include "formats/snapshot.h"
#include "query/engine.h"
#include "query/syntax.h"
#include "tests/support/hostile_query.h"

enum {
    WORDS = 64,
    ROWS = 10,
    SLOWEST = 8,
    MS_MAX = 2000,
    CAP_BYTES = 512 << 20,
    SHOWN_BYTES = 70,
    PATIENCE = 2 /* times what a query may take, after which it is stopped */
};

struct slow {
    uint64_t seed;
    double ms;
};

struct storm {
    struct snapshot snapshot;
    struct analyser *analyser;
    char words[WORDS][TERMS_KEY_MAX + 1];
    const char *list[WORDS];
    struct hostile_words hostile;
    struct slow slowest[SLOWEST];
    uint64_t answered, refused, literal, out_of_memory;
    uint64_t stopped;
    double total_ms, ms_max;
    struct deadline deadline; /* by the process's CPU time: nothing goes on for long */
};

static volatile sig_atomic_t in_hand; /* low bits of the seed, for a crash */

static void crashed(int signal)
{
    char text[40] = "crash at seed ";
    size_t n = strlen(text);
    char digits[12];
    size_t k = 0;
    unsigned v = (unsigned)in_hand;
    do
        digits[k++] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    while (k > 0)
        text[n++] = digits[--k];
    text[n++] = '\n';
    (void)!write(STDERR_FILENO, text, n);
    _exit(128 + signal);
}

static double cpu_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static uint64_t cpu_ns(void *arg)
{
    (void)arg;
    return (uint64_t)(cpu_ms() * 1e6);
}

static int compare_counts(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return x[0] < y[0] ? 1 : x[0] > y[0] ? -1 : x[1] < y[1] ? -1 : x[1] > y[1];
}

/* The commonest plain entries of the first segment. */
static int find_words(struct storm *s, struct err *err)
{
    const struct terms *terms = &s->snapshot.segments[0].terms;
    uint64_t best[WORDS + 1][2] = {{0}};
    struct terms_iter it;
    const struct term_entry *e;
    int rc = terms_seek(terms, bytes_str(""), &it, err);
    size_t n = 0;
    while (rc == 0 && (rc = terms_next(&it, &e, err)) == 0) {
        if (e->span != 0 || (n == WORDS && e->occurrences <= best[WORDS - 1][0]))
            continue;
        size_t at = n < WORDS ? n++ : WORDS - 1;
        best[at][0] = e->occurrences;
        best[at][1] = e->id;
        qsort(best, n, sizeof best[0], compare_counts);
    }
    rc = terms_seek(terms, bytes_str(""), &it, err);
    while (rc == 0 && (rc = terms_next(&it, &e, err)) == 0) {
        for (size_t i = 0; i < n; i++) {
            if (best[i][1] != e->id || e->span != 0)
                continue;
            memcpy(s->words[i], e->key, e->key_len);
            s->list[i] = s->words[i];
        }
    }
    s->hostile = (struct hostile_words){s->list, n};
    return rc == ITER_END ? 0 : rc;
}

static int run(struct storm *s, const struct ast *tree, bool rank, struct err *err)
{
    struct arena arena = {0};
    struct plan *plan = NULL;
    struct engine_totals totals;
    struct ranked_story top[ROWS];
    struct engine_options options = {.want_spans = false};
    struct engine_options rows = {.want_spans = true, .want_score = true};
    size_t n = 0;
    struct plan_options how = {.deadline = &s->deadline};
    deadline_start(&s->deadline, (uint64_t)(s->ms_max * PATIENCE));
    int rc = plan_make_with(&s->snapshot, tree, &how, &arena, &plan, err);
    if (rc == 0 && !rank)
        rc = engine_run(plan, &options, &totals, err);
    if (rc == 0 && rank)
        rc = engine_top(plan, ROWS, top, &n, &totals, err);
    if (rc == 0 && rank)
        rc = engine_stories(plan, top, n, &rows, err);
    plan_release(plan);
    arena_release(&arena);
    return rc;
}

static void remember(struct storm *s, uint64_t seed, double ms)
{
    size_t at = SLOWEST;
    s->total_ms += ms;
    if (ms > s->ms_max)
        fprintf(stderr, "seed %" PRIu64 ": %.1f ms\n", seed, ms);
    while (at > 0 && s->slowest[at - 1].ms < ms)
        at--;
    if (at == SLOWEST)
        return;
    memmove(&s->slowest[at + 1], &s->slowest[at],
            (SLOWEST - 1 - at) * sizeof s->slowest[0]);
    s->slowest[at] = (struct slow){seed, ms};
}

/* False when the answer is not one that a query may have. */
static bool ask(struct storm *s, uint64_t seed, struct buf *query)
{
    struct arena arena = {0};
    struct err err = {0};
    struct syntax_result parsed = {0};
    struct buf caret = {0};
    buf_reset(query);
    hostile_query(&s->hostile, seed, query);
    double begin = cpu_ms();
    int rc = syntax_parse(buf_bytes(query), false, s->analyser, &arena, &parsed, &err);
    if (rc == 0) {
        syntax_caret(buf_bytes(query), &parsed.note, &caret);
        s->literal += parsed.literal;
        rc = run(s, parsed.tree, false, &err);
    }
    double middle = cpu_ms();
    remember(s, seed, middle - begin);
    if (rc == 0) {
        rc = run(s, parsed.tree, true, &err);
        remember(s, seed, cpu_ms() - middle);
    }
    buf_release(&caret);
    arena_release(&arena);
    s->answered += rc == 0;
    s->refused += rc != 0;
    s->out_of_memory += rc == ERR_NOMEM;
    s->stopped += rc == ERR_STOPPED;
    if (rc == 0 || rc == ERR_SYNTAX || rc == ERR_LIMIT || rc == ERR_USAGE ||
        rc == ERR_NOMEM || rc == ERR_STOPPED)
        return true;
    fprintf(stderr, "seed %" PRIu64 ": %s\n", seed, err.msg);
    return false;
}

static void print(const struct storm *s, struct buf *query, uint64_t count)
{
    printf("%" PRIu64 " queries: %" PRIu64 " answered, %" PRIu64 " refused (%" PRIu64
           " for want of memory, %" PRIu64 " after %.0f ms), %" PRIu64
           " read literally\n",
           count, s->answered, s->refused, s->out_of_memory, s->stopped,
           s->ms_max * PATIENCE, s->literal);
    printf("mean %.3f ms of CPU time; peak resident set %.1f MB\n",
           s->total_ms / (double)(count ? count : 1),
           (double)budget_peak_rss() / (1 << 20));
    for (size_t i = 0; i < SLOWEST && s->slowest[i].ms > 0; i++) {
        buf_reset(query);
        hostile_query(&s->hostile, s->slowest[i].seed, query);
        printf("%9.1f ms  seed %-9" PRIu64 " %6zu bytes  ", s->slowest[i].ms,
               s->slowest[i].seed, query->len);
        for (size_t k = 0; k < query->len && k < SHOWN_BYTES; k++) {
            uint8_t c = query->data[k];
            putchar(c >= 0x20 && c < 0x7f ? c : '.');
        }
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    static struct storm s;
    struct err err = {0};
    struct buf query = {0};
    bool good = true;
    if (argc < 4) {
        fprintf(stderr, "usage: query-storm INDEX FIRST COUNT [MS]\n");
        return 2;
    }
    uint64_t first = strtoull(argv[2], NULL, 10), count = strtoull(argv[3], NULL, 10);
    s.ms_max = argc > 4 ? strtod(argv[4], NULL) : MS_MAX;
    s.deadline.now = cpu_ns;
    (void)signal(SIGSEGV, crashed);
    (void)signal(SIGABRT, crashed);
    (void)signal(SIGFPE, crashed);
    s.analyser = analyser_new();
    int rc = snapshot_open(&s.snapshot, argv[1], &err);
    if (rc == 0)
        rc = find_words(&s, &err);
    if (rc != 0 || !s.analyser || s.hostile.n == 0) {
        fprintf(stderr, "query-storm: %s\n", err.msg);
        return 3;
    }
    (void)budget_cap(CAP_BYTES, 0);
    for (uint64_t i = 0; i < count; i++) {
        in_hand = (sig_atomic_t)(first + i);
        good &= ask(&s, first + i, &query);
    }
    budget_uncap();
    print(&s, &query, count);
    good &= s.slowest[0].ms <= s.ms_max && budget_peak_rss() <= CAP_BYTES &&
            s.out_of_memory == 0;
    buf_release(&query);
    analyser_free(s.analyser);
    snapshot_close(&s.snapshot);
    return good ? 0 : 1;
}
