/* A worker's own table of strings: bytes and a small tag to dense numbers from 0, in the
 * order of first sight. A glossary has its separators (tag: their break) and joined terms
 * (tag: their span) so; indexer/lexicon.h has those of all workers.
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
#include "base/prefetch.h"
#include "base/vec.h"

enum {
    INTERN_INLINE =
        12,          /* bytes that a slot holds, the tag of a tagged table included */
    INTERN_NONE = -1 /* as (uint32_t)INTERN_NONE: no number */
};

/* What a slot holds of a key: up to 12 bytes, zero-padded, as two little-endian numbers, or the hash of a
 * longer key; below the last four of them the length code, and in a slot the number. */
struct intern_word {
    uint64_t low; /* bytes 0 to 7 */
    uint64_t
        rest; /* bytes 8 to 11 << 32 | length code << 28 | number; 0: an empty slot */
};

struct intern_entry {
    uint32_t at; /* in `bytes` */
    uint32_t len;
    uint8_t tag;
};

struct intern {
    struct intern_word *slots; /* owned; a power of two of them */
    size_t n_slots;
    VEC(struct intern_entry) entries; /* by number */
    struct buf bytes;
    bool tagged;
    bool failed; /* no memory; later adds give 0 */
    uint64_t seed;
};

/* A key that is ready to be asked for. */
struct intern_key {
    struct intern_word word; /* with number 0 */
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
/* The word of `len` bytes (at most INTERN_INLINE) at p, where INTERN_INLINE may be read; of a key without a tag. */
static inline struct intern_word intern_word(const uint8_t *p, size_t len);
/* The same with a tag, of at most INTERN_INLINE - 1 bytes. */
static inline struct intern_word intern_tagged(struct intern_word w, uint8_t tag);
/* What a look-up needs of a table, by value, so that a loop keeps it in registers. Good until the next intern_put. */
struct intern_view {
    const struct intern_word *slots;
    size_t mask;
    uint64_t seed;
};
static inline struct intern_view intern_view(const struct intern *t)
{
    return (struct intern_view){t->slots, t->n_slots - 1, t->seed};
}
static inline uint64_t intern_word_hash(uint64_t seed, struct intern_word w);
static inline void intern_prefetch(struct intern_view v, uint64_t hash);
/* What a look-up of a long key reads lies in three places, one of which tells the next: its slot (intern_prefetch), its entry
 * and its bytes. The first call asks for the entry, and returns the number that a key, long or not, probably has, or
 * INTERN_NONE; the second, some time later, asks for the bytes of the entry of that number. */
static inline uint32_t intern_expect(const struct intern *t,
                                     const struct intern_key *k);
static inline void intern_expect_bytes(const struct intern *t,
                                       const struct intern_key *k, uint32_t number);
/* The number of a key that lies whole in the first slot it may lie in, which is where most are;
 * INTERN_NONE: not there, ask intern_put. */
static inline uint32_t intern_peek(struct intern_view v, struct intern_word w,
                                   uint64_t hash);
/* The key's number; *is_new says whether it was given just now. */
uint32_t intern_put(struct intern *t, const struct intern_key *k, bool *is_new);

static inline struct bytes intern_bytes(const struct intern *t, uint32_t number)
{
    const struct intern_entry *e = &t->entries.items[number];
    return bytes_of(t->bytes.data + e->at, e->len);
}

/* --- keys ------------------------------------------------------------------------------- */

enum {
    INTERN_CODE_SHIFT = 28, /* number and code */
    INTERN_CODE_LONG = 15,  /* in a slot; codes 1..13: a length of 0..12 in the word */
    INTERN_CODE_ASK = 14,   /* as a slot's LONG in a key, which so equals no slot */
    INTERN_TAG_SHIFT = 56   /* a tag is byte 11 of the word */
};

#define INTERN_LONG    ((uint64_t)INTERN_CODE_ASK << INTERN_CODE_SHIFT)
#define INTERN_NUMBERS ((UINT64_C(1) << INTERN_CODE_SHIFT) - 1)

/* For each length what is left of a word's 12 bytes, and its code. */
extern const struct intern_word intern_lengths[INTERN_INLINE + 1];

static inline struct intern_word intern_word(const uint8_t *p, size_t len)
{
    const struct intern_word *keep = &intern_lengths[len];
    uint64_t rest = load_u64(p + 4) | UINT64_C(15) << INTERN_CODE_SHIFT;
    /* What stands below the code of the bytes 4 to 7 goes too. */
    return (struct intern_word){load_u64(p) & keep->low, rest & keep->rest};
}

static inline struct intern_word intern_tagged(struct intern_word w, uint8_t tag)
{
    w.rest |= (uint64_t)tag << INTERN_TAG_SHIFT;
    return w;
}

/* The hash of a key that lies in the slot: a product of 128 bits, folded. The seed is random for each
 * process, so that no text can be made to fill one chain. */
static inline uint64_t intern_word_hash(uint64_t seed, struct intern_word w)
{
    __extension__ unsigned __int128 product = w.low ^ seed;
    product *= w.rest ^ (seed << 32 | seed >> 32);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
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
        out->word = (struct intern_word){out->hash, INTERN_LONG};
        return;
    }
    if (readable >= INTERN_INLINE) {
        out->word = intern_word(b.data, b.len);
    } else {
        uint8_t copy[INTERN_INLINE] = {0};
        if (b.len > 0)
            memcpy(copy, b.data, b.len);
        out->word = intern_word(copy, b.len);
    }
    if (t->tagged)
        out->word = intern_tagged(out->word, tag);
    out->hash = intern_word_hash(t->seed, out->word);
}

static inline void intern_prefetch(struct intern_view v, uint64_t hash)
{
    __builtin_prefetch(&v.slots[hash & v.mask]);
}

static inline uint32_t intern_expect(const struct intern *t, const struct intern_key *k)
{
    const struct intern_word *s = &t->slots[k->hash & (t->n_slots - 1)];
    if (s->rest == 0 || s->low != k->word.low)
        return (uint32_t)INTERN_NONE;
    uint32_t number = (uint32_t)(s->rest & INTERN_NUMBERS);
    if ((k->word.rest & INTERN_LONG) == INTERN_LONG)
        prefetch_read(&t->entries.items[number]);
    return number;
}

static inline void intern_expect_bytes(const struct intern *t,
                                       const struct intern_key *k, uint32_t number)
{
    if ((k->word.rest & INTERN_LONG) == INTERN_LONG && number != (uint32_t)INTERN_NONE)
        prefetch_read(t->bytes.data + t->entries.items[number].at);
}

static inline uint32_t intern_peek(struct intern_view v, struct intern_word w,
                                   uint64_t hash)
{
    const struct intern_word *s = &v.slots[hash & v.mask];
    uint64_t number = s->rest ^ w.rest; /* if all above is the same */
    bool same = ((s->low ^ w.low) | number >> INTERN_CODE_SHIFT) == 0;
    return same ? (uint32_t)number : (uint32_t)INTERN_NONE;
}
