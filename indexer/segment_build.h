/* One segment of a build: the steps between its stories and its file. */
#pragma once

#include "base/err.h"
#include "formats/stories.h"
#include "indexer/build.h"
#include "indexer/link.h"
#include "indexer/write.h"

/* Which stories, and where they go; all is borrowed. */
struct segment_order {
    uint32_t first, end; /* stories of the link */
    const char *temp;    /* name of the file in the index folder */
    struct stories_writer *graph;
    /* Run once on a thread of its own when all of its stories are told to the graph, beside what is still to be made of the
     * segment; or NULL. */
    int (*beside)(void *arg, struct err *err);
    void *arg;
};

/* Writes stories as one segment, tells the story graph of them, and adds to the totals of out. */
int segment_build(struct build *b, const struct link *l, const struct segment_order *o,
                  struct written *out, struct err *err);
