/* Tokens by the segment's numbers: as one by one, whichever twin does it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "indexer/rank_tokens.h"

enum {
    N_SURFACES = 1000,
    GUARD = 77
};

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 32);
}

static void make_known(struct ranks_surface *known, uint64_t *state)
{
    for (unsigned i = 0; i < N_SURFACES; i++)
        known[i] = (struct ranks_surface){next_random(state), next_random(state)};
}

static bool bit(const uint64_t *bits, size_t i)
{
    return bits[i / 64] >> i % 64 & 1;
}

static void check(const struct ranks_surface *of, size_t n, const surface_id *ids,
                  const term_place *places, const struct rank_bits *bits)
{
    for (size_t i = 0; i < TOKEN_BLOCK; i++) {
        struct ranks_surface s = i < n ? of[i] : (struct ranks_surface){0, 0};
        cr_assert_eq(bit(bits->classed, i), (s.id & RANKS_HAS_CLASS) != 0);
        cr_assert_eq(bit(bits->aliased, i), (s.place & RANKS_HAS_ALIAS) != 0);
        if (i < n) {
            cr_assert_eq(ids[i], s.id & ~RANKS_HAS_CLASS);
            cr_assert_eq(places[i], s.place & ~RANKS_HAS_ALIAS);
        }
    }
}

Test(rank_tokens, as_one_by_one)
{
    static struct ranks_surface known[N_SURFACES];
    enum {
        ROOM = TOKEN_BLOCK + RANK_TOKENS_SLACK
    };
    uint64_t state = 3;
    make_known(known, &state);
    for (size_t n = 1; n <= TOKEN_BLOCK; n++) {
        /* Nothing behind the last is read, nor written behind the slack: the sanitizer looks. */
        uint32_t *in = malloc(n * sizeof *in);
        surface_id *ids = malloc((n + RANK_TOKENS_SLACK) * sizeof *ids);
        term_place *places = malloc((n + RANK_TOKENS_SLACK) * sizeof *places);
        struct ranks_surface of[ROOM] = {{0, 0}};
        struct rank_bits bits;
        memset(&bits, GUARD, sizeof bits);
        cr_assert(in && ids && places);
        for (size_t i = 0; i < n; i++) {
            in[i] = next_random(&state) % N_SURFACES;
            of[i] = known[in[i]];
        }
        rank_tokens(known, in, n, ids, places, &bits);
        check(of, n, ids, places, &bits);
        memset(&bits, GUARD, sizeof bits);
        rank_tokens_scalar(known, in, n, ids, places, &bits);
        check(of, n, ids, places, &bits);
#ifdef STEMMA_AVX2
        if (cpu_has_avx2()) {
            memset(&bits, GUARD, sizeof bits);
            memset(ids, GUARD, n * sizeof *ids);
            rank_tokens_avx2(known, in, n, ids, places, &bits);
            check(of, n, ids, places, &bits);
        }
#endif
        free(in);
        free(ids);
        free(places);
    }
}
