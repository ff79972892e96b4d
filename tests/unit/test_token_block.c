/* Blocks of tokens: they come back, the twins agree, damaged ones do no harm. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/endian.h"
#include "indexer/token_block.h"

enum {
    ROOM = TOKEN_BLOCK_BYTES_MAX + TOKEN_BLOCK_SLACK
};

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 32);
}

/* Numbers of all lengths. */
static uint32_t some_number(uint64_t *state)
{
    unsigned bits = next_random(state) % 33;
    return bits == 0 ? 0 : next_random(state) >> (32 - bits);
}

static void fill(struct token_block *b, uint32_t n, unsigned one_of, uint64_t *state)
{
    *b = (struct token_block){.n = n};
    for (uint32_t i = 0; i < n; i++) {
        b->surfaces[i] = some_number(state);
        if (next_random(state) % one_of == 0) {
            b->places[b->n_seps] = (uint8_t)i;
            b->seps[b->n_seps++] = (some_number(state) & INT32_MAX) | 1;
        }
    }
}

static void check_taken(const struct token_block *b, const uint8_t *bytes,
                        const uint8_t *end)
{
    struct token_block got = {.n = b->n};
    cr_assert_eq(token_block_take(bytes, &got), end);
    cr_assert_eq(got.n_seps, b->n_seps);
    cr_assert_eq(memcmp(got.surfaces, b->surfaces, b->n * sizeof *got.surfaces), 0);
    cr_assert_eq(memcmp(got.seps, b->seps, b->n_seps * sizeof *got.seps), 0);
    cr_assert_eq(memcmp(got.places, b->places, b->n_seps), 0);
}

/* Those of four bytes are found where they lie. */
static void check_longest(const struct token_block *b, const uint8_t *bytes)
{
    uint16_t at[TOKEN_BLOCK];
    size_t n = token_block_longest(bytes, b->n, at), k = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        if (b->surfaces[i] >= UINT32_C(1) << 24) {
            cr_assert_lt(k, n);
            cr_assert_eq(load_u32(bytes + at[k]), b->surfaces[i]);
            cr_assert(k == 0 || at[k] > at[k - 1]);
            k++;
        }
    }
    cr_assert_eq(k, n);
}

/* The block is copied to the very end of memory that is its own, so that a sanitizer sees what reads too far. */
static void check(const struct token_block *b)
{
    struct token_block copy = *b;
    uint8_t *bytes = calloc(1, (size_t)ROOM);
    uint32_t surfaces[TOKEN_BLOCK], seps[TOKEN_BLOCK], again[TOKEN_BLOCK];
    uint8_t *end = token_block_put(&copy, bytes);
    cr_assert_leq(end - bytes, TOKEN_BLOCK_BYTES_MAX);
    cr_assert_eq(token_block_get(bytes, b->n, surfaces, seps), end);
    cr_assert_eq(token_block_get(bytes, b->n, again, NULL), end);
    for (uint32_t i = 0, k = 0; i < b->n; i++) {
        bool has = k < b->n_seps && b->places[k] == i;
        cr_assert_eq(surfaces[i], b->surfaces[i]);
        cr_assert_eq(again[i], b->surfaces[i]);
        cr_assert_eq(seps[i], has ? b->seps[k] : 0);
        k += has;
    }
    check_taken(b, bytes, end);
    check_longest(b, bytes);
    free(bytes);
}

Test(token_block, blocks_come_back)
{
    uint64_t state = 1;
    struct token_block b;
    for (uint32_t n = 1; n <= TOKEN_BLOCK; n++) {
        for (unsigned one_of = 1; one_of < 64; one_of *= 3) {
            fill(&b, n, one_of, &state);
            check(&b);
        }
    }
    b = (struct token_block){.n = TOKEN_BLOCK, .n_seps = TOKEN_BLOCK};
    for (unsigned i = 0; i < TOKEN_BLOCK; i++) {
        b.surfaces[i] = UINT32_MAX;
        b.seps[i] = INT32_MAX;
        b.places[i] = (uint8_t)i;
    }
    check(&b);
}

#ifdef STEMMA_AVX2
typedef const uint8_t *quads_kernel(const uint8_t *, const uint8_t *, size_t,
                                    uint32_t *);
typedef uint8_t *put_kernel(const uint32_t *, size_t, uint8_t *, uint8_t *);

