#include "base/pool.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

enum {
    SIGNALS = 3,
    THREADS_MAX = 1024,
    PROBE_PIPES = 4,
    AHEAD = 2,
    TURN_NS = 10 * 1000 *
              1000 /* of work on the loop's thread, after which the loop is turned */
};

struct run;

struct pool {
    uv_loop_t loop;
    uv_async_t
        wake; /* from other threads: the loop's has something to do; keeps it alive */
    uv_timer_t ticker;
    uv_signal_t signals[SIGNALS];
    bool catching;
    atomic_int stop_code; /* 0 or what a signal asks for */
    unsigned threads;
    uv_thread_t owner; /* the loop's thread */
    struct run *run;   /* the stage that runs, NULL between stages */
    void (*tick)(void *arg);
    void *tick_arg;
    struct pool *self; /* for callers that hold a const pool */
};

enum job_state {
    JOB_PENDING,    /* produced, waits for a worker */
    JOB_WORKING,    /* on a worker */
    JOB_DONE,       /* worked, waits for its turn to be committed */
    JOB_FAILED,     /* its work failed: to be dropped at the end of the run */
    JOB_COMMITTING, /* on a worker */
};

/* One item in flight. The jobs of a run are a list in the order of serial numbers. */
struct job {
    struct job *prev, *next;
    void *item;
    size_t serial;
    enum job_state state;
    struct err err;
};

struct run {
    struct pool *pool;
    const struct pool_stage *stage;
    size_t
        workers; /* the loop's own: of those of libuv's pool, how many have not come back */

    /* Shared by the loop, the workers and the source thread, under the lock. */
    uv_mutex_t lock;
    /* To workers of the pool: there may be something to do, or the run is over. */
    uv_cond_t more;
    uv_cond_t changed; /* to the source: in_flight was lowered, or it is to halt */
    struct job *first, *last;
    struct job *pending; /* the first in JOB_PENDING: those behind it are too */
    size_t next_index;   /* numbered items: the next one */
    size_t in_flight;    /* taken or produced, and not yet committed or dropped */
    uint64_t releases;   /* how often in_flight was lowered */
    size_t idle;         /* workers of libuv's pool that wait */
    bool loop_idle;      /* the loop's thread does, for what the loop brings */
    bool committing;
    bool producing; /* a worker makes the next item */
    bool
        ending; /* after a failure or a signal: nothing new, neither here nor at the source */
    bool stopped; /* by a signal, before any failure */
    size_t failed_serial;
    struct err failure;

    uv_thread_t source;
    bool has_source;
    bool source_ended;    /* nothing more is produced; under the lock */
    size_t source_serial; /* items produced; of who produces, then under the lock */
};

/* --- failures: all that follows is called with the lock held, unless it says otherwise --- */

static void rouse_loop(const struct run *r)
{
    if (r->loop_idle)
        (void)uv_async_send(&r->pool->wake);
}

static void rouse_all(struct run *r)
{
    uv_cond_broadcast(&r->more);
    rouse_loop(r);
}

/* The source makes no more, workers begin nothing; what is in flight is dropped by the loop when they have come back. */
static void begin_ending(struct run *r)
{
    r->ending = true;
    uv_cond_signal(&r->changed);
    rouse_all(r);
}

static void record_failure(struct run *r, size_t serial, int rc, const struct err *err)
{
    if (r->failure.code == 0 || serial < r->failed_serial) {
        r->failed_serial = serial;
        err_clear(&r->failure);
        if (err->code)
            err_set(&r->failure, rc, "%s", err->msg);
        else
            err_set(&r->failure, rc, "%s", err_text(rc));
    }
    begin_ending(r);
}

static void heed_signals(struct run *r)
{
    if (r->ending || atomic_load(&r->pool->stop_code) == 0)
        return;
    r->stopped = true;
    begin_ending(r);
}

/* --- jobs ------------------------------------------------------------------------------ */

/* The lock need not be held. */
static bool admitted(const struct run *r, size_t in_flight)
{
    if (in_flight == 0)
        return true;
    if (r->stage->admit)
        return r->stage->admit(r->stage->arg, in_flight);
    size_t ahead = r->stage->ahead ? r->stage->ahead : AHEAD;
    return in_flight < ahead * r->pool->threads;
}

