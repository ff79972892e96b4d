/* The pairs that are worth it, from their runs to lists in BIGRAM. */
#pragma once

#include "formats/segment.h"
#include "indexer/bigram_plan.h"

/* Chooses pairs, all parts being added, and puts their lists: merged on all threads, in the order of pairs.
 * counts: of the segment, by enum segment_count. Releases the runs. */
int bigram_lists_put(struct bigram_plan *b, struct build *build, const uint64_t *counts,
                     struct segment_writer *w, struct err *err);
