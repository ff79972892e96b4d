/* Words near the hits of queries, and pairs of queries, counted on eight threads and on one, over one open index: the same rows, and under
 * ThreadSanitizer no races. A plain program: Criterion does not start under ThreadSanitizer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "query/collocates_rank.h"
#include "query/collocates_threads.h"
#include "query/cooc_threads.h"
#include "query/queries.h"
#include "query/session.h"
#include "tests/support/handmade.h"
#include "tests/support/random_query.h"
#include "tests/support/tempdir.h"

enum {
    STORIES = 60,
    QUERIES = 60,
    THREADS = 8
};

static const struct handmade_text text = {analyser_fold, analyser_alias,
                                          analyser_joins};

static void tell_nobody(enum log_level level, const char *words)
{
    (void)level;
    (void)words;
}

static bool check(int rc, const struct err *err)
{
    if (rc != 0)
        fprintf(stderr, "thread_cooc: %s\n", err->msg);
    return rc == 0;
}

/* Appends all rows of a query. */
static int print_rows(struct collocates *c, const struct engine_totals *totals,
                      struct buf *out, struct err *err)
{
    struct collocates_order order = {.sort = COLLOCATES_BY_WORD, .f1 = totals->hits};
    collocates_ranking rows = {0};
    uint64_t n_rows = 0;
    int rc = collocates_rank(c, &order, &rows, &n_rows, err);
    buf_printf(out, "%" PRIu64 " hits, %" PRIu64 " near\n", totals->hits_all,
               c->near_all);
    vec_foreach(const struct collocates_ranked, row, &rows) {
        struct collocates_row r;
        collocates_row(c, row->row, &r);
        buf_put_bytes(out, row->word);
        buf_printf(out,
                   " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu32 "\n",
                   r.o, r.o_all, r.articles, r.stories, r.sources);
    }
    vec_release(&rows);
    return rc ? rc : buf_check(out, err);
}

static int ask(struct session *s, struct bytes query, bool by_surface, unsigned threads,
               struct buf *out, struct err *err)
{
    struct collocates_options options = {
        .left = 5, .right = 5, .by_surface = by_surface, .words = 1};
    struct collocates_threads how = {.n = threads, .part = 3};
    struct collocates c = {0};
    struct engine_totals totals = {0};
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    arena_reset(&s->arena);
    int rc = session_query(s, query, false, &tree, err);
    rc = rc ? rc : session_plan(s, tree, &plan, err);
    rc = rc ? rc : collocates_open(&c, &s->snapshot, &options, &s->deadline, err);
    rc = rc ? rc : collocates_run_on(&c, plan, &how, &totals, err);
    rc = rc ? rc : print_rows(&c, &totals, out, err);
    collocates_release(&c);
    plan_release(plan);
    return rc;
}

/* Appends the pairs of all queries. */
static void print_pairs(const struct cooc *c, struct buf *out)
{
    for (size_t i = 0; i < c->n_pairs; i++) {
        const struct cooc_pair *p = &c->pairs[i];
        buf_printf(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu32 "\n",
                   p->o.once, p->o.all, p->articles, p->stories, p->sources);
    }
    for (size_t i = 0; i < c->n_queries; i++)
        buf_printf(out, "%" PRIu64 " %" PRIu64 "\n", c->totals[i].once,
                   c->totals[i].all);
    buf_printf(out, "%" PRIu64 " of %" PRIu64 "\n", c->size.once, c->size.all);
}

static int take(struct session *s, struct cooc *c, const struct queries *queries,
                size_t i, struct err *err)
{
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    arena_reset(&s->arena);
    int rc = session_query(s, queries_get(queries, i), false, &tree, err);
    rc = rc ? rc : session_plan(s, tree, &plan, err);
    rc = rc ? rc : cooc_take(c, i, plan, err);
    plan_release(plan);
    return rc;
}

static bool pair_all(struct session *s, const struct queries *queries, unsigned threads,
                     struct buf *out, struct err *err)
{
    static const enum cooc_scope scopes[] = {COOC_SENTENCE, COOC_WINDOW, COOC_ARTICLE};
    int rc = 0;
    for (size_t k = 0; k < sizeof scopes / sizeof *scopes && rc == 0; k++) {
        struct cooc_options options = {.scope = scopes[k], .window = 4};
        struct cooc_threads how = {.n = threads, .part = 10};
        struct cooc c = {0};
        rc = cooc_open(&c, &s->snapshot, &options, queries->items.len, &s->deadline,
                       err);
        for (size_t i = 0; i < queries->items.len && rc == 0; i++)
            rc = take(s, &c, queries, i, err);
        rc = rc ? rc : cooc_count_on(&c, &how, err);
        if (rc == 0)
            print_pairs(&c, out);
        cooc_release(&c);
    }
    return check(rc ? rc : buf_check(out, err), err);
}

/* Many rows, for terms like those of news: the archive's own words and wildcards. */
static bool write_index(const char *path, struct queries *queries, struct err *err)
{
    struct random_query r = {4711};
    struct handmade h;
    struct handmade_align align = {0};
    struct buf query = {0};
    handmade_init(&h, text, align);
    random_query_archive(&r, &h, STORIES);
    bool ok = check(handmade_write(&h, path, 3, 1, err), err);
    for (size_t i = 0; i < QUERIES && ok; i++) {
        buf_reset(&query);
        if (i % 4 == 0)
            buf_put_str(&query, i % 8 == 0 ? "a*" : "/.*a.*/ OR b");
        else
            random_query_text(&r, &h, 2, &query);
        ok = check(queries_put(queries, buf_bytes(&query), i + 1, err), err);
    }
    buf_release(&query);
    handmade_release(&h);
    return ok;
}

static bool ask_all(struct session *s, const struct queries *queries, unsigned threads,
                    struct buf *out, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; i < queries->items.len && ok; i++)
        ok = check(ask(s, queries_get(queries, i), i % 3 == 0, threads, out, err), err);
    return ok;
}

int main(void)
{
    struct tempdir dir;
    struct err err = {0};
    struct queries queries = {0};
    struct session session;
    struct buf one = {0}, many = {0};
    session_init(&session, tell_nobody);
    if (!tempdir_make(&dir))
        return 1;
    bool ok = write_index(dir.path, &queries, &err);
    session.index = dir.path;
    ok = ok && check(session_open(&session, &err), &err) &&
         ask_all(&session, &queries, THREADS, &many, &err) &&
         pair_all(&session, &queries, THREADS, &many, &err) &&
         ask_all(&session, &queries, 1, &one, &err) &&
         pair_all(&session, &queries, 1, &one, &err);
    if (ok && (one.len == 0 || !bytes_equal(buf_bytes(&one), buf_bytes(&many)))) {
        fprintf(stderr, "thread_cooc: other numbers on %d threads\n", THREADS);
        ok = false;
    }
    buf_release(&one);
    buf_release(&many);
    queries_release(&queries);
    session_release(&session);
    tempdir_remove(&dir);
    return ok ? 0 : 1;
}
