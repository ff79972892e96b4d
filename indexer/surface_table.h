/* The surfaces that a worker of the scan knows, each with all that is asked of it for a token: a look-up touches one
 * line of memory.
 *
 * A slot is 32 bytes. Words of up to 15 bytes lie in it and are compared there, exactly; longer ones are found by 64 bits
 * of hash and then compared on their bytes. Callers make the keys of many tokens first and ask for them afterwards, so
 * that the slots' cache misses overlap. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/endian.h"
#include "base/prefetch.h"
#include "base/vec.h"

enum {
    SURFACE_INLINE = 15,    /* bytes of a word that a slot holds */
    SURFACE_KEY_BYTES = 16, /* readable from the first byte of a word on */
    SURFACE_LENGTH_SHIFT = 56,
    SURFACE_LONG = 255, /* in a slot, in place of the length of a longer word */
    SURFACE_LINE = 64,  /* bytes: two slots */
    SURFACE_ASK = 254   /* the same in a key, which so equals no slot */
};

/* The bytes of a word, zero-padded, as two little-endian numbers, the length in the uppermost byte; or the hash of a longer
 * one, and in a slot its number among those. */
struct surface_key {
    uint64_t low, rest; /* rest 0: an empty slot */
};

struct surface_slot {
    struct surface_key key;
    uint64_t
        term_hash; /* of its term, HASH_SEED_TERM; for the owner of the table to set, as is the count */
    /* Dense from 0 in the order of first sight; the owner of the table may put another in its place. */
    uint32_t number;
    uint32_t count; /* occurrences since the table was empty */
};
/* Two odd numbers, random for each process, so that no text can be made to fill one chain. */
struct surface_seed {
    uint64_t low, rest;
};

/* Where the bytes of a word lie that no slot holds. */
struct surface_long {
    uint32_t at, len;
};

struct surface_table {
    struct surface_slot *slots; /* owned; a power of two of them */
    size_t n_slots;
    size_t n_first; /* slots to begin with */
    size_t n_words;
    VEC(struct surface_long) longer; /* those of more than SURFACE_INLINE bytes */
    struct buf bytes;                /* of these */
    struct surface_seed seed;
    bool failed; /* no memory; later adds give NULL */
};

/* Memory is taken at the first reset: for n_words, if so many are expected (0: unknown), so that the table need not grow and
 * be moved on the way to them. A zeroed struct may be released. */
void surface_table_init(struct surface_table *t, size_t n_words);
void surface_table_release(struct surface_table *t);
/* Empties the table and gives back what a big batch has made it grow to. False: no memory. */
bool surface_table_reset(struct surface_table *t);
size_t surface_table_memory(const struct surface_table *t); /* bytes held */
/* The slot of a word, whose key and hash were made of its bytes; *is_new says whether it was added just now, with term_hash
 * and count 0. Borrowed until the next call. NULL: no memory. */
struct surface_slot *surface_table_put(struct surface_table *t, struct surface_key key,
                                       uint64_t hash, struct bytes word, bool *is_new);
/* The key of a word of more than SURFACE_INLINE bytes, and its hash. */
struct surface_key surface_table_long(struct surface_seed seed, struct bytes word,
                                      uint64_t *hash);

/* For each length what is left of a word's 16 bytes, and the length. */
extern const struct surface_key surface_lengths[SURFACE_INLINE + 1];

/* The key of `len` bytes (1 to SURFACE_INLINE) at p, where SURFACE_KEY_BYTES may be read. */
static inline struct surface_key surface_key(const uint8_t *p, size_t len)
{
    const struct surface_key *keep = &surface_lengths[len];
    /* The length code keeps what is below it only. */
    uint64_t rest = load_u64(p + 8) | UINT64_C(255) << SURFACE_LENGTH_SHIFT;
    return (struct surface_key){load_u64(p) & keep->low, rest & keep->rest};
}

/* The hash of a key that lies in the slot, 32 bits: two products of 64 bits, of which what is uppermost is folded down in
 * between, so that each byte has a say in all bits. The length, which is uppermost itself, becomes the lowest byte, or it
 * could make up for the eighth byte of words that have one letter more. Lanes of eight keys do the same
 * (indexer/word_keys_avx512.c). */
