#include "indexer/rank_tokens.h"

#include <assert.h>

#include "base/cpu.h"

void rank_tokens_scalar(const struct ranks_surface *known, const uint32_t *in, size_t n,
                        surface_id *ids, term_place *places, struct rank_bits *bits)
{
    *bits = (struct rank_bits){{0}, {0}};
    for (size_t i = 0; i < n; i++) {
        struct ranks_surface s = known[in[i]];
        ids[i] = s.id & ~RANKS_HAS_CLASS;
        places[i] = s.place & ~RANKS_HAS_ALIAS;
        bits->classed[i / 64] |= (uint64_t)((s.id & RANKS_HAS_CLASS) != 0) << i % 64;
        bits->aliased[i / 64] |= (uint64_t)((s.place & RANKS_HAS_ALIAS) != 0) << i % 64;
    }
}

void rank_tokens(const struct ranks_surface *known, const uint32_t *in, size_t n,
                 surface_id *ids, term_place *places, struct rank_bits *bits)
{
    assert(n >= 1 && n <= TOKEN_BLOCK);
#ifdef STEMMA_AVX2
    if (cpu_has_avx2()) {
        rank_tokens_avx2(known, in, n, ids, places, bits);
        return;
    }
#endif
    rank_tokens_scalar(known, in, n, ids, places, bits);
}
