/* Two texts of the spool side by side: their tokens read, compared by text/compare.h. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "text/compare.h"
#include "indexer/candidates.h"
#include "indexer/texts.h"
#include "indexer/verdicts.h"

/* What all threads share. */
struct verify_pair_tables {
    struct build *build;
    const struct texts *texts;
    struct compare_limits limits;
    uint8_t *kinds; /* owned; by term: enum fact_kind | COMPARE_COMMON */
    size_t charged; /* of the budget */
};
/* kinds of all terms; limits as the config has them. ERR_NOMEM. Release in every case. */
int verify_pair_tables_make(struct verify_pair_tables *t, struct build *b,
                            const struct texts *texts, struct err *err);
void verify_pair_tables_release(
    struct verify_pair_tables *t); /* accepts a zeroed struct */

struct
    verify_pair; /* one thread's tools: readers, texts lately read, compare's scratch */
struct verify_pair *verify_pair_new(
    const struct verify_pair_tables *t);      /* NULL: no memory */
void verify_pair_free(struct verify_pair *p); /* accepts NULL */
size_t verify_pair_bytes(const struct verify_pair *p);

/* Compares two texts and judges them as if nothing of the match were boilerplate. Pairs of one
 * `text` in a row are cheaper. n_runs is 0: see verify_pair_runs. */
int verify_pair_compare(struct verify_pair *p, uint32_t text, uint32_t other,
                        struct verdict *out, struct err *err);
/* The exact runs of the last comparison. */
const struct compare_run *verify_pair_runs(const struct verify_pair *p, size_t *n);
/* Whether the judgement could be another one if the match were boilerplate. */
bool verify_pair_wants_rare(const struct verify_pair *p, const struct verdict *d);
/* Takes the part of the match that is rare from the fingerprints of d->text that lie in the runs, and judges
 * again. `common`: those of boilerplate. */
int verify_pair_rare(struct verify_pair *p, const struct print_set *common,
                     const struct compare_run *runs, size_t n_runs, struct verdict *d,
                     struct err *err);
