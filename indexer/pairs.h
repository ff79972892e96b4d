/* Many pairs of texts compared, on all threads: pairs to verdicts, in order. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "indexer/verify_pair.h"

enum {
    PAIRS_PER_ITEM = 512 /* of the stages; steps of the report */
};

struct pair {
    uint32_t text, other; /* other < text */
};
struct pair_list {
    VEC(struct pair) v;
};

/* How pairs are compared. */
struct pairs {
    const struct verify_pair_tables *tables;
    /* Fingerprints of boilerplate, once they are known: what they cover counts for nothing. */
    const struct print_set *common;
};

/* All run on the build's pool, and append to *out, which is open, chunks of verdicts of every
 * pair in the order of the pairs. ERR_NOMEM, ERR_IO, ERR_CORRUPT. */
/* Those of the candidates that may be of one family, by their votes, without boilerplate (p->common is NULL); a chunk of them for each
 * PAIRS_PER_ITEM candidates. */
int pairs_likely(const struct pairs *p, const struct candidates *c,
                 struct verdicts *out, struct err *err);
/* All candidates that share more than p->common. likely: what pairs_likely gave; of these, pairs that have something to do with each other are
 * judged again if one of them has boilerplate. */
int pairs_candidates(const struct pairs *p, const struct candidates *c,
                     const struct verdicts *likely, struct verdicts *out,
                     struct err *err);
int pairs_list(const struct pairs *p, const struct pair_list *list,
               struct verdicts *out, struct err *err);
