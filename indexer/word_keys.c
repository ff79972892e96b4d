#include "indexer/word_keys.h"

#include "base/cpu.h"
#include "base/prefetch.h"

void word_keys_scalar(struct surface_seed seed, uint64_t offsets, const uint8_t *text,
                      const struct token *tokens, size_t n, struct word_keys *keys,
                      size_t at)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t hash;
        struct bytes word = bytes_of(text + tokens[i].start, tokens[i].len);
        struct surface_key key = surface_key_any(seed, word, &hash);
        keys->low[at + i] = key.low;
        keys->rest[at + i] = key.rest;
        keys->at[at + i] = hash * sizeof(struct surface_slot) & offsets;
    }
}

static word_keys_kernel *kernel(void)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return word_keys_avx512;
#endif
    return word_keys_scalar;
}

/* Asks for the n slots at these places. Not among the keys: eight places that were written at once are read one by one only
 * when they have reached the cache. */
static void ask(const uint8_t *slots, const uint64_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        prefetch_write(slots + at[i]);
}

void word_keys_make(const struct surface_table *table, const struct analysed *t,
                    size_t from, struct word_keys *keys)
{
    if (from >= t->n_tokens)
        return;
    size_t left = t->n_tokens - from, at = from % WORD_KEYS,
           n = left < WORD_KEYS_AT_ONCE ? left : WORD_KEYS_AT_ONCE;
    kernel()(table->seed, surface_offsets(table), t->text.data, t->tokens + from, n,
             keys, at);
    ask((const uint8_t *)table->slots, keys->at + at, n);
}
