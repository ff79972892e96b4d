/* Which words stand near the hits of a query, and how often.
 *
 * An observation is a hit and a word near it. Once for each passage: equal homes of the hit's matched words and of the
 * word are one observation, however many articles carry both; a word that two hits are near is observed by each.
 * And once for each article that carries them: every hit of every article that matches counts what is near it
 * there. Both are counted.
 *
 * The words of a hit's span, from its first to its last, are the hit and not near it. A window ends with the article's
 * wording, and, where it is asked for, with the sentences or paragraphs that the hit begins and ends in.
 *
 * Stories of one wording, nearly all, are counted from blocks of the token stream straight into the rows
 * (collocates_near.c); the others by the homes of their words (collocates_story.c). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/forward.h"
#include "formats/snapshot.h"
#include "query/ast.h"
#include "query/carriers.h"
#include "query/collocates_phrases.h"
#include "query/deadline.h"
#include "query/engine.h"
#include "query/outlets.h"
#include "query/story_table.h"
#include "query/values.h"
#include "query/written.h"

enum {
    COLLOCATES_WINDOW_MAX = 10000,
    COLLOCATES_BITS = 32, /* outlets that rows have a bit for: those that came first */
    COLLOCATES_BLOCKS = 16, /* of the stream, decoded, that are held */
    COLLOCATES_BATCH = 512, /* words that are counted together, of some stories */
    COLLOCATES_BATCH_STORIES = 128,
    COLLOCATES_COPIED = 8 /* words of a window that are copied at once */
};

struct collocates_options {
    uint32_t left, right;   /* words before the hit and behind it; UINT32_MAX: all */
    enum ast_within within; /* beyond which a window does not reach */
    bool by_surface;        /* words as they are written; else their terms */
    uint32_t
        words; /* 2 or 3: sequences of so many words (query/collocates_phrases.h); else words */
};

/* A word near hits: what every observation touches, four to a line of the processor's cache. */
struct collocate {
    uint32_t o; /* observations, by passages, since these were added to the rest */
    uint32_t last_story; /* that was counted */
    uint32_t stories;
    uint32_t outlets; /* bits of the first COLLOCATES_BITS */
};
/* The rest of it, which most rows have not (collocates_need_more). Sums wrap. */
struct collocate_more {
    uint64_t o;        /* observations that are not in `o` of the row */
    uint64_t o_copies; /* those in all articles, less those by passages */
    uint64_t articles; /* in which it stands near a hit, less stories */
    uint64_t last_wording;
    struct outlets_set outlets; /* those without a bit in the row */
    uint32_t id;   /* of one segment: its term, or surface; else a number in `words` */
    uint32_t term; /* by_surface, of several segments: a number in `terms` */
};

/* Words of a batch up to `end` that are of one story, of one article. */
struct collocates_run {
    uint32_t end, story, outlets;
};

/* An observation in a story of several wordings. */
struct collocates_pair {
    uint32_t passage;
    address homes[COLLOCATES_WORDS_MAX]; /* of its words, those it has */
    uint32_t row;
};

/* What occurrences in one segment are told with; zeroed is not yet made. */
struct collocates_counts {
    struct written written; /* by_surface: its counts, by passages */
    uint64_t
        *more; /* owned; by term or surface: what articles have beside these; wraps */
};

struct collocates {
    const struct snapshot *snapshot;
    const struct deadline *deadline;
    struct collocates_options options;
    bool
        lone; /* the archive has one segment: rows have no texts before they are asked for */
    VEC(struct collocate) rows;      /* from 1 on */
    VEC(struct collocate_more) more; /* of the first rows: others have none */
    VEC(uint32_t)
    ids; /* of rows: of one segment its term, or surface; else a number in `words` */
    VEC(uint32_t)
    terms_of; /* by_surface, of several segments: of each of `words` its number in `terms` */
    struct values words, terms;
    struct outlets outlets;
    uint64_t near, near_all; /* observations */
    uint64_t
        near_added; /* so many of these were when the last were added to the rest */
    /* the segment at hand */
    uint32_t segment; /* and 1 */
    uint32_t n_surfaces;
    uint32_t *row_of;    /* owned (base/huge.h); by surface: its row, 0: not met */
    uint32_t *term_rows; /* behind it; by term, likewise */
    size_t table_bytes;  /* of both */
    struct story_table *table; /* owned; where its stories are, once a query wants it */
    uint32_t table_of;         /* the segment, and 1 */
    struct forward_reader reader;
    surface_id batch[COLLOCATES_BATCH + FORWARD_BLOCK + COLLOCATES_COPIED];
    struct collocates_run batch_stories[COLLOCATES_BATCH_STORIES];
    size_t n_batch, n_batch_stories;
    surface_id blocks[COLLOCATES_BLOCKS * FORWARD_BLOCK + COLLOCATES_COPIED];
    uint64_t block_of[COLLOCATES_BLOCKS]; /* number of each, and 1 */
    /* the story at hand */
    uint32_t n_stories;
    uint64_t n_wordings;
    struct story_view view;
    struct scope scope;
    struct carriers carriers;
    VEC(uint32_t) starts; /* of the sentences or paragraphs of a wording */
    break_vec breaks;
    carriers_runs runs;
    VEC(struct collocates_pair) pairs;
    VEC(surface_id) surfaces;
    uint64_t looked_at; /* words in windows since the clock was looked at */
    /* occurrences */
    VEC(struct collocates_counts) counts; /* by segment */
    VEC(surface_id) forms;
    struct arena texts;                /* of words that were asked for */
    struct collocates_phrases phrases; /* their rows are its */
};

/* Makes c ready, whatever it held. ERR_NOMEM. */
int collocates_open(struct collocates *c, const struct snapshot *snapshot,
                    const struct collocates_options *options,
                    const struct deadline *deadline, struct err *err);
void collocates_release(struct collocates *c);
/* Counts what is near all hits of a plan. Once. totals may be NULL. ERR_NOMEM, ERR_STOPPED, ERR_CORRUPT, ERR_LIMIT. */
int collocates_run(struct collocates *c, struct plan *plan,
                   struct engine_totals *totals, struct err *err);
/* Takes one story of engine_run, with want_spans and want_passages; arg is the collocates. For who runs the plan itself. */
int collocates_add(void *arg, const struct story_match *match, struct err *err);

/* What was counted of a word. */
struct collocates_row {
    uint64_t o, o_all, articles, stories;
    uint32_t sources; /* different outlets of the articles */
};
/* Rows are numbered from 1 to collocates_n_rows. */
uint32_t collocates_n_rows(const struct collocates *c);
void collocates_row(const struct collocates *c, uint32_t row,
                    struct collocates_row *out);

/* A row with its texts, which live as long as the collocates. */
struct collocates_word {
    uint32_t row;
    struct bytes word, term; /* by_surface these may differ */
    uint64_t o;              /* observations, in all articles if these are wanted */
    uint64_t
        f2; /* how often it stands in the whole archive: its homes, or in all articles */
};
typedef VEC(struct collocates_word) collocates_words;
/* Appends the rows with `least` observations or more, in no order. `all`: counted in all articles. Of surfaces the stream is
 * read through, and if `all`, every story with copies. ERR_NOMEM, ERR_STOPPED, ERR_CORRUPT. */
int collocates_find_words(struct collocates *c, uint64_t least, bool all,
                          collocates_words *out, struct err *err);
/* One of them. */
int collocates_get_word(struct collocates *c, uint32_t row, bool all,
                        struct collocates_word *out, struct err *err);
/* Words of the whole archive: homes, or of all articles. */
uint64_t collocates_size(const struct collocates *c, bool all);
