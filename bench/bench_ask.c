/* Stemma as the other engines are asked (bench/peers/ask.h): bench_ask INDEX KIND QUERIES PASSES.
 *
 * A line a query: articles, a tab, microseconds from the query's text to exact counts of stories and articles. The index is open;
 * one pass is not counted. */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "text/analyser.h"
#include "formats/snapshot.h"
#include "bench/peers/ask.h"
#include "query/engine.h"
#include "query/syntax.h"

struct stemma {
    struct snapshot snapshot;
    struct analyser *analyser;
    struct arena arena;
    struct err err;
};

/* The query in Stemma's language. */
static void put_query(char *out, size_t room, enum ask_kind kind,
                      const struct ask_query *q)
{
    int n = 0;
    if (kind == ASK_PHRASE) {
        snprintf(out, room, "\"%s\"", q->line);
        return;
    }
    for (int i = 0; i < q->n; i++) {
        const char *between = i == 0 ? "" : kind == ASK_AND ? " AND " : " NEAR/10 ";
        n += snprintf(out + n, room - (size_t)n, "%s%s", between, q->word[i]);
    }
}

static long answer(void *arg, enum ask_kind kind, const struct ask_query *q)
{
    struct stemma *s = arg;
    char text[2 * ASK_LINE];
    struct syntax_result parsed = {0};
    struct plan *plan = NULL;
    struct engine_totals totals = {0};
    struct engine_options options = {.no_hits = true};
    put_query(text, sizeof text, kind, q);
    arena_reset(&s->arena);
    int rc =
        syntax_parse(bytes_str(text), true, s->analyser, &s->arena, &parsed, &s->err);
    rc = rc ? rc : plan_make(&s->snapshot, parsed.tree, &s->arena, &plan, &s->err);
    rc = rc ? rc : engine_run(plan, &options, &totals, &s->err);
    plan_release(plan);
    if (rc != 0) {
        fprintf(stderr, "bench_ask: %s: %s\n", text, s->err.msg);
        exit(err_exit_status(rc));
    }
    return (long)totals.articles;
}

int main(int argc, char **argv)
{
    struct stemma s = {0};
    if (argc != 5 || atoi(argv[4]) < 1) {
        fputs("usage: bench_ask INDEX phrase|and|near QUERIES PASSES\n", stderr);
        return 2;
    }
    s.analyser = analyser_new();
    int rc = s.analyser ? 0 : err_set(&s.err, ERR_NOMEM, "out of memory");
    rc = rc ? rc : snapshot_open(&s.snapshot, argv[1], &s.err);
    if (rc == 0) {
        ask_file(argv[3], ask_kind_of(argv[2]), atoi(argv[4]), answer, &s);
    } else {
        fprintf(stderr, "bench_ask: %s\n", s.err.msg);
    }
    snapshot_close(&s.snapshot);
    arena_release(&s.arena);
    analyser_free(s.analyser);
    return err_exit_status(rc);
}