/* Every byte of lengths there is, and every number of quads. */
static void check_twin(quads_kernel *quads, put_kernel *put_quads)
{
    uint8_t lengths[TOKEN_BLOCK_QUADS + 8], bytes[ROOM];
    uint32_t one[TOKEN_BLOCK], two[TOKEN_BLOCK];
    uint64_t state = 5;
    for (unsigned first = 0; first < 256; first++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)next_random(&state);
        for (unsigned i = 0; i < sizeof lengths; i++)
            lengths[i] = (uint8_t)(first + i * 37);
        size_t n = 1 + first % TOKEN_BLOCK_QUADS;
        memset(two, 0xee, sizeof two);
        cr_assert_eq(token_block_quads(lengths, bytes, n, one),
                     quads(lengths, bytes, n, two));
        cr_assert_eq(memcmp(one, two, n * 4 * sizeof *one), 0);
        for (size_t i = n * 4; i < TOKEN_BLOCK; i++)
            cr_assert_eq(two[i], 0xeeeeeeee, "behind the last");
        uint8_t put[ROOM] = {0}, put_lengths[TOKEN_BLOCK_QUADS + 1] = {0};
        put_lengths[n] = 0xee;
        const uint8_t *end = put_quads(one, n, put_lengths, put + TOKEN_BLOCK_QUADS);
        cr_assert_eq(put_lengths[n], 0xee, "behind the lengths");
        uint8_t other[ROOM] = {0}, other_lengths[TOKEN_BLOCK_QUADS];
        size_t len = (size_t)(token_block_put_quads(one, n, other_lengths,
                                                    other + TOKEN_BLOCK_QUADS) -
                              other);
        cr_assert_eq((size_t)(end - put), len);
        cr_assert_eq(memcmp(put_lengths, other_lengths, n), 0);
        cr_assert_eq(memcmp(put, other, len), 0);
    }
}

Test(token_block, the_twins_agree)
{
    if (cpu_has_avx2())
        check_twin(token_block_quads_avx2, token_block_put_quads_avx2);
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        check_twin(token_block_quads, token_block_put_quads_avx512);
#endif
}
#endif

/* Whatever the bytes are, what is read and written stays where it may be. */
Test(token_block, damaged_blocks)
{
    uint64_t state = 9;
    uint32_t surfaces[TOKEN_BLOCK], seps[TOKEN_BLOCK];
    uint8_t *bytes = malloc((size_t)ROOM);
    size_t refused = 0;
    for (int round = 0; round < 20000; round++) {
        uint32_t n = 1 + next_random(&state) % TOKEN_BLOCK;
        struct token_block b;
        fill(&b, n, 6, &state);
        memset(bytes, 0, (size_t)ROOM);
        size_t len = (size_t)(token_block_put(&b, bytes) - bytes);
        for (uint32_t k = 1 + next_random(&state) % 4; k > 0; k--)
            bytes[next_random(&state) % (k == 1 ? 3 : len)] =
                (uint8_t)next_random(&state);
        const uint8_t *end = token_block_get(bytes, n, surfaces, seps);
        cr_assert(!end || end - bytes <= TOKEN_BLOCK_BYTES_MAX);
        refused += !end;
        struct token_block got = {.n = n};
        const uint8_t *taken = token_block_take(bytes, &got);
        cr_assert(!taken ||
                  taken == end); /* it refuses more: places that do not ascend */
        for (uint32_t i = 0; taken && i < got.n_seps; i++)
            cr_assert(got.places[i] < n &&
                      (i == 0 || got.places[i] > got.places[i - 1]));
    }
    cr_assert_gt(refused, 10000);
    free(bytes);
}

#ifdef STEMMA_AVX512
/* The separators of a block as they lie in it, whole or damaged; both versions say the same of them. */
static void check_taken_alike(const struct token_block *b, const uint8_t *in,
                              const uint8_t *end)
{
    struct token_block one = {.n = b->n, .n_seps = b->n_seps}, two = one;
    bool good = token_block_take_seps(in, end, &one);
    cr_assert_eq(token_block_take_seps_avx512(in, end, &two), good);
    cr_assert(!good || memcmp(one.places, two.places, b->n_seps) == 0);
    cr_assert(!good || memcmp(one.seps, two.seps, b->n_seps * sizeof *one.seps) == 0);
}

Test(token_block, twins_of_separators_agree)
{
    uint64_t state = 21;
    if (!cpu_has_avx512())
        cr_skip("no AVX-512 here");
    for (unsigned round = 0; round < 40000; round++) {
        struct token_block b = {.n = 1 + round % TOKEN_BLOCK};
        uint32_t one_of = 1 + next_random(&state) % 9, most = 8 + round % 3 * 4;
        for (uint32_t i = 0; i < b.n; i++) {
            b.surfaces[i] = i;
            b.places[b.n_seps] = (uint8_t)i;
            b.seps[b.n_seps] =
                next_random(&state) & ((1U << next_random(&state) % most) - 1);
            b.n_seps += next_random(&state) % one_of == 0;
        }
        uint8_t *bytes = calloc(1, (size_t)ROOM);
        uint8_t *end = token_block_put(&b, bytes);
        uint8_t *in = end - (bytes[1] | bytes[2] << 8);
        check_taken_alike(&b, in, end);
        for (unsigned k = 0; k < 8 && end > in; k++) {
            in[next_random(&state) % (size_t)(end - in)] ^=
                (uint8_t)(1U << next_random(&state) % 8);
            check_taken_alike(&b, in, end);
            check_taken_alike(
                &b, in, end - next_random(&state) % (size_t)(end - in - b.n_seps));
        }
        free(bytes);
    }
}
#endif
