/* Inside text/compare*: which words of two texts stand for each other. */
#pragma once

#include <stdint.h>

#include "base/vec.h"
#include "text/compare.h"
#include "text/compare_index.h"

struct compare_run_vec {
    VEC(struct compare_run) v;
};

struct compare_gap {
    uint32_t from[2], to[2]; /* tokens */
};

struct compare {
    struct compare_index index; /* of the first text */
    struct compare_run_vec
        raw; /* runs as they are found: they may overlap in both texts */
    struct compare_run_vec spare; /* for sorting them */
    struct compare_run_vec runs;  /* ascending in a, disjoint in both texts */
    uint32_t *partner
        [2]; /* by token: the other text's token that it stands for, COMPARE_NOWHERE: none */
    size_t partner_cap[2];
    /* What was laid side by side in gaps: what is to be cleared, beside the runs. */
    VEC(struct compare_gap) gaps;
    bool gaps_lost;     /* there was no memory for one of them */
    bool partners_left; /* what was written is not cleared: all is to be */
    bool thorough;
    bool equal;     /* the bodies last looked at */
    uint64_t steps; /* tokens laid side by side since compare_new */
};

/* Exact runs, ascending in b, into c->raw. If so much of a text is in runs that it may be a copy of the other, or if they
 * lie in line, all of COMPARE_GRAM words or more; else those of eight words or more and some shorter ones, which does for
 * quotes and takes a fifth of the time. *hopeless: whatever is made of them, the texts are unrelated. ERR_NOMEM. */
int compare_find_runs(struct compare *c, const struct compare_limits *l,
                      const struct compare_text *a, const struct compare_text *b,
                      bool *hopeless, struct err *err);

/* Room for texts of so many tokens in c->partner, where none has one; false: no memory. Until compare_forget_partners
 * all that is written there stands in c->runs, which are whole by then, and c->gaps. */
bool compare_no_partners(struct compare *c, uint32_t n_a, uint32_t n_b);
/* Clears what was written: most texts share a few runs, and are long. */
void compare_forget_partners(struct compare *c);

/* The words of a run to c->partner. */
static inline void compare_make_partners(struct compare *c, struct compare_run r)
{
    for (uint32_t k = 0; k < r.len; k++) {
        c->partner[0][r.a + k] = r.b + k;
        c->partner[1][r.b + k] = r.a + k;
    }
}

/* c->raw to c->runs and c->partner: longest runs first, no token twice. ERR_NOMEM. */
int compare_pair_tokens(struct compare *c, const struct compare_text *a,
                        const struct compare_text *b, struct err *err);

/* The figures of *out from c->runs; fills short gaps in c->partner, which is cleared in the end. */
void compare_measure(struct compare *c, const struct compare_limits *l,
                     const struct compare_text *a, const struct compare_text *b,
                     struct compare_evidence *out);
