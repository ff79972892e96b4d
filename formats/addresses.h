/* One term's addresses (POS; docs/format/addresses.md): ascending u32s in PFor blocks of 128,
 * a directory of {last address, end} by block, a superblock every 64 blocks (formats/skips.h). */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/container.h"
#include "formats/skips.h"
#include "formats/types.h"

enum {
    ADDRESSES_BLOCK = 128,
    ADDRESSES_ROOM = 256 /* UINT32_MAX behind what is gathered */
};

typedef VEC(address) address_vec;

/* Writer: appends one list to the section; n >= 1, strictly ascending. Returns its place.
 * Lists of up to 3 are inlined in TERMS by its writer and never come here. */
struct list_ref addresses_put(struct section_writer *s, const address *list, size_t n);

/* Appends the encoding of a list to out (position-independent): pure, so that lists may be encoded on many
 * threads and put into the section in order. False when out has no memory (out has failed). */
bool addresses_encode(const address *list, size_t n, struct buf *out);

/* The same for a list that comes in parts, in ascending order: new, put, end; then again from put. With
 * begin the bytes go to the section as they are made, so that a long list needs no memory. */
struct addresses_writer;
struct addresses_writer *addresses_writer_new(void);
void addresses_writer_free(struct addresses_writer *w); /* accepts NULL */
void addresses_writer_begin(struct addresses_writer *w, struct section_writer *s);
void addresses_writer_put(struct addresses_writer *w, const address *list, size_t n);
/* Puts the list (what was not yet put); s is the section given to begin, if it was called. A failed allocation
 * fails the section. */
struct list_ref addresses_writer_end(struct addresses_writer *w,
                                     struct section_writer *s);
/* The same without a section (begin was not called): appends the list to out. Returns its length. A failed allocation
 * fails out. */
size_t addresses_writer_encode(struct addresses_writer *w, struct buf *out);
/* Instead of begin, for lists whose bytes go to `out` as they are made, until the writer is freed: out is borrowed, is what
 * is given to encode, and may be emptied between any two calls, so that a list need not fit in memory. */
void addresses_writer_into(struct addresses_writer *w, struct buf *out);
/* True if an allocation failed; the list is then useless. */
bool addresses_writer_failed(const struct addresses_writer *w);

/* Reader: a cursor over one list. Zeroed is empty. Copies share nothing but the map. */
struct address_cursor {
    struct skips skips; /* the list's directory */
    uint32_t count;     /* addresses in the list */
    uint32_t n_blocks;
    uint32_t block; /* decoded one; UINT32_MAX: none */
    uint32_t
        in_block;  /* addresses in it; those after them in `values` are UINT32_MAX */
    uint32_t at;   /* where the last seek ended in it */
    uint64_t from; /* lowest address the decoded block can hold */
    uint32_t inline_n; /* > 0: the list is in `values`, no section */
    address values[ADDRESSES_BLOCK + 32];
};

/* Index of the first of n ascending addresses >= lo; n if there is none. */
static inline size_t addresses_lower_bound(const address *v, size_t n, address lo)
{
    size_t from = 0;
    while (n > 0) {
        size_t half = n / 2;
        if (v[from + half] < lo) {
            from += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return from;
}

/* Opens the list that a dictionary entry points at. ERR_CORRUPT if it cannot be one. */
int addresses_open(struct address_cursor *c, const struct section *pos,
                   struct list_ref ref, uint32_t count, struct err *err);
/* A list held by the entry itself (1..3 addresses). */
void addresses_open_inline(struct address_cursor *c, const address *list, uint32_t n);
/* Moves to the first address >= lo and gives it without consuming it: 0, ITER_END or an
 * error. Going back is allowed. */
int addresses_seek(struct address_cursor *c, address lo, address *out, struct err *err);
/* Appends to out all addresses in [lo, hi), at most cap; *n is how many. Consecutive calls
 * with growing ranges decode each block once. Returns 0 or an error; ERR_LIMIT cannot
 * happen when cap >= min(hi - lo, count). */
int addresses_fill(struct address_cursor *c, address lo, address hi, address *out,
                   size_t cap, size_t *n, struct err *err);
/* [lo, hi), lo < hi. */
struct address_range {
    address lo, hi;
};
/* Puts to out all addresses of the list that are in one of n ascending ranges, and what else their blocks hold, ascending; behind
 * out->len, ADDRESSES_ROOM UINT32_MAX. Where the ranges leave hardly a block out, those that they do leave out are there too. Each
 * block is decoded once, into out. ERR_CORRUPT, ERR_NOMEM. */
int addresses_gather(struct address_cursor *c, const struct address_range *ranges,
                     size_t n, address_vec *out, struct err *err);
/* Sets bit (a - lo) in bits for every address in [lo, hi); bits has (hi - lo + 63) / 64 words. */
int addresses_fill_bits(struct address_cursor *c, address lo, address hi,
                        uint64_t *bits, struct err *err);
/* For each of the n ascending keys, writes to out those that are in the list (galloping with skips);
 * returns the number through *n_out. out may be keys itself. */
int addresses_intersect(struct address_cursor *c, const address *keys, size_t n,
                        uint32_t add, address *out, size_t *n_out, struct err *err);
/* (`add`: a key k is kept if k + add is in the list.) */

/* Checks one whole list: counts, order, bounds (< limit). */
int addresses_verify(const struct section *pos, struct list_ref ref, uint32_t count,
                     uint64_t limit, struct err *err);
