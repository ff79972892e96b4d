/* Counting the pairs of queries in one story (query/cooc.h). A story of one wording is counted at once for all queries
 * (cooc_simple.c); one of several, or one whose articles do not all match, pair by pair (cooc_several.c). */
#pragma once

#include "query/cooc.h"
#include "query/grouping.h"
#include "query/span.h"

/* A query that matches the story at hand. */
struct cooc_present {
    uint32_t query;
    struct cooc_entry entry;
    const address *addresses; /* its hits, or the units that hold them, or */
    const struct cooc_wording *wordings;
    size_t first_side, n_sides; /* in cooc_story.sides */
    size_t first_unit, n_units; /* in cooc_story.units, if of wordings */
};

/* A unit in which a query has a hit. */
struct cooc_mark {
    uint32_t unit;
    uint32_t present; /* the query's place in cooc_story.present */
};

/* The hits of a query in one wording of a story. */
struct cooc_side {
    wording_id wording;
    article_id first_article;
    const article_id
        *articles; /* those that match; NULL: those from first_article on */
    uint32_t n_articles;
    size_t n_spans;
    const struct span *spans;   /* borrowed; NULL, and */
    const uint32_t *ranks;      /* the units that hold the hits, if those are kept so */
    const uint32_t *passages;   /* of each; NULL: each is one */
    size_t first_unit, n_units; /* in cooc_story.units */
};

/* Zeroed but for c and outlets it is ready. All vectors are owned. */
struct cooc_story {
    struct cooc *c;
    VEC(struct cooc_present) present; /* by query */
    uint32_t n_stories;               /* counted so far */
    uint64_t looked_at;               /* pairs since the clock was looked at */
    VEC(uint32_t) units;
    /* a story of one wording that matches whole */
    VEC(uint64_t) rows; /* by `present`: a bit for each unit that has hits */
    VEC(struct cooc_mark) marks;
    VEC(uint32_t) heads, by_unit;
    VEC(uint32_t) touched;  /* pairs with an observation */
    VEC(struct hits) spans; /* by `present` */
    /* others */
    const article_id *allowed; /* only these articles count, ascending; NULL: all */
    size_t n_allowed;
    VEC(struct cooc_side) sides;
    VEC(struct span) expanded; /* spans of addresses */
    VEC(uint64_t) keys;
    VEC(article_id) common;
    struct hits left, right;
    /* windows */
    struct hits near;
    struct span_pool pool;
    /* outlets */
    struct grouping outlets; /* a group is one */
    VEC(uint64_t)
    outlet_pairs; /* bits: cooc.n_pairs of them for each outlet, from a whole number on */
};

struct cooc_story *cooc_story_new(struct cooc *c, struct err *err);
void cooc_story_free(struct cooc_story *s);
/* Counts the story that `present` match, to which the ground has turned. ERR_CORRUPT, ERR_NOMEM, ERR_STOPPED. */
int cooc_story_count(struct cooc_story *s, struct err *err);

/* --- what both ways share ----------------------------------------------------------------------- */

int cooc_story_no_memory(struct err *err); /* ERR_NOMEM */
/* Looks at the clock once so much work was done. */
int cooc_story_look(struct cooc_story *s, size_t work, struct err *err);
/* The bits of the pairs that an article's outlet has; NULL in *out: it has none. */
int cooc_story_outlet(struct cooc_story *s, article_id article, uint64_t **out,
                      struct err *err);
void cooc_story_add_outlet(struct cooc_story *s, uint64_t *bits, size_t pair);
/* Appends the units, numbered from 0, that hold spans of a wording whole, each once, to s->units. ERR_NOMEM. */
int cooc_story_units(struct cooc_story *s, const struct cooc_units *units,
                     const struct span *spans, size_t n, struct err *err);
/* Spans as hits without gaps. ERR_NOMEM. */
int cooc_story_hits(const struct span *spans, size_t n, struct hits *out,
                    struct err *err);
/* The pairs of hits of a wording that are near each other, to s->near; of each, run 2 i of s->pool is the left hit and
 * 2 i + 1 the right one. ERR_NOMEM. */
int cooc_story_near(struct cooc_story *s, const struct hits *a, const struct hits *b,
                    struct err *err);

static inline const struct cooc_hits *cooc_story_hits_of(const struct cooc_story *s,
                                                         size_t present)
{
    return &s->c->hits[s->present.items[present].query];
}
static inline size_t cooc_story_pair(const struct cooc_story *s, size_t a, size_t b)
{
    return cooc_index(s->c, s->present.items[a].query, s->present.items[b].query);
}
static inline struct cooc_count *cooc_story_total(const struct cooc_story *s,
                                                  size_t present)
{
    return &s->c->totals[s->present.items[present].query];
}
