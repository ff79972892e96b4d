/* The wordings of one story laid into its stream: pieces that point into what is there, and
 * residue blocks with what is not (docs/COPIES.md, "Storing").
 *
 * The root is the stream's beginning. A wording that joins is read from left to right: where what
 * follows stands in the root or in an earlier block, a piece points there; else a block
 * is opened, up to the next place that stands there. Terms decide, and what is glued; other breaks may
 * differ and are then listed. The result depends on the texts and their order only, not on
 * the numbers of their terms.
 *
 * Addresses are relative to the story's start. Not thread-safe: one for each thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "formats/types.h"
#include "formats/wordings.h"

/* A whole wording, its title too. Borrowed; may go once the call it is given to returns. */
struct align_text {
    const uint32_t *terms; /* equal numbers are equal terms */
    const uint8_t *
        breaks; /* enum text_break of each token; that of the first is none of anyone's */
    uint32_t n;
};

/* A block that a wording added: tokens [from, from + len) of it. */
struct align_block {
    uint32_t from, len;
    address start;                /* right after what the stream held before */
    address lead_home, tail_home; /* as in struct block; ADDRESS_NONE: none */
};

/* How a wording stands in the stream. Valid until the next call. */
struct align_result {
    const struct piece *pieces; /* in order; own parts make the wording */
    size_t n_pieces;
    const struct word_break *breaks; /* where its breaks are not those of its pieces */
    size_t n_breaks;
    const struct align_block *blocks; /* those it added, in order */
    size_t n_blocks;
    bool whole; /* too much of it was new, so that it is one block */
};

struct align;
struct align *align_new(void);    /* NULL: out of memory */
void align_free(struct align *a); /* accepts NULL */

/* Begins a story with its root, which is all of the stream so far. ERR_NOMEM. */
int align_begin(struct align *a, const struct align_text *root, struct err *err);
/* The next wording of the story. ERR_NOMEM; ERR_LIMIT if the stream would have 2^32 - 1 tokens. */
int align_add(struct align *a, const struct align_text *t, struct align_result *out,
              struct err *err);
/* Tokens of the stream so far; how many of them are homes (not those that blocks repeat). */
uint32_t align_length(const struct align *a);
uint32_t align_homes(const struct align *a);
