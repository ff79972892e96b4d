/* Which bins of time are named on an axis: as many as have room, at years, months and days that people count by. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/vec.h"

struct tick {
    size_t bin;
    size_t len; /* of the bin's name, of which it shows so much: "2016" of "2016-01" */
};

/* Zeroed is empty. */
struct ticks {
    VEC(struct tick) list; /* owned */
};
void ticks_release(struct ticks *t);

/* Names of bins ("2016", "2016-03", "2016-W09", "2016-03-05") on an axis where one takes `band` pixels, written in
 * `size`. Where years are too many, every second, fifth, tenth...; other names are counted from the first. 0 or
 * ERR_NOMEM. */
int ticks_choose(struct ticks *t, const struct bytes *bins, size_t n, double band,
                 double size, struct err *err);
