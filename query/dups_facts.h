/* Examples of the facts (numbers, months, weekdays) in which two articles agree and differ. */
#pragma once

#include "query/dups_pair.h"

enum {
    DUPS_FACTS_MAX = 5 /* examples of each */
};

/* Tokens [from[0], to[0]) of the first wording and [from[1], to[1]) of the second, titles included; either may be empty. */
struct dups_fact {
    uint32_t from[2], to[2];
};
struct dups_facts {
    struct dups_fact agreed[DUPS_FACTS_MAX], differing[DUPS_FACTS_MAX];
    size_t n_agreed, n_differing;
};
/* The first of each in a pair that was compared. Differing: what stands in a gap between two runs, where one of the two
 * has a fact there. */
void dups_facts_find(const struct dups_pair *p, struct dups_facts *out);
