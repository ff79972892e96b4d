/* Spans of tokens and what operators make of them.
 *
 * A hit is a span [first, first + len) and the words in it that matched. Lists of hits are
 * sets ordered by (first, len). The operators work on one axis on which the wordings are
 * laid out one after another (query/carriers.h); `bounds` says where each begins, and no
 * span crosses into the next. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"

struct span {
    uint32_t first;
    uint32_t len; /* tokens, >= 1 */
};

struct hit {
    uint32_t first;
    uint32_t len;
    uint32_t parts; /* matched words, in a span_pool; 0: every token of the span */
};

struct hits {
    VEC(struct hit) list; /* owned */
};

void span_hits_reset(struct hits *h);
void span_hits_release(struct hits *h);

/* Matched words of hits that have gaps, as spans in ascending order. Zeroed is empty. */
struct span_pool {
    VEC(struct span) runs; /* owned */
    VEC(uint32_t) ends;    /* owned; ends[k - 1] is the end in runs of parts k */
};

void span_pool_reset(struct span_pool *p);
void span_pool_release(struct span_pool *p);
/* The matched spans of a hit: *out points into the pool or at *whole, which is filled. */
size_t span_pool_get(const struct span_pool *p, const struct hit *h, struct span *whole,
                     const struct span **out);

/* Where wordings begin on the axis, ascending; each ends where the next begins, the last one at
 * `end`. */
struct span_bounds {
    const uint32_t *starts;
    size_t n;
    uint32_t end;
};

/* All functions below reset `out`, which must not be an input, and return 0 or ERR_NOMEM. */

/* The union; where both hold the same span a's matched words stay. */
int span_union(const struct hits *a, const struct hits *b, struct hits *out,
               struct err *err);

/* The union of n lists (below 2^SPAN_UNIONS_LEVELS), where several hold the same span the first one's matched words
 * stay. *out is the only list, or `room`, which is no input. Zeroed is ready. */
enum {
    SPAN_UNIONS_LEVELS = 20
};
struct span_unions {
    struct hits level[SPAN_UNIONS_LEVELS][2]; /* owned scratch */
};
void span_unions_release(struct span_unions *u);
int span_union_all(const struct hits *const *lists, size_t n, struct span_unions *u,
                   struct hits *room, const struct hits **out, struct err *err);

/* Every a followed by a b: b begins at a's end, or `overlap` tokens before it, or behind it if
 * overlap is less than 0. No input has gaps. */
int span_join(const struct hits *a, const struct hits *b, int32_t overlap,
              struct span_bounds bounds, struct hits *out, struct err *err);

/* The spans with `before` tokens more in front and `behind` tokens more at the end, where their
 * wording has so many. The input has no gaps. */
int span_pad(const struct hits *a, uint32_t before, uint32_t behind,
             struct span_bounds bounds, struct hits *out, struct err *err);

/* The a that have no b within `distance` tokens, before or behind, nor over any token of theirs. */
int span_not_near(const struct hits *a, const struct hits *b, uint32_t distance,
                  struct span_bounds bounds, struct hits *out, struct err *err);

/* The spans of wordings that have at least so many of them. */
int span_atleast(const struct hits *a, uint32_t least, struct span_bounds bounds,
                 struct hits *out, struct err *err);

/* Windows of at most `room` tokens with a span of each of the n lists, none over another, in any
 * order. Of the possible windows the one that ends first is taken, of those the shortest, then the
 * search goes on behind its end. Its hit is all of the window. No input has gaps. */
enum {
    SPAN_WINDOW_LISTS_MAX = 8
};
int span_window(const struct hits *const *lists, size_t n, uint32_t room,
                struct span_bounds bounds, struct hits *out, struct err *err);

/* How far apart the words of a pair may be. */
struct span_reach {
    uint32_t
        distance; /* from the last word of the left to the first of the right, >= 1 */
    bool ordered; /* the first operand is the left one */
    bool
        whole; /* both lie in one unit of the bounds; else, where units are wordings, spans are
                     known to */
};

/* Pairs of an a and a b that do not overlap and are within reach (1: side by side), both in one
 * unit of the bounds: a wording, or, for /s and /p, a sentence or a paragraph of one. The
 * hit spans both. Of the possible spans the one that ends first is taken, of those
 * the shortest, then the search goes on behind its end. Where two pairs have the same span,
 * the matched words are those with the shorter left span, then the shorter right span, then
 * a on the left. */
int span_near(const struct hits *a, const struct hits *b, struct span_reach reach,
              struct span_bounds bounds, struct span_pool *pool, struct hits *out,
              struct err *err);
