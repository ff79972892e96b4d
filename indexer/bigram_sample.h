/* A sample of a segment's stream, in which pairs of frequent words are counted before chunks are made: the first tokens of stories at
 * equal distances. Which these are depends on nothing but the segment. */
#pragma once

#include "indexer/bigram_plan.h"
#include "indexer/build.h"
#include "indexer/link.h"

enum {
    BIGRAM_SAMPLE_SHARE = 64, /* of the stream */
    BIGRAM_SAMPLE_LEAST =
        1 << 16, /* and so many tokens in any case, which is all of a small archive */
    BIGRAM_SAMPLE_MOST = 1 << 20,
    BIGRAM_SAMPLE_STORY = 1 << 13 /* of a story at most, a multiple of TOKEN_BLOCK */
};

/* A segment: stories [first, end) of link, whose stream has n_tokens. */
struct bigram_sample {
    const struct build *build;
    const struct link *link;
    struct ranks *ranks; /* plan's; classes are taken from its surfaces */
    uint32_t first, end;
    uint64_t n_tokens;
};
/* Counts the sample's pairs and chooses. */
int bigram_sample_choose(const struct bigram_sample *s, struct bigram_plan *b,
                         struct err *err);
