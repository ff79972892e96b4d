/* The tokens of a block by the segment's numbers: what the spool has of them is the archive's. */
#pragma once

#include "base/prefetch.h"
#include "indexer/ranks.h"
#include "indexer/token_block.h"

enum {
    RANK_TOKENS_SLACK = 8 /* numbers behind the last that may be written */
};

/* A bit for each token of a block, of those with a class and those whose term has an alias. */
struct rank_bits {
    uint64_t classed[TOKEN_BLOCK / 64], aliased[TOKEN_BLOCK / 64];
};

/* Tells the processor that the tokens will be ranked soon. What is known of them lies in no near cache, so it is told a block
 * before: asked for all at once and waited for then, they took most of the time of ranking. */
static inline void rank_tokens_expect(const struct ranks_surface *known,
                                      const uint32_t *in, size_t n)
{
    size_t i = 0;
    for (; n - i >= 4; i += 4) { /* a step of one would be half loop */
        prefetch_read(&known[in[i]]);
        prefetch_read(&known[in[i + 1]]);
        prefetch_read(&known[in[i + 2]]);
        prefetch_read(&known[in[i + 3]]);
    }
    for (; i < n; i++)
        prefetch_read(&known[in[i]]);
}

/* Of n tokens (1 to TOKEN_BLOCK) with the provisional surfaces in[]: their numbers and the places of their terms, without
 * the marks, which are told in *bits. `known` is by provisional surface. RANK_TOKENS_SLACK more may be written to ids and places. */
void rank_tokens(const struct ranks_surface *known, const uint32_t *in, size_t n,
                 surface_id *ids, term_place *places, struct rank_bits *bits);

/* Inside rank_tokens; the twins do the same. */
typedef void rank_tokens_kernel(const struct ranks_surface *known, const uint32_t *in,
                                size_t n, surface_id *ids, term_place *places,
                                struct rank_bits *bits);
rank_tokens_kernel rank_tokens_scalar;
#ifdef STEMMA_AVX2
rank_tokens_kernel rank_tokens_avx2;
#endif
