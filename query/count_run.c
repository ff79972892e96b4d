#include "query/count_run.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/pool.h"

enum {
    CHUNK = 16 /* queries of a job */
};

/* What one job at a time uses. */
struct worker {
    struct session session;    /* a branch */
    struct grouping *grouping; /* owned; NULL without --by, which needs it, and 11 KB */
};

struct run {
    const struct queries *queries;
    const struct count_options *options;
    count_put_fn *put;
    void *arg;
    struct count_result
        *results;         /* by query; those of groups are freed once they are put */
    pthread_mutex_t lock; /* of what follows */
    size_t failed;        /* the first query that did so far, and why */
    int rc;
    struct err err;
    struct worker *workers;
    VEC(uint32_t) idle; /* of workers */
};

static void result_release(struct count_result *r)
{
    vec_release(&r->groups);
    buf_release(&r->texts);
}

/* --- one query ---------------------------------------------------------------------------------- */

static int put_group(const struct grouping *g, const struct grouping_group *from,
                     struct count_result *r, struct err *err)
{
    char date[BINS_TEXT_MAX];
    struct count_group to = {.totals = from->totals};
    for (unsigned i = 0; i < g->keys.n; i++) {
        struct bytes text = grouping_text(g, from, i, date);
        to.value[i].none = from->value[i] == GROUPING_NONE;
        to.value[i].from = r->texts.len;
        to.value[i].len = text.len;
        buf_put_bytes(&r->texts, text);
    }
    if (r->texts.failed || !vec_push(&r->groups, to))
        return err_set(err, ERR_NOMEM, "out of memory");
    return 0;
}

/* The groups that are to be shown, in order. */
static int put_groups(const struct grouping *g, const struct count_options *options,
                      struct count_result *r, struct err *err)
{
    grouping_order_vec order = {0};
    int rc = grouping_order(g, options->sort, &order, err);
    r->n_groups = g->groups.len;
    for (size_t i = 0; i < order.len && rc == 0; i++) {
        const struct grouping_group *group = &g->groups.items[order.items[i]];
        uint64_t count =
            r->totals.hits > 0 ? group->totals.hits : group->totals.articles;
        if (options->limit > 0 && r->groups.len == options->limit)
            break;
        if (count >= options->least)
            rc = put_group(g, group, r, err);
    }
    vec_release(&order);
    return rc;
}

static int count_query(struct worker *w, struct bytes query,
                       const struct count_options *options, struct count_result *r,
                       struct err *err)
{
    struct session *s = &w->session;
    struct ast *tree = NULL;
    struct plan *plan = NULL;
    struct engine_options run = {.no_hits = options->no_hits};
    arena_reset(&s->arena);
    int rc = session_query(s, query, false, &tree, err);
    if (rc == 0)
        rc = shown_tree(&options->shown, tree, &s->arena, &tree, err);
    if (rc == 0)
        rc = session_plan(s, tree, &plan, err);
    if (rc == 0 && options->by.n > 0) {
        grouping_reset(w->grouping);
        run = (struct engine_options){.want_spans = true,
                                      .want_passages = true,
                                      .story = grouping_add,
                                      .arg = w->grouping};
    }
    if (rc == 0)
        rc = engine_run(plan, &run, &r->totals, err);
    plan_release(plan);
    if (rc == 0 && options->by.n > 0)
        rc = put_groups(w->grouping, options, r, err);
    return rc;
}

/* --- many ----------------------------------------------------------------------------------------- */

static size_t chunk_end(const struct run *run, size_t chunk)
{
    size_t n = run->queries->items.len, end = (chunk + 1) * CHUNK;
    return end < n ? end : n;
}

/* The results before it are still put: what is printed does not depend on how many run at once. */
static void set_failed(struct run *run, size_t query, int rc, const struct err *err)
{
    (void)pthread_mutex_lock(&run->lock);
    if (query < run->failed) {
        run->failed = query;
        run->rc = rc;
        run->err = *err;
    }
    (void)pthread_mutex_unlock(&run->lock);
}

static size_t first_failed(struct run *run)
{
    (void)pthread_mutex_lock(&run->lock);
    size_t failed = run->failed;
    (void)pthread_mutex_unlock(&run->lock);
    return failed;
}

static struct worker *take(struct run *run)
{
    (void)pthread_mutex_lock(&run->lock);
    struct worker *w = &run->workers[run->idle.items[--run->idle.len]];
    (void)pthread_mutex_unlock(&run->lock);
    return w;
}

