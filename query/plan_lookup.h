/* Words of a query in the dictionaries of all segments. For plan.c. */
#pragma once

#include "query/plan.h"

/* The entries of one key, or of all that begin with it, that stand for spans of one width. */
struct plan_lists {
    const struct leaf_entry **entries; /* by segment; in the arena */
    size_t *n_entries;                 /* by segment */
    uint64_t *count;                   /* by segment: addresses */
};

/* A word or prefix: its entries by width; a run: those of its pairs, one after the other. */
struct plan_item {
    const struct ast *ast;
    uint32_t widths; /* bit w: it has spans of w tokens */
    struct plan_lists by_width[LEAF_WIDTH_MAX + 1]; /* WORD, PREFIX */
    struct plan_lists *pairs;                       /* RUN: n_children - 1 of them */
};

/* Looks an item (WORD, PREFIX, RUN) up. A word that no segment knows has width 1 and no
 * entries. */
int plan_lookup(struct plan *p, const struct ast *ast, struct plan_item *out,
                struct err *err);
