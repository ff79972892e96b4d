/* Boilerplate in the bodies of articles: what stands in so many stories of the index that it tells nothing of one. */
#pragma once

#include "base/vec.h"
#include "text/winnow.h"
#include "query/dups_text.h"

/* What is known of fingerprints by now. Zeroed is empty. */
struct dups_stock {
    struct dups_stock_slot *slots; /* owned */
    size_t cap, n;
    VEC(uint64_t) packed, places, known; /* owned scratch */
    VEC(struct fingerprint) prints;
};
void dups_stock_release(struct dups_stock *s);
/* Marks what of t's body is stock (COMPARE_STOCK in t->kinds): passages of it that stand in `stories` stories or more.
 * ERR_CORRUPT, ERR_NOMEM. */
int dups_stock_mark(struct dups_stock *s, const struct dups_words *words,
                    struct dups_text *t, uint32_t stories, struct err *err);
