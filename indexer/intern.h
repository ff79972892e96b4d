/* A batch's own table of strings: bytes (and a small tag) to dense numbers from 0, in the
 * order of first sight. Surfaces, separators (tag: their break) and terms (tag: their span)
 * of a batch are interned so; indexer/lexicon.h merges the tables of all batches.
 *
 * A slot is 16 bytes. Words of up to 12 bytes lie in it and are compared there, exactly;
 * longer ones are found by 64 bits of hash and then compared on their bytes. Callers make
 * the keys of many tokens first and ask for them afterwards, so that the slots' cache
 * misses overlap. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/endian.h"
#include "base/vec.h"

enum {
    INTERN_INLINE =
        12,            /* bytes that a slot holds, the tag of a tagged table included */
    INTERN_AHEAD = 16, /* keys between a prefetch and its look-up */
    INTERN_NONE = -1   /* as (uint32_t)INTERN_NONE: no number */
};

struct intern_slot {
    uint8_t
        word[INTERN_INLINE]; /* the bytes, zero-padded, or the hash of a longer key */
    uint32_t meta;           /* 0: empty; length code << 28 | number */
};

struct intern_entry {
    uint32_t at; /* in `bytes` */
    uint32_t len;
    uint8_t tag;
};

struct intern {
    struct intern_slot *slots; /* owned; a power of two of them */
    size_t n_slots;
    VEC(struct intern_entry) entries; /* by number */
    struct buf bytes;
    bool tagged;
    bool failed; /* no memory; later adds give 0 */
    uint64_t seed;
};

/* A key that is ready to be asked for. */
struct intern_key {
    uint64_t low;  /* first 8 bytes of the slot's word */
    uint32_t high; /* last 4 */
    uint32_t code; /* length code << 28 */
    uint64_t hash;
    const uint8_t *data; /* borrowed until it was asked for */
    uint32_t len;
    uint8_t tag;
};

/* tagged: keys carry a tag (0 to 255); otherwise it must be 0. Memory is taken at the first
 * reset; a zeroed struct may be released. */
void intern_init(struct intern *t, bool tagged);
void intern_release(struct intern *t);
/* Empties the table and gives back what one big batch has made it grow to. False: no memory. */
bool intern_reset(struct intern *t);
size_t intern_memory(const struct intern *t); /* bytes held */

/* Makes a key of bytes; at least `readable` bytes may be read from data on (len or more). */
static inline void intern_key(const struct intern *t, struct bytes b, size_t readable,
                              uint8_t tag, struct intern_key *out);
static inline void intern_prefetch(const struct intern *t, const struct intern_key *k);
/* The number of a key that lies whole in the first slot it may lie in, which is where most are;
 * INTERN_NONE: not there, ask intern_put. */
static inline uint32_t intern_peek(const struct intern *t, const struct intern_key *k);
/* The key's number; *is_new says whether it was given just now. */
uint32_t intern_put(struct intern *t, const struct intern_key *k, bool *is_new);

static inline struct bytes intern_bytes(const struct intern *t, uint32_t number)
{
    const struct intern_entry *e = &t->entries.items[number];
    return bytes_of(t->bytes.data + e->at, e->len);
}

/* --- keys ------------------------------------------------------------------------------- */

enum {
    INTERN_CODE_SHIFT = 28,
    INTERN_CODE_LONG = 15 /* codes 1..13: a length of 0..12 in the slot */
};

/* The hash of a key that lies in the slot: two rounds of multiply and fold. The seed is random for each
 * process, so that no text can be made to fill one chain. */
static inline uint64_t intern_hash_inline(uint64_t seed, uint64_t low, uint32_t high,
                                          uint32_t code)
{
    uint64_t h = (low ^ seed) * UINT64_C(0x9e3779b97f4a7c15);
    h ^= h >> 32;
    h = (h ^ ((uint64_t)code << 32 | high)) * UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 32;
}

uint64_t intern_hash_long(uint64_t seed, struct bytes b, uint8_t tag);

static inline void intern_key(const struct intern *t, struct bytes b, size_t readable,
                              uint8_t tag, struct intern_key *out)
{
    size_t room = t->tagged ? INTERN_INLINE - 1 : INTERN_INLINE;
    out->data = b.data;
    out->len = (uint32_t)b.len;
    out->tag = tag;
    if (b.len > room) {
        out->hash = intern_hash_long(t->seed, b, tag);
        out->low = out->hash;
        out->high = 0;
        out->code = (uint32_t)INTERN_CODE_LONG << INTERN_CODE_SHIFT;
        return;
    }
    uint64_t low = 0;
    uint32_t high = 0;
    if (readable >= INTERN_INLINE && b.len > 0) {
        low = load_u64(b.data);
        high = load_u32(b.data + 8);
        if (b.len <= 8) {
            low &= UINT64_MAX >> (64 - 8 * b.len);
            high = 0;
        } else if (b.len < INTERN_INLINE) {
            high &= UINT32_MAX >> (8 * (INTERN_INLINE - b.len));
        }
    } else if (b.len > 0) {
        uint8_t word[INTERN_INLINE] = {0};
        memcpy(word, b.data, b.len);
        low = load_u64(word);
        high = load_u32(word + 8);
    }
    if (t->tagged)
        high |= (uint32_t)tag << 24;
    out->low = low;
    out->high = high;
    out->code = (uint32_t)(b.len + 1) << INTERN_CODE_SHIFT;
    out->hash = intern_hash_inline(t->seed, low, high, out->code);
}

static inline void intern_prefetch(const struct intern *t, const struct intern_key *k)
{
    __builtin_prefetch(&t->slots[k->hash & (t->n_slots - 1)]);
}

static inline uint32_t intern_peek(const struct intern *t, const struct intern_key *k)
{
    const struct intern_slot *s = &t->slots[k->hash & (t->n_slots - 1)];
    bool same = load_u64(s->word) == k->low && load_u32(s->word + 8) == k->high &&
                (s->meta ^ k->code) >> INTERN_CODE_SHIFT == 0 &&
                k->code >> INTERN_CODE_SHIFT != INTERN_CODE_LONG;
    return same ? s->meta & ((UINT32_C(1) << INTERN_CODE_SHIFT) - 1)
                : (uint32_t)INTERN_NONE;
}
