/* Whether two words stand near each other in a story, from the addresses of both in order in memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/addresses.h"

enum {
    /* What eight at once are good for: bands that go so far, and places so far apart. */
    NEAR_MATCH_REACH = 1 << 28,
    NEAR_MATCH_STORY = 1 << 30,
    /* So many UINT32_MAX stand behind the addresses. */
    NEAR_MATCH_ROOM = 64
};

/* How far behind a place of the first word the second may be, in tokens: least <= most, either may be negative. */
struct near_band {
    int64_t least, most;
    bool
        apart; /* one token that is both words is no two: for a band about 0 alone, as far before as behind */
};

/* A word's addresses from the story's first on, and the address that none in it reaches. */
struct near_places {
    const address *from;
    address end;
};

struct near_kernels {
    /* at[i]: the first address >= ranges[i].lo, of ascending ones from v on with NEAR_MATCH_ROOM behind them; n ascending ranges */
    void (*seek)(const address *v, const struct address_range *ranges, size_t n,
                 const address **at);
    /* Have a.from[0...) below a.end and b.from[0...) below b.end an x and a y with least <= y - x <= most? */
    bool (*match)(const struct near_places *a, const struct near_places *b,
                  const struct near_band *band);
};
/* The fastest this processor has, for places up to `apart` from each other (of one story), and bands that go so far. */
const struct near_kernels *near_kernels(uint64_t apart, int64_t reach);
extern const struct near_kernels near_kernels_scalar;
#ifdef STEMMA_AVX2
extern const struct near_kernels near_kernels_avx2;
#endif
