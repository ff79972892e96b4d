/* The fingerprints that several texts share, from the sheets of the spool: those of a partition of
 * hashes at a time. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "indexer/build.h"
#include "indexer/texts.h"

struct print {
    uint64_t
        key; /* hash without its partition << SHEET_MORE_BITS | more (indexer/sheet.h) */
    uint32_t text;
    uint32_t again; /* 1: the print before it has the same hash and text */
};

static inline uint32_t print_more(const struct print *p)
{
    return (uint32_t)p->key & ((1U << SHEET_MORE_BITS) - 1);
}

/* Whole again. */
static inline uint64_t print_hash(const struct print *p, uint32_t partition)
{
    return p->key >> SHEET_MORE_BITS << SHEET_PARTITION_BITS | partition;
}

/* Whether two prints of one partition have the same hash. */
static inline bool print_same(const struct print *a, const struct print *b)
{
    return a->key >> SHEET_MORE_BITS == b->key >> SHEET_MORE_BITS;
}

/* Scratch memory of prints_shared. A zeroed struct is ready. */
struct prints_scratch {
    VEC(uint8_t) data, seen;
    VEC(const uint8_t *) parts; /* of sheets */
    VEC(struct print) items, swap;
};
void prints_scratch_release(struct prints_scratch *s);

/* Where shared prints go. */
struct prints_sink {
    int (*put)(void *arg, const struct print *items, size_t n, struct err *err);
    void *arg;
};

/* Puts the prints of a partition whose hashes stand in two texts or more, by (hash, text); those that
 * a text has of one hash in the order of their places. All at once; if the partition has more than
 * items_max prints, in several calls, each with other hashes. */
int prints_shared(const struct build *b, const struct texts *t, uint32_t partition,
                  size_t items_max, struct prints_scratch *s,
                  const struct prints_sink *to, struct err *err);