static void append(struct run *r, struct job *j)
{
    j->prev = r->last;
    j->next = NULL;
    if (r->last)
        r->last->next = j;
    else
        r->first = j;
    r->last = j;
    r->in_flight++;
}

/* Takes a job out of the run; another item may now be admitted. */
static void retire(struct run *r, struct job *j)
{
    if (j->prev)
        j->prev->next = j->next;
    else
        r->first = j->next;
    if (j->next)
        j->next->prev = j->prev;
    else
        r->last = j->prev;
    free(j);
    r->in_flight--;
    r->releases++;
    if (r->has_source)
        uv_cond_signal(&r->changed);
}

/* --- the workers' side ------------------------------------------------------------------- */

static bool is_loose(const struct run *r, const struct job *j)
{
    return j->serial < r->stage->loose;
}

/* The job whose turn it is to be committed, if it may be now. */
static struct job *committable(const struct run *r)
{
    struct job *j = r->committing ? NULL : r->first;
    while (j && is_loose(r, j))
        j = j->next;
    return j && j->state == JOB_DONE ? j : NULL;
}

static bool may_number(const struct run *r)
{
    return !r->stage->produce && r->next_index < r->stage->count &&
           admitted(r, r->in_flight);
}

static struct job *number_next(struct run *r)
{
    struct job *j = calloc(1, sizeof *j);
    if (!j) {
        struct err err = {0};
        err_set(&err, ERR_NOMEM, "out of memory");
        record_failure(r, r->next_index, ERR_NOMEM, &err);
        return NULL;
    }
    j->serial = r->next_index;
    j->item = (void *)(uintptr_t)r->next_index; // NOLINT(performance-no-int-to-ptr)
    r->next_index++;
    append(r, j);
    return j;
}

static bool may_produce(const struct run *r)
{
    return r->stage->by_workers && !r->producing && !r->source_ended && !r->ending &&
           admitted(r, r->in_flight);
}

/* Without the lock. */
static int produce_one(struct run *r, struct job **out, struct err *err)
{
    const struct pool_stage *s = r->stage;
    struct job *j = calloc(1, sizeof *j);
    if (!j)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = s->produce(s->arg, &j->item, err);
    if (rc != 0) {
        free(j);
        return rc;
    }
    j->serial = r->source_serial++;
    *out = j;
    return 0;
}

/* Makes the next item, meanwhile without the lock. NULL: there is none, or the run has come to end meanwhile and it is to be
 * dropped. */
static struct job *produce_next(struct run *r)
{
    struct job *j = NULL;
    struct err err = {0};
    r->producing = true;
    uv_mutex_unlock(&r->lock);
    int rc = produce_one(r, &j, &err);
    uv_mutex_lock(&r->lock);
    r->producing = false;
    if (rc < 0)
        record_failure(r, r->source_serial, rc, &err);
    if (j)
        append(r, j);
    else
        r->source_ended = true;
    return r->ending ? NULL : j;
}

/* What a worker is to do now, its state set; NULL: nothing. A commit first: others wait for what it lets in. */
static struct job *take_task(struct run *r)
{
    struct job *j = committable(r);
    if (j) {
        j->state = JOB_COMMITTING;
        r->committing = true;
        return j;
    }
    if (r->pending) {
        j = r->pending;
        r->pending = j->next;
    } else if (may_number(r)) {
        j = number_next(r);
    } else if (may_produce(r)) {
        j = produce_next(r);
    }
    if (j)
        j->state = JOB_WORKING;
    return j;
}

/* Wakes a worker if one waits and there is something for him; he wakes the next. */
static void rouse(struct run *r)
{
    if (!r->loop_idle && r->idle == 0)
        return;
    if (!committable(r) && !r->pending && !may_number(r) && !may_produce(r))
        return;
    if (r->idle > 0)
        uv_cond_signal(&r->more);
    else
        rouse_loop(r);
}

/* Runs what a job is at, without the lock. */
static int perform(const struct run *r, struct job *j)
{
    const struct pool_stage *s = r->stage;
    if (j->state == JOB_COMMITTING)
        return s->commit(s->arg, j->item, &j->err);
    return s->work ? s->work(s->arg, j->item, &j->err) : 0;
}

