/* Which stories can still match. A query runs over windows of whole stories; inside one,
 * each leaf narrows the stories that the next leaf has to be looked for in. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/segment.h"
#include "query/leaf_term.h"

struct scope_story {
    story_id id;
    address start, end;
};

/* Stories, ascending. Zeroed is empty. */
struct scope {
    VEC(struct scope_story) stories; /* owned */
};
void scope_release(struct scope *s);

/* A range of whole stories of one segment. Zeroed is ready for scope_window_set. */
struct scope_window {
    const struct segment *segment;
    story_id from, to; /* stories [from, to) */
    address lo, hi;    /* their addresses */
    address_vec
        starts;      /* owned; where each story begins, then hi; empty: not yet asked */
    uint64_t walked; /* hits whose stories were looked up without them */
};
/* Moves the window to begin with story `from` (< stories of the segment) and to hold about
 * `addresses` tokens: it is cut where a story begins, and holds one story at least. */
int scope_window_set(struct scope_window *w, const struct segment *segment,
                     story_id from, uint64_t addresses, struct err *err);
/* Ends the window before story `to`, if it goes on behind that; `to` is behind its first story. */
int scope_window_end(struct scope_window *w, story_id to, struct err *err);
/* The window of one story. */
int scope_window_one(struct scope_window *w, const struct segment *segment, story_id id,
                     struct err *err);
/* The window of stories [from, to), from < to. */
int scope_window_range(struct scope_window *w, const struct segment *segment,
                       story_id from, story_id to, struct err *err);
/* Fills w->starts. ERR_CORRUPT, ERR_NOMEM. */
int scope_window_starts(struct scope_window *w, struct err *err);
void scope_window_release(struct scope_window *w);

/* The story that holds an address, by a walk over the beginnings of stories: of ascending addresses. ERR_CORRUPT where none does. */
int scope_story_of(struct marks_walk *walk, const struct wordings *words, address a,
                   struct scope_story *out, struct err *err);

/* Where stories lie, of ascending ones mostly. */
struct scope_places {
    const struct wordings *words;
    struct marks_near near;
};
void scope_places_begin(struct scope_places *p, const struct wordings *words);
/* ERR_CORRUPT where there is no such story. */
int scope_place_of(struct scope_places *p, story_id id, struct scope_story *out,
                   struct err *err);

/* All stories of the window. Resets out, as the others do. */
int scope_all(struct scope_window *w, struct scope *out, struct err *err);
/* The stories, among those of `within` (NULL: the window's), that hold a span of `width`
 * tokens whole which begins at one of the hits; hits that none of them holds are dropped. */
int scope_of_hits(struct scope_window *w, const struct scope *within, address_vec *hits,
                  uint32_t width, struct scope *out, struct err *err);
int scope_union(const struct scope *a, const struct scope *b, struct scope *out,
                struct err *err);
int scope_intersect(const struct scope *a, const struct scope *b, struct scope *out,
                    struct err *err);
