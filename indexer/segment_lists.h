/* What a segment's sections get once all its chunks are made: postings and dictionary, lists of pairs, surfaces, marks. */
#pragma once

#include "base/err.h"
#include "formats/segment.h"
#include "indexer/bigram_plan.h"
#include "indexer/build.h"
#include "indexer/ranks.h"
#include "indexer/runs.h"
#include "indexer/story_map.h"
#include "indexer/story_put.h"

/* What they are made of; all is borrowed. */
struct segment_lists {
    struct build *build;
    const struct ranks *ranks;
    const struct story_map *map; /* of the stories of the stream */
    struct runs *runs;
    struct bigram_plan *bigrams;
    struct segment_writer *writer; /* whose stream has ended */
    struct story_put *put;         /* of all its stories */
    uint64_t
        *counts; /* by enum segment_count; gets those of terms, surfaces, separators */
    bool last;   /* the spool is not needed after this segment */
};

/* Makes them on all threads: one stage, so that no thread waits for the last of a kind. Terms and pairs are put in their
 * order; surfaces, articles, sentences and paragraphs have sections to themselves, and are jobs of their own for which nothing waits (what is
 * said of articles is left to be ended later if there is little memory). Releases the runs, and closes the spool if `last`. ERR_NOMEM, ERR_IO, ERR_CORRUPT (a term has no postings), ERR_LIMIT. */
int segment_lists_put(struct segment_lists *l, struct err *err);