static void settle(struct run *r, struct job *j, int rc)
{
    bool committed = j->state == JOB_COMMITTING;
    if (committed)
        r->committing = false;
    if (rc < 0)
        record_failure(r, j->serial, rc, &j->err);
    if (committed || (rc >= 0 && (!r->stage->commit || is_loose(r, j))))
        retire(r, j);
    else
        j->state = rc < 0 ? JOB_FAILED : JOB_DONE;
}

/* Nothing is left that a worker could ever be given. */
static bool run_over(struct run *r)
{
    heed_signals(r);
    bool exhausted =
        r->stage->produce ? r->source_ended : r->next_index == r->stage->count;
    return r->ending || (exhausted && !r->first && !r->producing);
}

/* Does a task, meanwhile without the lock. */
static void do_task(struct run *r, struct job *j)
{
    rouse(r);
    uv_mutex_unlock(&r->lock);
    int rc = perform(r, j);
    uv_mutex_lock(&r->lock);
    settle(r, j, rc);
}

/* What a worker does in a run: it takes what there is itself, so that neither a commit nor the next item waits for
 * another thread to be woken. */
static void worker_main(uv_work_t *req)
{
    struct run *r = req->data;
    uv_mutex_lock(&r->lock);
    while (!run_over(r)) {
        struct job *j = take_task(r);
        if (j) {
            do_task(r, j);
        } else if (!run_over(r)) { /* what was asked may have ended it */
            r->idle++;
            uv_cond_wait(&r->more, &r->lock);
            r->idle--;
        }
    }
    rouse_all(r);
    uv_mutex_unlock(&r->lock);
}

/* On the loop. */
static void worker_back(uv_work_t *req, int status)
{
    struct run *r = req->data;
    (void)status;
    r->workers--;
}

/* --- the source's side ------------------------------------------------------------------ */

/* Waits until another item may be made; false when none is wanted any more. The stage is asked without the lock. */
static bool wait_admission(struct run *r)
{
    while (!r->ending) {
        size_t in_flight = r->in_flight;
        uint64_t seen = r->releases;
        uv_mutex_unlock(&r->lock);
        bool yes = admitted(r, in_flight);
        uv_mutex_lock(&r->lock);
        if (yes)
            return !r->ending;
        while (!r->ending && r->releases == seen)
            uv_cond_wait(&r->changed, &r->lock);
    }
    return false;
}

static void source_main(void *arg)
{
    struct run *r = arg;
    struct err err = {0};
    int rc = 0;
    uv_mutex_lock(&r->lock);
    while (rc == 0 && wait_admission(r)) {
        struct job *j = NULL;
        uv_mutex_unlock(&r->lock);
        rc = produce_one(r, &j, &err);
        uv_mutex_lock(&r->lock);
        if (rc != 0 || !j)
            break;
        append(r, j);
        if (!r->pending)
            r->pending = j;
        rouse(r);
    }
    if (rc < 0)
        record_failure(r, r->source_serial, rc, &err);
    r->source_ended = true;
    uv_cond_broadcast(&r->more);
    uv_mutex_unlock(&r->lock);
    /* Also if it waits no more for work, but for the end of this thread. */
    (void)uv_async_send(&r->pool->wake);
}

/* --- a run, on the loop ------------------------------------------------------------------ */

static bool source_runs(struct run *r)
{
    uv_mutex_lock(&r->lock);
    bool runs = r->has_source && !r->source_ended;
    uv_mutex_unlock(&r->lock);
    return runs;
}

/* Turns the loop without the lock; if the thread has nothing to do, once it brings something. */
static void turn_loop(struct run *r, uv_run_mode mode)
{
    r->loop_idle = mode == UV_RUN_ONCE;
    uv_mutex_unlock(&r->lock);
    (void)uv_run(&r->pool->loop, mode);
    uv_mutex_lock(&r->lock);
    r->loop_idle = false;
}

/* The loop's thread as a worker. It need not be woken when a stage begins; and while it works, others that it wakes are not put
 * behind it on its processor, where they would stay for milliseconds when it goes to sleep (docs/DECISIONS.md, 288). */
