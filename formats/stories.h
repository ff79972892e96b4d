/* The story graph of a generation (stories-<hash>.stm; docs/format/stories.md): for every
 * story its original and its fullest article, for every article its relation to its story's root. */
#pragma once

#include "base/err.h"
#include "formats/container.h"
#include "formats/types.h"

#define STORIES_RELATIONS(X)                                       \
    X(RELATION_ROOT, 0, "root")                                    \
    X(RELATION_SAME, 1, "same")   /* the root's wording */         \
    X(RELATION_EXACT, 2, "exact") /* equal bodies, other titles */ \
    X(RELATION_NEAR, 3, "near")                                    \
    X(RELATION_CONTAINS, 4, "contains")                            \
    X(RELATION_CONTAINED, 5, "contained")                          \
    X(RELATION_EXCERPT, 6, "excerpt")                              \
    X(RELATION_EDITION, 7, "edition")
enum relation {
#define STORIES_ENUM(name, value, text) name = (value),
    STORIES_RELATIONS(STORIES_ENUM)
#undef STORIES_ENUM
};
/* "root", "same", ...; "?" for an unknown one. */
const char *stories_relation_name(uint8_t relation);

enum {
    STORIES_SCORE_MAX = 10000
};

struct story_record {
    article_id original; /* first article of the root in canonical order */
    article_id fullest;  /* longest member */
    uint32_t n_articles; /* >= 1 */
};
struct member_record {
    uint8_t relation; /* to the root */
    uint16_t score;   /* 0..STORIES_SCORE_MAX; an original has the maximum */
};

struct stories_writer;
/* Creates the file. Then: segments in order; inside one, stories in order, each followed by its n_articles articles
 * in order. A story of one article, its own original with relation ROOT and the best score, costs nothing. */
int stories_writer_create(struct stories_writer **out, int dirfd, const char *dirname,
                          const char *name, struct err *err);
void stories_writer_segment(struct stories_writer *w);
void stories_writer_story(struct stories_writer *w, struct story_record r);
void stories_writer_article(struct stories_writer *w, struct member_record r);
/* Ends and fsyncs the file, frees w in every case; on failure the file is removed. */
int stories_writer_finish(struct stories_writer *w, struct hash128 *hash, uint64_t *len,
                          struct err *err);
void stories_writer_abort(
    struct stories_writer *w); /* removes the file; accepts NULL */

struct stories;
/* hash and len as container_open's. */
int stories_open(struct stories **out, int dirfd, const char *dirname, const char *name,
                 const struct hash128 *hash, uint64_t len, struct err *err);
void stories_close(struct stories *s); /* accepts NULL */
/* Segments it speaks of; stories and articles of one (segment < n). */
uint32_t stories_n_segments(const struct stories *s);
int stories_counts(const struct stories *s, uint32_t segment, uint32_t *n_stories,
                   uint32_t *n_articles, struct err *err);
int stories_get(const struct stories *s, uint32_t segment, story_id id,
                struct story_record *out, struct err *err);
int stories_member(const struct stories *s, uint32_t segment, article_id id,
                   struct member_record *out, struct err *err);
/* Every byte, and that every record can be. */
int stories_verify(struct stories *s, struct err *err);
