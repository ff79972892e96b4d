/* The tokens of a batch's articles as the spool will have them (indexer/spool.h), made by the worker: commits, which run one
 * at a time, have only to write them. */
#pragma once

#include "base/buf.h"
#include "indexer/spool.h"
#include "indexer/token_block.h"

/* Appends an article to `out`: its blocks, then what follows them. False: no memory. */
bool draft_put_block(struct buf *out, struct token_block *b);
bool draft_put_tail(struct buf *out, uint32_t tail, const struct spool_join *joins,
                    size_t n_joins);
