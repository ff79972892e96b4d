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
    PROBE_PIPES = 4
};

struct run;

struct pool {
    uv_loop_t loop;
    uv_async_t wake; /* from the source thread; keeps the loop alive */
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
    JOB_PENDING,   /* waits for a place in libuv's queue */
    JOB_WORKING,   /* in libuv's queue or on a worker */
    JOB_DONE,      /* worked, waits for its turn to be committed */
    JOB_COMMITTING /* in libuv's queue or on a worker */
};

/* One item in flight. The jobs of a run are a list in the order of serial numbers. */
struct job {
    uv_work_t req;
    struct run *run;
    struct job *prev, *next;
    void *item;
    size_t serial;
    enum job_state state;
    int rc; /* of the last callback that ran */
    struct err err;
};

struct run {
    struct pool *pool;
    const struct pool_stage *stage;

    /* The loop's own. */
    struct job *first, *last;
    size_t next_index; /* numbered items: the next one */
    unsigned working;  /* jobs in JOB_WORKING */
    bool committing;
    bool ending;   /* after a failure or a signal: nothing new */
    bool stopped;  /* by a signal, before any failure */
    bool finished; /* the source has ended and was joined, or there is none */
    size_t failed_serial;
    struct err failure;

    /* Shared with the source thread, under the lock. */
    uv_mutex_t lock;
    uv_cond_t changed;
    uv_thread_t source;
    struct job *produced, *produced_last; /* not yet taken by the loop */
    size_t in_flight;  /* produced and not yet committed or dropped */
    uint64_t releases; /* how often in_flight was lowered */
    bool halt;         /* to the source: make no more */
    bool source_ended;
    size_t source_serial; /* number of items produced */
    struct err source_err;
};

/* --- failures -------------------------------------------------------------------------- */

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
}

/* --- jobs ------------------------------------------------------------------------------ */

static bool admitted(const struct run *r, size_t in_flight)
{
    if (in_flight == 0)
        return true;
    if (r->stage->admit)
        return r->stage->admit(r->stage->arg, in_flight);
    return in_flight < (size_t)2 * r->pool->threads;
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
}

/* Takes a job out of the run; another item may now be admitted. */
static void retire(struct run *r, struct job *j, bool drop)
{
    if (drop && r->stage->drop)
        r->stage->drop(r->stage->arg, j->item);
    if (j->prev)
        j->prev->next = j->next;
    else
        r->first = j->next;
    if (j->next)
        j->next->prev = j->prev;
    else
        r->last = j->prev;
    free(j);
    uv_mutex_lock(&r->lock);
    r->in_flight--;
    r->releases++;
    uv_cond_signal(&r->changed);
    uv_mutex_unlock(&r->lock);
}

/* After a failure: the source makes no more, what has not begun is taken back. Jobs on
 * workers, and those that libuv has still to call back, stay. */
static void begin_ending(struct run *r)
{
    if (!r->ending) {
        r->ending = true;
        uv_mutex_lock(&r->lock);
        r->halt = true;
        uv_cond_signal(&r->changed);
        uv_mutex_unlock(&r->lock);
    }
    for (struct job *j = r->first, *next; j; j = next) {
        next = j->next;
        if (j->state == JOB_PENDING || j->state == JOB_DONE)
            retire(r, j, true);
        else
            (void)uv_cancel((uv_req_t *)&j->req); /* EBUSY: it runs */
    }
}

static void pump(struct run *r);

static void job_work(uv_work_t *req)
{
    struct job *j = req->data;
    const struct pool_stage *s = j->run->stage;
    j->rc = s->work(s->arg, j->item, &j->err);
}

static void job_worked(uv_work_t *req, int status)
{
    struct job *j = req->data;
    struct run *r = j->run;
    r->working--;
    bool ran = status != UV_ECANCELED;
    if (ran && j->rc < 0) {
        record_failure(r, j->serial, j->rc, &j->err);
        retire(r, j, true);
        begin_ending(r);
    } else if (ran && !r->stage->commit) {
        retire(r, j, false);
    } else if (r->ending) {
        retire(r, j, true);
    } else {
        j->state = JOB_DONE;
    }
    pump(r);
}

