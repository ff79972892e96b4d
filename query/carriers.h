/* From spans of the stream to the wordings that carry them.
 *
 * The wordings of the stories at hand are laid out one after another on one axis, each a
 * unit of it. Where every story is simple the axis is the stream itself. In a story of
 * several wordings a span [a, a + len) of the stream belongs to a wording once for each of
 * its pieces with s <= a < s + own and a + len <= s + own + look (the ownership rule; the
 * spans have at most SEAM + 1 tokens), and stands there at its own place of the wording.
 *
 * Articles of one wording may differ in typography. Where a query asks for that, each run of
 * articles with the same text is a unit by itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/segment.h"
#include "query/leaf_term.h"
#include "query/scope.h"
#include "query/span.h"

enum {
    /* Hits of one part of a query in one window. Wordings may share pieces without end, so that a
     * small hostile index could ask for any number. */
    CARRIERS_HITS_MAX = 1 << 25
};

struct carriers_unit {
    uint32_t start, end;            /* on the axis */
    wording_id wording;             /* not set for a simple story */
    uint32_t story;                 /* index into the scope */
    uint32_t first_piece, n_pieces; /* in pieces; none for a simple story */
    article_id first_article;       /* by_text: those of this unit */
    uint32_t n_articles;
};

struct carriers_story {
    uint32_t first_unit, n_units;
    uint32_t first_block, n_blocks; /* in blocks */
    bool simple;
};

struct carriers {
    const struct segment *segment;
    const struct scope *scope; /* borrowed */
    bool
        by_text; /* set before: a unit for each text of a wording, not for each wording */
    bool plain;                         /* the axis is the stream */
    VEC(struct carriers_unit) units;    /* owned, as the rest */
    VEC(struct carriers_story) stories; /* one for each of the scope */
    VEC(uint32_t) starts;               /* of the units */
    piece_vec pieces;
    block_vec blocks;
    piece_vec scratch_pieces;
    block_vec scratch_blocks;
    patch_vec scratch_patches;
};

void carriers_release(struct carriers *c);

/* True in *out if no story of the scope has several wordings. */
int carriers_is_plain(const struct segment *segment, const struct scope *scope,
                      bool *out, struct err *err);

/* Lays out the wordings of the scope, which must stay. ERR_CORRUPT, ERR_NOMEM, ERR_LIMIT
 * (the wordings of one window have 2^32 tokens or more). */
int carriers_lay_out(struct carriers *c, const struct segment *segment,
                     const struct scope *scope, struct err *err);
struct span_bounds carriers_bounds(const struct carriers *c);
/* Drops the hits that reach beyond their wording's end. The bounds do not say where it is: on the axis of simple stories the
 * next story of the scope may begin further on. Hits ascend and begin inside of wordings. */
void carriers_keep_inside(const struct carriers *c, struct hits *hits);

/* Spans of `width` tokens at ascending addresses to hits on the axis; those outside of the
 * scope are dropped. Resets out. ERR_LIMIT for more than CARRIERS_HITS_MAX in stories of
 * several wordings, ERR_NOMEM. */
int carriers_map(const struct carriers *c, const address *spans, size_t n,
                 uint32_t width, struct hits *out, struct err *err);

/* The homes of the matched tokens of a hit in a story of several wordings, as runs of
 * consecutive homes in the order of the words: appends (first home, tokens) pairs. `unit` is
 * the one that holds the hit. ERR_NOMEM. */
typedef VEC(struct span) carriers_runs;
int carriers_homes(const struct carriers *c, size_t unit, const struct span *matched,
                   size_t n, carriers_runs *out, struct err *err);
