/* In which stories two words stand near each other: asked of stories of one wording that have both, and no more than the first
 * place of each is looked for. What is between such places in the lists is stepped over by blocks. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "formats/segment.h"
#include "query/leaf_term.h"
#include "query/scope.h"

enum {
    NEAR_STORIES_ENTRIES = 8 /* of a word: it, and what it is joined with */
};

/* A word's dictionary entries, and the tokens that each takes. */
struct near_word {
    const struct leaf_entry *entries[NEAR_STORIES_ENTRIES];
    uint32_t widths[NEAR_STORIES_ENTRIES];
    size_t n;
};

/* At most `distance` tokens from the last token of the left word to the first of the right one. */
struct near_reach {
    uint32_t distance;
    bool ordered; /* the first word is the left one */
};

/* Zeroed is ready for near_stories_open. */
struct near_stories {
    struct near_reach reach;
    uint32_t widths[2][NEAR_STORIES_ENTRIES];
    size_t n[2];
    struct address_cursor *cursors[2]; /* owned */
};

/* Opens the lists of both words. ERR_CORRUPT, ERR_NOMEM. */
int near_stories_open(struct near_stories *n, const struct segment *segment,
                      const struct near_word *a, const struct near_word *b,
                      struct near_reach reach, struct err *err);
void near_stories_close(struct near_stories *n); /* accepts a zeroed struct */

/* Keeps those of stories[0..*n), ascending, in which a place of the one word is near one of the other, both wholly in it.
 * Calls for ascending stories read each block of the lists once for each pair of entries. */
int near_stories_keep(struct near_stories *n, struct scope_story *stories,
                      size_t *n_stories, struct err *err);
