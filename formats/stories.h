/* The story graph of a generation (stories-<hash>.stm; docs/format/stories.md): for every story its
 * original and its fullest article, for every article its relation to its story's root with the evidence,
 * the links between stories that are no copies of each other, and the limits by which all this was decided. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/container.h"
#include "formats/types.h"

/* Of an article's wording to its story's root, or of one linked story to another. */
#define STORIES_RELATIONS(X)                                                \
    X(RELATION_ROOT, 0, "root")                                             \
    X(RELATION_SAME, 1, "same")   /* the root's wording */                  \
    X(RELATION_EXACT, 2, "exact") /* equal bodies, other titles */          \
    X(RELATION_NEAR, 3, "near")                                             \
    X(RELATION_CONTAINS, 4, "contains")   /* it contains the root */        \
    X(RELATION_CONTAINED, 5, "contained") /* the root contains it */        \
    X(RELATION_EXCERPT, 6, "excerpt")     /* links only, as what follows */ \
    X(RELATION_EDITION, 7, "edition")                                       \
    X(RELATION_DIGEST, 8, "digest")
enum relation {
#define STORIES_ENUM(name, value, text) name = (value),
    STORIES_RELATIONS(STORIES_ENUM)
#undef STORIES_ENUM
};
enum {
    STORIES_RELATION_MAX = RELATION_DIGEST
};
/* "root", "same", ...; "?" for an unknown one. */
const char *stories_relation_name(uint8_t relation);
/* The relation of that name; -1: there is none. */
int stories_relation_of(const char *name);

/* What was looked for when the index was made (--copies). */
#define STORIES_MODES(X)                                            \
    X(STORIES_NEAR, 0, "near")                                      \
    X(STORIES_EXACT, 1, "exact") /* equal wordings, equal bodies */ \
    X(STORIES_OFF, 2, "off")     /* every article its own story */
enum stories_mode {
#define STORIES_ENUM(name, value, text) name = (value),
    STORIES_MODES(STORIES_ENUM)
#undef STORIES_ENUM
};
const char *stories_mode_name(uint32_t mode); /* "?" for an unknown one */

enum {
    STORIES_SCORE_MAX = 10000, /* scores and fractions are in 1/10000 */
    STORIES_LIMITS_MAX = 128   /* values of stories_writer_limits */
};

struct story_record {
    article_id original; /* first article of the root in canonical order */
    article_id fullest;  /* longest member */
    uint32_t n_articles; /* >= 1 */
};

/* Why an article belongs to its story, or two stories are linked: what comparing the two bodies gave. The
 * first text is the root's (in a link: of story a), the second the member's. Of RELATION_ROOT and RELATION_SAME
 * only the relation and the score say something; all else is 0. */
struct evidence {
    uint8_t relation; /* of the member to the root; in a link of b's article to a's */
    uint8_t rule;     /* of COMPARE_RULES: which one decided */
    uint16_t score;   /* 0..STORIES_SCORE_MAX; an original has the maximum */
    uint16_t covered_root, covered_member; /* of each body, in 1/10000 */
    uint16_t rare; /* of the match, not boilerplate, in 1/10000 */
    uint32_t root_from,
        root_to; /* hull of the match: tokens of the wording, title included */
    uint32_t member_from, member_to;
    uint32_t run; /* longest exact run, in tokens */
    uint32_t facts_agreed, facts_differ;
};

/* The same with root and member exchanged. */
struct evidence stories_mirror(struct evidence e);

/* Two stories of which one quotes, re-edits or collects the other. Stories and articles are numbered on over the
 * segments (stories_base). */
struct story_link {
    uint64_t a, b;                 /* a < b */
    uint64_t article_a, article_b; /* of them: those that were compared */
    struct evidence evidence;
};
typedef VEC(struct story_link) link_vec;