static void job_commit(uv_work_t *req)
{
    struct job *j = req->data;
    const struct pool_stage *s = j->run->stage;
    j->rc = s->commit(s->arg, j->item, &j->err);
}

static void job_committed(uv_work_t *req, int status)
{
    struct job *j = req->data;
    struct run *r = j->run;
    bool ran = status != UV_ECANCELED;
    r->committing = false;
    bool failed = ran && j->rc < 0;
    if (failed)
        record_failure(r, j->serial, j->rc, &j->err);
    retire(r, j, !ran);
    if (failed)
        begin_ending(r);
    pump(r);
}

/* --- the loop's side -------------------------------------------------------------------- */

static void add_numbered(struct run *r)
{
    while (r->next_index < r->stage->count && r->working <= r->pool->threads &&
           admitted(r, r->in_flight)) {
        struct job *j = calloc(1, sizeof *j);
        if (!j) {
            struct err err = {0};
            err_set(&err, ERR_NOMEM, "out of memory");
            record_failure(r, r->next_index, ERR_NOMEM, &err);
            begin_ending(r);
            return;
        }
        j->run = r;
        j->serial = r->next_index;
        j->item = (void *)(uintptr_t)r->next_index; // NOLINT(performance-no-int-to-ptr)
        r->next_index++;
        r->in_flight++;
        append(r, j);
        /* One at a time, so that `working` says how many may still be added. */
        j->state = r->stage->work ? JOB_WORKING : JOB_DONE;
        if (r->stage->work) {
            r->working++;
            j->req.data = j;
            (void)uv_queue_work(&r->pool->loop, &j->req, job_work, job_worked);
        } else if (!r->stage->commit) {
            retire(r, j, false);
        }
    }
}

/* Takes over what the source has made, and notices its end. */
static void collect_produced(struct run *r)
{
    uv_mutex_lock(&r->lock);
    struct job *made = r->produced;
    r->produced = r->produced_last = NULL;
    bool ended = r->source_ended && !r->finished;
    uv_mutex_unlock(&r->lock);

    for (struct job *next; made; made = next) {
        next = made->next;
        append(r, made);
    }
    if (ended) {
        uv_thread_join(&r->source);
        r->finished = true;
        if (r->source_err.code)
            record_failure(r, r->source_serial, r->source_err.code, &r->source_err);
    }
}

/* Hands pending jobs to libuv: one more than it has threads, so that no worker waits for
 * the loop and yet a commit, which joins the same queue, need not wait long. */
static void submit_pending(struct run *r)
{
    for (struct job *j = r->first, *next; j && r->working <= r->pool->threads;
         j = next) {
        next = j->next;
        if (j->state != JOB_PENDING)
            continue;
        if (r->stage->work) {
            j->state = JOB_WORKING;
            r->working++;
            j->req.data = j;
            (void)uv_queue_work(&r->pool->loop, &j->req, job_work, job_worked);
        } else if (r->stage->commit) {
            j->state = JOB_DONE;
        } else {
            retire(r, j, false);
        }
    }
}

static void submit_commit(struct run *r)
{
    struct job *j = r->first;
    if (!r->committing && j && j->state == JOB_DONE) {
        j->state = JOB_COMMITTING;
        r->committing = true;
        j->req.data = j;
        (void)uv_queue_work(&r->pool->loop, &j->req, job_commit, job_committed);
    }
}

/* Moves the run on as far as it can go now. */
static void pump(struct run *r)
{
    if (r->stage->produce)
        collect_produced(r);
    if (atomic_load(&r->pool->stop_code) != 0 && r->failure.code == 0)
        r->stopped = true;
    if (r->stopped || r->failure.code != 0) {
        begin_ending(r);
        return;
    }
    submit_commit(r);
    if (r->stage->produce)
        submit_pending(r);
    else
        add_numbered(r);
    submit_commit(r); /* where there is no work to do */
}

static bool run_ended(const struct run *r)
{
    bool exhausted =
        r->stage->produce ? r->finished : r->ending || r->next_index == r->stage->count;
    return exhausted && !r->first;
}

