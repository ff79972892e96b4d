/* Two articles compared directly, as the index was made: what they share, the relation and the rule that decides it, and what the
 * index has made of the two. */
#pragma once

#include <stdbool.h>

#include "query/dups_stock.h"

/* What many pairs share. Zeroed and begun. */
struct dups_pair_tools {
    struct dups_words words;
    struct compare *compare;      /* owned */
    struct compare_limits limits; /* those stamped in the index */
    uint32_t mode;                /* enum stories_mode */
    bool own_limits;              /* the index has none that this program knows */
    VEC(uint64_t) shingles[2];    /* owned scratch, as is links */
    link_vec links;
    struct dups_stock stock;
};
int dups_pair_begin(struct dups_pair_tools *t, const struct snapshot *snapshot,
                    struct err *err);
void dups_pair_end(struct dups_pair_tools *t); /* accepts a zeroed struct */

/* [0] is the first article, [1] the second. Zeroed is empty; may be used again. */
struct dups_pair {
    struct dups_text text[2];
    struct compare_evidence
        evidence;                 /* of the first to the second; spans in the bodies */
    VEC(struct compare_run) runs; /* in the bodies */
    uint32_t shingles[2], shared; /* distinct ones of five words, and those in both */
    bool same_story;
    struct evidence to_root[2]; /* as the index has it */
    bool linked;                /* two stories */
    bool link_of_these;         /* by these very articles */
    struct evidence link;       /* of their stories: the second one's is the root */
};
void dups_pair_release(struct dups_pair *p);
/* Loads and compares. whole: the texts too, the rare part in any case, shingles; else only what the relation takes. */
int dups_pair_compare(struct dups_pair *p, struct dups_pair_tools *t,
                      struct show_place a, struct show_place b, bool whole,
                      struct err *err);
/* Whether two articles of this relation say the same thing or quote each other: all but unrelated, template and
 * boilerplate. */
bool dups_pair_related(uint8_t relation);
