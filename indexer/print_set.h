/* A set of hashes of fingerprints: those that stand in the texts of many stories, the marks of
 * boilerplate. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "indexer/build.h"
#include "indexer/runs.h"

struct print_set {
    uint64_t *slots; /* owned; hash + 1, 0: empty */
    uint64_t mask;   /* slots - 1 */
    uint64_t count;
};

/* Of the hashes in `shared` (indexer/votes.h) those whose texts belong to `least` (2 or more)
 * different stories. Runs on b->pool. Release in every case. */
int print_set_common(struct print_set *s, struct build *b, const struct runs *shared,
                     const uint32_t *story_of, uint32_t least, struct err *err);
void print_set_release(struct print_set *s); /* accepts a zeroed struct */
/* ERR_NOMEM. A hash is below 2^WINNOW_BITS. */
int print_set_add(struct print_set *s, uint64_t hash, struct err *err);

static inline bool print_set_has(const struct print_set *s, uint64_t hash)
{
    if (!s->slots)
        return false;
    for (uint64_t i = hash;; i++) {
        uint64_t slot = s->slots[i & s->mask];
        if (slot == 0 || slot == hash + 1)
            return slot != 0;
    }
}
