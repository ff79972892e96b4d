/* What a worker of the scan knows of words: numbers of its own for surfaces, separators and joined terms, which stay
 * from batch to batch. Nine in ten of the words of a batch of news stood in one before: of those nothing is hashed,
 * folded or looked up again, neither by the worker nor by the commit, which is told of new ones only.
 *
 * A glossary is used by one batch at a time, and its batches are committed in that order. The batch takes copies of
 * what is new with it (struct glossary_fresh), so that its commit may run while the worker goes on; only `numbers`
 * is the commits'. Before each batch the worker takes from there what is known of the vocabulary's numbers by then. */
#pragma once

#include <pthread.h>

#include "base/buf.h"
#include "base/prefetch.h"
#include "base/vec.h"
#include "indexer/intern.h"
#include "indexer/surface_table.h"

enum {
    GLOSSARY_AS_IT_IS = -1, /* as (uint32_t)GLOSSARY_AS_IT_IS */
    GLOSSARY_SEP_BYTES = 7, /* of a separator that has a place in `recent` */
    GLOSSARY_SEP_BITS = 10
};

/* In a number that tokens are told by: it is the glossary's own, the vocabulary's is not known yet. */
#define GLOSSARY_OWN SURFACE_MARK

/* The glossary's numbers to those of the vocabulary. */
struct glossary_map {
    VEC(uint32_t) surfaces, seps, joined;
};

/* The same of all that was committed: written by commits, read by the glossary's worker too. */
struct glossary_numbers {
    pthread_mutex_t
        lock; /* of what follows; commits, which alone write, read without it */
    uint32_t n_emptied; /* how often the glossary was, by what was committed */
    struct glossary_map map;
};

/* Of a number with GLOSSARY_OWN or without it the vocabulary's; of `map`, which has it. */
static inline uint32_t glossary_mapped(const uint32_t *map, uint32_t number)
{
    return number & GLOSSARY_OWN ? map[number & ~GLOSSARY_OWN] : number;
}

/* Occurrences of a surface, whose number may be its own. */
struct glossary_count {
    uint32_t number, count;
};

/* What a batch has found that the glossary did not know, in the order of first sight. */
struct glossary_fresh {
    struct intern surfaces, seps, joined; /* lists: see intern_list */
    VEC(uint32_t) folded_at;              /* of each surface, as in struct glossary */
    struct buf folded;
    /* The glossary was emptied before the batch; the occurrences by its numbers until then. */
    bool emptied;
    VEC(struct glossary_count) surface_counts;
    VEC(uint32_t) sep_counts;
};

/* A separator: the glossary's number, and the one that tokens are told by in this batch. */
struct glossary_sep {
    uint64_t key; /* see glossary_sep_key; 0: none */
    uint32_t own, number;
};

struct glossary {
    struct surface_table
        surfaces; /* in slots, the vocabulary's numbers or own ones with GLOSSARY_OWN */
    struct intern seps, joined; /* seps are tagged by break, joined terms by span */
    VEC(uint32_t)
    folded_at; /* by surface: where its term is in `folded`; GLOSSARY_AS_IT_IS: it is its own */
    struct buf folded; /* terms of surfaces: length u8, bytes */
    VEC(uint32_t) sep_counts;
    /* By a hash of its key the short separator of this batch that was asked for last. Of some thirty that stand before
     * nearly all tokens each so has a place; who is not there is looked for in `seps`. */
    struct glossary_sep recent[1 << GLOSSARY_SEP_BITS];
    struct glossary_sep rare; /* the last that has no place there */
    uint64_t tokens;          /* since it was empty, for those that fill it to add to */
    /* What was told of already. */
    size_t told_surfaces, told_seps, told_joined, told_folded;
    uint32_t n_emptied;        /* how often it was */
    struct glossary_map known; /* what the commits had numbers of before this batch */
    struct glossary_numbers numbers; /* of the commits */
};

