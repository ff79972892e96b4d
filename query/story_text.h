/* The words of a story's wordings as numbers (query/words.h), with their homes: what counts whole texts reads.
 *
 * A word is that of its home: a copy that writes it otherwise counts for the surface that the stream has. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/axis_units.h"
#include "query/carriers.h"
#include "query/scope.h"
#include "query/words.h"

struct story_text {
    const struct snapshot *snapshot;
    struct words *words;
    /* the story at hand */
    uint32_t segment;
    struct story_view view;
    /* the wording at hand: valid until the next */
    const uint32_t *tokens; /* numbers of its words */
    const address
        *homes;   /* of each, in the story (from its first address); NULL: the i-th
                                token has home i */
    uint32_t len; /* tokens */
    const uint32_t
        *starts; /* first tokens of its sentences, ascending, 0 left out or not */
    size_t n_starts;
    /* the rest is the implementation's */
    const uint32_t *of_surface;
    struct scope scope;
    struct carriers carriers;
    struct axis_units sentences;
    struct span_bounds bounds;
    VEC(uint32_t) stream;
    VEC(uint32_t) own_tokens;
    VEC(address) own_homes;
    VEC(uint32_t) own_starts;
    carriers_runs runs;
};

/* Zeroes t and makes it ready; words must stay. */
void story_text_init(struct story_text *t, const struct snapshot *snapshot,
                     struct words *words);
void story_text_release(struct story_text *t);

/* Turns to a story: its words are read. ERR_NOMEM, ERR_CORRUPT. */
int story_text_story(struct story_text *t, uint32_t segment, story_id story,
                     struct err *err);
/* Turns to one of its wordings. */
int story_text_wording(struct story_text *t, wording_id wording, struct err *err);
/* Finds the starts of the sentences of the wording at hand. */
int story_text_sentences(struct story_text *t, wording_id wording, struct err *err);
