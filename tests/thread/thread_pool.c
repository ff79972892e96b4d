/* pool_run with real threads: order, admission, failures at every stage, signals.
 * usage: thread_pool THREADS */
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/pool.h"

#define CHECK(what)                                                            \
    do {                                                                       \
        if (!(what)) {                                                         \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #what); \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

enum {
    NEVER = -1
};

/* Where a stage's items come from. */
enum way {
    BY_SOURCE,
    BY_WORKERS,
    NUMBERED,
    WAYS
};

struct item {
    size_t number;
    uint64_t result;
};

/* What a stage does and what was seen of it. */
struct scene {
    struct pool *pool;
    size_t count; /* items to make */
    long fail_produce, fail_work, fail_commit, signal_at;
    size_t admit_max;
    enum way way;

    size_t produced;
    atomic_int producing;
    atomic_size_t worked, dropped, alive, alive_max;
    atomic_int committing;
    size_t committed; /* also the number of the next item: commits come in order */
    uint64_t sum;
};

static void nap(long microseconds)
{
    struct timespec t = {.tv_nsec = microseconds * 1000};
    (void)nanosleep(&t, NULL);
}

static void note_alive(struct scene *s)
{
    size_t now = atomic_fetch_add(&s->alive, 1) + 1;
    size_t max = atomic_load(&s->alive_max);
    while (now > max && !atomic_compare_exchange_weak(&s->alive_max, &max, now)) {}
}

static int make_item(struct scene *s, void **item_out, struct err *err)
{
    if ((long)s->produced == s->fail_produce)
        return err_set(err, ERR_INPUT, "produce %zu", s->produced);
    if (s->produced == s->count)
        return ITER_END;
    struct item *it = calloc(1, sizeof *it);
    CHECK(it);
    it->number = s->produced++;
    note_alive(s);
    *item_out = it;
    return 0;
}

static int produce(void *arg, void **item_out, struct err *err)
{
    struct scene *s = arg;
    CHECK(atomic_fetch_add(&s->producing, 1) == 0);
    int rc = make_item(s, item_out, err);
    atomic_fetch_sub(&s->producing, 1);
    return rc;
}

static uint64_t compute(size_t n)
{
    uint64_t x = n + 1;
    for (int i = 0; i < 1000; i++)
        x = x * 6364136223846793005U + 1442695040888963407U;
    return x;
}

static int work(void *arg, void *item, struct err *err)
{
    struct scene *s = arg;
    struct item *it = item;
    size_t n = s->way == NUMBERED ? (size_t)(uintptr_t)item : it->number;
    atomic_fetch_add(&s->worked, 1);
    if (n % 7 == 3)
        nap(200); /* so that later items overtake */
    if ((long)n == s->fail_work)
        return err_set(err, ERR_CORRUPT, "work %zu", n);
    if ((long)n == s->signal_at)
        CHECK(kill(getpid(), SIGTERM) == 0);
    if (s->way != NUMBERED)
        it->result = compute(n);
    return 0;
}

static int commit(void *arg, void *item, struct err *err)
{
    struct scene *s = arg;
    struct item *it = item;
    size_t n = s->way == NUMBERED ? (size_t)(uintptr_t)item : it->number;
    CHECK(atomic_fetch_add(&s->committing, 1) == 0);
    CHECK(n == s->committed);
    s->sum += s->way == NUMBERED ? compute(n) : it->result;
    s->committed++;
    if (s->way != NUMBERED) {
        free(it);
        atomic_fetch_sub(&s->alive, 1);
    }
    atomic_fetch_sub(&s->committing, 1);
    if ((long)n == s->fail_commit)
        return err_set(err, ERR_OUTPUT, "commit %zu", n);
    return 0;
}

static void drop(void *arg, void *item)
{
    struct scene *s = arg;
    free(item);
    atomic_fetch_sub(&s->alive, 1);
    atomic_fetch_add(&s->dropped, 1);
}

static bool admit(void *arg, size_t in_flight)
{
    struct scene *s = arg;
    CHECK(in_flight > 0);
    return in_flight < s->admit_max;
}

static struct scene scene_of(struct pool *p, size_t count)
{
    return (struct scene){.pool = p,
                          .count = count,
                          .fail_produce = NEVER,
                          .fail_work = NEVER,
                          .fail_commit = NEVER,
                          .signal_at = NEVER};
}

static int play(struct scene *s, struct err *err)
{
    struct pool_stage stage = {.work = work, .commit = commit, .arg = s};
    if (s->way == NUMBERED) {
        stage.count = s->count;
    } else {
        stage.produce = produce;
        stage.by_workers = s->way == BY_WORKERS;
        stage.drop = drop;
    }
    if (s->admit_max)
        stage.admit = admit;
    int rc = pool_run(s->pool, &stage, err);
    CHECK(atomic_load(&s->alive) == 0);
    if (s->way != NUMBERED)
        CHECK(s->produced == s->committed + atomic_load(&s->dropped));
    return rc;
}

static uint64_t expected_sum(size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += compute(i);
    return sum;
}

static void test_all_items_in_order(struct pool *p)
{
    for (enum way way = 0; way < WAYS; way++) {
        for (size_t count = 0; count <= 200; count = count * 4 + 1) {
            struct scene s = scene_of(p, count);
            s.way = way;
            struct err err = {0};
            CHECK(play(&s, &err) == 0);
            CHECK(err.code == 0);
            CHECK(s.committed == count && atomic_load(&s.worked) == count);
            CHECK(s.sum == expected_sum(count));
            CHECK(atomic_load(&s.alive_max) <= (size_t)2 * pool_threads(p) + 1);
        }
    }
}

static void test_admission_bounds_items(struct pool *p)
{
    static const size_t bounds[] = {1, 2, 5, 40};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        for (enum way way = 0; way < WAYS; way++) {
            struct scene s = scene_of(p, 100);
            s.admit_max = bounds[i];
            s.way = way;
            CHECK(play(&s, NULL) == 0);
            CHECK(s.committed == 100);
            CHECK(atomic_load(&s.alive_max) <= bounds[i]);
        }
    }
}

static bool never_admit(void *arg, size_t in_flight)
{
    (void)arg;
    (void)in_flight;
    return false;
}

static void test_a_refusal_cannot_hang(struct pool *p)
{
    for (int by_workers = 0; by_workers < 2; by_workers++) {
        struct scene s = scene_of(p, 20);
        struct pool_stage stage = {.produce = produce,
                                   .by_workers = by_workers,
                                   .work = work,
                                   .commit = commit,
                                   .drop = drop,
                                   .admit = never_admit,
                                   .arg = &s};
        CHECK(pool_run(p, &stage, NULL) == 0);
        CHECK(s.committed == 20 && atomic_load(&s.alive_max) == 1);
    }
}

static void test_failures(struct pool *p)
{
    static const long at[] = {0, 1, 17, 49};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        char words[64];
        for (enum way way = 0; way < WAYS; way++) {
            struct err err = {0};
            struct scene s = scene_of(p, 50);
            s.way = way;
            s.fail_work = at[i];
            CHECK(play(&s, &err) == ERR_CORRUPT);
            snprintf(words, sizeof words, "work %ld", at[i]);
            CHECK(err.code == ERR_CORRUPT && strcmp(err.msg, words) == 0);
            CHECK(s.committed <= (size_t)at[i]);

            err_clear(&err);
            s = scene_of(p, 50);
            s.way = way;
            s.fail_commit = at[i];
            CHECK(play(&s, &err) == ERR_OUTPUT);
            snprintf(words, sizeof words, "commit %ld", at[i]);
            CHECK(strcmp(err.msg, words) == 0);
            CHECK(s.committed == (size_t)at[i] + 1);
        }
        for (enum way way = BY_SOURCE; way < NUMBERED; way++) {
            struct err err = {0};
            struct scene s = scene_of(p, 50);
            s.way = way;
            s.fail_produce = at[i];
            CHECK(play(&s, &err) == ERR_INPUT);
            snprintf(words, sizeof words, "produce %ld", at[i]);
            CHECK(strcmp(err.msg, words) == 0);
        }
    }
}

