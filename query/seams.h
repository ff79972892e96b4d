/* What a leaf finds in the seams of residue blocks.
 *
 * A block repeats up to SEAM tokens before and behind what it brings, so that a phrase that lies on the joint is
 * whole in the stream. Words have no postings there: they have them where those tokens have their homes. So a span
 * with a repeated word in it is found by asking for the homes: the leaf's rarest place says in which stories to look;
 * of their blocks the ends are laid out, a bit for each token; and of the spans that the rarest place leaves, the other places
 * are asked. Entries of several tokens (joined forms, pairs of characters) are posted in seams too. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/segment.h"
#include "query/leaf_term.h"

/* An end of a block, or a short block whole: a bit for each token. */
struct seams_region {
    address at;
    uint32_t len;
    uint32_t lead, tail; /* so many of its first and last tokens are repeated */
    address lead_home, tail_home;
    uint64_t repeated; /* those tokens */
    uint64_t found;    /* where spans begin, as far as is known */
};

/* A token that a place of the leaf must have for a span. */
struct seams_key {
    address at;         /* its home */
    uint32_t candidate; /* index of the span */
};

/* Scratch. Zeroed is ready. */
struct seams {
    struct wordings_walk
        walk;         /* over the stories of several wordings; borrows the segment */
    address walked;   /* the end of what it was asked for */
    block_vec blocks; /* of the story at hand; owned, as the rest */
    address_vec list; /* of the rarest place in it */
    VEC(struct seams_region) regions;
    address_vec found;  /* spans that the other places are to be asked about */
    VEC(address) homes; /* of each: where those places must stand */
    VEC(struct seams_key) keys;
    address_vec wanted;
    VEC(bool) agreed;  /* by candidate */
    address_vec spans; /* that all agree to */
    uint64_t *bits;    /* for leaf_term_keep */
};
void seams_release(struct seams *s);

/* What is looked for. */
struct seams_leaf {
    const struct segment *segment;
    struct leaf_term *terms; /* open, fewest addresses first */
    size_t n_terms;
    uint32_t width; /* tokens of a span */
};

/* Finds the addresses in [lo, hi), which holds whole stories, at which spans with a repeated word begin. list: the addresses of
 * terms[0] from lo on, ascending, all of those below hi; NULL: they are read here. ERR_CORRUPT, ERR_NOMEM. */
int seams_find(struct seams *s, const struct seams_leaf *leaf, address lo, address hi,
               const address *list, size_t n_list, struct err *err);
/* Puts what was found among those in out[from..), which ascend. ERR_NOMEM. */
int seams_merge(struct seams *s, address_vec *out, size_t from, struct err *err);