static void work_along(struct run *r)
{
    uint64_t turned = uv_hrtime();
    uv_mutex_lock(&r->lock);
    while (!run_over(r)) {
        struct job *j = take_task(r);
        if (j) {
            do_task(r, j);
            uint64_t now = uv_hrtime();
            if (now - turned < TURN_NS)
                continue;
            turned = now;
            turn_loop(r, UV_RUN_NOWAIT);
        } else if (!run_over(r)) {
            turn_loop(r, UV_RUN_ONCE);
            turned = uv_hrtime();
        }
    }
    rouse_all(r);
    uv_mutex_unlock(&r->lock);
}

/* Has the stage's items worked and committed: signals and the timer are served meanwhile. */
static int run_workers(struct run *r, struct err *err)
{
    const struct pool_stage *s = r->stage;
    size_t n = r->pool->threads - 1;
    if (!s->produce && s->count < n + 1)
        n = s->count ? s->count - 1 : 0;
    uv_work_t *requests = calloc(n + 1, sizeof *requests);
    if (!requests)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (s->produce && !s->by_workers) {
        int uvrc = uv_thread_create(&r->source, source_main, r);
        if (uvrc) {
            free(requests);
            return err_sys(err, ERR_NOMEM, -uvrc, "cannot start a thread");
        }
        r->has_source = true;
    }
    for (size_t i = 0; i < n; i++) {
        requests[i].data = r;
        if (uv_queue_work(&r->pool->loop, &requests[i], worker_main, worker_back) == 0)
            r->workers++;
    }
    work_along(r);
    while (r->workers > 0 || source_runs(r))
        (void)uv_run(&r->pool->loop, UV_RUN_ONCE);
    if (r->has_source)
        uv_thread_join(&r->source);
    free(requests);
    return 0;
}

/* What was in flight when the run came to an early end. Nobody else runs any more. */
static void drop_rest(struct run *r)
{
    while (r->first) {
        if (r->stage->drop)
            r->stage->drop(r->stage->arg, r->first->item);
        retire(r, r->first);
    }
}

static int outcome(const struct run *r, struct err *err)
{
    if (r->stopped)
        return err_set(err, atomic_load(&r->pool->stop_code), "stopped by a signal");
    if (r->failure.code)
        return err_set(err, r->failure.code, "%s", r->failure.msg);
    return 0;
}

static int init_run(struct run *r, struct err *err)
{
    if (uv_mutex_init(&r->lock) != 0)
        return err_set(err, ERR_NOMEM, "cannot make a lock");
    if (uv_cond_init(&r->more) != 0) {
        uv_mutex_destroy(&r->lock);
        return err_set(err, ERR_NOMEM, "cannot make a lock");
    }
    if (uv_cond_init(&r->changed) != 0) {
        uv_cond_destroy(&r->more);
        uv_mutex_destroy(&r->lock);
        return err_set(err, ERR_NOMEM, "cannot make a lock");
    }
    return 0;
}

int pool_run(struct pool *p, const struct pool_stage *stage, struct err *err)
{
    struct run r = {.pool = p, .stage = stage};
    assert(!p->run);
    (void)uv_run(&p->loop, UV_RUN_NOWAIT); /* signals that came between the runs */
    int rc = init_run(&r, err);
    if (rc != 0)
        return rc;
    p->run = &r;
    if (atomic_load(&p->stop_code) != 0)
        r.stopped = true;
    else
        rc = run_workers(&r, err);
    p->run = NULL;
    drop_rest(&r);
    uv_cond_destroy(&r.changed);
    uv_cond_destroy(&r.more);
    uv_mutex_destroy(&r.lock);
    return rc ? rc : outcome(&r, err);
}

/* --- work beside the pool's --------------------------------------------------------------- */

struct pool_aside {
    uv_thread_t thread;
    bool has_thread;
    int (*run)(void *arg, struct err *err);
    void *arg;
    int rc;
    struct err err;
};

static void aside_main(void *arg)
{
    struct pool_aside *a = arg;
    a->rc = a->run(a->arg, &a->err);
}