/* Items 3 and 4 both fail, 4 mostly first: 3 is told, as it is earlier and did run. */
static int work_fails_twice(void *arg, void *item, struct err *err)
{
    (void)arg;
    size_t n = (size_t)(uintptr_t)item;
    if (n == 3)
        nap(3000);
    if (n == 3 || n == 4)
        return err_set(err, ERR_CORRUPT, "work %zu", n);
    return 0;
}

static void test_first_failure_is_told(struct pool *p)
{
    for (int i = 0; i < 10; i++) {
        struct err err = {0};
        struct pool_stage stage = {.count = 30, .work = work_fails_twice};
        CHECK(pool_run(p, &stage, &err) == ERR_CORRUPT);
        CHECK(strcmp(err.msg, "work 3") == 0);
    }
}

static int work_frees(void *arg, void *item, struct err *err)
{
    struct scene *s = arg;
    const struct item *it = item;
    if ((long)it->number == s->fail_work)
        return err_set(err, ERR_CORRUPT, "work %zu", it->number);
    free(item);
    atomic_fetch_sub(&s->alive, 1);
    return 0;
}

static int work_wordless(void *arg, void *item, struct err *err)
{
    (void)arg;
    (void)item;
    (void)err;
    return ERR_LIMIT;
}

static void test_partial_stages(struct pool *p)
{
    struct err err = {0};
    struct scene s = scene_of(p, 60);
    struct pool_stage stage = {
        .produce = produce, .work = work_frees, .drop = drop, .arg = &s};
    CHECK(pool_run(p, &stage, NULL) == 0); /* no commit */
    CHECK(atomic_load(&s.alive) == 0 && atomic_load(&s.dropped) == 0);

    s = scene_of(p, 60);
    s.fail_work = 20;
    CHECK(pool_run(p, &stage, NULL) == ERR_CORRUPT);
    CHECK(atomic_load(&s.alive) == 0 && atomic_load(&s.dropped) >= 1);

    s = scene_of(p, 60);
    stage = (struct pool_stage){
        .produce = produce, .commit = commit, .drop = drop, .arg = &s};
    CHECK(pool_run(p, &stage, NULL) == 0); /* no work */
    CHECK(s.committed == 60);

    s = scene_of(p, 60);
    s.way = NUMBERED;
    stage = (struct pool_stage){.count = 60, .commit = commit, .arg = &s};
    CHECK(pool_run(p, &stage, NULL) == 0);
    CHECK(s.committed == 60);

    stage = (struct pool_stage){.count = 60}; /* nothing at all */
    CHECK(pool_run(p, &stage, NULL) == 0);

    stage = (struct pool_stage){.count = 3, .work = work_wordless};
    CHECK(pool_run(p, &stage, &err) == ERR_LIMIT);
    CHECK(strcmp(err.msg, err_text(ERR_LIMIT)) == 0);
}

