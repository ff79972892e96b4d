/* Words of a query in the dictionaries of all segments. For plan.c. */
#pragma once

#include "query/plan.h"

/* The entries of one key, or of all that begin with it, that stand for spans of one width. */
struct plan_lists {
    const struct leaf_entry **entries; /* by segment; in the arena */
    size_t *n_entries;                 /* by segment */
    uint64_t *count;                   /* by segment: addresses */
    bool is_key; /* all entries of one key that have this width, the plain one first */
};

/* One of several that may stand at a place. */
struct plan_alt {
    const struct ast *ast;
    struct plan_item *items; /* one after the other; in the arena */
    size_t n;
};

/* A word, prefix, pattern, or alternatives that are such: its entries by width; a run: those of its
 * pairs, one after the other; other alternatives: each. Nothing for ANY, whose width is 1. */
struct plan_item {
    const struct ast *ast;
    uint32_t widths; /* bit w: it has spans of w tokens */
    struct plan_lists by_width[LEAF_WIDTH_MAX + 1];
    struct plan_lists *pairs; /* RUN: n_children - 1 of them */
    struct plan_alt *alts;    /* n_alts, some of them of several words */
    size_t n_alts;            /* 0: it is not such */
};

/* Looks an item up. A word that no segment knows has width 1 and no entries. ERR_LIMIT when it
 * stands for too many, or too much of the dictionary was read; ERR_CORRUPT, ERR_NOMEM. */
int plan_lookup(struct plan *p, const struct ast *ast, struct plan_item *out,
                struct err *err);
