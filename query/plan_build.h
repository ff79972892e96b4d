/* What makes a plan: nodes, and the specifications of leaves that every segment's leaves are
 * made of at the end. For plan.c and plan_phrase.c. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "query/plan.h"
#include "query/plan_lookup.h"

/* A dictionary key at its place of a phrase. */
struct plan_place {
    const struct plan_lists *lists;
    uint32_t shift; /* tokens from the phrase's first */
    uint32_t width;
};

struct plan_spec {
    uint32_t width;
    struct plan_place *places; /* in the arena; shifts from the leaf's first token */
    size_t n;
};

struct plan_build {
    struct plan *p;
    VEC(struct plan_spec) specs; /* owned */
    struct err *err;
};

/* All return 0 or what b->err then holds. */

int plan_build_no_memory(struct plan_build *b); /* ERR_NOMEM */
int plan_build_push(struct plan_build *b, plan_refs *list, struct plan_node *node);
int plan_build_node(struct plan_build *b, enum plan_kind kind, const struct ast *ast,
                    struct plan_node **out);
/* A node over the list, or the only one of it where that means the same: unless kind is one of
 * NOT, STORY, PAD, ATLEAST and IN. */
int plan_build_parent(struct plan_build *b, enum plan_kind kind, const struct ast *ast,
                      const plan_refs *list, struct plan_node **out);
/* A leaf over places[0..n), whose shifts count from any token. */
int plan_build_leaf(struct plan_build *b, const struct ast *ast,
                    const struct plan_place *places, size_t n, struct plan_node **out);
/* Makes every segment's leaves of the specifications. */
int plan_build_leaves(struct plan_build *b);

/* A phrase of n items, or one item alone: spelled out in all widths its items have, cut
 * into leaves (plan_phrase.c). */
int plan_phrase_make(struct plan_build *b, const struct ast *ast,
                     const struct plan_item *items, size_t n, struct plan_node **out);
/* Appends the words whose idf make up that of a phrase: its items but ANY; of a run, its
 * pairs; of alternatives with phrases among them, the union of their words. */
int plan_phrase_words(struct plan_build *b, const struct plan_item *items, size_t n,
                      plan_refs *words);

/* The article that an ID or its beginning means. ERR_USAGE if there is none or more than one; for
 * story: several articles of one story will do. */
int plan_filter_target(const struct snapshot *s, const struct filter *f,
                       struct plan_target *out, struct err *err);
/* The words of like: (query/like.h) as an OR over words; NULL if the article has none. */
int plan_like_words(struct plan_build *b, const struct plan_target *target,
                    const struct ast *like, struct ast **out);