static void give_back(struct run *run, struct worker *w)
{
    (void)pthread_mutex_lock(&run->lock);
    run->idle.items[run->idle.len++] = (uint32_t)(w - run->workers); /* there is room */
    (void)pthread_mutex_unlock(&run->lock);
}

static int open_grouping(const struct run *run, struct worker *w, struct err *err)
{
    w->grouping = calloc(1, sizeof *w->grouping);
    if (!w->grouping)
        return err_set(err, ERR_NOMEM, "out of memory");
    return grouping_open(w->grouping, &w->session.snapshot, &run->options->by, err);
}

static int count_chunk(struct run *run, size_t chunk, struct err *err)
{
    size_t i = chunk * CHUNK, end = chunk_end(run, chunk);
    struct worker *w = take(run);
    int rc = 0;
    if (run->options->by.n > 0 && !w->grouping)
        rc = open_grouping(run, w, err);
    for (; i < end && rc == 0 && i < first_failed(run); i++) {
        rc = count_query(w, queries_get(run->queries, i), run->options,
                         &run->results[i], err);
        if (rc < 0)
            break;
    }
    if (rc < 0)
        set_failed(run, i, rc, err);
    give_back(run, w);
    return 0;
}

static int put_chunk(struct run *run, size_t chunk, struct err *err)
{
    size_t i = chunk * CHUNK, end = chunk_end(run, chunk);
    int rc = 0;
    for (; i < end && rc == 0; i++) {
        if (i == first_failed(run)) {
            *err = run->err;
            return run->rc;
        }
        rc = run->put(run->arg, i, &run->results[i], err);
        result_release(&run->results[i]);
    }
    return rc;
}

static int work(void *arg, void *item, struct err *err)
{
    return count_chunk(arg, (size_t)(uintptr_t)item, err);
}

static int commit(void *arg, void *item, struct err *err)
{
    return put_chunk(arg, (size_t)(uintptr_t)item, err);
}

static int run_chunks(struct run *run, struct session *s, size_t n, struct err *err)
{
    unsigned threads = run->options->threads;
    struct pool *pool = NULL;
    int rc = 0;
    if (threads == 1 || n == 1) {
        for (size_t i = 0; i < n && rc == 0; i++) {
            rc = count_chunk(run, i, err);
            rc = rc ? rc : put_chunk(run, i, err);
        }
        return rc;
    }
    struct pool_stage stage = {.count = n, .work = work, .commit = commit, .arg = run};
    session_threads(s, threads);
    rc = pool_open(&pool, threads, err);
    if (rc == 0)
        rc = pool_run(pool, &stage, err);
    pool_close(pool);
    return rc;
}

/* As many as there can be jobs at a time. */
static int make_workers(struct run *run, const struct session *s, size_t n_jobs,
                        struct err *err)
{
    unsigned n = run->options->threads;
    if (n > n_jobs)
        n = n_jobs ? (unsigned)n_jobs : 1;
    run->workers = calloc(n, sizeof *run->workers);
    if (!run->workers || !vec_reserve(&run->idle, n))
        return err_set(err, ERR_NOMEM, "out of memory");
    for (unsigned i = 0; i < n; i++) {
        session_branch(s, &run->workers[i].session);
        run->idle.items[run->idle.len++] = i;
    }
    return 0;
}

int count_run(struct session *s, const struct queries *queries,
              const struct count_options *options, count_put_fn *put, void *arg,
              size_t *failed, struct err *err)
{
    size_t n = queries->items.len;
    struct run run = {.queries = queries,
                      .options = options,
                      .put = put,
                      .arg = arg,
                      .failed = n,
                      .lock = PTHREAD_MUTEX_INITIALIZER};
    run.results = calloc(n + 1, sizeof *run.results);
    size_t n_jobs = (n + CHUNK - 1) / CHUNK;
    int rc = run.results ? make_workers(&run, s, n_jobs, err)
                         : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = run_chunks(&run, s, n_jobs, err);
    for (size_t i = 0; i < run.idle.len; i++) {
        session_branch_release(&run.workers[i].session);
        if (run.workers[i].grouping)
            grouping_release(run.workers[i].grouping);
        free(run.workers[i].grouping);
    }
    for (size_t i = 0; i < n && run.results; i++)
        result_release(&run.results[i]);
    *failed = run.failed;
    free(run.results);
    free(run.workers);
    vec_release(&run.idle);
    (void)pthread_mutex_destroy(&run.lock);
    return rc;
}
