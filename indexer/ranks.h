/* A segment's own numbers for surfaces, separators and terms, by an order of content:
 * surfaces by (occurrences descending, bytes), separators by (occurrences descending, break,
 * bytes), terms by (bytes, span). Occurrences are those in all articles of the segment. */
#pragma once

#include "base/err.h"
#include "formats/types.h"
#include "indexer/build.h"
#include "indexer/invert.h"
#include "indexer/link.h"

enum {
    RANKS_NONE = -1 /* as (uint32_t)RANKS_NONE: not in this segment */
};
/* In a surface's place: its term has a joined form of span 1. */
#define RANKS_HAS_ALIAS INVERT_PLACES

/* In a surface's number: it has a class (indexer/bigram_plan.h), as few have. So the others' classes, a byte somewhere in a
 * table that fits no near cache, need not be looked at. */
#define RANKS_HAS_CLASS (UINT32_C(1) << 31)

/* Of a provisional surface: both are asked for together. */
struct ranks_surface {
    surface_id id; /* with RANKS_HAS_CLASS */
    term_place
        place; /* of its term, with RANKS_HAS_ALIAS; until terms are placed, the term */
};

/* A term's joined form of span 1: its place; until terms are placed, itself. */
struct ranks_alias {
    term_id term;
    term_place alias;
};

struct ranks {
    uint32_t n_surfaces, n_seps, n_terms;
    /* by provisional number; owned, as all arrays here */
    struct ranks_surface *surfaces; /* base/huge.h */
    size_t surfaces_bytes;
    sep_id *seps;
    term_place *terms;
    /* provisional numbers in final order */
    uint32_t *surface_order, *sep_order, *term_order;
    /* by final term: occurrences in the segment's articles; joined entries are not counted */
    uint64_t *term_counts;
    VEC(struct ranks_alias) aliases; /* ascending by term */
    struct partitions partitions;    /* of the terms */
    term_place
        *places; /* by final term, between ranks_place_terms and ranks_place_surfaces */
};

/* What needs nothing but the words when the whole archive is one segment: all orders, then what is counted by them. On any thread,
 * while the vocabulary is only read. */
int ranks_order_words(struct ranks *r, const struct build *b, struct err *err);
int ranks_count_words(struct ranks *r, const struct build *b, struct err *err);
/* Both, if stories [first, end) of link make the segment, unless they were made for it. r is zeroed, or what the two above have made of
 * it. Uses b->pool. */
int ranks_make(struct ranks *r, struct build *b, const struct link *l, uint32_t first,
               uint32_t end, struct err *err);
/* Terms, which are cut into about n_partitions, become places: what is told of the terms, then of the surfaces. On any thread; r->surfaces
 * may be read during the first. */
int ranks_place_terms(struct ranks *r, uint32_t n_partitions, struct err *err);
void ranks_place_surfaces(struct ranks *r, const struct build *b);
void ranks_release(struct ranks *r); /* accepts a zeroed struct */
/* A surface's number, given its provisional one. */
static inline surface_id ranks_surface_id(const struct ranks *r, uint32_t number)
{
    return r->surfaces[number].id & ~RANKS_HAS_CLASS;
}
/* The alias of the term that has a place, or RANKS_NONE. */
term_place ranks_alias_of(const struct ranks *r, term_place place);
/* The term of a surface of the segment, given its provisional number; surfaces are placed. */
static inline term_id ranks_surface_term(const struct ranks *r, uint32_t number)
{
    return invert_term(&r->partitions, r->surfaces[number].place & ~RANKS_HAS_ALIAS);
}
uint64_t ranks_memory(const struct ranks *r);
