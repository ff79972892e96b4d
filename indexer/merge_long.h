/* Inside indexer/merge: terms that are not sorted, for their addresses are in order as they come. */
#pragma once

#include "indexer/merge_state.h"

/* The only term of a partition, or number `local`, which has more addresses than are sorted at a time. `part` are held, of one that
 * is alone a slice more. ERR_NOMEM, ERR_IO, ERR_CORRUPT. */
int merge_put_long_term(struct merge_state *s, uint32_t local, size_t part,
                        struct err *err);
