/* The one door to libuv: jobs on threads, results in order, the loop, signals and timers.
 *
 * Three places where code runs:
 *   loop    the thread that called pool_run: progress, signals, what a failure leaves over. It is a worker, too, and turns the
 *           loop between two tasks, every some milliseconds
 *   worker  that one, and the uv_queue_work pool, sized once from `threads`, with one less: CPU work only; a job never waits for
 *           a job, a queue or a budget
 *   source  one thread of its own that reads inputs; it alone may wait. A stage whose reading never waits long does without
 * A stage's jobs may run at once; its commits run one at a time in the order of serial
 * numbers, on a worker. For the length of a stage each worker takes what there is to do by itself: the
 * commit whose turn it is, else the next item; another thread is woken only if it has nothing to do and
 * there is something for it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct pool;

/* Sets the number of workers (once a process: later calls must ask for the same) and opens a loop. threads is 1 to 1024. */
int pool_open(struct pool **out, unsigned threads, struct err *err);
void pool_close(struct pool *p); /* accepts NULL */
unsigned pool_threads(const struct pool *p);

/* Stops cleanly on SIGINT, SIGTERM and SIGHUP: pool_run ends with ERR_INTERRUPTED or
 * ERR_TERMINATED after the jobs that run have returned; once installed, stays. */
int pool_catch_signals(struct pool *p, struct err *err);
/* 0, or the code a caught signal asks for; may be asked on any thread (the thread that opened
 * the pool sees signals between its runs by asking). */
int pool_stopping(const struct pool *p);

/* Called on the loop thread about every `interval_ms` while pool_run runs, for progress; later if a task takes longer. */
void pool_on_tick(struct pool *p, uint64_t interval_ms, void (*tick)(void *arg),
                  void *arg);

struct pool_stage {
    /* On the source thread, repeatedly: makes the next item. 0 and *item_out set; ITER_END;
     * or a negative code. NULL when `count` items are numbered 0..count-1 instead (item is
     * then (void *)(uintptr_t)index). */
    int (*produce)(void *arg, void **item_out, struct err *err);
    /* produce is called on the workers, one at a time, and who made an item works on it at once, while what it is made of lies in his
     * processor's cache. For a produce that never waits long. */
    bool by_workers;
    size_t count;
    /* Of numbered items so many, the first, have no commit: each is over when its work is, and the commits of those behind
     * them wait for none of them. */
    size_t loose;
    /* On a worker, many at once; NULL: nothing to do. Where there is no commit it also frees
     * the item when it succeeds. */
    int (*work)(void *arg, void *item, struct err *err);
    /* On a worker, one at a time, in order; NULL: nothing to do. Also frees the item,
     * whatever it returns. */
    int (*commit)(void *arg, void *item, struct err *err);
    /* Frees an item that was produced and never committed (its work failed, or something
     * else did); on the loop, when all workers have ended. NULL if items are numbers. */
    void (*drop)(void *arg, void *item);
    /* May another item go in flight now, with in_flight in flight? Asked on the source thread
     * (where there is none on the workers, one at a time); asked again after every commit, and always taken as
     * yes when nothing is in flight, so a refusal cannot hang. NULL: at most `ahead` for each thread. */
    bool (*admit)(void *arg, size_t in_flight);
    /* 0: 2. While an item takes long, or its thread is kept from running, others are worked on that wait for its commit: more of them
     * where they take little memory. */
    size_t ahead;
    void *arg;
};

/* Runs a stage to its end and returns 0 or a failure. After a failure nothing new is
 * produced or begun, jobs that run finish, and what is not committed is dropped; of the
 * failures of those that ran, the one first in serial order is told (a failed produce has
 * the number its item would have had). A callback fails by returning a negative code.
 * A produce that waits for its input (a pipe) holds the end up until it returns: it should
 * wait with a time limit and ask pool_stopping. Only the thread that opened the pool may
 * call this, and not from a callback. */
int pool_run(struct pool *p, const struct pool_stage *stage, struct err *err);

/* Work beside the pool's, on a thread of its own: for what waits (a file that is being synced), or what nobody asks for
 * soon. The pool need not be told, and stages may begin and end meanwhile. */
struct pool_aside;

/* Begins run(arg). Where no thread is to be had it has run when this returns. 0 or ERR_NOMEM. */
int pool_aside_begin(struct pool_aside **out, int (*run)(void *arg, struct err *err),
                     void *arg, struct err *err);
/* Waits for it, frees it and sets *a to NULL; 0 or its failure. *a may be NULL: 0. */
int pool_aside_end(struct pool_aside **a, struct err *err);