static void on_wake(uv_async_t *handle)
{
    struct pool *p = handle->data;
    if (p->run)
        pump(p->run);
}

/* --- the source's side ------------------------------------------------------------------ */

/* Waits until another item may be made; false when none is wanted any more. Called and left
 * with the lock held; the stage is asked without it. */
static bool wait_admission(struct run *r)
{
    while (!r->halt) {
        size_t in_flight = r->in_flight;
        uint64_t seen = r->releases;
        uv_mutex_unlock(&r->lock);
        bool yes = admitted(r, in_flight);
        uv_mutex_lock(&r->lock);
        if (yes)
            return !r->halt;
        while (!r->halt && r->releases == seen)
            uv_cond_wait(&r->changed, &r->lock);
    }
    return false;
}

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
    j->run = r;
    j->serial = r->source_serial;
    *out = j;
    return 0;
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
        if (rc != 0)
            break;
        r->source_serial++;
        r->in_flight++;
        if (r->produced_last)
            r->produced_last->next = j;
        else
            r->produced = j;
        r->produced_last = j;
        (void)uv_async_send(&r->pool->wake);
    }
    if (rc < 0)
        err_set(&r->source_err, rc, "%s", err.code ? err.msg : err_text(rc));
    r->source_ended = true;
    uv_mutex_unlock(&r->lock);
    (void)uv_async_send(&r->pool->wake);
}

/* --- a run ------------------------------------------------------------------------------ */

static int start_source(struct run *r, struct err *err)
{
    if (!r->stage->produce) {
        r->finished = true;
        return 0;
    }
    int uvrc = uv_thread_create(&r->source, source_main, r);
    return uvrc ? err_sys(err, ERR_NOMEM, -uvrc, "cannot start a thread") : 0;
}

static int outcome(const struct run *r, struct err *err)
{
    if (r->stopped)
        return err_set(err, atomic_load(&r->pool->stop_code), "stopped by a signal");
    if (r->failure.code)
        return err_set(err, r->failure.code, "%s", r->failure.msg);
    return 0;
}

int pool_run(struct pool *p, const struct pool_stage *stage, struct err *err)
{
    struct run r = {.pool = p, .stage = stage};
    assert(!p->run);
    (void)uv_run(&p->loop, UV_RUN_NOWAIT); /* signals that came between the runs */
    if (uv_mutex_init(&r.lock) != 0)
        return err_set(err, ERR_NOMEM, "cannot make a lock");
    if (uv_cond_init(&r.changed) != 0) {
        uv_mutex_destroy(&r.lock);
        return err_set(err, ERR_NOMEM, "cannot make a lock");
    }
    p->run = &r;
    int rc = 0;
    if (atomic_load(&p->stop_code) != 0) {
        r.stopped = true;
    } else {
        rc = start_source(&r, err);
        if (rc == 0)
            pump(&r);
        while (rc == 0 && !run_ended(&r))
            (void)uv_run(&p->loop, UV_RUN_ONCE);
    }
    p->run = NULL;
    uv_cond_destroy(&r.changed);
    uv_mutex_destroy(&r.lock);
    return rc ? rc : outcome(&r, err);
}

/* --- signals and timers ------------------------------------------------------------------ */

static void on_signal(uv_signal_t *handle, int signo)
{
    struct pool *p = handle->data;
    int expected = 0;
    int code = signo == SIGINT ? ERR_INTERRUPTED : ERR_TERMINATED;
    (void)atomic_compare_exchange_strong(&p->stop_code, &expected, code);
    if (p->run)
        pump(p->run);
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
    snprintf(text, sizeof text, "%u", threads);
    int rc = probe_threads(threads, err);
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
    uvrc = uv_async_init(&p->loop, &p->wake, on_wake);
    if (uvrc) {
        (void)uv_loop_close(&p->loop);
        free(p);
        return err_sys(err, ERR_IO, -uvrc, "cannot open the event loop");
    }
    p->self = p;
    p->threads = threads;
    p->owner = uv_thread_self();
    p->wake.data = p;
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
