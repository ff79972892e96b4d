#include "indexer/intern.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"

enum {
    SLOTS_FIRST = 1 << 14,
    SLOTS_KEPT = 1 << 16, /* after a reset: what an ordinary batch needs */
    BYTES_KEPT = 1 << 20,
    NUMBERS_MAX = 1 << INTERN_CODE_SHIFT
};

_Static_assert(sizeof(struct intern_slot) == 16, "a slot is a quarter of a cache line");

void intern_init(struct intern *t, bool tagged)
{
    *t = (struct intern){.tagged = tagged, .seed = hash_process_seed()};
}

void intern_release(struct intern *t)
{
    free(t->slots);
    vec_release(&t->entries);
    buf_release(&t->bytes);
    t->slots = NULL;
    t->n_slots = 0;
}

bool intern_reset(struct intern *t)
{
    if (t->n_slots == 0 || t->n_slots > SLOTS_KEPT) {
        free(t->slots);
        t->n_slots = t->n_slots ? SLOTS_KEPT : SLOTS_FIRST;
        t->slots = calloc(t->n_slots, sizeof *t->slots);
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

static uint64_t slot_hash(const struct intern *t, const struct intern_slot *s)
{
    uint32_t code = s->meta >> INTERN_CODE_SHIFT;
    if (code == INTERN_CODE_LONG)
        return load_u64(s->word);
    return intern_hash_inline(t->seed, load_u64(s->word), load_u32(s->word + 8),
                              code << INTERN_CODE_SHIFT);
}

static bool grow(struct intern *t)
{
    size_t n = t->n_slots * 2;
    struct intern_slot *slots = calloc(n, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < t->n_slots; i++) {
        if (t->slots[i].meta == 0)
            continue;
        size_t at = slot_hash(t, &t->slots[i]) & (n - 1);
        while (slots[at].meta != 0)
            at = (at + 1) & (n - 1);
        slots[at] = t->slots[i];
    }
    free(t->slots);
    t->slots = slots;
    t->n_slots = n;
    return true;
}

static bool same(const struct intern *t, const struct intern_slot *s,
                 const struct intern_key *k)
{
    if (load_u64(s->word) != k->low || load_u32(s->word + 8) != k->high ||
        (s->meta ^ k->code) >> INTERN_CODE_SHIFT != 0)
        return false;
    if (k->code != (uint32_t)INTERN_CODE_LONG << INTERN_CODE_SHIFT)
        return true;
    const struct intern_entry *e = &t->entries.items[s->meta & (NUMBERS_MAX - 1)];
    return e->tag == k->tag && e->len == k->len &&
           memcmp(t->bytes.data + e->at, k->data, k->len) == 0;
}

/* The key's bytes; those of a short one, and what follows them, are in its word. */
static bool put_bytes(struct intern *t, const struct intern_key *k)
{
    if (k->code == (uint32_t)INTERN_CODE_LONG << INTERN_CODE_SHIFT) {
        buf_put(&t->bytes, k->data, k->len);
    } else if (buf_reserve(&t->bytes, INTERN_INLINE)) {
        store_u64(t->bytes.data + t->bytes.len, k->low);
        store_u32(t->bytes.data + t->bytes.len + 8, k->high);
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
        while (t->slots[at].meta != 0)
            at = (at + 1) & (t->n_slots - 1);
    }
    struct intern_entry e = {(uint32_t)t->bytes.len, k->len, k->tag};
    if (!put_bytes(t, k) || !vec_push(&t->entries, e))
        goto failed;
    struct intern_slot *s = &t->slots[at];
    store_u64(s->word, k->low);
    store_u32(s->word + 8, k->high);
    s->meta = k->code | (uint32_t)number;
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
    for (; t->slots[at].meta != 0; at = (at + 1) & (t->n_slots - 1)) {
        if (same(t, &t->slots[at], k))
            return t->slots[at].meta & (NUMBERS_MAX - 1);
    }
    *is_new = true;
    return add(t, k, at);
}
