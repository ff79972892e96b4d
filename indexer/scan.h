/* Phase 1: inputs to batches, batches to the vocabulary, the spool and the list of articles. */
#pragma once

#include "indexer/build.h"

/* Reads all inputs of b->inputs. Fills vocabulary, spool and articles. ERR_LIMIT when the
 * vocabulary cannot fit the budget (the words say what would be enough). */
int scan_run(struct build *b, struct err *err);
