/* The end of a query's time (--timeout). It is asked once a window of addresses, once a part of the query in it, every
 * so many entries of a dictionary and between rows, so that a query stops soon after its end and in a place where what it
 * holds is whole. Zeroed has no end. What is set before threads start may be read by all of them. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum {
    DEADLINE_ENTRIES =
        4096 /* of a dictionary, or of what is as small, between two looks at the clock */
};

struct deadline {
    uint64_t limit_ms;       /* for the message */
    _Atomic uint64_t end_ns; /* by the clock; 0: never */
    uint64_t (*now)(
        void *
            arg); /* nanoseconds that only grow; NULL: CLOCK_MONOTONIC. Tests count steps */
    void *arg;
};

/* Ends limit_ms from now; 0: never. `now` and `arg` are set before, or zero. */
void deadline_start(struct deadline *d, uint64_t limit_ms);
/* The clock, in nanoseconds; 0 where there is no end, for whom nobody need look. */
uint64_t deadline_now(const struct deadline *d);
/* Time since `from` (of deadline_now) does not count: a reader, not the query, was slow. */
void deadline_excuse(struct deadline *d, uint64_t from);
/* 0, or ERR_STOPPED when it is past the end. d may be NULL. */
int deadline_check(const struct deadline *d, struct err *err);

/* The same at every DEADLINE_ENTRIES-th call of a loop; n counts from 0. */
static inline int deadline_tick(const struct deadline *d, uint64_t n, struct err *err)
{
    return n % DEADLINE_ENTRIES == DEADLINE_ENTRIES - 1 ? deadline_check(d, err) : 0;
}
