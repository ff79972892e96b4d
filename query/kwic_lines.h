/* The lines of a concordance while they are gathered: where each hit is, not what it says, so that a line costs
 * some twenty bytes and four for each key it is sorted by.
 *
 * Lines come in canonical order: by segment and story; in a story, the hits of the article that stands for it, then
 * those passages that only other articles have, at the first that has them. With `all`, every article that matches in
 * the story's order, and all its hits. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "query/engine.h"
#include "query/kwic_keys.h"
#include "query/shown.h"

enum {
    KWIC_LINES_MAX = 1 << 22 /* held at a time */
};

struct kwic_line {
    uint32_t segment;
    article_id article;
    struct span span;
    uint32_t articles; /* of the story, that match and have the passage */
};

/* Zeroed but for what is marked as set is ready. */
struct kwic_lines {
    const struct snapshot *snapshot; /* set */
    struct shown *shown;             /* set; says which article stands for a story */
    bool all;                        /* set; a line for each article */
    uint64_t wanted;                 /* set; so many lines from the first on are kept */
    struct kwic_keys *keys;          /* set; NULL: canonical order */
    VEC(struct kwic_line) lines;     /* owned, as all that follows */
    VEC(uint32_t) values[KWIC_KEYS_MAX];
    /* of a story: by passage, how many articles have it, the wording that was counted last, whether it has its
     * line */
    VEC(uint32_t) carried;
    VEC(uint32_t) counted;
    VEC(bool) listed;
};

void kwic_lines_release(struct kwic_lines *l);
/* Adds the lines of a story, whose spans and passages are there. ERR_LIMIT for more than KWIC_LINES_MAX, as
 * kwic_keys_of. */
int kwic_lines_add(struct kwic_lines *l, const struct story_match *match,
                   struct err *err);
/* Puts the lines in order, equal ones in canonical order, and drops those that are not wanted. ERR_NOMEM. */
int kwic_lines_sort(struct kwic_lines *l, struct err *err);
