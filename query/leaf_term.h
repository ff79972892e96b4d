/* One place of a leaf: the union of the address lists of some dictionary entries. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/segment.h"

enum {
    LEAF_TERM_FEW = 8,     /* a union of so many lists keeps a cursor for each */
    LEAF_TERM_SHORT = 256, /* shorter lists of a larger one are merged beforehand */
    /* and all of it when it is asked so often, unless they have more addresses than that */
    LEAF_TERM_ASKED = 4,
    LEAF_TERM_MERGED_MAX = 1 << 23
};

/* What is needed of a dictionary entry, or of a pair of words. */
struct leaf_entry {
    struct list_ref pos;
    struct list_ref doc; /* its list of stories; len 0: it has none */
    term_id id;          /* of an entry */
    uint32_t count;      /* addresses */
    uint32_t stories;    /* that hold it; 0 of a pair: not known */
    uint32_t n_inline;
    address inline_list[TERMS_INLINE_MAX];
};

struct leaf_term {
    const struct leaf_entry *entries; /* borrowed */
    size_t n_entries;
    uint32_t shift; /* tokens from the first of the leaf's span */
    uint64_t count; /* addresses of all entries */
    bool is_word;   /* entries of one token, which are not posted in seams */
    bool is_key;  /* those of one key of one token, all of them, the plain one first */
    bool is_pair; /* a list of BIGRAM: two words, posted in seams too */
    bool opened;
    struct address_cursor *cursors; /* owned */
    size_t n_cursors;
    uint32_t
        asked; /* times that a stretch of it was asked for, while it has many cursors */
    address_vec rest; /* owned: short lists of a large union, or all of them, merged */
    address_vec scratch[3]; /* owned */
};

/* Opens the lists unless that was done. ERR_CORRUPT, ERR_NOMEM. */
int leaf_term_open(struct leaf_term *t, const struct segment *segment, struct err *err);
void leaf_term_release(struct leaf_term *t); /* accepts a zeroed struct */

/* All others need an open term. */

/* True when the union is one list, or nearly. */
bool leaf_term_few(const struct leaf_term *t);
/* True when its addresses lie in order in memory. */
static inline bool leaf_term_merged(const struct leaf_term *t)
{
    return t->n_cursors == 0;
}
/* The first address >= lo: 0, ITER_END, or an error. */
int leaf_term_seek(struct leaf_term *t, address lo, address *out, struct err *err);
/* Sets bit a - lo for every address a in [lo, hi); bits has a word for each 64 of them. */
int leaf_term_bits(struct leaf_term *t, address lo, address hi, uint64_t *bits,
                   struct err *err);
/* Appends the addresses in [lo, hi) to out, ascending. */
int leaf_term_fill(struct leaf_term *t, address lo, address hi, address_vec *out,
                   struct err *err);
/* Keeps those of keys[0..*n), ascending, for which the union has key + shift. bits: room
 * for the bits of `window` addresses; unused where leaf_term_few. */
int leaf_term_keep(struct leaf_term *t, address *keys, size_t *n, uint64_t *bits,
                   uint32_t window, struct err *err);
