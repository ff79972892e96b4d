#include "indexer/lexicon.h"

#include "base/huge.h"
#include "base/prefetch.h"

enum {
    SLOTS_FIRST = 1 << 12,
    NUMBERS_MAX = INT32_MAX /* as blocks of the spool hold them */
};

void lexicon_init(struct lexicon *l, const char *what, bool counted)
{
    *l = (struct lexicon){.what = what, .counted = counted};
}

void lexicon_make_room(struct lexicon *l, size_t n)
{
    l->n_expected = n < NUMBERS_MAX ? n : NUMBERS_MAX;
    if (vec_reserve(&l->ends, n) && l->counted)
        (void)vec_reserve(&l->counts, n);
}

void lexicon_close(struct lexicon *l)
{
    huge_free(l->slots, l->n_slots * sizeof *l->slots);
    l->slots = NULL;
    l->n_slots = 0;
}

void lexicon_release(struct lexicon *l)
{
    lexicon_close(l);
    vec_release(&l->ends);
    vec_release(&l->counts);
    buf_release(&l->bytes);
}

/* Slots are at most three quarters full. */
static size_t slots_for(size_t entries)
{
    size_t n = SLOTS_FIRST;
    while (n / 4 * 3 < entries)
        n *= 2;
    return n;
}

static uint64_t memory(const struct lexicon *l, size_t slots)
{
    return slots * sizeof *l->slots + l->ends.len * sizeof *l->ends.items +
           l->counts.len * sizeof *l->counts.items + l->bytes.len;
}

uint64_t lexicon_memory(const struct lexicon *l)
{
    return memory(l, l->n_slots);
}

uint64_t lexicon_memory_growing(const struct lexicon *l, size_t more)
{
    size_t least = slots_for(l->ends.len + more), first = slots_for(l->n_expected);
    size_t slots = least > first ? least : first;
    /* While slots are moved, the old ones are there too. */
    return memory(l, slots > l->n_slots ? slots + l->n_slots : l->n_slots) +
           more * (sizeof *l->ends.items + sizeof *l->counts.items + 12);
}

static size_t empty_from(const uint64_t *slots, size_t n, uint32_t hash)
{
    size_t at = hash & (n - 1);
    while (slots[at] != 0)
        at = (at + 1) & (n - 1);
    return at;
}

static int grow(struct lexicon *l, size_t entries, struct err *err)
{
    size_t least = slots_for(entries), expected = slots_for(l->n_expected);
    size_t n = least > expected ? least : expected;
    if (n <= l->n_slots)
        return 0;
    uint64_t *slots = huge_alloc_touched(n * sizeof *slots);
    if (!slots && n > least) {
        n = least;
        slots = huge_alloc_touched(n * sizeof *slots);
    }
    if (!slots)
        return err_set(err, ERR_NOMEM, "%s: out of memory", l->what);
    /* Slots hold 32 bits of hash; tables of more than 2^32 slots there are none. */
    for (size_t i = 0; i < l->n_slots; i++) {
        if (l->slots[i] != 0)
            slots[empty_from(slots, n, (uint32_t)(l->slots[i] >> 32))] = l->slots[i];
    }
    huge_free(l->slots, l->n_slots * sizeof *l->slots);
    l->slots = slots;
    l->n_slots = n;
    return 0;
}

int lexicon_append(struct lexicon *l, struct bytes bytes, uint8_t tag, uint32_t *out,
                   struct err *err)
{
    size_t number = l->ends.len;
    if (number >= NUMBERS_MAX || l->bytes.len + bytes.len + 1 > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "%s: more than 4 GiB of different ones",
                       l->what);
    buf_put_u8(&l->bytes, tag);
    buf_put_bytes(&l->bytes, bytes);
    if (l->bytes.failed || !vec_push(&l->ends, (uint32_t)l->bytes.len) ||
        (l->counted && !vec_push(&l->counts, 0)))
        return err_set(err, ERR_NOMEM, "%s: out of memory", l->what);
    *out = (uint32_t)number;
    return 0;
}

static uint64_t slot_of(uint32_t hash, uint32_t number)
{
    return (uint64_t)hash << 32 | (number + 1);
}

int lexicon_index(struct lexicon *l,
                  uint32_t (*hash)(const void *arg, struct bytes bytes, uint8_t tag),
                  const void *arg, struct err *err)
{
    int rc = grow(l, l->ends.len + 1, err);
    for (uint32_t i = 0; rc == 0 && i < lexicon_count(l); i++) {
        uint32_t h = hash(arg, lexicon_bytes(l, i), lexicon_tag(l, i));
        l->slots[empty_from(l->slots, l->n_slots, h)] = slot_of(h, i);
    }
    return rc;
}

static bool same(const struct lexicon *l, uint32_t number, const struct lexicon_key *k)
{
    return lexicon_tag(l, number) == k->tag &&
           bytes_equal(lexicon_bytes(l, number), k->bytes);
}

void lexicon_expect(const struct lexicon *l, const struct lexicon_key *keys, size_t n)
{
    uint32_t numbers[LEXICON_GROUP];
    if (l->n_slots == 0)
        return;
    for (size_t i = 0; i < n; i++)
        prefetch_read(&l->slots[keys[i].hash & (l->n_slots - 1)]);
    for (size_t i = 0; i < n; i++) {
        numbers[i] = (uint32_t)l->slots[keys[i].hash & (l->n_slots - 1)];
        if (numbers[i] != 0)
            prefetch_read(&l->ends.items[numbers[i] - 1]);
    }
    for (size_t i = 0; i < n; i++) {
        if (numbers[i] != 0)
            prefetch_read(l->bytes.data + lexicon_at(l, numbers[i] - 1));
    }
}

int lexicon_put(struct lexicon *l, const struct lexicon_key *k, uint32_t *out,
                struct err *err)
{
    int rc = l->ends.len < l->n_slots / 4 * 3 ? 0 : grow(l, l->ends.len + 1, err);
    if (rc != 0)
        return rc;
    size_t mask = l->n_slots - 1, at = k->hash & mask;
    for (; l->slots[at] != 0; at = (at + 1) & mask) {
        uint32_t number = (uint32_t)l->slots[at] - 1;
        if (l->slots[at] >> 32 == k->hash && same(l, number, k)) {
            *out = number;
            return 0;
        }
    }
    rc = lexicon_append(l, k->bytes, k->tag, out, err);
    if (rc == 0)
        l->slots[at] = slot_of(k->hash, *out);
    return rc;
}
