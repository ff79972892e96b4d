/* What a worker of the scan knows of words: numbers of its own for surfaces, separators and joined terms, which stay
 * from batch to batch. Nine in ten of the words of a batch of news stood in one before: of those nothing is hashed,
 * folded or looked up again, neither by the worker nor by the commit, which is told of new ones only.
 *
 * A glossary is used by one batch at a time, and its batches are committed in that order. The batch takes copies of
 * what is new with it (struct glossary_fresh), so that its commit may run while the worker goes on; only `numbers`
 * is the commits'. */
#pragma once

#include "base/buf.h"
#include "base/vec.h"
#include "indexer/intern.h"
#include "indexer/surface_table.h"

enum {
    GLOSSARY_AS_IT_IS = -1 /* as (uint32_t)GLOSSARY_AS_IT_IS */
};

/* The glossary's numbers to those of the vocabulary, of all that was committed. */
struct glossary_numbers {
    VEC(uint32_t) surfaces, seps, joined;
};

/* What a batch has found that the glossary did not know, in the order of first sight. */
struct glossary_fresh {
    struct intern surfaces, seps, joined; /* lists: see intern_list */
    VEC(uint32_t) folded_at;              /* of each surface, as in struct glossary */
    struct buf folded;
    /* The glossary was emptied before the batch; the occurrences by its numbers until then. */
    bool emptied;
    VEC(uint32_t) surface_counts, sep_counts;
};

struct glossary {
    struct surface_table surfaces;
    struct intern seps, joined; /* seps are tagged by break, joined terms by span */
    VEC(uint32_t)
    folded_at; /* by surface: where its term is in `folded`; GLOSSARY_AS_IT_IS: it is its own */
    struct buf folded; /* terms of surfaces: length u8, bytes */
    VEC(uint32_t) sep_counts;
    uint64_t tokens; /* since it was empty, for those that fill it to add to */
    /* What was told of already. */
    size_t told_surfaces, told_seps, told_joined, told_folded;
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

/* The term of a surface that is new; of a short one INTERN_INLINE bytes may be read. */
static inline struct bytes glossary_fresh_term(const struct glossary_fresh *f,
                                               uint32_t surface)
{
    uint32_t at = f->folded_at.items[surface];
    if (at == (uint32_t)GLOSSARY_AS_IT_IS)
        return intern_bytes(&f->surfaces, surface);
    return bytes_of(f->folded.data + at + 1, f->folded.data[at]);
}
