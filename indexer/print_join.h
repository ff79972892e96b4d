/* Which prints of a partition have a hash in common with those of another text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "indexer/sheet.h"

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

/* A zeroed struct is ready. */
struct print_join {
    VEC(uint64_t)
    found; /* as they lie in sheets; the number of the article is not looked at */
    VEC(uint32_t) texts; /* of each */
    VEC(struct print) items;
    VEC(uint64_t) keys; /* scratch */
    VEC(struct print) swap;
};
void print_join_release(struct print_join *j);
/* Ready for other prints. */
void print_join_reset(struct print_join *j);
/* Makes items of what was found: the prints whose hashes stand in two texts or more, by (hash, text), those that a text has of one
 * hash in the order in which they were found. False when out of memory. */
bool print_join_run(struct print_join *j);
