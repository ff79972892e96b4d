/* Which rows search prints, and in what order: the best stories, or all that match by date or source; a page of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/engine.h"
#include "query/shown.h"

enum listing_sort {
    LISTING_SCORE, /* BM25, the best first */
    LISTING_DATE,  /* of the article shown, the earliest first; undated ones last */
    LISTING_DATE_DESC,
    LISTING_SOURCE /* outlets in the order of their bytes; articles without one last */
};
#define LISTING_SORTS "score|date|date-desc|source"

const char *listing_sort_name(int sort); /* "date-desc" */

/* A row: a story, with the article that stands for it, or an article of it. */
struct listing_item {
    uint64_t key; /* what it is sorted by; of equal ones the canonical order decides */
    uint32_t segment;
    story_id story;
    article_id article; /* not of LISTING_SCORE */
    double score;       /* of LISTING_SCORE */
};

/* Zeroed but for the options it is empty. */
struct listing {
    /* options */
    int sort;               /* enum listing_sort */
    uint64_t offset, limit; /* rows passed over, rows shown (0: all) */
    bool articles;          /* rows are articles, else stories */
    /* what was found */
    VEC(struct listing_item) items; /* owned; the page's rows in order */
    struct engine_totals totals;
    uint64_t of; /* rows there are */
};
void listing_release(struct listing *l);

/* Finds the page. With LISTING_SCORE and `articles` the items are stories from the first one on, as many as may be needed:
 * their articles are rows, of which the first `offset` are to be passed over. Memory grows with the stories (articles)
 * that match, 32 bytes each; with LISTING_SCORE with offset and limit. ERR_NOMEM, and what reading gives. */
int listing_find(struct listing *l, struct plan *plan, const struct snapshot *snapshot,
                 struct shown *shown, struct err *err);

/* Gives the page's stories with their spans and scores. Items of one story that follow one another come together: `n` of
 * them from `items` on. A non-zero return ends it and is returned. */
typedef int listing_fn(void *arg, const struct story_match *match,
                       const struct listing_item *items, size_t n, struct err *err);
int listing_give(const struct listing *l, struct plan *plan, listing_fn *fn, void *arg,
                 struct err *err);
