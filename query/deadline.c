#include "query/deadline.h"

#include <inttypes.h>
#include <time.h>

static uint64_t clock_ns(const struct deadline *d)
{
    struct timespec t;
    if (d->now)
        return d->now(d->arg);
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void deadline_start(struct deadline *d, uint64_t limit_ms)
{
    d->limit_ms = limit_ms;
    uint64_t now = limit_ms ? clock_ns(d) : 0;
    bool ends = limit_ms && limit_ms <= (UINT64_MAX - now) / 1000000;
    atomic_store_explicit(&d->end_ns, ends ? now + limit_ms * 1000000 : 0,
                          memory_order_relaxed);
}

uint64_t deadline_now(const struct deadline *d)
{
    return atomic_load_explicit(&d->end_ns, memory_order_relaxed) ? clock_ns(d) : 0;
}

void deadline_excuse(struct deadline *d, uint64_t from)
{
    uint64_t end = atomic_load_explicit(&d->end_ns, memory_order_relaxed);
    uint64_t now = end ? clock_ns(d) : 0;
    if (from && now > from && now - from < UINT64_MAX - end)
        atomic_fetch_add_explicit(&d->end_ns, now - from, memory_order_relaxed);
}

int deadline_check(const struct deadline *d, struct err *err)
{
    uint64_t end = d ? atomic_load_explicit(&d->end_ns, memory_order_relaxed) : 0;
    if (end == 0 || clock_ns(d) < end)
        return 0;
    return err_set(err, ERR_STOPPED,
                   "stopped by --timeout (%" PRIu64 ".%03" PRIu64
                   " s): the answer is not whole",
                   d->limit_ms / 1000, d->limit_ms % 1000);
}