static void count_tick(void *arg)
{
    ++*(int *)arg;
}

static void test_ticks(struct pool *p)
{
    int ticks = 0;
    struct scene s = scene_of(p, 4000);
    s.way = NUMBERED;
    pool_on_tick(p, 1, count_tick, &ticks);
    CHECK(play(&s, NULL) == 0);
    pool_on_tick(p, 0, NULL, NULL);
    CHECK(ticks > 0);
    int before = ticks;
    s = scene_of(p, 100);
    CHECK(play(&s, NULL) == 0);
    CHECK(ticks == before);
}

/* Makes no item until it is told to stop, or the tick says that the loop was turned. */
struct waiting {
    struct pool *pool;
    bool by_signal;
    atomic_int ticks;
};

static void tick_waiting(void *arg)
{
    struct waiting *w = arg;
    atomic_fetch_add(&w->ticks, 1);
}

static int produce_waiting(void *arg, void **item_out, struct err *err)
{
    struct waiting *w = arg;
    (void)item_out;
    (void)err;
    if (w->by_signal)
        CHECK(kill(getpid(), SIGTERM) == 0);
    for (int i = 0; i < 20000; i++) {
        if (pool_stopping(w->pool) != 0 || atomic_load(&w->ticks) > 3)
            return ITER_END;
        nap(1000);
    }
    return ERR_LIMIT;
}

