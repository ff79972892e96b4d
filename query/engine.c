#include "query/engine.h"

#include <assert.h>

#include "query/articles.h"
#include "query/evaluate.h"
#include "query/matches.h"
#include "query/rank.h"

/* One window after evaluate_seek. */
static int run_window(struct evaluate *e, struct matches *m,
                      const struct engine_options *options,
                      struct engine_totals *totals, struct err *err)
{
    int rc = deadline_check(e->plan->deadline, err);
    if (rc == 0) {
        rc = evaluate_narrow(e, e->plan->root, err);
    }
    if (rc == 0 && !options->story && !options->want_score) {
        rc = matches_count(m, e, totals, err);
    }
    if (rc || e->scope->stories.len == 0) {
        return rc;
    }
    rc = evaluate_wordings(e, err);
    return rc ? rc : matches_give(m, e, options, totals, err);
}

static int prepare(struct plan *p, const struct engine_options *options,
                   struct matches *m, struct err *err)
{
    m->mean_length = rank_mean_length(p->snapshot);
    return options->want_score ? rank_prepare(p, err) : 0;
}

/* The segment that e has begun. */
static int run_segment(struct evaluate *e, struct matches *m,
                       const struct engine_options *options,
                       struct engine_totals *totals, struct err *err)
{
    story_id from = 0;
    bool done = false;
    int rc = 0;
    if (options->no_hits && !options->story && e->segment->wordings.n_stories > 0) {
        rc = articles_count(e, m, options, totals, &done, err);
    }
    while (rc == 0 && !done && (rc = evaluate_seek(e, e->plan->root, from, err)) == 0) {
        rc = run_window(e, m, options, totals, err);
        from = e->window.to;
    }
    return rc == ITER_END ? 0 : rc;
}

int engine_run(struct plan *p, const struct engine_options *options,
               struct engine_totals *totals, struct err *err)
{
    struct evaluate e = {.no_hits = options->no_hits};
    struct matches m = {0};
    struct engine_totals sum = {0};
    int rc = prepare(p, options, &m, err);
    assert(!options->no_hits || (!options->want_spans && !options->want_score));
    for (size_t s = 0; s < p->snapshot->n_segments && rc == 0; s++) {
        evaluate_begin(&e, p, s, options->want_score);
        rc = run_segment(&e, &m, options, &sum, err);
        plan_rest(p, s);
    }
    if (options->no_hits) { /* the quick way counts them */
        sum.hits = sum.hits_all = 0;
    }
    if (rc == 0 && totals) {
        *totals = sum;
    }
    evaluate_release(&e);
    matches_release(&m);
    return rc;
}

/* --- the best stories ----------------------------------------------------------------------- */

/* A heap whose first element is the worst of those kept. */
struct top {
    struct ranked_story *heap;
    size_t n, k;
};

/* Canonical order decides between equal scores. */
static bool is_worse(const struct ranked_story *a, const struct ranked_story *b)
{
    if (a->score < b->score || b->score < a->score) {
        return a->score < b->score;
    }
    return a->segment != b->segment ? a->segment > b->segment : a->story > b->story;
}

static void sift_down(struct ranked_story *heap, size_t n, size_t i)
{
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= n) {
            return;
        }
        if (child + 1 < n && is_worse(&heap[child + 1], &heap[child])) {
            child++;
        }
        if (!is_worse(&heap[child], &heap[i])) {
            return;
        }
        struct ranked_story swap = heap[i];
        heap[i] = heap[child];
        heap[child] = swap;
        i = child;
    }
}

static int keep_best(void *arg, const struct story_match *match, struct err *err)
{
    struct top *top = arg;
    struct ranked_story s = {match->segment, match->story, match->score};
    (void)err;
    if (top->n < top->k) {
        size_t i = top->n++;
        while (i > 0 && is_worse(&s, &top->heap[(i - 1) / 2])) {
            top->heap[i] = top->heap[(i - 1) / 2];
            i = (i - 1) / 2;
        }
        top->heap[i] = s;
    } else if (top->k > 0 && is_worse(&top->heap[0], &s)) {
        top->heap[0] = s;
        sift_down(top->heap, top->n, 0);
    }
    return 0;
}

int engine_top(struct plan *p, size_t k, struct ranked_story *out, size_t *n_out,
               struct engine_totals *totals, struct err *err)
{
    struct top top = {out, 0, k};
    struct engine_options options = {
        .want_score = true, .story = keep_best, .arg = &top};
    int rc = engine_run(p, &options, totals, err);
    if (rc) {
        return rc;
    }
    for (size_t n = top.n; n > 1; n--) { /* the worst goes last */
        struct ranked_story worst = out[0];
        out[0] = out[n - 1];
        out[n - 1] = worst;
        sift_down(out, n - 1, 0);
    }
    *n_out = top.n;
    return 0;
}

int engine_stories(struct plan *p, const struct ranked_story *stories, size_t n,
                   const struct engine_options *options, struct err *err)
{
    struct evaluate e = {0};
    struct matches m = {0};
    struct engine_totals sum = {0};
    int rc = prepare(p, options, &m, err);
    for (size_t i = 0; i < n && rc == 0; i++) {
        uint32_t segment = stories[i].segment;
        if (segment >= p->snapshot->n_segments ||
            stories[i].story >= p->snapshot->segments[segment].wordings.n_stories) {
            rc =
                err_set(err, ERR_NOT_FOUND, "query: there is no story %u in segment %u",
                        (unsigned)stories[i].story, (unsigned)segment);
            break;
        }
        evaluate_begin(&e, p, segment, options->want_score);
        rc = scope_window_one(&e.window, e.segment, stories[i].story, err);
        if (rc == 0) {
            rc = run_window(&e, &m, options, &sum, err);
        }
    }
    evaluate_release(&e);
    matches_release(&m);
    return rc;
}
