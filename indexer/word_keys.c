#include "indexer/word_keys.h"

#include "base/cpu.h"

void word_keys_scalar(struct surface_seed seed, const uint8_t *text,
                      const struct token *tokens, size_t n, struct word_keys *keys,
                      size_t at)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *p = text + tokens[i].start;
        size_t len = tokens[i].len;
        struct surface_key key;
        uint64_t hash;
        if (len > SURFACE_INLINE) {
            key = surface_table_long(seed, bytes_of(p, len), &hash);
        } else {
            key = surface_key(p, len);
            hash = surface_hash(seed, key);
        }
        keys->low[at + i] = key.low;
        keys->rest[at + i] = key.rest;
        keys->hash[at + i] = hash;
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

void word_keys_make(const struct surface_table *table, const struct analysed *t,
                    size_t from, struct word_keys *keys)
{
    if (from >= t->n_tokens)
        return;
    size_t left = t->n_tokens - from, at = from % WORD_KEYS,
           n = left < WORD_KEYS_AT_ONCE ? left : WORD_KEYS_AT_ONCE;
    kernel()(table->seed, t->text.data, t->tokens + from, n, keys, at);
    /* Not among the keys: eight hashes that were written at once are read one by one only when they have reached the cache. */
    const struct surface_slot *slots = table->slots;
    uint64_t mask = table->n_slots - 1;
    for (size_t i = at; i < at + n; i++)
        __builtin_prefetch(&slots[keys->hash[i] & mask], 1);
}
