#include "indexer/pairs.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    TOOLS_MAX =
        16 << 20, /* bytes; tools that a huge text has made larger are not kept */
    GROUP = 8,    /* pairs ahead */
    ITEM_BYTES = PAIRS_PER_ITEM * 128 /* of verdicts until their commit, about */
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
    const struct verdicts *likely; /* beside the candidates; NULL: to be found */
    uint64_t n;
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

/* --- which pairs -------------------------------------------------------------------------- */

/* Whether a candidate has a verdict, and whether its bodies may be asked for. */
struct wanted {
    bool known; /* from pairs_likely */
    bool compared, bodies;
};

static struct wanted is_wanted(const struct stage *s, const struct candidate *c)
{
    const struct print_set *common = s->pairs->common;
    if (!s->likely)
        return (struct wanted){.compared = c->likely, .bodies = c->likely};
    if (c->likely)
        return (struct wanted){.known = true,
                               .bodies = common && (print_set_in(common, c->text) ||
                                                    print_set_in(common, c->other))};
    bool own = candidate_is_own(c, common);
    return (struct wanted){.compared = own, .bodies = own};
}

static int read_candidates(const struct stage *s, size_t item,
                           struct candidate found[PAIRS_PER_ITEM], size_t *n,
                           struct err *err)
{
    uint64_t from = (uint64_t)item * PAIRS_PER_ITEM;
    *n = s->n - from < PAIRS_PER_ITEM ? (size_t)(s->n - from) : PAIRS_PER_ITEM;
    return candidates_read(s->candidates, from, *n, found, err);
}

static void expect(struct stage *s, uint32_t text, uint32_t other)
{
    bodies_expect(s->pairs->tables->bodies, text);
    bodies_expect(s->pairs->tables->bodies, other);
}

/* Tells the bodies what will be asked for. */
static int expect_all(struct stage *s, size_t items, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; s->candidates && rc == 0 && i < items; i++) {
        struct candidate found[PAIRS_PER_ITEM];
        size_t n;
        rc = read_candidates(s, i, found, &n, err);
        for (size_t k = 0; rc == 0 && k < n; k++) {
            if (is_wanted(s, &found[k]).bodies)
                expect(s, found[k].text, found[k].other);
        }
    }
    if (s->list) {
        vec_foreach(struct pair, pair, &s->list->v)
            expect(s, pair->text, pair->other);
    }
    return rc;
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
    if (s->candidates && !s->likely && is_asked_again(&d))
        runs = verify_pair_runs(t->pair);
    verdicts_encode(&done->bytes, &d, &runs);
    done->n++;
    return 0;
}

/* The next of the verdicts that pairs_likely gave; boilerplate: one of its texts may have some. */
static int again_one(struct tools *t, struct bytes *left, bool boilerplate,
                     struct done *done, struct err *err)
{
    struct verdict d;
    struct verdict_runs runs;
    int rc = verdicts_decode(left, &d, &runs, err);
    if (rc == ITER_END)
        return err_set(err, ERR_CORRUPT, "pairs: a verdict that was not written");
    if (rc == 0 && boilerplate && is_asked_again(&d))
        rc = verify_pair_again(t->pair, &d, &runs, err);
    verdicts_encode(&done->bytes, &d, NULL);
    done->n++;
    return rc;
}

/* What is to be done of an item: candidates that are wanted, in order. */
struct work {
    struct candidate candidate;
    struct wanted wanted;
};

/* A group of pairs at once: what is waited for is where the pages of their texts lie, which the processor finds out for several at a
 * time. */
static void ask_group(const struct tools *t, const struct work *work, size_t from,
                      size_t end)
{
    for (size_t i = from; i < end; i++) {
        const struct candidate *c = &work[i].candidate;
        if (!work[i].wanted.bodies)
            continue;
        if (i == from || c->text != work[i - 1].candidate.text)
            verify_pair_ahead(t->pair, c->text);
        verify_pair_ahead(t->pair, c->other);
    }
}

