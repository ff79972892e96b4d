/* The hits of one query, kept to be held against those of others. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "formats/marks_ranks.h"
#include "query/engine.h"
#include "query/leaf_term.h"
#include "query/span.h"
#include "query/story_table.h"

enum {
    COOC_SEGMENTS_MAX = UINT16_MAX
};

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

/* A story that matches. Where the query's hits are all of one width and the story has one wording, they are addresses
 * (query/places.h), and all its articles match. There is one for each query and story, so it is small: where its hits
 * are follows from those before it. */
struct cooc_entry {
    story_id story;
    uint32_t n; /* addresses, or wordings */
    uint16_t segment;
    uint8_t width; /* of hits at addresses; 0: they are in wordings */
    bool whole; /* it has hits in one wording, and all articles that have that match */
};

/* Zeroed is empty. All of it is owned. */
struct cooc_hits {
    VEC(struct cooc_entry) entries; /* ascending segment, story */
    address_vec
        addresses; /* of the entries that have such, one after the other; or units */
    VEC(struct cooc_wording) wordings; /* of the others */
    VEC(struct span) spans;            /* ascending, in tokens of the wording */
    VEC(uint32_t) passages;
    VEC(article_id) articles;
};
void cooc_hits_release(struct cooc_hits *h);
/* How hits are taken; zeroed takes all there is of them. */
struct cooc_taking {
    bool
        no_addresses; /* those of stories of one wording are not wanted: their entries have none */
    int (*table)(void *arg, uint32_t segment, uint64_t hits,
                 const struct story_table **out,
                 struct err *err); /* as in struct places_options */
    void *arg;
};
/* Fills an empty h with what the plan finds. Stories without hits are among it: filters match articles. As engine_run. */
int cooc_hits_take(struct cooc_hits *h, struct plan *plan,
                   const struct cooc_taking *how, struct err *err);
/* Makes of the addresses the numbers, from 1, of the units of their segment that hold the hits whole; hits that lie in several go,
 * and an entry may have none left. ranks: of each segment. ERR_CORRUPT, ERR_NOMEM. */
int cooc_hits_to_units(struct cooc_hits *h, const struct marks_ranks *ranks,
                       struct err *err);
