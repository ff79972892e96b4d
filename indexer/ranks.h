/* A segment's own numbers for surfaces, separators and terms, by an order of content:
 * surfaces by (occurrences descending, bytes), separators by (occurrences descending, break,
 * bytes), terms by (bytes, span). Occurrences are those in all articles of the segment. */
#pragma once

#include "base/err.h"
#include "formats/types.h"
#include "indexer/build.h"
#include "indexer/link.h"

enum {
    RANKS_NONE = -1 /* as (uint32_t)RANKS_NONE: not in this segment */
};

/* Of a provisional surface: both are asked for together. */
struct ranks_surface {
    surface_id id;
    term_id term;
};

/* A term's joined form of span 1. */
struct ranks_alias {
    term_id term, alias;
};

struct ranks {
    uint32_t n_surfaces, n_seps, n_terms;
    /* by provisional number; owned, as all arrays here */
    struct ranks_surface *surfaces;
    sep_id *seps;
    term_id *terms;
    /* provisional numbers in final order */
    uint32_t *surface_order, *sep_order, *term_order;
    /* by final term: occurrences in the segment's articles; joined entries are not counted */
    uint64_t *term_counts;
    VEC(struct ranks_alias) aliases; /* ascending by term */
    uint64_t *has_alias;             /* a bit for each term */
};

/* Stories [first, end) of link make the segment. Uses b->pool. */
int ranks_make(struct ranks *r, struct build *b, const struct link *l, uint32_t first,
               uint32_t end, struct err *err);
void ranks_release(struct ranks *r); /* accepts a zeroed struct */
/* Whether a term has an alias; which, or RANKS_NONE. */
static inline bool ranks_has_alias(const struct ranks *r, term_id term)
{
    return r->has_alias[term >> 6] >> (term & 63) & 1;
}
term_id ranks_alias_of(const struct ranks *r, term_id term);
uint64_t ranks_memory(const struct ranks *r);