static void ask_soon(const struct tools *t, const struct work *work, size_t from,
                     size_t end)
{
    for (size_t i = from; i < end; i++) {
        if (work[i].wanted.bodies)
            verify_pair_soon(t->pair, work[i].candidate.other);
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Before pair number `at` of n. */
static void ask_ahead(const struct tools *t, const struct work *work, size_t at,
                      size_t n)
{
    if (at == 0)
        ask_soon(t, work, 0, least(GROUP, n));
    if (at % GROUP == 0) {
        ask_group(t, work, at, least(at + GROUP, n));
        ask_soon(t, work, least(at + GROUP, n), least(at + 2 * GROUP, n));
    }
    work += at;
    n -= at;
    if (n > 1 && work[1].wanted.bodies)
        verify_pair_next(t->pair, work[1].candidate.other);
}

static int compare_candidates(struct stage *s, struct tools *t, size_t item,
                              struct done *done, struct err *err)
{
    struct candidate found[PAIRS_PER_ITEM];
    struct work work[PAIRS_PER_ITEM];
    struct bytes left = {0};
    size_t n, m = 0;
    int rc = read_candidates(s, item, found, &n, err);
    if (rc == 0 && s->likely) {
        rc = verdicts_read(s->likely, item, &t->chunk, err);
        left = buf_bytes(&t->chunk);
    }
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct wanted wanted = is_wanted(s, &found[i]);
        work[m] = (struct work){found[i], wanted};
        m += wanted.known || wanted.compared;
    }
    for (size_t i = 0; rc == 0 && i < m; i++) {
        const struct candidate *c = &work[i].candidate;
        ask_ahead(t, work, i, m);
        rc = work[i].wanted.known
                 ? again_one(t, &left, work[i].wanted.bodies, done, err)
                 : compare_one(s, t, (struct pair){c->text, c->other}, c->votes, done,
                               err);
        if (work[i].wanted.bodies)
            verify_pair_done(t->pair, c->text, c->other);
    }
    return rc;
}

static int compare_list(struct stage *s, struct tools *t, size_t item,
                        struct done *done, struct err *err)
{
    size_t from = item * PAIRS_PER_ITEM, end = from + PAIRS_PER_ITEM;
    int rc = 0;
    for (size_t i = from; rc == 0 && i < end && i < s->list->v.len; i++) {
        struct pair pair = s->list->v.items[i];
        rc = compare_one(s, t, pair, 0, done, err);
        verify_pair_done(t->pair, pair.text, pair.other);
    }
    return rc;
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
                           : compare_list(s, t, number, done, err);
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
    struct pool_stage stage = {.count = items,
                               .work = work,
                               .commit = commit,
                               .ahead = build_ahead(s->build, ITEM_BYTES),
                               .arg = s};
    if (items == 0)
        return verdicts_flush(s->out, err);
    if (pthread_mutex_init(&s->lock, NULL) != 0)
        return no_memory(err);
    s->done = calloc(items, sizeof *s->done);
    /* Nearly all texts of likely pairs are wanted again, to be judged or compared with others. */
    if (s->candidates && !s->likely)
        bodies_stay(s->pairs->tables->bodies);
    int rc = s->done ? expect_all(s, items, err) : no_memory(err);
    bodies_expected_all(s->pairs->tables->bodies);
    if (rc == 0)
        rc = pool_run(s->build->pool, &stage, err);
    for (size_t i = 0; s->done && i < items; i++)
        buf_release(&s->done[i].bytes);
    free(s->done);
    while (s->spare) {
        struct tools *t = s->spare;
        s->spare = t->next;
        free_tools(s, t);
    }
    bodies_clear(s->pairs->tables->bodies);
    (void)pthread_mutex_destroy(&s->lock);
    return rc == 0 ? verdicts_flush(s->out, err) : rc;
}

static size_t items_of(uint64_t n)
{
    return (size_t)((n + PAIRS_PER_ITEM - 1) / PAIRS_PER_ITEM);
}

int pairs_likely(const struct pairs *p, const struct candidates *c,
                 struct verdicts *out, struct err *err)
{
    return pairs_candidates(p, c, NULL, out, err);
}

int pairs_candidates(const struct pairs *p, const struct candidates *c,
                     const struct verdicts *likely, struct verdicts *out,
                     struct err *err)
{
    struct stage s = {.pairs = p,
                      .build = p->tables->build,
                      .candidates = c,
                      .likely = likely,
                      .n = candidates_count(c),
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
