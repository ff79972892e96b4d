/* The sentences or paragraphs of one story after the other: what hits of several queries are sorted into.
 *
 * A unit is known by the home of its first token, so that the sentence of a copy is that of its original; a wording's
 * first token begins one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/ast.h"
#include "query/axis_units.h"
#include "query/carriers.h"
#include "query/deadline.h"
#include "query/scope.h"
#include "query/unit_ranks.h"

#define COOC_NO_UNIT SIZE_MAX

/* The units of one wording. */
struct cooc_units {
    const uint32_t *starts; /* where each begins, ascending; the first is `base` */
    const address
        *homes; /* of their first tokens; NULL in a simple story: those are starts */
    size_t n;
    uint32_t base; /* the wording's first token */
};

struct cooc_ground {
    const struct snapshot *snapshot;
    enum ast_within within; /* AST_WITHIN_WORDS: without units */
    /* a window of stories */
    const struct segment *segment;
    struct scope_window window;
    struct scope stories;
    struct unit_ranks ranks;              /* of its units */
    struct groups_run wordings, articles; /* where the last that were asked for lie */
    /* the story at hand */
    struct scope_story story;
    wording_id first_wording;
    uint32_t n_wordings;
    article_id first_article; /* of the first wording, as the next */
    uint32_t n_articles;
    size_t first_unit;  /* how many units of the window begin before it */
    size_t n_marks;     /* units that begin in it */
    address_vec starts; /* of its units, if listed: once somebody asks for them */
    bool listed;
    /* if it is laid out */
    struct scope scope;
    struct carriers carriers;
    struct axis_units units;
    struct span_bounds bounds;
    address_vec homes; /* of the first tokens of units */
    VEC(struct span) firsts;
    carriers_runs runs;
};

void cooc_ground_init(struct cooc_ground *g, const struct snapshot *snapshot,
                      enum ast_within within);
void cooc_ground_release(struct cooc_ground *g);
/* Turns to a story, by its number in a segment; cheapest in ascending order. ERR_CORRUPT, ERR_NOMEM. */
int cooc_ground_turn(struct cooc_ground *g, uint32_t segment, story_id story,
                     struct err *err);
/* The unit that holds `width` tokens (at least one) from an address of the story at hand on, which has one wording: its number in
 * the story, or COOC_NO_UNIT where they lie in several. */
static inline size_t cooc_ground_unit(const struct cooc_ground *g, address at,
                                      uint32_t width)
{
    size_t unit = unit_ranks_at(&g->ranks, at) - g->first_unit;
    bool whole =
        width == 1 || unit_ranks_at(&g->ranks, at + width - 1) - g->first_unit == unit;
    return unit > 0 && whole ? unit - 1 : COOC_NO_UNIT;
}
/* Lays out the wordings of the story at hand, if it has several. ERR_CORRUPT, ERR_NOMEM, ERR_LIMIT. */
int cooc_ground_lay_out(struct cooc_ground *g, struct err *err);
/* The units of one of its wordings, once they are laid out, until the next turn. ERR_CORRUPT if it has no such wording, ERR_NOMEM. */
int cooc_ground_units(struct cooc_ground *g, wording_id wording, struct cooc_units *out,
                      struct err *err);

/* Counted each once (by homes, or stories), and in all articles. */
struct cooc_count {
    uint64_t once, all;
};
/* How many units the whole archive has. Stories of one wording are not looked at one by one. */
int cooc_ground_size(struct cooc_ground *g, const struct deadline *deadline,
                     struct cooc_count *out, struct err *err);
