/* Which words stand near the hits of a query, and how often.
 *
 * An observation is a hit and a word near it. Once for each passage: equal homes of the hit's matched words and of the
 * word are one observation, however many articles carry both; a word that two hits are near is observed by each.
 * And once for each article that carries them: every hit of every article that matches counts what is near it
 * there. Both are counted.
 *
 * The words of a hit's span, from its first to its last, are the hit and not near it. A window ends with the article's
 * wording, and, where it is asked for, with the sentences or paragraphs that the hit begins and ends in. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/ast.h"
#include "query/carriers.h"
#include "query/deadline.h"
#include "query/engine.h"
#include "query/values.h"
#include "query/written.h"

enum {
    COLLOCATES_WINDOW_MAX = 10000
};

struct collocates_options {
    uint32_t left, right;   /* words before the hit and behind it; UINT32_MAX: all */
    enum ast_within within; /* beyond which a window does not reach */
    bool by_surface;        /* words as they are written; else their terms */
};

/* A word near hits. Its number is its place in the rows, and in `words`. */
struct collocate {
    uint32_t term;     /* by_surface: its term's number in `terms` */
    uint32_t sources;  /* different outlets of the articles */
    uint64_t o, o_all; /* observations: by passages, in all articles */
    uint64_t articles; /* in which it stands near a hit */
    uint64_t stories;
    uint64_t last_wording, last_story; /* that were counted */
    uint32_t last_source;              /* and 1 */
};

/* An observation in a story of several wordings. */
struct collocates_pair {
    uint32_t passage;
    address home;
    uint32_t row;
};

/* (row, outlet), a set. */
struct collocates_set {
    uint64_t *slots; /* owned; 0 is free */
    size_t n, cap;
};

/* Numbers of one segment that occurrences are counted with; zeroed is not yet made. */
struct collocates_counts {
    struct written written; /* by passages */
    uint64_t *all;          /* owned; by surface, in all articles */
};

struct collocates {
    const struct snapshot *snapshot;
    const struct deadline *deadline;
    struct collocates_options options;
    VEC(struct collocate) rows;
    struct values words, terms, sources;
    uint64_t near, near_all; /* observations */
    /* the segment at hand */
    uint32_t segment; /* and 1 */
    uint32_t *row_of; /* owned; by surface: its row and 1 */
    /* the story at hand */
    struct story_view view;
    struct scope scope;
    struct carriers carriers;
    VEC(uint32_t) starts; /* of the sentences or paragraphs of a wording */
    break_vec breaks;
    carriers_runs runs;
    VEC(struct collocates_pair) pairs;
    VEC(surface_id) surfaces;
    VEC(uint32_t) outlets; /* of the wording's articles, each once, and 1 */
    uint64_t n_stories, n_wordings;
    uint64_t looked_at;             /* words in windows since the clock was looked at */
    struct provenance_cache *cache; /* owned */
    struct collocates_set outlets_of; /* (row, outlet) that were counted */
    /* occurrences */
    VEC(struct collocates_counts) counts; /* by segment */
    VEC(surface_id) forms;
};

/* Zeroes c and makes it ready. ERR_NOMEM. */
int collocates_open(struct collocates *c, const struct snapshot *snapshot,
                    const struct collocates_options *options,
                    const struct deadline *deadline, struct err *err);
void collocates_release(struct collocates *c);
/* Takes one story of engine_run, with want_spans and want_passages; arg is the collocates. ERR_NOMEM, ERR_STOPPED,
 * ERR_CORRUPT. */
int collocates_add(void *arg, const struct story_match *match, struct err *err);
/* The term of a row, which is its word unless it is by_surface. Valid until the next story. */
struct bytes collocates_term(const struct collocates *c, uint32_t row);
/* How often the word of a row stands in the whole archive: its homes, or, if `all`, in all articles. Of surfaces, and if `all`, the
 * stream is read through, once. */
int collocates_occurrences(struct collocates *c, uint32_t row, bool all, uint64_t *out,
                           struct err *err);
/* Words of the whole archive: homes, or of all articles. */
uint64_t collocates_size(const struct collocates *c, bool all);
