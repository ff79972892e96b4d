#include "indexer/intern.h"

#include <assert.h>

#include "base/hash.h"
#include "base/huge.h"

enum {
    SLOTS_FIRST = 1 << 14,
    SLOTS_KEPT = 1 << 16, /* after a reset: what an ordinary batch needs */
    BYTES_KEPT = 1 << 20,
    NUMBERS_MAX = 1 << INTERN_CODE_SHIFT
};

_Static_assert(sizeof(struct intern_word) == 16, "a slot is a quarter of a cache line");

/* Of the lower eight bytes the first n; of the upper four the first n, and the code of a length. */
#define LOW(n)       ((n) < 8 ? (UINT64_C(1) << 8 * ((n) % 8)) - 1 : UINT64_MAX)
#define HIGH(n)      ((UINT64_C(1) << 8 * (n)) - 1)
#define REST(len, n) (HIGH(n) << 32 | (UINT64_C(len) + 1) << INTERN_CODE_SHIFT)
#define SHORT(len)             \
    {                          \
        LOW(len), REST(len, 0) \
    }
#define LONGER(len, n)           \
    {                            \
        UINT64_MAX, REST(len, n) \
    }

const struct intern_word intern_lengths[INTERN_INLINE + 1] = {
    SHORT(0),      SHORT(1),      SHORT(2),     SHORT(3), SHORT(4),
    SHORT(5),      SHORT(6),      SHORT(7),     SHORT(8), LONGER(9, 1),
    LONGER(10, 2), LONGER(11, 3), LONGER(12, 4)};

void intern_init(struct intern *t, bool tagged)
{
    *t = (struct intern){.tagged = tagged, .seed = hash_process_seed()};
}

void intern_release(struct intern *t)
{
    huge_free(t->slots, t->n_slots * sizeof *t->slots);
    vec_release(&t->entries);
    buf_release(&t->bytes);
    t->slots = NULL;
    t->n_slots = 0;
}

bool intern_reset(struct intern *t)
{
    if (t->n_slots == 0 || t->n_slots > SLOTS_KEPT) {
        huge_free(t->slots, t->n_slots * sizeof *t->slots);
        t->n_slots = t->n_slots ? SLOTS_KEPT : SLOTS_FIRST;
        t->slots = huge_alloc_touched(t->n_slots * sizeof *t->slots);
    } else {
        memset(t->slots, 0, t->n_slots * sizeof *t->slots);
    }
    if (t->entries.cap > SLOTS_KEPT)
        vec_release(&t->entries);
    if (t->bytes.cap > BYTES_KEPT)
        buf_release(&t->bytes);
    vec_reset(&t->entries);
    buf_reset(&t->bytes);
    t->failed = !t->slots;
    if (t->failed)
        t->n_slots = 0;
    return !t->failed;
}

size_t intern_memory(const struct intern *t)
{
    return t->n_slots * sizeof *t->slots + t->entries.cap * sizeof *t->entries.items +
           t->bytes.cap;
}

uint64_t intern_hash_long(uint64_t seed, struct bytes b, uint8_t tag)
{
    return hash64(b.data, b.len, seed ^ tag);
}

/* Has the slot, or the key, more bytes than a word holds? */
static bool is_long(const struct intern_word *w)
{
    return (w->rest >> INTERN_CODE_SHIFT & 15) >= INTERN_CODE_ASK;
}

static uint64_t slot_hash(const struct intern *t, const struct intern_word *s)
{
    if (is_long(s))
        return s->low;
    return intern_word_hash(t->seed,
                            (struct intern_word){s->low, s->rest & ~INTERN_NUMBERS});
}

static uint32_t slot_number(const struct intern_word *s)
{
    return (uint32_t)(s->rest & INTERN_NUMBERS);
}

static bool grow(struct intern *t)
{
    size_t n = t->n_slots * 2;
    struct intern_word *slots = huge_alloc_touched(n * sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < t->n_slots; i++) {
        if (t->slots[i].rest == 0)
            continue;
        size_t at = slot_hash(t, &t->slots[i]) & (n - 1);
        while (slots[at].rest != 0)
            at = (at + 1) & (n - 1);
        slots[at] = t->slots[i];
    }
    huge_free(t->slots, t->n_slots * sizeof *t->slots);
    t->slots = slots;
    t->n_slots = n;
    return true;
}

static bool same(const struct intern *t, const struct intern_word *s,
                 const struct intern_key *k)
{
    if (s->low != k->word.low || is_long(s) != is_long(&k->word))
        return false;
    if (!is_long(s))
        return (s->rest ^ k->word.rest) >> INTERN_CODE_SHIFT == 0;
    const struct intern_entry *e = &t->entries.items[slot_number(s)];
    return e->tag == k->tag && e->len == k->len &&
           memcmp(t->bytes.data + e->at, k->data, k->len) == 0;
}

/* The key's bytes; those of a short one, and what follows them, are in its word. */
static bool put_bytes(struct intern *t, const struct intern_key *k)
{
    if (is_long(&k->word)) {
        buf_put(&t->bytes, k->data, k->len);
    } else if (buf_reserve(&t->bytes, INTERN_INLINE)) {
        store_u64(t->bytes.data + t->bytes.len, k->word.low);
        store_u32(t->bytes.data + t->bytes.len + 8, (uint32_t)(k->word.rest >> 32));
        t->bytes.len += k->len;
    }
    return !t->bytes.failed;
}

static uint32_t add(struct intern *t, const struct intern_key *k, size_t at)
{
    size_t number = t->entries.len;
    if (number >= NUMBERS_MAX || t->bytes.len > UINT32_MAX - k->len)
        goto failed;
    if ((number + 1) * 4 > t->n_slots * 3) {
        if (!grow(t))
            goto failed;
        at = k->hash & (t->n_slots - 1);
        while (t->slots[at].rest != 0)
            at = (at + 1) & (t->n_slots - 1);
    }
    struct intern_entry e = {(uint32_t)t->bytes.len, k->len, k->tag};
    if (!put_bytes(t, k) || !vec_push(&t->entries, e))
        goto failed;
    uint64_t rest = is_long(&k->word) ? (uint64_t)INTERN_CODE_LONG << INTERN_CODE_SHIFT
                                      : k->word.rest;
    t->slots[at] = (struct intern_word){k->word.low, rest | number};
    return (uint32_t)number;
failed:
    t->failed = true;
    return 0;
}

uint32_t intern_put(struct intern *t, const struct intern_key *k, bool *is_new)
{
    *is_new = false;
    if (t->failed)
        return 0;
    size_t at = k->hash & (t->n_slots - 1);
    for (; t->slots[at].rest != 0; at = (at + 1) & (t->n_slots - 1)) {
        if (same(t, &t->slots[at], k))
            return slot_number(&t->slots[at]);
    }
    *is_new = true;
    return add(t, k, at);
}
