/* The pairs that have them, from their runs to lists in BIGRAM. */
#pragma once

#include "formats/bigrams.h"
#include "indexer/bigram_plan.h"

enum {
    BIGRAM_LISTS_ITEM = 8
};

struct bigram_lists {
    struct bigram_plan *plan;  /* borrowed */
    uint32_t n;                /* items: BIGRAM_LISTS_ITEM lists each, ascending */
    struct bigram_item *items; /* those that are made and not put; owned */
};

/* All parts are added. ERR_NOMEM, ERR_IO; is to be closed in any case. */
int bigram_lists_open(struct bigram_lists *l, struct bigram_plan *plan,
                      struct err *err);
void bigram_lists_close(struct bigram_lists *l); /* accepts a zeroed struct */
/* Encodes the lists of an item; items may be made at once, on many threads. ERR_NOMEM, ERR_IO, ERR_CORRUPT. */
int bigram_lists_make(struct bigram_lists *l, uint32_t item, struct err *err);
/* Puts what was made of an item, item by item in their order, and frees it. */
int bigram_lists_put(struct bigram_lists *l, uint32_t item, struct bigrams_writer *w,
                     struct err *err);
