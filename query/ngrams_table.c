#include "query/ngrams_table.h"

#include <stdlib.h>
#include <string.h>

enum {
    CAP_LEAST = 64 /* so that small archives have parts, too, where memory is short */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "ngrams: no memory to count so many sequences; a larger --min or "
                   "--memory helps");
}

/* SplitMix64 (Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, 2014). */
void ngrams_keys_set(struct ngrams_keys *k, uint64_t seed)
{
    for (uint32_t i = 0; i < NGRAMS_WORDS_MAX; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = (seed ^ (seed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        k->key[i] = (z ^ (z >> 31)) | 1;
    }
}

/* --- the sieve ------------------------------------------------------------------------------------ */

int ngrams_sieve_open(struct ngrams_sieve *s, unsigned bits, uint64_t least,
                      struct err *err)
{
    *s = (struct ngrams_sieve){.shift = 64 - bits,
                               .least = least < UINT8_MAX ? (uint8_t)least : UINT8_MAX};
    s->buckets = calloc((size_t)1 << bits, 1);
    return s->buckets ? 0 : no_memory(err);
}

void ngrams_sieve_release(struct ngrams_sieve *s)
{
    free(s->buckets);
    *s = (struct ngrams_sieve){0};
}

/* --- the table ------------------------------------------------------------------------------------ */

static size_t stride(const struct ngrams_table *t)
{
    return (size_t)t->n + 1;
}

static int make_slots(struct ngrams_table *t, size_t cap, struct err *err)
{
    t->slots = calloc(cap * stride(t), sizeof *t->slots);
    t->cap = t->slots ? cap : 0;
    t->used = 0;
    return t->slots ? 0 : no_memory(err);
}

int ngrams_table_open(struct ngrams_table *t, uint32_t n,
                      const struct ngrams_keys *keys, size_t bytes_max, struct err *err)
{
    *t = (struct ngrams_table){.n = n, .keys = keys, .cap_max = CAP_LEAST};
    while (t->cap_max * 2 * stride(t) * sizeof *t->slots <= bytes_max) {
        t->cap_max *= 2;
    }
    return make_slots(t, CAP_LEAST, err);
}

void ngrams_table_release(struct ngrams_table *t)
{
    free(t->slots);
    vec_release(&t->others);
    *t = (struct ngrams_table){0};
}

static bool is_of_part(const struct ngrams_table *t, uint64_t hash)
{
    return t->part.bits == 0 || hash >> (64 - t->part.bits) == t->part.prefix;
}

/* The slot of a sequence, or the free one where it goes. */
static uint32_t *find_slot(const struct ngrams_table *t, const uint32_t *words,
                           uint64_t hash)
{
    size_t mask = t->cap - 1, i = (size_t)(hash >> 20) & mask;
    for (;; i = (i + 1) & mask) {
        uint32_t *slot = &t->slots[i * stride(t)];
        uint32_t k = 0;
        while (k < t->n && slot[1 + k] == words[k]) {
            k++;
        }
        if (slot[0] == 0 || k == t->n) {
            return slot;
        }
    }
}

/* Puts what is still of the part into fresh slots. */
static int rebuild(struct ngrams_table *t, size_t cap, struct err *err)
{
    struct ngrams_table old = *t;
    int rc = make_slots(t, cap, err);
    if (rc) {
        t->slots = old.slots;
        t->cap = old.cap;
        t->used = old.used;
        return rc;
    }
    for (size_t i = 0; i < old.cap; i++) {
        const uint32_t *from = &old.slots[i * stride(t)];
        uint64_t hash = from[0] ? ngrams_hash(t->keys, from + 1, t->n) : 0;
        if (from[0] && is_of_part(t, hash)) {
            memcpy(find_slot(t, from + 1, hash), from, stride(t) * sizeof *from);
            t->used++;
        }
    }
    free(old.slots);
    return 0;
}

static int make_room(struct ngrams_table *t, struct err *err)
{
    if (t->cap < t->cap_max) {
        return rebuild(t, t->cap * 2, err);
    }
    while (t->used >= t->cap / 8 * 5) {
        struct ngrams_part other = {t->part.prefix * 2 + 1, t->part.bits + 1};
        if (other.bits > NGRAMS_PART_BITS_MAX || !vec_push(&t->others, other)) {
            return no_memory(err);
        }
        t->part = (struct ngrams_part){other.prefix - 1, other.bits};
        int rc = rebuild(t, t->cap, err);
        if (rc) {
            return rc;
        }
    }
    return 0;
}

int ngrams_table_add(struct ngrams_table *t, const uint32_t *words, uint64_t hash,
                     uint32_t times, struct err *err)
{
    if (!is_of_part(t, hash)) {
        return 0;
    }
    uint32_t *slot = find_slot(t, words, hash);
    if (slot[0] == 0) {
        if (t->used >= t->cap / 8 * 5) {
            int rc = make_room(t, err);
            if (rc || !is_of_part(t, hash)) {
                return rc;
            }
            slot = find_slot(t, words, hash);
        }
        memcpy(slot + 1, words, t->n * sizeof *words);
        t->used++;
    }
    slot[0] += times;
    return 0;
}

int ngrams_table_next_part(struct ngrams_table *t)
{
    if (t->others.len == 0) {
        return ITER_END;
    }
    t->part = t->others.items[--t->others.len];
    memset(t->slots, 0, t->cap * stride(t) * sizeof *t->slots);
    t->used = 0;
    return 0;
}

uint32_t ngrams_table_slot(const struct ngrams_table *t, size_t i,
                           const uint32_t **words)
{
    const uint32_t *slot = &t->slots[i * stride(t)];
    *words = slot + 1;
    return slot[0];
}
