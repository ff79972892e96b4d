/* One segment of a build: the steps between its stories and its file. */
#pragma once

#include "base/err.h"
#include "formats/stories.h"
#include "indexer/build.h"
#include "indexer/link.h"
#include "indexer/write.h"

/* Stories [first, end) of l. */
struct story_range {
    uint32_t first, end;
};

/* Writes a range of stories as one segment named `temp` in the index folder, tells
 * the story graph of them, and adds to the totals of out. */
int segment_build(struct build *b, const struct link *l, struct story_range range,
                  const char *temp, struct stories_writer *graph, struct written *out,
                  struct err *err);
