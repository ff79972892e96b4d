/* The hits of one query, kept to be held against those of others. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "query/engine.h"
#include "query/span.h"

/* Hits of one wording, in the articles that match. */
struct cooc_wording {
    wording_id wording;
    article_id first_article;
    uint32_t n_articles;
    uint32_t n_spans;
    uint64_t
        articles; /* index of the first in cooc_hits.articles, and 1; 0: they are those
                          from first_article on */
    uint64_t spans; /* index in cooc_hits.spans */
    uint64_t
        passages; /* index in cooc_hits.passages, and 1; 0: each hit of the story is a
                          passage */
};

/* A story that matches. */
struct cooc_entry {
    uint32_t segment;
    story_id story;
    uint32_t n_wordings;
    bool whole;        /* one wording, and all articles that have it */
    uint64_t wordings; /* index in cooc_hits.wordings */
};

/* Zeroed is empty. All of it is owned. */
struct cooc_hits {
    VEC(struct cooc_entry) entries; /* ascending segment, story */
    VEC(struct cooc_wording) wordings;
    VEC(struct span) spans; /* ascending, in tokens of the wording */
    VEC(uint32_t) passages;
    VEC(article_id) articles;
};
void cooc_hits_release(struct cooc_hits *h);
/* Takes a story of engine_run with want_spans and want_passages; arg is the cooc_hits. Those without hits are kept,
 * too: filters match articles. ERR_NOMEM. */
int cooc_hits_add(void *arg, const struct story_match *match, struct err *err);

/* The i-th article of a wording's. */
static inline article_id cooc_hits_article(const struct cooc_hits *h,
                                           const struct cooc_wording *w, uint32_t i)
{
    return w->articles ? h->articles.items[w->articles - 1 + i] : w->first_article + i;
}
/* The number of a hit's passage in its story. */
static inline uint32_t cooc_hits_passage(const struct cooc_hits *h,
                                         const struct cooc_wording *w, uint32_t i)
{
    return w->passages ? h->passages.items[w->passages - 1 + i] : i;
}
