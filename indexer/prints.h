/* The fingerprints that several texts share, from the sheets of the spool: those of a partition of
 * hashes at a time. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "indexer/build.h"
#include "indexer/print_join.h"
#include "indexer/texts.h"

/* Scratch memory of prints_shared. A zeroed struct is ready. */
struct prints_scratch {
    VEC(uint8_t) data, seen;
    VEC(const uint8_t *) parts; /* of sheets */
    size_t more;                /* prints that may stand in several texts */
    struct print_join join;
};
void prints_scratch_release(struct prints_scratch *s);

/* Where shared prints go. */
struct prints_sink {
    int (*put)(void *arg, const struct print *items, size_t n, struct err *err);
    void *arg;
};

/* Puts the prints of a partition whose hashes stand in two texts or more, by (hash, text); those that
 * a text has of one hash in the order of their places. All at once; if the partition has more than
 * items_max prints, in one call or several, each with other hashes, of items_max / 2 or so. */
int prints_shared(const struct build *b, const struct texts *t, uint32_t partition,
                  size_t items_max, struct prints_scratch *s,
                  const struct prints_sink *to, struct err *err);
