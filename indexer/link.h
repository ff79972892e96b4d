/* Phase 2: articles to stories, in their final order.
 *
 *   canonical order of the articles -> IDs -> exact groups -> wordings -> stories
 *
 * For now a story is one wording: the articles of an exact group. Copies that are not exact
 * come in between exact groups and stories: fingerprints to pairs, pairs verified, stars, and then a
 * story has several wordings, each with its pieces (formats/wordings.h). What leaves this
 * phase has the room for them. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "indexer/build.h"
#include "indexer/ids.h"

/* Stories, wordings and articles are dense and in order: the wordings of story s are those
 * from its first_wording up to the next story's, and so on. Each list ends with one entry
 * more, which holds the end. */
struct link_story {
    uint32_t first_wording; /* the root's wording */
    uint32_t length;        /* tokens of the story's stream */
};

struct link_wording {
    uint32_t first_article; /* index into `articles` */
};

struct link {
    VEC(struct link_story) stories; /* in canonical order of their originals */
    VEC(struct link_wording) wordings;
    VEC(uint32_t) articles; /* numbers of articles, each wording's in canonical order */
    struct ids ids;
};

static inline uint32_t link_n_stories(const struct link *l)
{
    return (uint32_t)l->stories.len - 1;
}

int link_run(struct build *b, struct link *out, struct err *err);
void link_release(struct link *l); /* accepts a zeroed struct */
