#include "query/collocates_threads.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/pool.h"
#include "query/collocates_parts.h"

enum {
    PART_PLACES =
        16384, /* which take some milliseconds; another thread's start takes a tenth of one */
    PARTS_A_SEGMENT = 1024,
    MEMORY_PART = 4, /* threads get rows for one in so many bytes of --memory */
    ROW_BYTES = 64   /* of a row and its share of what grows by halves */
};

/* One thread's. */
struct worker {
    struct collocates *c; /* the first one's is the asker's */
    struct collocates own;
    struct arena arena;
    struct plan *plan;
    struct engine_totals totals;
};

struct run {
    struct collocates *c;
    struct plan *plan;
    VEC(struct places_part) parts;
    atomic_size_t next;
    struct worker *workers; /* owned */
    size_t n_workers, step;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "collocates: no memory for threads");
}

/* --- parts ---------------------------------------------------------------------------------- */

/* Cuts a segment where stories begin. */
static int cut_segment(struct run *r, uint32_t segment, uint32_t places,
                       struct err *err)
{
    const struct wordings *words = &r->plan->snapshot->segments[segment].wordings;
    uint64_t n = plan_cost(r->plan, segment, r->plan->root) / places;
    story_id from = 0, to = 0;
    int rc = 0;
    n = n < PARTS_A_SEGMENT ? n : PARTS_A_SEGMENT;
    for (uint64_t i = 1; i < n && rc == 0 && to < words->n_stories; i++) {
        rc = wordings_story_of(words, (address)(words->n_addresses * i / n), &to, err);
        if (rc == 0 && to > from) {
            struct places_part part = {segment, from, to};
            rc = vec_push(&r->parts, part) ? 0 : no_memory(err);
            from = to;
        }
    }
    struct places_part last = {segment, from, words->n_stories};
    return rc || vec_push(&r->parts, last) ? rc : no_memory(err);
}

static int cut_all(struct run *r, uint32_t places, struct err *err)
{
    int rc = 0;
    for (uint32_t s = 0; s < r->plan->snapshot->n_segments && rc == 0; s++) {
        rc = cut_segment(r, s, places, err);
    }
    return rc;
}

static int next_part(void *arg, struct places_part *out)
{
    struct run *r = arg;
    size_t i = atomic_fetch_add(&r->next, 1);
    if (i >= r->parts.len) {
        return ITER_END;
    }
    *out = r->parts.items[i];
    return 0;
}

/* --- threads -------------------------------------------------------------------------------- */

static int count_parts(void *arg, void *item, struct err *err)
{
    struct run *r = arg;
    size_t i = (size_t)(uintptr_t)item;
    struct worker *w = &r->workers[i];
    int rc = 0;
    w->c = i == 0 ? r->c : &w->own;
    w->plan = i == 0 ? r->plan : NULL;
    if (i > 0) {
        rc = plan_again(r->plan, &w->arena, &w->plan, err);
        rc = rc ? rc
                : collocates_open(&w->own, r->c->snapshot, &r->c->options,
                                  r->c->deadline, err);
    }
    rc = rc ? rc : collocates_run_parts(w->c, w->plan, next_part, r, &w->totals, err);
    if (rc) {
        atomic_store(&r->next, r->parts.len); /* the others need not go on */
    }
    return rc;
}

/* Adds the rows of the worker that stands `step` behind one of every two. */
static int join_two(void *arg, void *item, struct err *err)
{
    struct run *r = arg;
    size_t to = 2 * r->step * (size_t)(uintptr_t)item, from = to + r->step;
    int rc = collocates_merge(r->workers[to].c, r->workers[from].c, err);
    collocates_release(&r->workers[from].own);
    return rc;
}

static int join_all(struct run *r, struct pool *pool, struct err *err)
{
    struct pool_stage stage = {.work = join_two, .arg = r};
    int rc = 0;
    for (r->step = 1; r->step < r->n_workers && rc == 0; r->step *= 2) {
        stage.count = (r->n_workers - r->step + 2 * r->step - 1) / (2 * r->step);
        rc = pool_run(pool, &stage, err);
    }
    return rc;
}

static void sum_up(const struct run *r, struct engine_totals *out)
{
    *out = (struct engine_totals){0};
    for (size_t i = 0; i < r->n_workers; i++) {
        const struct engine_totals *t = &r->workers[i].totals;
        out->hits += t->hits;
        out->stories += t->stories;
        out->hits_all += t->hits_all;
        out->articles += t->articles;
    }
}

static void release(struct run *r)
{
    for (size_t i = 1; r->workers && i < r->n_workers; i++) {
        collocates_release(&r->workers[i].own);
        plan_release(r->workers[i].plan);
        arena_release(&r->workers[i].arena);
    }
    free(r->workers);
    vec_release(&r->parts);
}

/* So many threads as there are parts, and room for their rows: one that has all words of a segment is the worst. */
static size_t threads_for(const struct run *r, const struct collocates_threads *threads)
{
    uint64_t most = 1, room = threads->memory / MEMORY_PART;
    size_t n = threads->n < r->parts.len ? threads->n : r->parts.len;
    for (size_t i = 0; i < r->plan->snapshot->n_segments; i++) {
        const struct surfaces *s = &r->plan->snapshot->segments[i].surfaces;
        uint64_t rows = r->c->options.by_surface ? s->n_surfaces : s->n_terms;
        uint64_t need = sizeof(uint32_t) * ((uint64_t)s->n_surfaces + s->n_terms) +
                        ROW_BYTES * rows;
        most = need > most ? need : most;
    }
    return threads->memory > 0 && n > room / most ? (size_t)(room / most) : n;
}

static int run_many(struct run *r, unsigned threads, struct engine_totals *totals,
                    struct err *err)
{
    struct pool_stage stage = {.count = r->n_workers, .work = count_parts, .arg = r};
    struct pool *pool = NULL;
    r->workers = calloc(r->n_workers, sizeof *r->workers);
    int rc = r->workers ? pool_open(&pool, threads, err) : no_memory(err);
    rc = rc ? rc : pool_run(pool, &stage, err);
    rc = rc ? rc : join_all(r, pool, err);
    if (rc == 0 && totals) {
        sum_up(r, totals);
    }
    pool_close(pool);
    return rc;
}

int collocates_run_on(struct collocates *c, struct plan *plan,
                      const struct collocates_threads *threads,
                      struct engine_totals *totals, struct err *err)
{
    uint32_t places = threads->part ? threads->part : PART_PLACES;
    struct run r = {.c = c, .plan = plan};
    if (threads->n < 2 || collocates_is_phrases(c) ||
        plan_cost_all(plan, plan->root) < 2 * (uint64_t)places) {
        return collocates_run(c, plan, totals, err);
    }
    int rc = cut_all(&r, places, err);
    r.n_workers = threads_for(&r, threads);
    if (rc == 0) {
        rc = r.n_workers > 1 ? run_many(&r, threads->n, totals, err)
                             : collocates_run(c, plan, totals, err);
    }
    release(&r);
    return rc;
}
