#include "indexer/surface_table.h"

#include <string.h>

#include "base/hash.h"
#include "base/huge.h"

enum {
    SLOTS_FIRST = 1 << 13,
    SLOTS_KEPT = 1 << 16, /* after a reset: what an ordinary batch needs */
    LONGER_KEPT = 1 << 12,
    BYTES_KEPT = 1 << 18,
    WORDS_MAX = 1 << 30,
    /* With more than so many sixteenths of its slots taken it grows. Frequent words lie where they are looked for, however
     * full it is; the smaller it is the more of it is in the nearer caches. */
    TAKEN_MAX = 13,
    FREQUENT = 16 /* occurrences of those that are given a place first */
};

_Static_assert(2 * sizeof(struct surface_slot) == SURFACE_LINE,
               "two slots are a cache line");

#define LOW(n)  ((n) < 8 ? (UINT64_C(1) << 8 * ((n) % 8)) - 1 : UINT64_MAX)
#define REST(n) ((n) < 8 ? 0 : (UINT64_C(1) << 8 * ((n) % 8)) - 1)
#define LENGTH(n)                                             \
    {                                                         \
        LOW(n), REST(n) | UINT64_C(n) << SURFACE_LENGTH_SHIFT \
    }

const struct surface_key surface_lengths[SURFACE_INLINE + 1] = {
    LENGTH(0),  LENGTH(1),  LENGTH(2),  LENGTH(3), LENGTH(4),  LENGTH(5),
    LENGTH(6),  LENGTH(7),  LENGTH(8),  LENGTH(9), LENGTH(10), LENGTH(11),
    LENGTH(12), LENGTH(13), LENGTH(14), LENGTH(15)};

static bool is_full(size_t n_words, size_t n_slots)
{
    return n_words > n_slots / 16 * TAKEN_MAX;
}

void surface_table_init(struct surface_table *t, size_t n_words)
{
    uint64_t seed = hash_process_seed();
    *t = (struct surface_table){.n_first = SLOTS_FIRST,
                                .seed = {seed | 1, hash64(&seed, sizeof seed, 0) | 1}};
    while (n_words <= WORDS_MAX && is_full(n_words, t->n_first))
        t->n_first *= 2;
}

static void free_slots(struct surface_table *t)
{
    huge_free(t->slots, t->n_slots * sizeof *t->slots);
    t->slots = NULL;
}

void surface_table_release(struct surface_table *t)
{
    free_slots(t);
    vec_release(&t->longer);
    buf_release(&t->bytes);
    t->n_slots = 0;
}

bool surface_table_reset(struct surface_table *t)
{
    if (t->n_slots == 0 || t->n_slots > SLOTS_KEPT) {
        free_slots(t);
        t->n_slots = t->n_slots ? (size_t)SLOTS_KEPT : t->n_first;
        t->slots = huge_alloc_touched(t->n_slots * sizeof *t->slots);
        if (!t->slots && t->n_slots > SLOTS_FIRST) {
            t->n_slots = SLOTS_FIRST;
            t->slots = huge_alloc_touched(t->n_slots * sizeof *t->slots);
        }
    } else {
        memset(t->slots, 0, t->n_slots * sizeof *t->slots);
    }
    if (t->longer.cap > LONGER_KEPT)
        vec_release(&t->longer);
    if (t->bytes.cap > BYTES_KEPT)
        buf_release(&t->bytes);
    vec_reset(&t->longer);
    buf_reset(&t->bytes);
    t->n_words = 0;
    t->failed = !t->slots;
    if (t->failed)
        t->n_slots = 0;
    return !t->failed;
}

size_t surface_table_memory(const struct surface_table *t)
{
    return t->n_slots * sizeof *t->slots + t->longer.cap * sizeof *t->longer.items +
           t->bytes.cap;
}

struct surface_key surface_table_long(struct surface_seed seed, struct bytes word,
                                      uint64_t *hash)
{
    *hash = hash64(word.data, word.len, seed.low);
    return (struct surface_key){*hash, (uint64_t)SURFACE_ASK << SURFACE_LENGTH_SHIFT};
}

/* The first empty slot that is looked at for a hash. */
static size_t empty_from(const struct surface_table *t, uint64_t hash)
{
    size_t at = hash & (t->n_slots - 1);
    while (t->slots[at].key.rest != 0)
        at = surface_next(t, at, hash);
    return at;
}

/* Puts the slots into a table of twice as many, those of frequent words first: they then lie where they are looked for
 * first. */
static bool grow(struct surface_table *t)
{
    struct surface_table bigger = {.n_slots = t->n_slots * 2};
    bigger.slots = huge_alloc_touched(bigger.n_slots * sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (int frequent = 1; frequent >= 0; frequent--) {
        for (size_t i = 0; i < t->n_slots; i++) {
            const struct surface_slot *s = &t->slots[i];
            if (s->key.rest == 0 || (s->count >= FREQUENT) != frequent)
                continue;
            uint64_t hash = surface_key_hash(t->seed, s->key);
            bigger.slots[empty_from(&bigger, hash)] = *s;
        }
    }
    free_slots(t);
    t->slots = bigger.slots;
    t->n_slots = bigger.n_slots;
    return true;
}

/* The bytes of a longer word, of the key in its slot. */
static struct bytes long_bytes(const struct surface_table *t,
                               const struct surface_key *k)
{
    const struct surface_long *l = &t->longer.items[(uint32_t)k->rest];
    return bytes_of(t->bytes.data + l->at, l->len);
}

static bool same(const struct surface_table *t, const struct surface_slot *s,
                 const struct surface_key *k, struct bytes word)
{
    if (!surface_is_long(*k))
        return surface_is(s, *k);
    return s->key.low == k->low && surface_is_long(s->key) &&
           bytes_equal(long_bytes(t, &s->key), word);
}

/* Keeps the bytes of a word of more than SURFACE_INLINE bytes; its key becomes that of a slot. */
static bool keep_long(struct surface_table *t, struct surface_key *key,
                      struct bytes word)
{
    struct surface_long l = {(uint32_t)t->bytes.len, (uint32_t)word.len};
    if (t->bytes.len > UINT32_MAX - word.len)
        return false;
    buf_put_bytes(&t->bytes, word);
    key->rest =
        (uint64_t)SURFACE_LONG << SURFACE_LENGTH_SHIFT | (uint32_t)t->longer.len;
    return !t->bytes.failed && vec_push(&t->longer, l);
}

static struct surface_slot *add(struct surface_table *t, struct surface_key key,
                                uint64_t hash, struct bytes word, size_t at)
{
    size_t number = t->n_words;
    if (number >= WORDS_MAX)
        goto failed;
    if (is_full(number + 1, t->n_slots)) {
        if (!grow(t))
            goto failed;
        at = empty_from(t, hash);
    }
    if (surface_is_long(key) && !keep_long(t, &key, word))
        goto failed;
    t->n_words++;
    t->slots[at] = (struct surface_slot){.key = key, .number = (uint32_t)number};
    return &t->slots[at];
failed:
    t->failed = true;
    return NULL;
}

struct surface_slot *surface_table_put(struct surface_table *t, struct surface_key key,
                                       uint64_t hash, struct bytes word, bool *is_new)
{
    *is_new = false;
    if (t->failed)
        return NULL;
    size_t at = hash & (t->n_slots - 1);
    for (; t->slots[at].key.rest != 0; at = surface_next(t, at, hash)) {
        if (same(t, &t->slots[at], &key, word))
            return &t->slots[at];
    }
    *is_new = true;
    return add(t, key, hash, word, at);
}
