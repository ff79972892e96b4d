/* The index folder: taking hold of it, and making what was written its new generation.
 *
 * Why a crash at any point is safe: every file is written under a temporary name and fsynced
 * before it is renamed to its own; names come from content, so a rename replaces nothing or
 * the same bytes; the manifest is published after all the files it names, and CURRENT, by
 * one rename, after the manifest. Until that rename the old generation is what CURRENT
 * names, and none of its files has been touched. */
#pragma once

#include "base/err.h"
#include "indexer/build.h"
#include "indexer/write.h"

/* Opens (or makes) the folder, refuses one that holds something else (ERR_USAGE), takes the
 * lock (ERR_LOCKED) and removes what a killed build has left. Sets b->dirfd; *lock is the
 * lock's descriptor. */
int commit_open(struct build *b, const char *index, int *lock, struct err *err);
/* Writes the list of inputs, once what was read of them is known: any time before commit_run. */
int commit_inputs(const struct build *b, struct written_file *out, struct err *err);
/* Publishes and cleans up. *index_bytes: the size of the new generation. */
int commit_run(struct build *b, struct written *w, uint64_t *index_bytes,
               struct err *err);
