/* Where runs of PLACES_RUN tokens stand in a stream that grows: the places of equal runs form a
 * list in the order in which they came. Runs are compared on their tokens, so neither hash nor size of
 * the table shows in an answer. Not thread-safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

enum {
    PLACES_RUN = 8,
    PLACES_NONE = -1 /* as (uint32_t)PLACES_NONE */
};

struct places {
    uint32_t *slots;    /* owned; the last place of a run, or PLACES_NONE */
    size_t cap;         /* slots there is room for */
    size_t n_slots;     /* slots in use as a table, a power of two */
    size_t n_runs;      /* different runs */
    VEC(uint32_t) next; /* by place: the next one of the run; of the last: the first */
};

void places_release(struct places *p); /* accepts a zeroed struct */
/* Forgets everything; `expected` tokens will come. False when out of memory. */
bool places_reset(struct places *p, size_t expected);
/* Adds the runs that lie in tokens [from, to) of the stream, ascending. Places are added in ascending
 * order. False when out of memory; then the set is not to be used until it is reset. */
bool places_add(struct places *p, const uint32_t *stream, uint32_t from, uint32_t to);
/* The last place of the run of tokens that begins at `run`, from which places_next leads to
 * the first, or PLACES_NONE. */
uint32_t places_last(const struct places *p, const uint32_t *stream,
                     const uint32_t *run);

static inline uint32_t places_next(const struct places *p, uint32_t place)
{
    return p->next.items[place];
}
