/* The sentences or paragraphs of a window of addresses, as a bit for each address that begins one and a count before every 64 of
 * them: which unit an address lies in is one look and a count of bits (rank of a bit vector; Jacobson 1989). */
#pragma once

#include "base/bits.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/marks.h"

struct unit_cell {
    uint64_t bits;
    uint32_t before; /* units that begin in the cells before */
};

/* Zeroed is empty. Owned. */
struct unit_ranks {
    address lo;
    VEC(struct unit_cell) cells;
    VEC(uint64_t) bits;
};

/* Of the marks in [lo, hi). ERR_CORRUPT, ERR_NOMEM. */
int unit_ranks_make(struct unit_ranks *r, const struct marks *marks, uint64_t lo,
                    uint64_t hi, struct err *err);
void unit_ranks_release(struct unit_ranks *r);

/* How many units begin in [lo, a], which lies in the window. */
static inline size_t unit_ranks_at(const struct unit_ranks *r, address a)
{
    const struct unit_cell *c = &r->cells.items[(a - r->lo) / 64];
    return c->before + bits_count(c->bits << (63 - (a - r->lo) % 64));
}

/* Where the units in [from, to) begin, to out, of as many as unit_ranks_at tells; returns how many. */
size_t unit_ranks_list(const struct unit_ranks *r, uint64_t from, uint64_t to,
                       address *out);
