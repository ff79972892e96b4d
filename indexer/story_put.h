/* Stories into a segment's sections that speak of them, and into the story graph: WORDING with
 * pieces and blocks, ARTICLE, MAP, PROV, relations. By one thread, in the order of the stories. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "formats/segment.h"
#include "formats/stories.h"
#include "indexer/chunk.h"
#include "indexer/link.h"

/* Where they are put; all but the scratch is borrowed. */
struct story_put {
    const struct link *link;
    struct segment_writer *writer;
    struct stories_writer *graph;
    uint64_t *counts; /* by enum segment_count; is added to */
    /* IDs of the articles so far, in their order */
    struct buf ids;
    VEC(uint64_t) id_ends;
    /* scratch */
    piece_vec pieces;
    block_vec blocks;
};
void story_put_release(struct story_put *p); /* accepts a zeroed struct */

/* A story (index of the link) that begins at an address; *articles are its articles, and are moved
 * behind them, with their patches. */
int story_put_story(struct story_put *p, uint32_t story, address start,
                    const struct chunk_article **articles, const struct patch *patches,
                    struct err *err);
uint64_t story_put_memory(const struct story_put *p); /* bytes that IDs take so far */
/* Bytes that story_put_end needs for a while. */
uint64_t story_put_need(const struct story_put *p);
/* All stories are put: ends the sections that speak of them but for the graph, with the articles in byte order of their IDs. Once; on any
 * thread, beside what the segment's other writers do. */
int story_put_end(struct story_put *p, struct err *err);
