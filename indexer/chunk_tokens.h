/* The tokens of a chunk, block by block of the spool: each is looked up once, and while it lies in the nearest cache
 * goes into an FWD block, among the places to be inverted, and among the words that pairs are made of. */
#pragma once

#include "indexer/chunk.h"
#include "indexer/rank_tokens.h"

/* A zeroed struct with the first members filled in is ready. */
struct chunk_tokens {
    const struct chunk_plan *plan;
    struct chunk_tools *tools;
    struct chunk *chunk;
    address from, to; /* of the chunk */
    uint32_t
        half; /* tokens of its first half: of those put so far, until there is a second */
    /* The open FWD block, and what lies behind it: less than a block of the spool. */
    uint32_t n_open, n_others;
    bool elsewhere; /* some of these are FORWARD_ELSEWHERE */
    uint8_t places[FORWARD_BLOCK + TOKEN_BLOCK];
    sep_id seps[FORWARD_BLOCK + TOKEN_BLOCK];
    surface_id ids[FORWARD_BLOCK + TOKEN_BLOCK + RANK_TOKENS_SLACK];
};

/* Makes room in the tools and empties them. */
int chunk_tokens_begin(struct chunk_tokens *c, struct err *err);
/* Tokens of a story whose stream begins at `start`; gapless, from the chunk's first on. */
int chunk_tokens_put(struct chunk_tokens *c, address start,
                     const struct spell_tokens *t, struct err *err);
/* All are put. */
int chunk_tokens_end(struct chunk_tokens *c, struct err *err);
