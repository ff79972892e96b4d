/* Inside text/compare*: which words of two texts stand for each other. */
#pragma once

#include <stdint.h>

#include "base/vec.h"
#include "text/compare.h"
#include "text/compare_index.h"

struct compare_run_vec {
    VEC(struct compare_run) v;
};

struct compare {
    struct compare_index index; /* of the first text */
    struct compare_run_vec
        raw; /* runs as they are found: they may overlap in both texts */
    struct compare_run_vec by_length;
    struct compare_run_vec runs; /* ascending in a, disjoint in both texts */
    uint32_t *partner
        [2]; /* by token: the other text's token that it stands for, COMPARE_NOWHERE: none */
    size_t partner_cap[2];
    bool thorough;
};

/* Every exact run of COMPARE_GRAM words or more, into c->raw, ascending in b; of runs that begin at one token of b the
 * longest. ERR_NOMEM. */
int compare_find_runs(struct compare *c, const struct compare_text *a,
                      const struct compare_text *b, struct err *err);

/* Looks at every fifth word only: whether a pair could come to anything. Every run of eight words is met. */
bool compare_promising(const struct compare *c, const struct compare_limits *l,
                       const struct compare_text *a, const struct compare_text *b,
                       struct compare_evidence *out);

/* Clears c->partner; false: no memory. */
bool compare_no_partners(struct compare *c, uint32_t n_a, uint32_t n_b);

/* c->raw to c->runs and c->partner: longest runs first, no token twice. ERR_NOMEM. */
int compare_pair_tokens(struct compare *c, const struct compare_text *a,
                        const struct compare_text *b, struct err *err);

/* The figures of *out from c->runs; fills short gaps in c->partner. */
void compare_measure(struct compare *c, const struct compare_limits *l,
                     const struct compare_text *a, const struct compare_text *b,
                     struct compare_evidence *out);