int pool_aside_begin(struct pool_aside **out, int (*run)(void *arg, struct err *err),
                     void *arg, struct err *err)
{
    struct pool_aside *a = calloc(1, sizeof *a);
    if (!a)
        return err_set(err, ERR_NOMEM, "out of memory");
    a->run = run;
    a->arg = arg;
    a->has_thread = uv_thread_create(&a->thread, aside_main, a) == 0;
    if (!a->has_thread)
        aside_main(a);
    *out = a;
    return 0;
}

int pool_aside_end(struct pool_aside **a, struct err *err)
{
    struct pool_aside *done = *a;
    if (!done)
        return 0;
    if (done->has_thread)
        uv_thread_join(&done->thread);
    int rc = done->rc;
    if (rc != 0)
        err_set(err, rc, "%s", done->err.code ? done->err.msg : err_text(rc));
    free(done);
    *a = NULL;
    return rc;
}

/* --- signals and timers ------------------------------------------------------------------ */

static void on_signal(uv_signal_t *handle, int signo)
{
    struct pool *p = handle->data;
    int expected = 0;
    int code = signo == SIGINT ? ERR_INTERRUPTED : ERR_TERMINATED;
    (void)atomic_compare_exchange_strong(&p->stop_code, &expected, code);
    if (p->run) {
        uv_mutex_lock(&p->run->lock);
        heed_signals(p->run);
        uv_mutex_unlock(&p->run->lock);
    }
}

int pool_catch_signals(struct pool *p, struct err *err)
{
    static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
    if (p->catching)
        return 0;
    for (int i = 0; i < SIGNALS; i++) {
        int uvrc = uv_signal_start(&p->signals[i], on_signal, numbers[i]);
        if (uvrc) {
            while (i-- > 0)
                (void)uv_signal_stop(&p->signals[i]);
            return err_sys(err, ERR_IO, -uvrc, "cannot catch signals");
        }
    }
    p->catching = true;
    return 0;
}

int pool_stopping(const struct pool *p)
{
    uv_thread_t me = uv_thread_self();
    /* Between two runs nobody else turns the loop, which is where signals arrive. */
    if (p->catching && uv_thread_equal(&me, &p->owner) && !p->run)
        (void)uv_run(&p->self->loop, UV_RUN_NOWAIT);
    return atomic_load(&p->stop_code);
}

static void on_tick(uv_timer_t *handle)
{
    const struct pool *p = handle->data;
    if (p->run && p->tick)
        p->tick(p->tick_arg);
}

void pool_on_tick(struct pool *p, uint64_t interval_ms, void (*tick)(void *arg),
                  void *arg)
{
    p->tick = tick;
    p->tick_arg = arg;
    (void)uv_timer_stop(&p->ticker);
    uv_update_time(&p->loop);
    if (tick)
        (void)uv_timer_start(&p->ticker, on_tick, interval_ms,
                             interval_ms ? interval_ms : 1);
}

/* --- opening and closing ------------------------------------------------------------------ */

static void probe_main(void *arg)
{
    uv_sem_wait(arg);
}

/* libuv ends the process when it cannot start its workers. So as many threads are started
 * and ended here first: what cannot be had is then an ordinary error, and glibc keeps the
 * stacks of some of them for libuv. */
static int probe_threads(unsigned threads, struct err *err)
{
    uv_sem_t gate;
    int uvrc = uv_sem_init(&gate, 0);
    if (uvrc)
        return err_sys(err, ERR_NOMEM, -uvrc, "cannot make a semaphore");
    uv_thread_t *probes = calloc(threads, sizeof *probes);
    unsigned started = 0;
    uvrc = probes ? 0 : UV_ENOMEM;
    while (uvrc == 0 && started < threads) {
        uvrc = uv_thread_create(&probes[started], probe_main, &gate);
        if (uvrc == 0)
            started++;
    }
    for (unsigned i = 0; i < started; i++)
        uv_sem_post(&gate);
    for (unsigned i = 0; i < started; i++)
        uv_thread_join(&probes[i]);
    free(probes);
    uv_sem_destroy(&gate);
    return uvrc ? err_sys(err, ERR_NOMEM, -uvrc, "cannot start %u threads", threads)
                : 0;
}