void glossary_init(struct glossary *g);
void glossary_release(struct glossary *g);
void glossary_fresh_init(struct glossary_fresh *f);
void glossary_fresh_release(struct glossary_fresh *f);
/* Bytes held; not those of `numbers`, which are at most four for each word. */
size_t glossary_memory(const struct glossary *g);
size_t glossary_fresh_memory(const struct glossary_fresh *f);

/* Before a batch: empties f, and the glossary if it holds more than bytes_max or its counts may not hold
 * what comes. The separator " " without a break has number 0 in every glossary. False: no memory. */
bool glossary_begin(struct glossary *g, size_t bytes_max, struct glossary_fresh *f);
/* After it: what is new goes to f. False: no memory. */
bool glossary_tell(struct glossary *g, struct glossary_fresh *f);

/* The slot of a surface; one that is new is folded here; is_term: it is its own term. NULL: no
 * memory, which sticks in g->surfaces. */
struct surface_slot *glossary_surface(struct glossary *g, struct surface_key key,
                                      uint64_t hash, struct bytes surface,
                                      bool is_term);

/* The number that a token is told by, given that of its slot: the vocabulary's, or with GLOSSARY_OWN the glossary's. */
static inline uint32_t glossary_surface_number(const struct glossary *g,
                                               uint32_t number)
{
    uint32_t own = number & ~GLOSSARY_OWN;
    return (number & GLOSSARY_OWN) && own < g->known.surfaces.len
               ? g->known.surfaces.items[own]
               : number;
}

/* The key of a separator of at most GLOSSARY_SEP_BYTES bytes at p, where eight may be read, and its place in `recent`. */
static inline uint64_t glossary_sep_key(const uint8_t *p, size_t len, uint8_t brk)
{
    uint64_t bytes = load_u64(p) & ((UINT64_C(1) << 8 * len) - 1);
    return bytes | (uint64_t)(4 * len + brk + 1) << 56;
}
static inline struct glossary_sep *glossary_sep_place(struct glossary *g, uint64_t key)
{
    return &g->recent[key * UINT64_C(0x9E3779B97F4A7C15) >> (64 - GLOSSARY_SEP_BITS)];
}
/* One that `recent` has not: put to `seps` and, if it is short, to its place there. As glossary_sep. */
const struct glossary_sep *glossary_sep_put(struct glossary *g, struct bytes sep,
                                            uint8_t brk);
/* A separator, behind which INTERN_INLINE bytes may be read; it is not counted. Borrowed until the next call. If memory is
 * short, g->seps.failed says so. */
static inline const struct glossary_sep *glossary_sep(struct glossary *g,
                                                      struct bytes sep, uint8_t brk)
{
    if (sep.len <= GLOSSARY_SEP_BYTES) {
        uint64_t key = glossary_sep_key(sep.data, sep.len, brk);
        const struct glossary_sep *s = glossary_sep_place(g, key);
        if (s->key == key)
            return s;
    }
    return glossary_sep_put(g, sep, brk);
}

/* The same of a separator and of a joined term as glossary_surface_number, by the glossary's numbers. The separator " "
 * without a break is number 0 of both. */
static inline uint32_t glossary_sep_number(const struct glossary *g, uint32_t own)
{
    if (own == 0)
        return 0;
    return own < g->known.seps.len ? g->known.seps.items[own] : own | GLOSSARY_OWN;
}

/* Asks for what glossary_joined_number of it reads. */
static inline void glossary_joined_prefetch(const struct glossary *g, uint32_t own)
{
    if (own < g->known.joined.len)
        prefetch_read(&g->known.joined.items[own]);
}

static inline uint32_t glossary_joined_number(const struct glossary *g, uint32_t own)
{
    return own < g->known.joined.len ? g->known.joined.items[own] : own | GLOSSARY_OWN;
}

/* The term of a surface that is new; of a short one INTERN_INLINE bytes may be read. */
static inline struct bytes glossary_fresh_term(const struct glossary_fresh *f,
                                               uint32_t surface)
{
    uint32_t at = f->folded_at.items[surface];
    if (at == (uint32_t)GLOSSARY_AS_IT_IS)
        return intern_bytes(&f->surfaces, surface);
    return bytes_of(f->folded.data + at + 1, f->folded.data[at]);
}