struct stories_writer;
/* Creates the file. Then: segments in order; inside one, stories in order, each followed by its n_articles articles
 * in order. A story of one article, its own original with relation ROOT and the best score, costs nothing. Of
 * articles that follow one another with equal evidence it is stored once. */
int stories_writer_create(struct stories_writer **out, int dirfd, const char *dirname,
                          const char *name, struct err *err);
void stories_writer_segment(struct stories_writer *w);
void stories_writer_story(struct stories_writer *w, struct story_record r);
void stories_writer_article(struct stories_writer *w, const struct evidence *e);
/* A link; ascending (a, b), each pair once, at any time before finish. */
void stories_writer_link(struct stories_writer *w, const struct story_link *l);
/* What was looked for (enum stories_mode) and the values of struct compare_limits, in its order; at most once, before
 * finish. n <= STORIES_LIMITS_MAX. Without it: STORIES_OFF, no values. */
void stories_writer_limits(struct stories_writer *w, uint32_t mode,
                           const uint32_t *values, size_t n);
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
/* The numbers, over all segments, of a segment's first story and first article. */
int stories_base(const struct stories *s, uint32_t segment, uint64_t *first_story,
                 uint64_t *first_article, struct err *err);
/* The segment that holds a story (numbered over all segments), and its number there; the same of an article. */
int stories_place(const struct stories *s, uint64_t story, uint32_t *segment,
                  story_id *id, struct err *err);
int stories_place_article(const struct stories *s, uint64_t article, uint32_t *segment,
                          article_id *id, struct err *err);
int stories_get(const struct stories *s, uint32_t segment, story_id id,
                struct story_record *out, struct err *err);
/* First story of the segment >= lo that has a record, that is, more than one article or something unusual to say:
 * 0, ITER_END, error. */
int stories_next_stored(const struct stories *s, uint32_t segment, story_id lo,
                        story_id *out, struct err *err);
/* An article's evidence. To read that of all members, stories_members is cheaper. */
int stories_member(const struct stories *s, uint32_t segment, article_id id,
                   struct evidence *out, struct err *err);

/* A walk over a story's articles in their order. */
struct stories_walk {
    const struct stories *stories;
    uint64_t story;          /* over all segments */
    const uint8_t *at, *end; /* what is left of the record; NULL: the usual story */
    uint32_t left;           /* articles to come */
    uint32_t left_equal;     /* of them, those that have `evidence` */
    struct evidence evidence;
};
int stories_members(const struct stories *s, uint32_t segment, story_id id,
                    struct stories_walk *out, struct err *err);
/* 0, ITER_END, error. */
int stories_members_next(struct stories_walk *w, struct evidence *out, struct err *err);

/* All links; those with the story (numbered over all segments) on either side, ascending by the other one; out
 * is reset first. */
uint64_t stories_n_links(const struct stories *s);
int stories_links(const struct stories *s, uint64_t story, link_vec *out,
                  struct err *err);
/* First story >= lo that is the first (a) of a link: 0, ITER_END, error. Its links to later stories are appended to
 * out: so all links are read once, in order. */
int stories_next_linked(const struct stories *s, uint64_t lo, uint64_t *story,
                        link_vec *out, struct err *err);
/* What stories_writer_limits was given: at most cap values, *n how many there are. */
int stories_limits(const struct stories *s, uint32_t *mode, uint32_t *values,
                   size_t cap, size_t *n, struct err *err);

/* What there is, counted over the whole generation. */
struct stories_summary {
    uint64_t with_copies; /* stories of two articles or more */
    uint64_t largest;     /* articles of the largest story */
    uint64_t
        relations[STORIES_RELATION_MAX + 1];  /* articles by relation to their root */
    uint64_t links[STORIES_RELATION_MAX + 1]; /* by relation */
};
int stories_summary(const struct stories *s, struct stories_summary *out,
                    struct err *err);

/* Every byte, and that every record can be. */
int stories_verify(struct stories *s, struct err *err);
