/* Answering: a plan is run to give the stories that match, with the spans that match in each
 * wording. A query is evaluated on every article (its wording) and grouped by story.
 *
 * Hits: those of the atoms (words, prefixes, phrases, proximities that stand in no other)
 * that are not under a NOT, in the wordings that match; a set, so that the same span is
 * counted once. Totals are always exact. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "formats/snapshot.h"
#include "query/plan.h"
#include "query/span.h"

/* The hits of one wording of a story that matches. */
struct wording_match {
    wording_id wording;
    const struct span
        *spans; /* ascending (first, len), in tokens of the wording; may be
                                 none (a query of NOTs only) */
    size_t n_spans;
    /* of each span, with want_passages: which of the story's spans, counted on over its
     * wordings, is the first that is the same passage */
    const uint32_t *passages;
    uint32_t n_articles;        /* that match */
    article_id first_article;   /* of those that have the wording */
    const article_id *articles; /* those that match, ascending; NULL: n_articles from
                                    first_article on */
};

/* The i-th article that matches, i < n_articles. */
static inline article_id engine_article(const struct wording_match *w, uint32_t i)
{
    return w->articles ? w->articles[i] : w->first_article + i;
}

struct story_match {
    uint32_t segment;
    story_id story;
    const struct wording_match
        *wordings; /* those that match, ascending; want_spans only */
    size_t n_wordings;
    uint64_t hits;     /* distinct passages (by homes) */
    uint64_t hits_all; /* spans summed over articles */
    uint32_t articles; /* that match */
    double score;      /* BM25; 0 unless asked for */
};

struct engine_totals {
    uint64_t hits, stories, hits_all, articles;
};

struct engine_options {
    bool want_spans; /* wordings and spans are filled in; else only the numbers */
    bool want_score;
    /* Called for each matching story, segment by segment in story order; the match lives
     * until it returns. May be NULL (totals only). A non-zero return ends the run with it. */
    int (*story)(void *arg, const struct story_match *match, struct err *err);
    void *arg;
    bool want_passages; /* with want_spans: spans of one passage are told */
    bool
        no_hits; /* without want_spans and want_score: hits and hits_all are not asked for, and stay 0 */
};

/* Runs the plan over all segments. totals may be NULL. */
int engine_run(struct plan *p, const struct engine_options *options,
               struct engine_totals *totals, struct err *err);

struct ranked_story {
    uint32_t segment;
    story_id story;
    double score;
};

/* The k best stories by (score descending, canonical order), for ranked search: fills
 * out[0..*n_out), *n_out <= k. Totals count all matches; totals may be NULL. */
int engine_top(struct plan *p, size_t k, struct ranked_story *out, size_t *n_out,
               struct engine_totals *totals, struct err *err);

/* Calls options->story for the given stories only (those chosen by engine_top), in the order
 * given; stories that do not match are left out. */
int engine_stories(struct plan *p, const struct ranked_story *stories, size_t n,
                   const struct engine_options *options, struct err *err);
