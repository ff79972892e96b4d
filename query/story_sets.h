/* Which stories a plan matches, from the lists of stories of its words: what is needed where articles are counted and no hits are
 * asked for. A story of one wording is settled here if the parts of the query allow it; of one with copies only that it may match. */
#pragma once

#include "base/err.h"
#include "query/plan.h"
#include "query/term_stories.h"

enum story_sets_known {
    STORY_SETS_NOTHING, /* any story may match */
    STORY_SETS_AMONG,   /* all that match are among the stories */
    STORY_SETS_EXACT    /* and of those of one wording all match */
};

/* Of one segment. Zeroed, with plan and segment set, is ready for use. */
struct story_sets {
    const struct plan *plan;
    size_t segment_index;
    const struct segment *segment;
    story_vec
        complex; /* owned: stories of several wordings, ascending, once they were asked for */
    bool complex_known;
    story_vec spare; /* owned */
};
void story_sets_release(struct story_sets *s);

/* The stories that node matches, ascending, to out (not with NOTHING). The children's order is that of evaluate_begin.
 * ERR_CORRUPT, ERR_NOMEM, ERR_STOPPED. */
int story_sets_find(struct story_sets *s, const struct plan_node *node, story_vec *out,
                    enum story_sets_known *known, struct err *err);

/* Moves the stories of several wordings from the set, ascending, to the end of `several`. ERR_CORRUPT, ERR_NOMEM. */
int story_sets_part(struct story_sets *s, story_vec *set, story_vec *several,
                    struct err *err);
