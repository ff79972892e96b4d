/* Small integers with a meaning. All are dense, counted from 0, local to one segment. */
#pragma once

#include <stdint.h>

typedef uint32_t address;    /* token of the segment's stream */
typedef uint32_t term_id;    /* rank of a dictionary key (bytes, span) */
typedef uint32_t surface_id; /* rank by (occurrences descending, bytes) */
typedef uint32_t sep_id; /* separator: rank by (occurrences descending, break, bytes) */
typedef uint32_t story_id;   /* canonical rank */
typedef uint32_t wording_id; /* story by story; the root's wording first */
typedef uint32_t article_id; /* wording by wording, canonical order inside */

enum {
    SEAM = 4,          /* tokens two neighbouring pieces of a wording share */
    ADDRESS_NONE = -1, /* as (address)ADDRESS_NONE */
    ADDRESSES_MAX_LOG = 32
};

/* Where one term's list lies in its section. */
struct list_ref {
    uint64_t offset; /* in the section */
    uint64_t len;    /* bytes; 0: no list */
};
