/* The tokens of a chunk, block by block of the spool: each is looked up once, and while it lies in the nearest cache
 * goes into an FWD block, among the places to be inverted, and among the words that pairs are made of. */
#pragma once

#include "indexer/chunk.h"
#include "indexer/chunk_seps.h"
#include "indexer/rank_tokens.h"

enum {
    /* FWD blocks one after the other, then what lies behind is moved to the front: less than a block, and a block of the spool. */
    CHUNK_OPEN_BLOCKS = 6,
    CHUNK_OPEN = CHUNK_OPEN_BLOCKS * FORWARD_BLOCK + TOKEN_BLOCK,
    /* also for a block's separators that are told again, and what is read or written behind them */
    CHUNK_OPEN_SEPS = CHUNK_OPEN + TOKEN_BLOCK + FORWARD_SEPS_READ
};
_Static_assert((int)CHUNK_SEPS_SLACK <= (int)FORWARD_SEPS_READ,
               "room behind separators");

/* A zeroed struct with the first members filled in is ready. */
struct chunk_tokens {
    const struct chunk_plan *plan;
    struct chunk_tools *tools;
    struct chunk *chunk;
    address from, to; /* of the chunk */
    /* The open FWD block begins at `first`, its separators at first_other. */
    uint32_t first, first_other;
    /* What lies there: less than a block, and behind it less than one of the spool. n_inside of the separators are its own. */
    uint32_t n_open, n_others, n_inside;
    bool elsewhere;                  /* some of these are FORWARD_ELSEWHERE */
    uint8_t places[CHUNK_OPEN_SEPS]; /* in their FWD blocks */
    sep_id seps[CHUNK_OPEN_SEPS];
    surface_id ids[CHUNK_OPEN + RANK_TOKENS_SLACK];
};

/* Makes room in the tools and empties them. */
int chunk_tokens_begin(struct chunk_tokens *c, struct err *err);
/* Tokens of a story whose stream begins at `start`; gapless, from the chunk's first on. */
int chunk_tokens_put(struct chunk_tokens *c, address start,
                     const struct spell_tokens *t, struct err *err);
/* All are put. */
int chunk_tokens_end(struct chunk_tokens *c, struct err *err);
