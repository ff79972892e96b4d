/* The query as a tree, in an arena that is dropped whole. What each kind means is said in
 * docs/QUERY.md; its spans are defined in query/span.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "query/filter.h"

#define AST_KINDS(X)                                                                       \
    X(AST_WORD, "word")       /* one word: its plain entry and every joined one */         \
    X(AST_PREFIX, "prefix")   /* pre*: every plain entry that starts with it */            \
    X(AST_PATTERN, "pattern") /* w?rd, *fix: every plain entry that it matches */          \
    X(AST_STEM, "stem") /* stem(word): the word, and every plain entry of its stem */      \
    X(AST_REGEX, "regex")   /* /regex/: every plain entry that it matches */               \
    X(AST_EXACT, "exact")   /* ="surface": where its children, items one after \
                                 the other, are written like that */           \
    X(AST_RUN, "run")       /* Han, kana, Thai: children WORD, side by side */             \
    X(AST_ANY, "any")       /* inside a phrase: one token, whichever */                    \
    X(AST_ALTS, "alts")     /* inside a phrase: any of its children, items (but no  \
                                 ANY or ALTS) and phrases of them */      \
    X(AST_PHRASE, "phrase") /* children are items, one after the other */                  \
    X(AST_AND, "and")       /* two children or more, as OR */                              \
    X(AST_OR, "or")                                                                        \
    X(AST_NOT, "not") /* one child */                                                      \
    X(AST_WINDOW,                                                                          \
      "window") /* children are items but ANY, in any order in a window with `distance`  \
                               tokens more than they need */ \
    X(AST_NEAR, "near")         /* two children, any order, distance <= n */               \
    X(AST_PRE, "pre")           /* two children, in order, distance <= n */                \
    X(AST_NOT_NEAR, "not-near") /* the first child's that have no second within n */       \
    X(AST_ATLEAST, "atleast")   /* one child: where there are n spans of it */             \
    X(AST_IN, "in") /* one child: in a part of the article; no spans for others */         \
    X(AST_FILTER, "filter") /* which articles or stories may match; no hits */

enum ast_kind {
#define AST_ENUM(name, text) name,
    AST_KINDS(AST_ENUM)
#undef AST_ENUM
};

/* What both operands of a proximity lie in. */
enum ast_within {
    AST_WITHIN_WORDS,     /* `distance` */
    AST_WITHIN_SENTENCE,  /* /s, +s */
    AST_WITHIN_PARAGRAPH, /* /p, +p */
};

/* Where the spans of an IN lie. */
enum ast_part {
    AST_PART_FIRST, /* IN/n: among the first `distance` words of the body */
    AST_PART_TITLE, /* title: */
    AST_PART_BODY   /* body: */
};

struct ast {
    enum ast_kind kind;
    enum ast_part part;     /* IN; not FIRST: distance is 0 */
    enum ast_within within; /* NEAR, PRE; not WORDS: distance is 0 */
    uint32_t
        distance; /* NEAR, PRE, NOT_NEAR, ATLEAST, IN: n >= 1; NEAR/1 is side by side */
    struct bytes
        text; /* as typed: the bytes of the query from `start`, `len` of them */
    uint32_t start, len; /* in the query */
    struct bytes
        term; /* WORD, PREFIX, STEM, REGEX: folded; PATTERN: folded, with its wildcards; RUN:
                          its characters' terms in a row; EXACT: as query/exact.h compares it */
    uint32_t lead,
        trail; /* EXACT: bytes of term before its first word, behind its last */
    const char *language; /* STEM: from stem_language */
    struct filter filter; /* FILTER */
    struct ast **children;
    size_t n_children;
};

const char *ast_kind_name(enum ast_kind kind); /* "word" */

/* True for the kinds that a phrase is made of: WORD to ALTS. */
bool ast_is_item(const struct ast *node);
/* The fewest tokens that an item or a phrase can be. */
uint32_t ast_least_tokens(const struct ast *node);
/* True for what has hits of its own, so that NEAR and PRE may join it: an item, PHRASE,
 * NEAR, PRE, NOT_NEAR, ATLEAST, and OR of such. */
bool ast_is_spans(const struct ast *node);
/* True for the kinds whose node has a `distance`. */
bool ast_has_number(const struct ast *node);
/* True if it asks only where words stand: words, prefixes and phrases, joined by AND, OR, and NEAR and PRE by words. What
 * snapshot_open_core opens answers it. */
bool ast_is_plain(const struct ast *node);
/* "/s" or "/p". */
const char *ast_within_name(enum ast_within within);

/* Do both mean the same? Where they stand in the query, and how they were typed, does not matter. */
bool ast_same(const struct ast *a, const struct ast *b);
/* Equal for trees that are the same. */
uint64_t ast_hash(const struct ast *node);

/* Appends the tree as an S-expression on one line, control bytes as \xNN:
 * (and (word harbour) (near 5 (phrase (word dock) (word workers)) (prefix strik))). */
void ast_print(const struct ast *node, struct buf *out);
