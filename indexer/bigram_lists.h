/* The pairs that are worth it, from their runs to lists in BIGRAM. */
#pragma once

#include "formats/bigrams.h"
#include "indexer/bigram_plan.h"

struct bigram_lists {
    struct bigram_plan *plan;     /* borrowed */
    uint32_t n;                   /* first words: items 0..n-1, ascending */
    struct bigram_of_word *words; /* by item, those that are made and not put; owned */
};

/* Chooses pairs, all parts being added; counts: of the segment, by enum segment_count. ERR_NOMEM, ERR_IO; is to be
 * closed in any case. */
int bigram_lists_open(struct bigram_lists *l, struct bigram_plan *plan,
                      const uint64_t *counts, struct err *err);
void bigram_lists_close(struct bigram_lists *l); /* accepts a zeroed struct */
/* Encodes the lists of an item; items may be made at once, on many threads. ERR_NOMEM, ERR_IO, ERR_CORRUPT. */
int bigram_lists_make(struct bigram_lists *l, uint32_t item, struct err *err);
/* Puts what was made of an item, item by item in their order, and frees it. */
int bigram_lists_put(struct bigram_lists *l, uint32_t item, struct bigrams_writer *w,
                     struct err *err);
