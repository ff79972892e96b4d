/* The sentences or paragraphs of one story after the other: what hits of several queries are sorted into.
 *
 * A unit is known by the home of its first token, so that the sentence of a copy is that of its original; a wording's
 * first token begins one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/marks_ranks.h"
#include "formats/snapshot.h"
#include "query/ast.h"
#include "query/axis_units.h"
#include "query/carriers.h"
#include "query/deadline.h"
#include "query/scope.h"

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
    enum ast_within within;          /* AST_WITHIN_WORDS: without units */
    const struct marks_ranks *ranks; /* borrowed; by segment, of its units, if any */
    /* a window of stories */
    const struct segment *segment;
    struct scope_window window;
    struct scope stories;
    struct groups_run wordings, articles; /* where the last that were asked for lie */
    /* the story at hand */
    struct scope_story
        story; /* once it is placed, as the next three; else its id alone */
    bool placed;
    uint32_t first_unit; /* the number, from 1, of its first unit in the segment */
    uint32_t n_marks;    /* units that begin in it */
    wording_id first_wording;
    uint32_t n_wordings;
    article_id first_article; /* of the first wording, as the next */
    uint32_t n_articles;
    address_vec starts; /* of its units, if listed: once somebody asks for them */
    bool listed;
    /* if it is laid out */
    struct scope scope;
    struct carriers carriers;
    struct axis_units units;
    struct span_bounds bounds;
    address_vec homes; /* of the first tokens of units */
    VEC(struct span) firsts;
    VEC(uint64_t) seen; /* a bit for each address of the story */
    carriers_runs runs;
};

void cooc_ground_init(struct cooc_ground *g, const struct snapshot *snapshot,
                      enum ast_within within, const struct marks_ranks *ranks);
void cooc_ground_release(struct cooc_ground *g);
/* Turns to a story, by its number in a segment; cheapest in ascending order. ERR_CORRUPT, ERR_NOMEM. */
int cooc_ground_turn(struct cooc_ground *g, uint32_t segment, story_id story,
                     struct err *err);
/* Finds where the story at hand lies, and its units. ERR_CORRUPT, ERR_NOMEM. */
int cooc_ground_place(struct cooc_ground *g, struct err *err);
/* Places the story at hand and lays out its wordings, if it has several. ERR_CORRUPT, ERR_NOMEM, ERR_LIMIT. */
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
