/* One chunk of a segment's stream: a range of addresses, whatever stories it cuts. Its work
 * reads the spool and makes everything that depends on nothing but the range; putting the
 * parts into the segment's writers, in the order of chunks, is left to indexer/write.c. */
#pragma once

#include "base/arena.h"
#include "formats/forward.h"
#include "formats/provenance.h"
#include "formats/wordings.h"
#include "indexer/bigram_runs.h"
#include "indexer/build.h"
#include "indexer/ids.h"
#include "indexer/invert.h"
#include "indexer/link.h"
#include "indexer/patch.h"
#include "indexer/ranks.h"
#include "indexer/spares.h"

/* What is fixed for all chunks of a segment. */
struct chunk_plan {
    const struct build *build;
    struct budget *budget; /* of the build, for what stories with copies need */
    const struct link *link;
    const struct ranks *ranks;
    const struct bigram_plan *bigrams;
    const uint32_t *seps; /* by provisional separator (indexer/chunk_seps.h) */
    uint32_t first_story, n_stories; /* of link */
    const address *starts;           /* n_stories + 1 */
    uint32_t tokens; /* addresses a chunk, a multiple of FORWARD_BLOCK */
    struct forward_coding coding;
};

/* An article of a story that begins in the chunk. */
struct chunk_article {
    struct provenance_row
        row;          /* strings are in the chunk's arena, or the inputs' paths */
    struct bytes map; /* encoded; in the arena */
    uint32_t length, text_bytes, title_tokens; /* as in struct article */
    sep_id first_sep, tail;
    size_t patches, n_patches; /* in the chunk's list */
};

struct chunk {
    struct spare spare;
    struct buf blocks; /* encoded FWD blocks, one after another */
    VEC(uint16_t) block_lens;
    VEC(address) sentences, paragraphs;
    struct run run;
    struct bigram_part pairs;
    /* stories [first_story, end_story) begin here, counted from the plan's first */
    uint32_t first_story, end_story;
    VEC(struct chunk_article) articles; /* of these stories, in order */
    patch_vec patches;
    struct arena arena;
};

/* Scratch of one thread. A zeroed struct is ready. */
struct chunk_tools {
    struct spare spare;
    struct spell spell;
    struct spool_reader metadata;
    struct patch_scratch patch;
    struct bigram_scratch bigrams;
    struct invert invert;
    VEC(struct invert_extra) extras;
};

uint32_t chunk_count(const struct chunk_plan *p);
/* out: a zeroed chunk or a used one, whose memory it takes over. */
int chunk_make(const struct chunk_plan *p, struct chunk_tools *tools, uint32_t number,
               struct chunk *out, struct err *err);
void chunk_release(struct chunk *c);
void chunk_tools_release(struct chunk_tools *t);
/* Bytes that the work on a chunk of so many tokens takes at most, news given; with the articles that begin
 * in as many tokens on the average. */
uint64_t chunk_need(const struct chunk_plan *p, uint64_t tokens);