/* All workers wait for the source: progress is told and signals are seen nevertheless. */
static void test_loop_turns_while_the_source_waits(unsigned threads)
{
    for (int by_signal = 0; by_signal < 2; by_signal++) {
        struct waiting w = {.by_signal = by_signal};
        struct pool_stage stage = {.produce = produce_waiting, .arg = &w};
        CHECK(pool_open(&w.pool, threads, NULL) == 0);
        CHECK(pool_catch_signals(w.pool, NULL) == 0);
        if (!by_signal)
            pool_on_tick(w.pool, 1, tick_waiting, &w);
        CHECK(pool_run(w.pool, &stage, NULL) == (by_signal ? ERR_TERMINATED : 0));
        pool_close(w.pool);
    }
}

static void test_signals_stop(unsigned threads)
{
    for (enum way way = 0; way < WAYS; way++) {
        struct pool *p = NULL;
        struct err err = {0};
        CHECK(pool_open(&p, threads, &err) == 0);
        CHECK(pool_catch_signals(p, &err) == 0);
        CHECK(pool_catch_signals(p, &err) == 0);
        CHECK(pool_stopping(p) == 0);
        struct scene s = scene_of(p, 100000);
        s.way = way;
        s.signal_at = 30;
        CHECK(play(&s, &err) == ERR_TERMINATED);
        CHECK(err.code == ERR_TERMINATED);
        CHECK(s.committed < 100000);
        CHECK(pool_stopping(p) == ERR_TERMINATED);
        s = scene_of(p, 10);
        CHECK(play(&s, NULL) == ERR_TERMINATED);
        CHECK(s.produced == 0);
        pool_close(p);
    }
    /* Between runs. */
    struct pool *p = NULL;
    CHECK(pool_open(&p, threads, NULL) == 0);
    CHECK(pool_catch_signals(p, NULL) == 0);
    CHECK(kill(getpid(), SIGINT) == 0);
    int code = 0;
    for (int i = 0; i < 2000 && code == 0; i++) {
        code = pool_stopping(p);
        nap(1000);
    }
    CHECK(code == ERR_INTERRUPTED);
    pool_close(p);
}

static void test_open_checks_threads(unsigned threads)
{
    struct pool *p = NULL;
    struct err err = {0};
    CHECK(pool_open(&p, 0, &err) == ERR_USAGE);
    err_clear(&err);
    CHECK(pool_open(&p, 1025, &err) == ERR_USAGE);
    err_clear(&err);
    CHECK(pool_open(&p, threads + 1, &err) == ERR_USAGE);
    CHECK(p == NULL);
    pool_close(NULL);
}

int main(int argc, char **argv)
{
    unsigned threads = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2;
    struct pool *p = NULL;
    struct err err = {0};
    CHECK(pool_open(&p, threads, &err) == 0);
    CHECK(pool_threads(p) == threads);
    test_all_items_in_order(p);
    test_admission_bounds_items(p);
    test_a_refusal_cannot_hang(p);
    test_failures(p);
    test_first_failure_is_told(p);
    test_partial_stages(p);
    test_ticks(p);
    pool_close(p);
    test_open_checks_threads(threads);
    test_loop_turns_while_the_source_waits(threads);
    test_signals_stop(threads);
    return 0;
}
