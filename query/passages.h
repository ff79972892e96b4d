/* Distinct passages of a story: two hits are one if their matched words have the same homes
 * in the same order. Only stories of several wordings need this; in others each hit is one. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "query/carriers.h"
#include "query/span.h"

struct passages_item {
    const struct span *runs; /* set when counting */
    uint32_t from, n;        /* in runs */
};

/* One that was added: a run of homes, or an item of several; and its number. */
struct passages_key {
    uint64_t run;
    struct passages_item item; /* n is 0: the run */
    uint32_t at;
};

/* Zeroed is ready for passages_reset. */
struct passages {
    const struct carriers *carriers;
    const struct span_pool *pool;
    carriers_runs runs;              /* owned */
    VEC(uint64_t) single;            /* owned; passages of one run of homes */
    VEC(struct passages_item) items; /* owned; those of several */
    VEC(uint32_t)
    added; /* owned; of each that was added: index in single or items, twice, and 1 in items */
    VEC(struct passages_key) keys; /* owned scratch */
};

void passages_reset(struct passages *p, const struct carriers *carriers,
                    const struct span_pool *pool);
void passages_release(struct passages *p);
int passages_add(struct passages *p, size_t unit, const struct hit *h, struct err *err);
/* Of each that was added since the reset, in order: the number, from 0, of the first that is the same. To be asked
 * before passages_count, which loses the order. */
int passages_number(struct passages *p, uint32_t *out, struct err *err);
/* How many distinct ones were added since the reset. */
uint64_t passages_count(struct passages *p);
