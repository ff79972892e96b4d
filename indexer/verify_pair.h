/* Two texts of the spool side by side: their tokens read, boilerplate marked, compared by text/compare.h. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "text/compare.h"
#include "indexer/bodies.h"
#include "indexer/candidates.h"
#include "indexer/texts.h"
#include "indexer/verdicts.h"

/* What all threads share. */
struct verify_pair_tables {
    struct build *build;
    const struct texts *texts;
    struct compare_limits limits;
    uint8_t *kinds;        /* owned; by term: enum fact_kind | COMPARE_COMMON */
    uint64_t *hashes;      /* owned; by term, as winnow_fingerprints takes them */
    size_t charged;        /* of the budget */
    struct bodies *bodies; /* owned; NULL: none is kept */
};
/* kinds and hashes of all terms; limits as the config has them. Uses b->pool. ERR_NOMEM, or what stops
 * the pool. Release in every case. */
int verify_pair_tables_make(struct verify_pair_tables *t, struct build *b,
                            const struct texts *texts, struct err *err);
void verify_pair_tables_release(
    struct verify_pair_tables *t); /* accepts a zeroed struct */

/* One thread's tools: readers, texts lately read, compare's scratch. */
struct verify_pair;
/* common: fingerprints of boilerplate, whose words count for nothing; NULL: none is known. NULL when
 * out of memory. */
struct verify_pair *verify_pair_new(const struct verify_pair_tables *t,
                                    const struct print_set *common);
void verify_pair_free(struct verify_pair *p); /* accepts NULL */
size_t verify_pair_bytes(const struct verify_pair *p);

/* Two texts that the bodies were told to expect are done with. */
void verify_pair_done(struct verify_pair *p, uint32_t text, uint32_t other);
/* Two texts will soon be compared, one of them with those before it: what is known of the other is asked for. */
void verify_pair_soon(const struct verify_pair *p, uint32_t other);
/* A text will be read, or its body looked at: where it begins is asked for. */
void verify_pair_ahead(const struct verify_pair *p, uint32_t text);
/* They are next. */
void verify_pair_next(const struct verify_pair *p, uint32_t other);
/* Compares two texts and judges them, by their titles too (text/headlines.h). Pairs of one `text` in a row
 * are cheaper. votes is 0. */
int verify_pair_compare(struct verify_pair *p, uint32_t text, uint32_t other,
                        struct verdict *out, struct err *err);
/* The runs of the pair compared last, as long as they are few; valid until the next call. */
struct verdict_runs verify_pair_runs(const struct verify_pair *p);
/* A verdict that was made without `common`, as it would be with it: the same if neither text has any of it. runs: those of
 * verify_pair_runs at that time. */
int verify_pair_again(struct verify_pair *p, struct verdict *d,
                      const struct verdict_runs *runs, struct err *err);
