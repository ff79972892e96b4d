#include "indexer/rank_tokens.h"

#include <assert.h>

#include "base/cpu.h"

void rank_tokens_split(const struct ranks_surface *in, size_t n, surface_id *ids,
                       term_place *places, struct rank_bits *bits)
{
    *bits = (struct rank_bits){{0}, {0}};
    for (size_t i = 0; i < n; i++) {
        ids[i] = in[i].id & ~RANKS_HAS_CLASS;
        places[i] = in[i].place & ~RANKS_HAS_ALIAS;
        bits->classed[i / 64] |= (uint64_t)((in[i].id & RANKS_HAS_CLASS) != 0)
                                 << i % 64;
        bits->aliased[i / 64] |= (uint64_t)((in[i].place & RANKS_HAS_ALIAS) != 0)
                                 << i % 64;
    }
}

void rank_tokens(const struct ranks_surface *known, const uint32_t *in, size_t n,
                 surface_id *ids, term_place *places, struct rank_bits *bits)
{
    struct ranks_surface of[TOKEN_BLOCK + RANK_TOKENS_SLACK];
    assert(n >= 1 && n <= TOKEN_BLOCK);
    for (size_t i = 0; i < n; i++)
        of[i] = known[in[i]];
    for (size_t i = n; i % RANK_TOKENS_SLACK > 0; i++)
        of[i] = (struct ranks_surface){0, 0};
#ifdef STEMMA_AVX2
    if (cpu_has_avx2()) {
        rank_tokens_split_avx2(of, n, ids, places, bits);
        return;
    }
#endif
    rank_tokens_split(of, n, ids, places, bits);
}
