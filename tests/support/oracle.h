/* The oracle: every article by itself, each query by brute force over its tokens, with the
 * definitions of docs/QUERY.md written down as plainly as they can be. It shares no code
 * with query/ but the tree, and with the index only where the homes of words are asked for
 * (after checking that the pieces spell the article). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "formats/snapshot.h"
#include "query/ast.h"
#include "tests/support/handmade.h"

struct oracle_article {
    const struct handmade_article *made;
    uint8_t *breaks; /* that of token 0 is none */
    address *homes;  /* of each token */
};

/* What like: looks for; made when first asked for. */
struct oracle_like {
    const struct ast *filter;
    size_t story;      /* the article's own, as handmade counts */
    struct ast *words; /* the nodes, weightiest first */
    size_t n_words;
};

struct oracle {
    const struct snapshot *snapshot;
    const struct handmade *made;
    struct arena arena;
    VEC(struct oracle_article) articles; /* by (segment, article id) */
    bool
        by_text; /* the query at hand asks how words are written: hits are each article's own */
    VEC(struct oracle_like) likes; /* of the query at hand */
};

/* Reads the homes of all articles and checks pieces against tokens. ERR_CORRUPT when they do
 * not spell the article. */
int oracle_open(struct oracle *o, const struct snapshot *snapshot,
                const struct handmade *made, struct err *err);
void oracle_close(struct oracle *o);

struct oracle_span {
    uint32_t first, len;
    const uint8_t *matched; /* len flags: the token is one of the words that matched */
};

typedef VEC(struct oracle_span) oracle_spans;

/* A wording of which an article matches. */
struct oracle_wording {
    wording_id wording;
    const struct oracle_span *spans;
    size_t n_spans;
    size_t *passages;     /* of each span; equal numbers in a story are one passage */
    article_id *articles; /* those that match, ascending */
    size_t n_articles;
};

struct oracle_story {
    uint32_t segment;
    story_id story;
    struct oracle_wording *wordings; /* ascending */
    size_t n_wordings;
    uint64_t hits, hits_all;
    uint32_t articles;
    double score;
};

struct oracle_answer {
    VEC(struct oracle_story) stories; /* owned; by (segment, story) */
    uint64_t hits, hits_all, articles;
};

/* Everything in the answer but its vector lives in `arena`. */
int oracle_ask(struct oracle *o, const struct ast *query, struct arena *arena,
               struct oracle_answer *out, struct err *err);
