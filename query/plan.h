/* From a tree to what is run: words looked up in every segment, phrases cut into leaves that
 * address space can answer, cheapest first. The plan also holds the buffers of its
 * evaluation, so one plan is run by one thread at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "formats/snapshot.h"
#include "query/ast.h"
#include "query/deadline.h"
#include "query/expand.h"
#include "query/leaf.h"
#include "query/scope.h"
#include "query/span.h"

enum {
    PLAN_ENTRIES_MAX = 1 << 18, /* and all those of a query, in all segments */
    PLAN_VISITED_PASSES =
        16, /* times that patterns may read as many entries as all dictionaries have */
    PLAN_VISITED_LEAST = 1 << 22, /* and entries that they may read in any case */
    PLAN_LISTS_MAX =
        1 << 19, /* lists that all leaves open, and places they have, likewise */
    PLAN_WORK_PART =
        2, /* of the addresses of a segment a query may look at one in so many */
    PLAN_WORK_LEAST = 1 << 22,  /* addresses that it may look at in any case */
    PLAN_ALTERNATIVES_MAX = 64, /* a phrase is spelled out in so many widths at most */
    PLAN_LIKE_WORDS = 25,       /* of an article that like: looks for */
    PLAN_NO_RANK = -1
};

#define PLAN_KINDS(X)                                                                  \
    X(PLAN_LEAF, "leaf")     /* spans of one width, found in address space */          \
    X(PLAN_UNION, "union")   /* spans of any child */                                  \
    X(PLAN_JOIN, "join")     /* spans of the children, each right behind the other */  \
    X(PLAN_PAD, "pad")       /* the child's with tokens before and behind */           \
    X(PLAN_WINDOW, "window") /* of `distance` tokens, the children in any order */     \
    X(PLAN_NEAR, "near")                                                               \
    X(PLAN_PRE, "pre")                                                                 \
    X(PLAN_NOT_NEAR, "not-near")                                                       \
    X(PLAN_ATLEAST, "atleast")                                                         \
    X(PLAN_IN, "in")   /* spans of the child, if an article has one so far in front */ \
    X(PLAN_AND, "and") /* these three say which wordings match and have no spans */    \
    X(PLAN_OR, "or")                                                                   \
    X(PLAN_NOT, "not")                                                                 \
    X(PLAN_EXACT, "exact")   /* spans of the child, written as its tree says */        \
    X(PLAN_STORY, "story")   /* all articles of the stories its child matches */       \
    X(PLAN_FILTER, "filter") /* articles or stories that its filter names */

enum plan_kind {
#define PLAN_ENUM(name, text) name,
    PLAN_KINDS(PLAN_ENUM)
#undef PLAN_ENUM
};

/* What an ID of a filter means. */
struct plan_target {
    uint32_t segment;
    article_id article;
    story_id story;
};

/* What a node has taken so far, over all windows: for explain. */
struct plan_work {
    uint64_t windows; /* in which it was looked for */
    uint64_t places;  /* LEAF: found, in the stream */
    uint64_t spans;   /* made of them, in wordings */
};

struct plan_node {
    enum plan_kind kind;
    const struct ast *ast; /* what it stands for */
    struct plan_node **children;
    size_t n_children;
    uint32_t *order;        /* of the children, cheapest first in the segment at hand */
    uint64_t cost;          /* plan_cost, likewise */
    uint32_t leaf;          /* LEAF: index into the leaves of a segment */
    enum ast_within within; /* NEAR, PRE; not WORDS: distance is 0 */
    int32_t
        overlap; /* child of a JOIN: tokens it shares with the one before it; < 0: that
                          lie between them */
    uint32_t before, behind;     /* PAD: tokens */
    uint32_t distance;           /* NEAR, PRE, NOT_NEAR, ATLEAST, IN */
    const struct filter *filter; /* FILTER: the tree's, or made for it */
    struct plan_target target;   /* FILTER with an ID */
    struct filter_pass *pass;    /* FILTER that asks what the index holds; owned */
    struct plan_work work;
    /* evaluation of one window; owned buffers */
    address_vec found; /* LEAF: where it begins, in the stream */
    struct hits hits;  /* spans on the axis of the carriers */
    struct hits spare;
    struct scope scope; /* stories that can match */
    struct scope scope_spare;
    VEC(uint64_t) matched; /* a bit for each unit of the carriers */
};

