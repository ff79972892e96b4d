/* A query that is one word, or one phrase that address space answers whole, over stories of one wording: where its hits stand
 * in the stream, without laying wordings out or making spans. Nearly all stories of an archive are such, and nearly all
 * that is asked of all hits of a common word (collocates, pairs) is asked of these.
 *
 * The other stories, and all those of other queries, go the engine's way. */
#pragma once

#include "query/engine.h"
#include "query/story_table.h"

/* A story of one wording that matches. */
struct places_story {
    uint32_t segment;
    story_id story;
    address start, end; /* of its only wording */
    wording_id wording;
    article_id first_article; /* those from it on have the wording, and all match */
    uint32_t n_articles;
    const address *hits; /* where spans of `width` tokens begin, ascending */
    size_t n_hits;
    size_t n_ahead; /* so many follow them, of stories that are given later */
    uint32_t width;
};

/* A run of stories of one segment. */
struct places_part {
    uint32_t segment;
    story_id from, to;
};

struct places_options {
    struct engine_options engine; /* of the stories that go its way */
    /* Is given each of the others; a non-zero return ends the run with it. Of one window of stories these come first, so stories
     * are not in order. */
    int (*simple)(void *arg, const struct places_story *story, struct err *err);
    void *arg;
    /* Says which stories are asked, part by part, ascending: 0 or ITER_END. NULL: all of them. */
    int (*next)(void *arg, struct places_part *out);
    void *next_arg;
    /* Where the stories of a segment are, for a query of so many hits in it; NULL in *out, or in its place: not known, then they
     * are looked up window by window. */
    int (*table)(void *arg, uint32_t segment, uint64_t hits,
                 const struct story_table **out, struct err *err);
    void *table_arg;
};

/* As engine_run; scores are not to be wanted. totals may be NULL. */
int places_run(struct plan *p, const struct places_options *options,
               struct engine_totals *totals, struct err *err);
