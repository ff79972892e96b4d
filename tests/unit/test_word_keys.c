/* Keys of words, made ahead: as one by one, whichever twin does it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "indexer/word_keys.h"

enum {
    TEXT = 4096,
    TOKENS = 500
};

/* Of the greatest table. */
#define OFFSETS (((UINT64_C(1) << 32) - 1) * sizeof(struct surface_slot))

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 32);
}

/* Words of 1 to 24 bytes of any value at any place, the last one at the very end. */
static void make_words(uint8_t *text, struct token *tokens, uint64_t *state)
{
    for (size_t i = 0; i < TEXT; i++)
        text[i] = (uint8_t)next_random(state);
    for (size_t i = 0; i < TOKENS; i++) {
        uint32_t len = 1 + next_random(state) % (i % 8 == 0 ? 24 : 16);
        uint32_t start =
            i + 1 == TOKENS ? TEXT - len : next_random(state) % (TEXT - len);
        tokens[i] = (struct token){.start = start,
                                   .len = (uint8_t)len,
                                   .brk = (uint8_t)next_random(state),
                                   .flags = (uint8_t)next_random(state),
                                   .spacing = TOKEN_AFTER_BLANK};
    }
}

/* The same, one behind another as in a text, some far from the one before, the last one at the very end. */
static void make_neighbours(uint8_t *text, struct token *tokens, uint64_t *state)
{
    uint32_t at = TEXT;
    make_words(text, tokens, state);
    for (size_t i = TOKENS; i-- > 0;) {
        uint32_t most = at - (uint32_t)i; /* so that one byte is left for each before */
        uint32_t len = 1 + next_random(state) % (i % 64 == 0 ? 24 : 11);
        uint32_t gap = next_random(state) % (i % 32 == 0 ? 120 : 3);
        len = len < most ? len : most;
        gap = i + 1 < TOKENS && gap <= most - len ? gap : 0;
        at -= gap + len;
        tokens[i].start = at;
        tokens[i].len = (uint8_t)len;
    }
}

static struct surface_key key_of(struct surface_seed seed, struct bytes b,
                                 uint64_t *hash)
{
    if (b.len > SURFACE_INLINE)
        return surface_table_long(seed, b, hash);
    struct surface_key key = surface_key(b.data, b.len);
    *hash = surface_hash(seed, key);
    return key;
}

static void check(struct surface_seed seed, uint64_t offsets, struct bytes word,
                  const struct word_keys *keys, size_t at)
{
    uint64_t hash;
    struct surface_key want = key_of(seed, word, &hash);
    struct surface_key got = word_keys_get(keys, at);
    cr_assert(got.low == want.low && got.rest == want.rest, "%zu", at);
    cr_assert_eq(keys->at[at], hash * sizeof(struct surface_slot) & offsets, "%zu", at);
}

static void run(word_keys_kernel *kernel, const uint8_t *text,
                const struct token *tokens, uint64_t *state)
{
    static const struct word_keys none;
    for (size_t from = 0; from < TOKENS; from += WORD_KEYS_AT_ONCE) {
        struct surface_seed seed = {next_random(state) | UINT64_C(1) << 63 | 1,
                                    next_random(state) | UINT64_C(1) << 62 | 1};
        size_t at = from % WORD_KEYS, n = from / WORD_KEYS_AT_ONCE + 17;
        n = n < TOKENS - from ? n : TOKENS - from;
        uint64_t offsets = OFFSETS >> from % 19;
        offsets -= offsets % sizeof(struct surface_slot);
        struct word_keys keys = none;
        kernel(seed, offsets, text, tokens + from, n, &keys, at);
        for (size_t i = 0; i < n; i++)
            check(seed, offsets,
                  bytes_of(text + tokens[from + i].start, tokens[from + i].len), &keys,
                  at + i);
        for (size_t i = 0; i < WORD_KEYS; i++)
            cr_assert((i >= at && i < at + n) || keys.low[i] == 0, "%zu", i);
    }
}

Test(word_keys, twins_are_as_one_by_one)
{
    uint64_t state = 7;
    uint8_t *text = calloc(1, TEXT + ANALYSED_SLACK);
    struct token *tokens = calloc(TOKENS, sizeof *tokens);
    cr_assert(text && tokens);
    for (int round = 0; round < 50; round++) {
        if (round % 2)
            make_words(text, tokens, &state);
        else
            make_neighbours(text, tokens, &state);
        run(word_keys_scalar, text, tokens, &state);
#ifdef STEMMA_AVX512
        if (cpu_has_avx512())
            run(word_keys_avx512, text, tokens, &state);
#endif
    }
    free(text);
    free(tokens);
}

/* Of a text of any length all keys are made, in steps, and nothing behind the last. */
Test(word_keys, steps_end_with_the_text)
{
    uint64_t state = 8;
    uint8_t *text = calloc(1, TEXT + ANALYSED_SLACK);
    struct token *tokens = calloc(TOKENS, sizeof *tokens);
    struct surface_table table;
    cr_assert(text && tokens);
    surface_table_init(&table, 0);
    cr_assert(surface_table_reset(&table));
    make_words(text, tokens, &state);
    for (size_t n = 1; n <= WORD_KEYS; n++) {
        struct analysed t = {
            .text = bytes_of(text, TEXT), .tokens = tokens, .n_tokens = n};
        struct word_keys keys = {{0}, {0}, {0}};
        for (size_t i = 0; i < WORD_KEYS; i += WORD_KEYS_AT_ONCE)
            word_keys_make(&table, &t, i, &keys);
        for (size_t i = 0; i < n; i++)
            check(table.seed, surface_offsets(&table), analysed_surface(&t, i), &keys,
                  i);
        for (size_t i = n; i < WORD_KEYS; i++)
            cr_assert_eq(keys.low[i], 0);
    }
    surface_table_release(&table);
    free(text);
    free(tokens);
}
