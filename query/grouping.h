/* Articles by outlet, author, month ...: what an article is grouped by, the groups there are, and the counts
 * of each (count --by, timeline, stats --by).
 *
 * A story is counted in every group that has an article of it; its hits in a group are the
 * distinct passages of the group's articles. So the stories and hits of groups may add up to more
 * than the whole has: a story that two outlets carried is one story of each. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/bins.h"
#include "query/engine.h"
#include "query/values.h"

/* Kind, name, what stands in place of a value in text where an article has none. */
#define GROUPING_FIELDS(X)                         \
    X(GROUPING_SOURCE, "source", "(no source)")    \
    X(GROUPING_AUTHOR, "author", "(no author)")    \
    X(GROUPING_SECTION, "section", "(no section)") \
    X(GROUPING_LANG, "lang", "(no language)")      \
    X(GROUPING_TAG, "tag", "(no tag)")             \
    X(GROUPING_YEAR, "year", "(undated)")          \
    X(GROUPING_MONTH, "month", "(undated)")        \
    X(GROUPING_WEEK, "week", "(undated)")          \
    X(GROUPING_DAY, "day", "(undated)")

enum grouping_field {
#define GROUPING_ENUM(kind, name, none) kind,
    GROUPING_FIELDS(GROUPING_ENUM)
#undef GROUPING_ENUM
    GROUPING_KINDS
};

enum {
    GROUPING_MAX = 4, /* fields */
    GROUPING_NONE = INT32_MIN
};

/* What articles are grouped by, the outermost first. n 0: one group of all. */
struct grouping_keys {
    unsigned n;
    enum grouping_field field[GROUPING_MAX];
};
/* Reads "source,month". ERR_USAGE names what is wrong, and the nearest field. */
int grouping_parse(const char *list, struct grouping_keys *out, struct err *err);
const char *grouping_name(enum grouping_field field); /* "month" */
const char *grouping_none(enum grouping_field field); /* "(undated)" */
/* Is it made of days? *unit says of what length. */
bool grouping_is_date(enum grouping_field field, enum bins_unit *unit);

struct grouping_group {
    int32_t value
        [GROUPING_MAX]; /* a bin, a number of the field's values, or GROUPING_NONE */
    struct engine_totals totals;
    uint64_t words, words_all; /* grouping_archive */
};

struct grouping_member {
    uint32_t group;
    uint32_t wording; /* index in the story's */
};

/* Numbers of a segment's words as values. */
struct grouping_words {
    VEC(int32_t) value; /* by word; GROUPING_UNKNOWN: not asked yet */
};

/* The block of articles at hand. */
struct grouping_place {
    uint32_t segment, block;
    bool set;
};

struct grouping_column {
    struct values values;
    /* A second article of a block has all of it read: who comes to one mostly comes to more. */
    struct grouping_place asked, read;
    uint32_t word
        [PROVENANCE_BLOCK]; /* of the block that was read, as provenance_block has them */
    struct bytes text[PROVENANCE_BLOCK];
    VEC(struct grouping_words) words; /* by segment */
};

/* After grouping_open it is empty and may be filled. */
struct grouping {
    const struct snapshot *snapshot; /* borrowed */
    struct grouping_keys keys;
    VEC(struct grouping_group) groups; /* in the order in which they came */
    VEC(uint32_t) slots;               /* a hash table: group and 1, 0 is free */
    struct provenance_cache *cache;
    struct grouping_column column[GROUPING_MAX];
    struct grouping_place day_block;
    int32_t day[PROVENANCE_BLOCK];
    VEC(struct grouping_member) members; /* of the story at hand */
    VEC(uint32_t) found;                 /* groups of the article at hand */
    VEC(int32_t) items;                  /* values of its tags */
    VEC(uint32_t) seen; /* of each passage: the last group it was counted in, and 1 */
};

/* ERR_NOMEM. Release it in every case. */
int grouping_open(struct grouping *g, const struct snapshot *snapshot,
                  const struct grouping_keys *keys, struct err *err);
void grouping_release(struct grouping *g); /* accepts a zeroed struct */
/* Forgets the groups, keeps what is known of values. */
void grouping_reset(struct grouping *g);

/* Sets g->found to the article's groups: one, but for an article of several tags. */
int grouping_article(struct grouping *g, uint32_t segment, article_id article,
                     struct err *err);
/* Adds the counts of a story that matches, with its spans and passages (engine_options.story; arg is the
 * grouping). */
int grouping_add(void *arg, const struct story_match *match, struct err *err);
/* For qsort: members by group, then wording. */
int grouping_compare(const void *a, const void *b);
/* The group that has just these values; NULL: there is none. */
const struct grouping_group *grouping_find(const struct grouping *g,
                                           const int32_t *values);

/* The text of a group's i-th value: "" where it has none. Valid until the next call; buf holds dates. */
struct bytes grouping_text(const struct grouping *g, const struct grouping_group *group,
                           unsigned i, char buf[BINS_TEXT_MAX]);

enum grouping_sort {
    GROUPING_BY_KEY, /* by value, field by field: dates as they follow, texts by bytes, none last */
    GROUPING_BY_COUNT /* most hits first (where nothing has hits: articles); of equals, by key */
};
#define GROUPING_SORTS "auto|key|count"
/* What --sort, an index into GROUPING_SORTS, means; auto: by key where the first field is a date, else by count. */
enum grouping_sort grouping_sort_of(const struct grouping_keys *keys, int given);
/* Indices of g->groups in order. ERR_NOMEM. */
typedef VEC(uint32_t) grouping_order_vec;
int grouping_order(const struct grouping *g, enum grouping_sort sort,
                   grouping_order_vec *out, struct err *err);
