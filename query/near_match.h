/* Whether two words stand near each other in stories, from the addresses of both in order in memory: for some hundred stories at a
 * time, so that no story waits for what another one's branch turns out to be. */
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
    NEAR_MATCH_ROOM = 256,
    NEAR_MATCH_STORIES = 256, /* that are looked at together, at most */
    NEAR_MATCH_LANES = 8      /* more of each column may be read and written */
};

/* How far behind a place of the first word the second may be, in tokens: least <= most, either may be negative. */
struct near_band {
    int64_t least, most;
    bool
        apart; /* one token that is both words is no two: for a band about 0 alone, as far before as behind */
};

/* The addresses of both words, each with NEAR_MATCH_ROOM behind them. */
struct near_lists {
    const address *a, *b;
};

/* Stories in which both words may be near each other, by columns. What stands behind the last of them is read but not heeded: 0, or what an
 * earlier one had there. */
struct near_tries {
    size_t n;
    uint32_t story
        [NEAR_MATCH_STORIES +
         NEAR_MATCH_LANES]; /* ascending: which of those whose results are asked for */
    /* An address that no place of the word in the story reaches. */
    address end_a[NEAR_MATCH_STORIES + NEAR_MATCH_LANES];
    address end_b[NEAR_MATCH_STORIES + NEAR_MATCH_LANES];
    /* In the lists, the first place that counts. */
    uint32_t a[NEAR_MATCH_STORIES + NEAR_MATCH_LANES];
    uint32_t b[NEAR_MATCH_STORIES + NEAR_MATCH_LANES];
};

/* What is asked about the words: the tokens that a place of each takes, and how far behind one of the first word the other may be at
 * least, -NEAR_MATCH_REACH or more. */
struct near_shape {
    uint32_t width_a, width_b;
    int64_t least;
};

struct near_kernels {
    /* at[i]: the number of addresses below ranges[i].lo, of ascending ones v[0...) with NEAR_MATCH_ROOM behind them; n ascending
     * ranges. at has NEAR_MATCH_LANES more, which are cleared. */
    void (*seek)(const address *v, const struct address_range *ranges, size_t n,
                 uint32_t *at);
    /* ranges[i]: where story t->story[i] lies, t->a[i] its first place of the first word. Keeps those that have one, sets their ends,
     * and leaves in ranges where the second word may be: from where it is near that first place on. ranges has
     * NEAR_MATCH_LANES more. */
    void (*keep)(struct near_tries *t, const address *a, const struct near_shape *shape,
                 struct address_range *ranges);
    /* Sets found[story] for the tries that match in their first few places, moves those for which that is still open to the
     * front, what cannot match passed. Nothing in it waits for a branch that nobody can foresee. */
    void (*settle)(struct near_tries *t, const struct near_lists *lists,
                   const struct near_band *band, bool *found);
    /* Has try i a place x of the first word and a place y of the second with least <= y - x <= most? */
    bool (*match)(const struct near_tries *t, size_t i, const struct near_lists *lists,
                  const struct near_band *band);
};
/* The fastest this processor has, for places up to `apart` from each other (of one story), and bands that go so far. */
const struct near_kernels *near_kernels(uint64_t apart, int64_t reach);
extern const struct near_kernels near_kernels_scalar;
#ifdef STEMMA_AVX2
extern const struct near_kernels near_kernels_avx2;
#endif