/* The same for the descriptors that libuv must have. */
static int probe_descriptors(struct err *err)
{
    int fds[PROBE_PIPES][2];
    int made = 0, errnum = 0;
    while (made < PROBE_PIPES && errnum == 0) {
        if (pipe(fds[made]) == 0)
            made++;
        else
            errnum = errno;
    }
    while (made-- > 0) {
        (void)close(fds[made][0]);
        (void)close(fds[made][1]);
    }
    return errnum ? err_sys(err, ERR_IO, errnum, "cannot open a pipe") : 0;
}

/* libuv reads the size of its pool from the environment, at its first use. */
static int set_pool_size(unsigned threads, struct err *err)
{
    static atomic_uint chosen; /* 0: not yet */
    unsigned before = 0;
    if (threads < 1 || threads > THREADS_MAX)
        return err_set(err, ERR_USAGE, "threads: %u is not between 1 and %d", threads,
                       THREADS_MAX);
    if (!atomic_compare_exchange_strong(&chosen, &before, threads)) {
        if (before == threads)
            return 0;
        return err_set(err, ERR_USAGE, "threads: %u asked for, %u run already", threads,
                       before);
    }
    char text[16];
    unsigned others = threads > 1 ? threads - 1 : 1; /* libuv has one at least */
    snprintf(text, sizeof text, "%u", others);
    int rc = probe_threads(others, err);
    if (rc == 0)
        rc = probe_descriptors(err);
    if (rc == 0 &&
        setenv("UV_THREADPOOL_SIZE", text, 1) != 0) // NOLINT(concurrency-mt-unsafe)
        rc = err_sys(err, ERR_NOMEM, errno, "cannot set the number of threads");
    if (rc != 0)
        atomic_store(&chosen, 0);
    return rc;
}

static void nothing(uv_work_t *req)
{
    (void)req;
}

static void nothing_done(uv_work_t *req, int status)
{
    (void)status;
    *(bool *)req->data = true;
}

/* Starts the workers now, while what was probed is still to be had. */
static void start_workers(struct pool *p)
{
    bool done = false;
    uv_work_t req = {.data = &done};
    if (uv_queue_work(&p->loop, &req, nothing, nothing_done) == 0) {
        while (!done)
            (void)uv_run(&p->loop, UV_RUN_ONCE);
    }
}

int pool_open(struct pool **out, unsigned threads, struct err *err)
{
    int rc = set_pool_size(threads, err);
    if (rc != 0)
        return rc;
    struct pool *p = calloc(1, sizeof *p);
    if (!p)
        return err_set(err, ERR_NOMEM, "out of memory");
    int uvrc = uv_loop_init(&p->loop);
    if (uvrc) {
        free(p);
        return err_sys(err, uvrc == UV_ENOMEM ? ERR_NOMEM : ERR_IO, -uvrc,
                       "cannot open the event loop");
    }
    uvrc = uv_async_init(&p->loop, &p->wake, NULL);
    if (uvrc) {
        (void)uv_loop_close(&p->loop);
        free(p);
        return err_sys(err, ERR_IO, -uvrc, "cannot open the event loop");
    }
    p->self = p;
    p->threads = threads;
    p->owner = uv_thread_self();
    (void)uv_timer_init(&p->loop, &p->ticker);
    p->ticker.data = p;
    uv_unref((uv_handle_t *)&p->ticker);
    for (int i = 0; i < SIGNALS; i++) {
        uvrc = uv_signal_init(&p->loop, &p->signals[i]);
        if (uvrc) {
            pool_close(p);
            return err_sys(err, ERR_IO, -uvrc, "cannot open the event loop");
        }
        p->signals[i].data = p;
        uv_unref((uv_handle_t *)&p->signals[i]);
    }
    start_workers(p);
    *out = p;
    return 0;
}

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void pool_close(struct pool *p)
{
    if (!p)
        return;
    assert(!p->run);
    uv_walk(&p->loop, close_handle, NULL);
    while (uv_run(&p->loop, UV_RUN_DEFAULT) != 0) {}
    int uvrc = uv_loop_close(&p->loop);
    assert(uvrc == 0);
    (void)uvrc;
    free(p);
}

unsigned pool_threads(const struct pool *p)
{
    return p->threads;
}