struct plan_ref {
    struct plan_node *node;
};
typedef VEC(struct plan_ref) plan_refs;

/* A word, prefix, phrase or run that ranking weighs. */
struct plan_ranked {
    struct plan_node *node;
    plan_refs words; /* owned; whose idf are summed */
    size_t
        first; /* the part that is the same, or this one: it stands in the query before */
    double idf; /* known after rank_prepare */
};

struct plan_segment {
    struct leaf *leaves; /* plan.n_leaves of them */
};

struct plan {
    const struct snapshot *snapshot;
    struct arena *arena;
    const struct ast *tree; /* that it was made of */
    struct plan_node *root;
    plan_refs nodes;                /* all of them; owned array, as the next three */
    plan_refs atoms;                /* whose hits are counted, in the query's order */
    VEC(struct plan_ranked) ranked; /* in the query's order */
    VEC(uint32_t) leaf_widths;      /* n_leaves */
    size_t n_leaves;
    struct plan_segment *segments; /* snapshot->n_segments, in the arena */
    uint32_t window;               /* addresses; 0: chosen by cost */
    size_t n_entries;              /* of parts of words, so far */
    struct expand_cost expanded;   /* for them, so far */
    struct expansions *expansions; /* of the index, or NULL */
    size_t ordered; /* segment for which `order` and `cost` are set, and 1; 0: none */
    bool ranked_ready;            /* idf are known */
    struct filter_tools *filters; /* what filters share, or NULL; owned */
    bool by_article;              /* a filter may tell articles of one wording apart */
    bool by_text; /* the same, in what is written: their hits differ, too */
    const struct deadline
        *deadline; /* NULL: none; looked at while planning and running */
};

struct plan_options {
    uint32_t window; /* as in struct plan */
    const struct deadline *deadline;
    struct expansions *expansions; /* kept for other queries of the index, or NULL */
};

/* Looks words up and makes the plan, which refers to snapshot, tree, deadline and arena.
 * ERR_LIMIT when a prefix stands for more than EXPAND_MAX entries, or all of them for more than
 * PLAN_ENTRIES_MAX (the words say how to narrow them), or the query has too many parts for
 * so many segments (PLAN_LISTS_MAX) or stands for too many places (PLAN_WORK_PART);
 * ERR_USAGE when the ID of a filter means no article, or more than one; ERR_STOPPED at the
 * deadline; ERR_CORRUPT, ERR_NOMEM. */
int plan_make_with(const struct snapshot *snapshot, const struct ast *tree,
                   const struct plan_options *options, struct arena *arena,
                   struct plan **out, struct err *err);
/* The same without a deadline; window: 0, or the size of windows in addresses
 * (1..WINDOW_ADDRESSES), which tests make tiny. */
int plan_make_window(const struct snapshot *snapshot, const struct ast *tree,
                     uint32_t window, struct arena *arena, struct plan **out,
                     struct err *err);
/* The same with window 0. */
int plan_make(const struct snapshot *snapshot, const struct ast *tree,
              struct arena *arena, struct plan **out, struct err *err);
/* Another plan of the same query, for another thread, which may be made and run while the first is run. As plan_make_with. */
int plan_again(const struct plan *p, struct arena *arena, struct plan **out,
               struct err *err);
void plan_release(struct plan *p); /* frees cursors and buffers; accepts NULL */
/* Frees the cursors of one segment, unless it is the only one; they are opened again when needed. */
void plan_rest(struct plan *p, size_t segment);

/* An upper bound of the places in a segment where the node may match, in addresses. */
uint64_t plan_cost(const struct plan *p, size_t segment, const struct plan_node *node);

/* The same over all segments; only for nodes of the plan. */
uint64_t plan_cost_all(const struct plan *p, const struct plan_node *node);
/* "near", "leaf". */
const char *plan_kind_name(enum plan_kind kind);

/* The plan, one node a line, indented: kind, words, entries with their story and occurrence
 * counts, estimated cost, method; behind a | what it took, once it was run. */
void plan_print(const struct plan *p, struct buf *out);
