/* Every pair that was compared, as lines of a file, for those who measure how well copies are found
 * (--trace-pairs; bench/eval-copies reads it). Tab-separated, with a line of names:
 *
 *   a b votes relation rule score covered_a covered_b rare run matched facts_agreed facts_differ
 *
 * a and b are IDs of the first articles of the two texts, b the earlier one; relation is a's to b. votes is 0 where b was
 * proposed as a root by a member of its story. */
#pragma once

#include "indexer/ids.h"
#include "indexer/texts.h"
#include "indexer/verdicts.h"

struct group_trace {
    const struct build *build;
    const struct texts *texts;
    const struct ids *ids;
    struct file_writer file;
    bool open;
    struct spool_reader reader;
    struct buf line;
};

/* Replaces a regular file, nothing else. */
int group_trace_open(struct group_trace *t, const struct build *b,
                     const struct texts *texts, const struct ids *ids, const char *path,
                     struct err *err);
int group_trace_put(struct group_trace *t, const struct verdicts *v, struct err *err);
/* rc: what came before; returned if it is a failure. */
int group_trace_close(struct group_trace *t, int rc, struct err *err);
