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

/* How verdicts are to be. */
struct pairs {
    const struct verify_pair_tables *tables;
    /* Fingerprints of boilerplate, once they are known: verdicts are final. NULL: they are judged
     * without, and those that could become other ones keep their runs for pairs_rare. */
    const struct print_set *common;
};

/* All run on the build's pool, and append to *out, which is open, chunks of verdicts of every
 * pair in the order of the pairs. ERR_NOMEM, ERR_IO, ERR_CORRUPT. */
int pairs_candidates(const struct pairs *p, const struct candidates *c,
                     struct verdicts *out, struct err *err);
int pairs_list(const struct pairs *p, const struct pair_list *list,
               struct verdicts *out, struct err *err);
/* Verdicts that were made without p->common (which is set now), judged again. */
int pairs_rare(const struct pairs *p, const struct verdicts *in, struct verdicts *out,
               struct err *err);
