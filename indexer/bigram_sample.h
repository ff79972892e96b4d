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

/* A segment: stories [first, end) of link, whose stream has n_tokens. Set up by the caller, but for what is counted. */
struct bigram_sample {
    const struct build *build;
    const struct link *link;
    struct ranks *ranks; /* plan's; classes are taken from its surfaces */
    uint32_t first, end;
    uint64_t n_tokens;
    struct bigram_counts *slices; /* owned; n_slices */
    uint32_t n_slices;
};
/* The stories are cut into n_slices, at least one; which depends on the caller makes no difference to the counts. */
int bigram_sample_open(struct bigram_sample *s, uint32_t n_slices, struct err *err);
void bigram_sample_close(struct bigram_sample *s); /* accepts what was not opened */
/* Counts the pairs of a slice; different ones on different threads. */
int bigram_sample_count(struct bigram_sample *s, const struct bigram_plan *b,
                        uint32_t slice, struct err *err);
/* Chooses by what all slices have come to. */
int bigram_sample_choose(const struct bigram_sample *s, struct bigram_plan *b,
                         struct err *err);
