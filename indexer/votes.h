/* Votes: of the texts that hold a hash, each but the first votes for the first and for the one before
 * it, in canonical order. Ordered by ranges of voters, so that the votes of one text can be counted
 * together; in memory or in a file without a name.
 *
 *   vote: (voter - first of its range) << 50 | the other text << 18 | the voter's place modulo 256, without its last two
 *         bits << 12 | (it is the voter's second vote for this hash) << 11 | (`least` texts or more hold the hash) << 10
 *         | (what is around the two may be the same) << 9 | (nobody else holds the hash) << 8 | the difference of the
 *         two places modulo 256; u64 */
#pragma once

#include "base/err.h"
#include "indexer/build.h"
#include "indexer/runs.h"
#include "indexer/sheet.h"
#include "indexer/texts.h"

enum {
    VOTES_RANGE_BITS_MAX = 14, /* of the number of a voter in its range */
    VOTE_BYTES = 8,
    VOTE_TEXT_SHIFT = 50,
    VOTE_OTHER_SHIFT = 18,
    VOTE_ALONE = 1 << SHEET_PLACE_BITS,
    VOTE_AROUND = VOTE_ALONE << 1,
    VOTE_MANY = VOTE_AROUND << 1,
    VOTE_SECOND = VOTE_MANY << 1,
    VOTE_PLACE_SHIFT = SHEET_PLACE_BITS + 4,
    VOTE_PLACES = 1 << (VOTE_OTHER_SHIFT - VOTE_PLACE_SHIFT),
    VOTE_PLACE_DROPPED = 2,    /* bits */
    VOTE_SEVERAL = VOTE_PLACES /* in `shared` */
};

_Static_assert(SHEET_PLACES >> VOTE_PLACE_DROPPED == VOTE_PLACES,
               "a place has its bits");

struct votes {
    struct runs runs;    /* a partition is a range of texts */
    struct runs shared;  /* runs of one partition each: see below */
    unsigned range_bits; /* a range has 2^range_bits texts */
    uint32_t n_ranges;
    uint64_t count;
    uint64_t hashes; /* that two texts or more hold */
};

/* A hash in `shared`, those of which may be common: hash 6 bytes | how often it stands in texts, varint | each time: the text less the one before it, varint |
 * the place modulo 256, u8 */

/* Of all fingerprints in the spool. held_max: bytes of votes that may stay in memory, and a
 * quarter of that for what is shared by `least` texts or more; what fewer share is not kept. Runs on b->pool. Release in every case. */
int votes_cast(struct votes *v, struct build *b, const struct texts *t, uint32_t least,
               uint64_t held_max, struct err *err);
void votes_release(struct votes *v); /* accepts a zeroed struct */
