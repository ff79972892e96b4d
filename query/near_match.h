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
    /* So many UINT32_MAX stand behind the addresses: a search looks at as many at once. */
    NEAR_MATCH_ROOM = 256
};

/* How far behind a place of the first word the second may be, in tokens: least <= most, either may be negative. */
struct near_band {
    int64_t least, most;
    bool
        apart; /* one token that is both words is no two: for a band about 0 alone, as far before as behind */
};

/* Two words in a story: the addresses of each from the first that counts on, and one that none in it reaches. */
struct near_try {
    const address *a, *b;
    address end_a, end_b;
    uint32_t story; /* of those whose results are asked for */
};

struct near_kernels {
    /* at[i]: the first address >= ranges[i].lo, of ascending ones from v on with NEAR_MATCH_ROOM behind them; n ascending ranges */
    void (*seek)(const address *v, const struct address_range *ranges, size_t n,
                 const address **at);
    /* Have a[0...) below end_a and b[0...) below end_b an x and a y with least <= y - x <= most? */
    bool (*match)(const struct near_try *t, const struct near_band *band);
    /* Sets found[story] for those of n tries that match in their first few places, moves those for which that is still open to the
     * front, what cannot match passed, and returns how many these are. Nothing in it waits for a branch that nobody can foresee. */
    size_t (*settle)(struct near_try *tries, size_t n, const struct near_band *band,
                     bool *found);
};
/* The fastest this processor has, for places up to `apart` from each other (of one story), and bands that go so far. */
const struct near_kernels *near_kernels(uint64_t apart, int64_t reach);
extern const struct near_kernels near_kernels_scalar;
#ifdef STEMMA_AVX2
extern const struct near_kernels near_kernels_avx2;
#endif
