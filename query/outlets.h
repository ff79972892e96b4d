/* In how many outlets something stands: the outlets of articles as numbers, and sets of them.
 *
 * Most archives have few outlets and most words stand in many articles of the same, so a set is a bit each for the first 64
 * outlets that came, and pairs in a table for the others. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/engine.h"
#include "query/values.h"

/* The outlets of one thing; zeroed is empty. */
struct outlets_set {
    uint64_t first; /* a bit each */
    uint32_t more;  /* how many others */
};

/* (thing, outlet) pairs of sets. */
struct outlets_pairs {
    uint64_t *slots; /* owned; 0 is free */
    size_t n, cap;
};

struct outlets {
    const struct snapshot *snapshot;
    struct values names;
    VEC(uint32_t *) of_word; /* owned; by segment, by provenance_word: number and 1 */
    uint32_t segment;        /* of `block` */
    VEC(uint64_t) last;      /* by number: the call of outlets_find that met it last */
    uint64_t n_calls;
    uint64_t block;                      /* whose articles are known, and 1 */
    uint32_t of_block[PROVENANCE_BLOCK]; /* number and 1 of each; 0: none */
    struct provenance_cache *cache;      /* owned */
    VEC(uint32_t) found; /* of the last outlets_find: numbers, each once */
    struct outlets_pairs pairs;
};

/* Zeroes o and makes it ready. ERR_NOMEM. */
int outlets_open(struct outlets *o, const struct snapshot *snapshot, struct err *err);
void outlets_release(struct outlets *o);

/* Sets `found` to the outlets of the articles that match; articles without one have none. */
int outlets_find(struct outlets *o, uint32_t segment, const struct wording_match *match,
                 struct err *err);
/* Adds what was found to the set of `thing`, a number that no other set has. ERR_NOMEM. */
int outlets_add(struct outlets *o, struct outlets_set *set, uint32_t thing,
                struct err *err);
/* Adds one outlet, by its number. ERR_NOMEM. */
int outlets_put(struct outlets *o, struct outlets_set *set, uint32_t thing,
                uint32_t number, struct err *err);
uint32_t outlets_count(const struct outlets_set *set);
