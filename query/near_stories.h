/* In which stories two words stand near each other: asked of stories of one wording that have both, and no more is looked for than
 * that they have one such place. A list of places where they stand side by side (BIGRAM) is asked before. Then the addresses of a batch of stories are gathered: of the rarer word where the stories are,
 * then of the other one where that leaves stories. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "formats/segment.h"
#include "query/leaf_term.h"
#include "query/near_match.h"
#include "query/scope.h"

enum {
    NEAR_STORIES_ENTRIES = 8 /* of a word: it, and what it is joined with */
};

/* A word's dictionary entries, and the tokens that each takes. */
struct near_word {
    const struct leaf_entry *entries[NEAR_STORIES_ENTRIES];
    uint32_t widths[NEAR_STORIES_ENTRIES];
    size_t n;
    /* The plain entry of the key that is the word, or of one of its keys; or NULL. */
    const struct leaf_entry *key;
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
    struct address_cursor *cursors[2]; /* owned, as all that follows */
    struct address_cursor *beside;     /* lists of pairs of both */
    size_t n_beside;
    address_vec lists[2]; /* gathered: of the rarer word and of the other */
    address_vec spare;
};

/* Opens the lists of both words. ERR_CORRUPT, ERR_NOMEM. */
int near_stories_open(struct near_stories *n, const struct segment *segment,
                      const struct near_word *a, const struct near_word *b,
                      struct near_reach reach, struct err *err);
void near_stories_close(struct near_stories *n); /* accepts a zeroed struct */

/* Puts to out, behind the *n_out that are there, those of the stories, ascending, in which a place of the one word is near one of
 * the other, both wholly in it; out has room for all of them. A block of the lists is read once a batch; where a word's entries
 * differ in width, once for each width of the other word. ERR_CORRUPT, ERR_NOMEM. */
int near_stories_keep(struct near_stories *n, const struct scope_story *stories,
                      size_t n_stories, story_id *out, size_t *n_out, struct err *err);
