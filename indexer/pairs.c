#include "indexer/pairs.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    TOOLS_MAX =
        16 << 20, /* bytes; tools that a huge text has made larger are not kept */
    SOON = 4      /* pairs ahead */
};

/* Tools that are not in use, with the memory they hold on the budget. */
struct tools {
    struct verify_pair *pair;
    size_t charged;
    struct buf chunk; /* as read */
    struct tools *next;
};

/* What an item has come to, until its commit. */
struct done {
    struct buf bytes;
    uint32_t n;
};

struct stage {
    const struct pairs *pairs;
    struct build *build;
    /* where pairs come from: one of these */
    const struct candidates *candidates;
    const struct pair_list *list;
    const struct verdicts *in;
    uint64_t n;
    bool keep_runs; /* of pairs that may be asked again */
    struct verdicts *out;
    struct done *done; /* owned; by item */
    pthread_mutex_t lock;
    struct tools *spare;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "pairs: out of memory");
}

/* --- tools -------------------------------------------------------------------------------- */

static void free_tools(struct stage *s, struct tools *t)
{
    if (!t)
        return;
    budget_give(&s->build->budget, t->charged);
    verify_pair_free(t->pair);
    buf_release(&t->chunk);
    free(t);
}

static struct tools *take_tools(struct stage *s)
{
    (void)pthread_mutex_lock(&s->lock);
    struct tools *t = s->spare;
    if (t)
        s->spare = t->next;
    (void)pthread_mutex_unlock(&s->lock);
    if (t)
        return t;
    t = calloc(1, sizeof *t);
    if (t)
        t->pair = verify_pair_new(s->pairs->tables, s->pairs->common);
    if (t && !t->pair) {
        free(t);
        t = NULL;
    }
    return t;
}

static void return_tools(struct stage *s, struct tools *t)
{
    size_t held = verify_pair_bytes(t->pair) + t->chunk.cap;
    if (held > TOOLS_MAX) {
        free_tools(s, t);
        return;
    }
    budget_give(&s->build->budget, t->charged);
    budget_force(&s->build->budget, held);
    t->charged = held;
    (void)pthread_mutex_lock(&s->lock);
    t->next = s->spare;
    s->spare = t;
    (void)pthread_mutex_unlock(&s->lock);
}

/* --- work --------------------------------------------------------------------------------- */

/* Once boilerplate is known. */
static bool is_asked_again(const struct verdict *d)
{
    return d->e.relation != COMPARE_UNRELATED && d->e.relation != COMPARE_EXACT;
}

static int compare_one(const struct stage *s, struct tools *t, struct pair pair,
                       uint32_t votes, struct done *done, struct err *err)
{
    struct verdict d;
    struct verdict_runs runs = {NULL, VERDICT_NO_RUNS};
    int rc = verify_pair_compare(t->pair, pair.text, pair.other, &d, err);
    if (rc != 0)
        return rc;
    d.votes = votes;
    if (s->keep_runs && is_asked_again(&d))
        runs = verify_pair_runs(t->pair);
    verdicts_encode(&done->bytes, &d, &runs);
    done->n++;
    return 0;
}

static int compare_candidates(struct stage *s, struct tools *t, size_t item,
                              struct done *done, struct err *err)
{
    struct candidate found[PAIRS_PER_ITEM];
    uint64_t from = (uint64_t)item * PAIRS_PER_ITEM;
    size_t n = s->n - from < PAIRS_PER_ITEM ? (size_t)(s->n - from) : PAIRS_PER_ITEM;
    int rc = candidates_read(s->candidates, from, n, found, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (i + SOON < n)
            verify_pair_soon(t->pair, found[i + SOON].other);
        if (i + 1 < n)
            verify_pair_next(t->pair, found[i + 1].other);
        rc = compare_one(s, t, (struct pair){found[i].text, found[i].other},
                         found[i].votes, done, err);
    }
    return rc;
}

static int compare_list(struct stage *s, struct tools *t, size_t item,
                        struct done *done, struct err *err)
{
    size_t from = item * PAIRS_PER_ITEM, end = from + PAIRS_PER_ITEM;
    int rc = 0;
    for (size_t i = from; rc == 0 && i < end && i < s->list->v.len; i++)
        rc = compare_one(s, t, s->list->v.items[i], 0, done, err);
    return rc;
}

