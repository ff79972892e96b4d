/* Where sentences or paragraphs begin on the axis of the carriers. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "query/carriers.h"
#include "query/span.h"

/* Zeroed is ready for use. */
struct axis_units {
    bool found;
    VEC(uint32_t) starts; /* owned, as the next */
    break_vec breaks;
};

void axis_units_reset(struct axis_units *u); /* the axis is another one */
void axis_units_release(struct axis_units *u);

/* The sentences, or the paragraphs, of all wordings laid out; a wording's first token begins one.
 * Those of a wording are its own: the marks of the stream its pieces name, and its list of other
 * breaks. *out points into u. They are found once, until the reset. ERR_CORRUPT, ERR_NOMEM;
 * ERR_LIMIT when there are more than CARRIERS_HITS_MAX in wordings made of pieces. */
int axis_units_find(struct axis_units *u, const struct carriers *c, bool sentences,
                    struct span_bounds *out, struct err *err);