static inline uint64_t surface_hash(struct surface_seed seed, struct surface_key k)
{
    uint64_t h = k.low * seed.low + (k.rest << 8 | k.rest >> 56);
    return (h ^ h >> 32) * seed.rest >> 32;
}

/* The key and hash of a word of any length, behind whose first byte SURFACE_KEY_BYTES may be read. */
static inline struct surface_key surface_key_any(struct surface_seed seed,
                                                 struct bytes word, uint64_t *hash)
{
    if (word.len > SURFACE_INLINE)
        return surface_table_long(seed, word, hash);
    struct surface_key key = surface_key(word.data, word.len);
    *hash = surface_hash(seed, key);
    return key;
}

/* Is it the key of a word that no slot holds? */
static inline bool surface_is_long(struct surface_key k)
{
    return k.rest >> SURFACE_LENGTH_SHIFT >= SURFACE_ASK;
}

/* The hash of a key, whether it lies in the slot or not. */
static inline uint64_t surface_key_hash(struct surface_seed seed, struct surface_key k)
{
    return surface_is_long(k) ? k.low : surface_hash(seed, k);
}

/* Where a word lies, or else behind it. */
static inline struct surface_slot *surface_first_slot(const struct surface_table *t,
                                                      uint64_t hash)
{
    return &t->slots[hash & (t->n_slots - 1)];
}

/* The same in bytes from the first slot on, by what tells them of a hash times a slot's size. */
static inline uint64_t surface_offsets(const struct surface_table *t)
{
    return (t->n_slots - 1) * sizeof(struct surface_slot);
}

/* Is it this slot, compared as a whole? False may also mean that it is a longer one: ask surface_table_put. */
static inline bool surface_is(const struct surface_slot *s, struct surface_key k)
{
    return ((s->key.low ^ k.low) | (s->key.rest ^ k.rest)) == 0;
}

/* The slot of a key of SURFACE_INLINE bytes or fewer that is in the line where it is looked for first, `at` bytes behind the
 * first slot, as nearly all are; NULL: not there, ask surface_table_put. The more frequent of the line's two words is put where
 * it is looked for: so one token in a hundred is found in the second step, and not three. */
static inline struct surface_slot *surface_in_line(struct surface_slot *slots,
                                                   uint64_t at, struct surface_key k)
{
    char *bytes = (char *)slots;
    struct surface_slot *first = (void *)(bytes + at);
    struct surface_slot *second = (void *)(bytes + (at ^ sizeof *first));
    if (surface_is(first, k))
        return first;
    if (!surface_is(second, k))
        return NULL;
    if (second->count <= first->count)
        return second;
    struct surface_slot other = *first;
    *first = *second;
    *second = other;
    return first;
}

/* Where to look next when a slot, at `at`, has another word: the other half of the cache line, then the next line. */
static inline size_t surface_next(const struct surface_table *t, size_t at,
                                  uint64_t hash)
{
    return ((at ^ 1) + 2 * ((at ^ hash) & 1)) & (t->n_slots - 1);
}

/* Asks for the line behind the one, `at` bytes from the first slot on, where a word is looked for first. In a table that is
 * nearly full one look in two at what is new goes so far. (Behind the last line the first is meant; nothing is asked for.) */
static inline void surface_expect_behind(const struct surface_slot *slots, uint64_t at)
{
    prefetch_write((const char *)slots + at + SURFACE_LINE);
}

/* Asks for both. */
static inline void surface_expect(const struct surface_table *t, uint64_t hash)
{
    uint64_t at = hash * sizeof *t->slots & surface_offsets(t);
    prefetch_write((const char *)t->slots + at);
    surface_expect_behind(t->slots, at);
}

/* The slot of a key that is in the table, as it lies there. */
static inline struct surface_slot *surface_known(const struct surface_table *t,
                                                 struct surface_key k)
{
    uint64_t hash = surface_key_hash(t->seed, k);
    size_t at = hash & (t->n_slots - 1);
    while (!surface_is(&t->slots[at], k))
        at = surface_next(t, at, hash);
    return &t->slots[at];
}
