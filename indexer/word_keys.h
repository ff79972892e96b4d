/* Inside indexer/batch_words: the keys of an article's words in the table of surfaces, made before they are looked up. */
#pragma once

#include "text/analyser.h"
#include "indexer/surface_table.h"

enum {
    WORD_KEYS = 256,       /* that are held; a power of two */
    WORD_KEYS_AT_ONCE = 32 /* at most that are made at a time */
};

/* That of token i is number i % WORD_KEYS, and so is where it is looked for first: bytes from the first slot on. */
struct word_keys {
    uint64_t low[WORD_KEYS], rest[WORD_KEYS], at[WORD_KEYS];
};

static inline struct surface_key word_keys_get(const struct word_keys *k, size_t i)
{
    return (struct surface_key){k->low[i], k->rest[i]};
}

/* Makes the keys of up to WORD_KEYS_AT_ONCE tokens from number `from` on, a multiple of that, and asks for their slots. SIMD
 * where the processor has it. */
void word_keys_make(const struct surface_table *table, const struct analysed *t,
                    size_t from, struct word_keys *keys);

/* Inside word_keys_make; the twins do the same: the keys of n tokens, WORD_KEYS_AT_ONCE at most, go to those from number `at`
 * on; offsets: surface_offsets. Behind the text ANALYSED_SLACK bytes may be read. */
typedef void word_keys_kernel(struct surface_seed seed, uint64_t offsets,
                              const uint8_t *text, const struct token *tokens, size_t n,
                              struct word_keys *keys, size_t at);
word_keys_kernel word_keys_scalar;
#ifdef STEMMA_AVX512
word_keys_kernel word_keys_avx512;
#endif
