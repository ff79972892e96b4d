/* Phase 2: articles to stories, in their final order.
 *
 *   canonical order -> IDs -> exact wordings -> exact bodies -> texts -> candidates
 *   -> pairs verified -> stars -> layouts of the stories
 *
 * A **text** is a distinct body. Its wordings differ in title or breaks only. A story is a
 * root text and the texts that verified against it (indexer/group.h); how its wordings are
 * laid out in the stream is indexer/align.h's work. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "formats/stories.h"
#include "formats/wordings.h"
#include "indexer/build.h"
#include "indexer/ids.h"

enum {
    LINK_NONE = -1 /* as (uint32_t)LINK_NONE: no evidence */
};

/* Stories, wordings and articles are dense and in order: the wordings of story s are those
 * from its first_wording up to the next story's, and so on, with pieces, breaks and blocks
 * alike. stories and wordings end with one entry more, which holds the ends. */
struct link_story {
    uint32_t first_wording; /* the root's wording */
    uint32_t length;        /* tokens of the story's stream, blocks included */
    uint32_t first_block;   /* index into `blocks` */
    uint32_t homes;         /* tokens of the stream that are homes */
};

struct link_wording {
    uint32_t first_article; /* index into `articles` */
    uint32_t first_piece;   /* index into `pieces`; a story of one wording has none */
    uint32_t first_break;   /* index into `breaks` */
    uint32_t member;        /* index into `members`; LINK_NONE: the root's wording */
};

/* A residue block: tokens [from, from + len) of the wording as its first article spells
 * them. Addresses count from the story's start. */
struct link_block {
    uint32_t wording; /* index into `wordings` */
    uint32_t from, len;
    address start;
    address lead_home, tail_home; /* ADDRESS_NONE: none */
};

/* Two stories that are linked and not merged. */
struct link_edge {
    uint32_t a, b;                 /* indexes into `stories`, a < b */
    uint32_t article_a, article_b; /* numbers of the build's articles */
    struct evidence
        evidence; /* of article_a's wording (root) and article_b's (member) */
};

struct link {
    VEC(struct link_story) stories; /* in canonical order of their originals */
    VEC(struct link_wording) wordings;
    VEC(uint32_t) articles; /* numbers of articles, each wording's in canonical order */
    VEC(struct piece) pieces; /* with addresses that count from the story's start */
    VEC(struct word_break) breaks;
    VEC(struct link_block) blocks;
    VEC(struct evidence) members; /* of wordings that are not roots */
    VEC(struct link_edge) edges;  /* ascending (a, b), one for a pair of stories */
    struct ids ids;
};

static inline uint32_t link_n_stories(const struct link *l)
{
    return (uint32_t)l->stories.len - 1;
}

int link_run(struct build *b, struct link *out, struct err *err);
void link_release(struct link *l); /* accepts a zeroed struct */
