#include "indexer/surface_table.h"

#include <string.h>

#include "base/hash.h"
#include "base/huge.h"

enum {
    SLOTS_FIRST = 1 << 13,
    SLOTS_KEPT = 1 << 16, /* after a reset: what an ordinary batch needs */
    BYTES_KEPT = 1 << 20,
    NUMBERS_MAX = 1 << 30,
    /* With more than so many sixteenths of its slots taken it grows. Frequent words lie where they are looked for, however
     * full it is; the smaller it is the more of it is in the nearer caches. */
    TAKEN_MAX = 13,
    FREQUENT = 16 /* occurrences of those that are given a place first */
};

_Static_assert(sizeof(struct surface_slot) == 32, "two slots are a cache line");

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

void surface_table_init(struct surface_table *t)
{
    uint64_t seed = hash_process_seed();
    *t = (struct surface_table){.seed = {seed | 1, hash64(&seed, sizeof seed, 0) | 1}};
    intern_init(&t->words, false);
}

static void free_slots(struct surface_table *t)
{
    huge_free(t->slots, t->n_slots * sizeof *t->slots);
    t->slots = NULL;
}

void surface_table_release(struct surface_table *t)
{
    free_slots(t);
    intern_release(&t->words);
    t->n_slots = 0;
}

bool surface_table_reset(struct surface_table *t)
{
    if (t->n_slots == 0 || t->n_slots > SLOTS_KEPT) {
        free_slots(t);
        t->n_slots = t->n_slots ? SLOTS_KEPT : SLOTS_FIRST;
        t->slots = huge_alloc_touched(t->n_slots * sizeof *t->slots);
    } else {
        memset(t->slots, 0, t->n_slots * sizeof *t->slots);
    }
    intern_list_reset(&t->words);
    t->failed = !t->slots;
    if (t->failed)
        t->n_slots = 0;
    return !t->failed;
}

size_t surface_table_memory(const struct surface_table *t)
{
    return t->n_slots * sizeof *t->slots + intern_memory(&t->words);
}

struct surface_key surface_table_long(struct surface_seed seed, struct bytes word,
                                      uint64_t *hash)
{
    *hash = hash64(word.data, word.len, seed.low);
    return (struct surface_key){*hash, (uint64_t)SURFACE_ASK << SURFACE_LENGTH_SHIFT |
                                           (uint32_t)word.len};
}

static bool is_long(const struct surface_key *k)
{
    return k->rest >> SURFACE_LENGTH_SHIFT >= SURFACE_ASK;
}

static uint64_t slot_hash(const struct surface_table *t, const struct surface_slot *s)
{
    return is_long(&s->key) ? s->key.low : surface_hash(t->seed, s->key);
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
            uint64_t hash = slot_hash(t, s);
            bigger.slots[empty_from(&bigger, hash)] = *s;
        }
    }
    free_slots(t);
    t->slots = bigger.slots;
    t->n_slots = bigger.n_slots;
    return true;
}

static bool same(const struct surface_table *t, const struct surface_slot *s,
                 const struct surface_key *k, struct bytes word)
{
    if (!is_long(k))
        return surface_is(s, *k);
    return s->key.low == k->low && is_long(&s->key) &&
           bytes_equal(intern_bytes(&t->words, s->number & ~SURFACE_MARK), word);
}

static struct surface_slot *add(struct surface_table *t, struct surface_key key,
                                uint64_t hash, struct bytes word, size_t at)
{
    size_t number = t->words.entries.len;
    if (number >= NUMBERS_MAX || t->words.bytes.len > UINT32_MAX - word.len)
        goto failed;
    if ((number + 1) * 16 > t->n_slots * TAKEN_MAX) {
        if (!grow(t))
            goto failed;
        at = empty_from(t, hash);
    }
    struct intern_entry e = {(uint32_t)t->words.bytes.len, (uint32_t)word.len, 0};
    buf_put_bytes(&t->words.bytes, word);
    /* Whole words are read of the last one too. */
    if (!buf_reserve(&t->words.bytes, SURFACE_KEY_BYTES) ||
        !vec_push(&t->words.entries, e))
        goto failed;
    if (is_long(&key))
        key.rest = (uint64_t)SURFACE_LONG << SURFACE_LENGTH_SHIFT | (uint32_t)word.len;
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
