/* Whole builds whose stories are those that a test says, whatever is alike: scan, writing and
 * publishing are the indexer's own, only the finding of copies is left out. So the writer
 * meets what finding would never bring together. */
#pragma once

#include "base/err.h"
#include "text/analyser.h"
#include "formats/snapshot.h"
#include "indexer/config.h"
#include "tests/support/handmade.h"

/* The number of the group to which the record with this ID of its own (or none) belongs: articles of a group
 * are one story. Equal wordings are one wording of the group of the first of them. */
typedef uint32_t (*planted_group)(void *arg, struct bytes id);

/* As build_run. Neighbouring stories are linked, so that there are links. chunk_tokens: the size of
 * the writer's chunks, a multiple of FORWARD_BLOCK; 0: as the indexer has it. */
int planted_build(const struct config *c, planted_group group, void *arg,
                  uint32_t chunk_tokens, struct err *err);

/* Adds all stories and articles of an index to h (initialised), as its inputs have them (reread.h) and with their
 * places in the index: so the oracle can be asked about an index that handmade_write has not written. */
int planted_mirror(struct handmade *h, const struct config *c, const struct snapshot *s,
                   struct err *err);