static int compare_again(struct stage *s, struct tools *t, size_t item,
                         struct done *done, struct err *err)
{
    struct verdict d, next;
    struct verdict_runs runs, next_runs;
    int rc = verdicts_read(s->in, item, &t->chunk, err);
    struct bytes left = buf_bytes(&t->chunk);
    if (rc == 0)
        rc = verdicts_decode(&left, &d, &runs, err);
    while (rc == 0) {
        int more = verdicts_decode(&left, &next, &next_runs, err);
        if (more == 0 && is_asked_again(&next))
            verify_pair_again_next(t->pair, &next, &next_runs);
        if (is_asked_again(&d))
            rc = verify_pair_again(t->pair, &d, &runs, err);
        verdicts_encode(&done->bytes, &d, NULL);
        done->n++;
        if (more == 0) {
            d = next;
            runs = next_runs;
        }
        rc = rc == 0 ? more : rc;
    }
    return rc == ITER_END ? 0 : rc;
}

static int work(void *arg, void *item, struct err *err)
{
    struct stage *s = arg;
    size_t number = (size_t)(uintptr_t)item;
    struct done *done = &s->done[number];
    struct tools *t = take_tools(s);
    if (!t)
        return no_memory(err);
    int rc = s->candidates ? compare_candidates(s, t, number, done, err)
             : s->list     ? compare_list(s, t, number, done, err)
                           : compare_again(s, t, number, done, err);
    return_tools(s, t);
    return rc == 0 ? buf_check(&done->bytes, err) : rc;
}

static int commit(void *arg, void *item, struct err *err)
{
    struct stage *s = arg;
    struct done *done = &s->done[(size_t)(uintptr_t)item];
    int rc = verdicts_put(s->out, buf_bytes(&done->bytes), done->n, err);
    buf_release(&done->bytes);
    atomic_fetch_add(&s->build->report.steps_done, 1);
    return rc;
}

/* --- the stage ---------------------------------------------------------------------------- */

static int run(struct stage *s, size_t items, struct err *err)
{
    struct pool_stage stage = {
        .count = items, .work = work, .commit = commit, .arg = s};
    if (items == 0)
        return verdicts_flush(s->out, err);
    if (pthread_mutex_init(&s->lock, NULL) != 0)
        return no_memory(err);
    s->done = calloc(items, sizeof *s->done);
    int rc = s->done ? pool_run(s->build->pool, &stage, err) : no_memory(err);
    for (size_t i = 0; s->done && i < items; i++)
        buf_release(&s->done[i].bytes);
    free(s->done);
    while (s->spare) {
        struct tools *t = s->spare;
        s->spare = t->next;
        free_tools(s, t);
    }
    (void)pthread_mutex_destroy(&s->lock);
    return rc == 0 ? verdicts_flush(s->out, err) : rc;
}

static size_t items_of(uint64_t n)
{
    return (size_t)((n + PAIRS_PER_ITEM - 1) / PAIRS_PER_ITEM);
}

int pairs_candidates(const struct pairs *p, const struct candidates *c,
                     struct verdicts *out, struct err *err)
{
    struct stage s = {.pairs = p,
                      .build = p->tables->build,
                      .candidates = c,
                      .n = candidates_count(c),
                      .keep_runs = !p->common,
                      .out = out};
    return run(&s, items_of(s.n), err);
}

int pairs_list(const struct pairs *p, const struct pair_list *list,
               struct verdicts *out, struct err *err)
{
    struct stage s = {.pairs = p,
                      .build = p->tables->build,
                      .list = list,
                      .n = list->v.len,
                      .out = out};
    return run(&s, items_of(s.n), err);
}

int pairs_again(const struct pairs *p, const struct verdicts *in, struct verdicts *out,
                struct err *err)
{
    struct stage s = {
        .pairs = p, .build = p->tables->build, .in = in, .n = in->n, .out = out};
    return run(&s, in->chunks.len, err);
}
