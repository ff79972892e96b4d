/* NEAR of two words for story_sets.c: where the stories of a set lie, and what near_stories.c says of them, some thousand at a time. */
#pragma once

#include "query/near_stories.h"
#include "query/story_sets.h"

/* Keeps of the set, ascending, the stories of one wording in which the words are near each other, and all of several wordings. The
 * words' entries are borrowed. ERR_CORRUPT, ERR_NOMEM, ERR_STOPPED. */
int story_sets_near_keep(struct story_sets *s, const struct near_word *a,
                         const struct near_word *b, struct near_reach reach,
                         story_vec *set, struct err *err);
