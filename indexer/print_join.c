#include "indexer/print_join.h"

#include <string.h>

enum {
    TEXT_BYTES = 4,
    HASH_BYTES = (WINNOW_BITS - SHEET_PARTITION_BITS) / 8,
    HASH_SHIFT = SHEET_ARTICLE_BITS + SHEET_MORE_BITS, /* in a key: see below */
    KEYS_MAX = 1 << HASH_SHIFT,
    FEW = 24,       /* prints that are sorted by insertion */
    MANY = 1 << 15, /* that two bytes of their hashes do not tell apart well */
    STEPS_MAX = 8,  /* of an insertion, for each key */
    BEHIND = 2      /* items that a pair is looked at with */
};

void print_join_release(struct print_join *j)
{
    vec_release(&j->found);
    vec_release(&j->texts);
    vec_release(&j->items);
    vec_release(&j->keys);
    vec_release(&j->swap);
}

void print_join_reset(struct print_join *j)
{
    vec_reset(&j->found);
    vec_reset(&j->texts);
    vec_reset(&j->items);
    vec_reset(&j->keys);
    vec_reset(&j->swap);
}

/* --- keys: hash << HASH_SHIFT | number of the print ------------------------------------------ */

static inline struct print item_of(uint64_t found, uint32_t text)
{
    uint64_t more = found & ((1U << SHEET_MORE_BITS) - 1);
    return (struct print){found >> HASH_SHIFT << SHEET_MORE_BITS | more, text, 0};
}

static void begin_at(uint32_t counts[256])
{
    uint32_t sum = 0;
    for (size_t k = 0; k < 256; k++) {
        uint32_t n = counts[k];
        counts[k] = sum;
        sum += n;
    }
}

/* In the order of the byte at `shift`, which is one of the hash. */
static void deal_keys(const struct print_join *j, unsigned shift, uint64_t *to)
{
    const uint64_t *found = j->found.items, mask = UINT64_MAX << HASH_SHIFT;
    uint32_t at[256] = {0};
    size_t n = j->found.len;
    for (size_t i = 0; i < n; i++)
        at[found[i] >> shift & 0xff]++;
    begin_at(at);
    for (size_t i = 0; i < n; i++)
        to[at[found[i] >> shift & 0xff]++] = (found[i] & mask) | i;
}

static void deal_again(const uint64_t *from, size_t n, unsigned shift, uint64_t *to)
{
    uint32_t at[256] = {0};
    for (size_t i = 0; i < n; i++)
        at[from[i] >> shift & 0xff]++;
    begin_at(at);
    for (size_t i = 0; i < n; i++)
        to[at[from[i] >> shift & 0xff]++] = from[i];
}

/* False, having left them in another order, if that takes too long. */
static bool insert_keys(uint64_t *keys, size_t n)
{
    uint64_t left = (uint64_t)n * STEPS_MAX;
    for (size_t i = 1; i < n; i++) {
        uint64_t key = keys[i];
        size_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
        if (i - at > left)
            return false;
        left -= i - at;
    }
    return true;
}

/* By the hashes' top bytes, and what agrees in them by insertion. Returns where the keys are then, and to `other` the rest of their
 * memory; NULL: these bytes do not tell the hashes apart, or there are too many. */
static uint64_t *sort_keys(struct print_join *j, uint64_t **other)
{
    size_t n = j->found.len;
    const unsigned bytes = n < MANY ? 2 : 3;
    uint64_t *keys = j->keys.items, *swap = j->keys.items + n;
    if (n >= KEYS_MAX)
        return NULL;
    deal_keys(j, 64 - 8 * bytes, keys);
    for (unsigned left = bytes - 1; left > 0; left--) {
        uint64_t *from = keys;
        deal_again(from, n, 64 - 8 * left, swap);
        keys = swap;
        swap = from;
    }
    *other = swap;
    return insert_keys(keys, n) ? keys : NULL;
}

/* Prints whose neighbour has the same hash become items. */
static void take_neighbours(struct print_join *j, const uint64_t *keys, uint64_t *kept)
{
    const uint64_t *found = j->found.items;
    size_t n = j->found.len, used = 0;
    bool same = false; /* as the one before */
    for (size_t i = 0; i < n; i++) {
        bool next = i + 1 < n && (keys[i] ^ keys[i + 1]) >> HASH_SHIFT == 0;
        kept[used] = keys[i];
        used += same | next;
        same = next;
    }
    for (size_t i = 0; i < used; i++) {
        size_t number = kept[i] & (KEYS_MAX - 1);
        j->items.items[i] = item_of(found[number], j->texts.items[number]);
    }
    j->items.len = used;
}

/* --- items ----------------------------------------------------------------------------------- */

/* One pass of a radix sort, by a byte of the text or of the key. Returns false, having done
 * nothing, if all agree in it. */
static bool pass(const struct print *from, size_t n, bool by_text, unsigned shift,
                 struct print *to)
{
    size_t at[256] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++)
        at[(by_text ? from[i].text : from[i].key) >> shift & 0xff]++;
    if (at[(by_text ? from[0].text : from[0].key) >> shift & 0xff] == n)
        return false;
    for (size_t k = 0; k < 256; k++) {
        size_t len = at[k];
        at[k] = sum;
        sum += len;
    }
    for (size_t i = 0; i < n; i++)
        to[at[(by_text ? from[i].text : from[i].key) >> shift & 0xff]++] = from[i];
    return true;
}

/* Passes k of [first, end) over n items: the bytes of the text, then those of the hash, the least first. */
static void sort_by(struct print *items, size_t n, struct print *swap, unsigned first,
                    unsigned end)
{
    struct print *from = items, *to = swap;
    for (unsigned k = first; n > 1 && k < end; k++) {
        bool by_text = k < TEXT_BYTES;
        unsigned shift = by_text ? 8 * k : SHEET_MORE_BITS + 8 * (k - TEXT_BYTES);
        if (pass(from, n, by_text, shift, to)) {
            struct print *now = from;
            from = to;
            to = now;
        }
    }
    if (from != items)
        memcpy(items, from, n * sizeof *from);
}

/* All that was found, by hash. */
static void take_all(struct print_join *j)
{
    size_t n = j->found.len;
    for (size_t i = 0; i < n; i++)
        j->items.items[i] = item_of(j->found.items[i], j->texts.items[i]);
    j->items.len = n;
    sort_by(j->items.items, n, j->swap.items, TEXT_BYTES, TEXT_BYTES + HASH_BYTES);
}

static void insert_texts(struct print *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct print p = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].text > p.text; at--)
            items[at] = items[at - 1];
        items[at] = p;
    }
}

/* Two of one hash to `to`; two in three hashes have no more. Returns how many are kept. */
static size_t put_pair(const struct print *pair, struct print *to)
{
    struct print a = pair[0], b = pair[1];
    bool turn = b.text < a.text;
    bool lone = a.text == b.text;
    to[0].key = turn ? b.key : a.key;
    to[0].text = turn ? b.text : a.text;
    to[0].again = 0;
    to[1].key = turn ? a.key : b.key;
    to[1].text = turn ? a.text : b.text;
    to[1].again = 0;
    return lone ? 0 : 2;
}

/* n of one hash to `to`, likewise. They may overlap. */
static size_t put_group(struct print_join *j, struct print *group, size_t n,
                        struct print *to)
{
    size_t again = 0;
    if (n <= FEW)
        insert_texts(group, n);
    else
        sort_by(group, n, j->swap.items, 0, TEXT_BYTES);
    if (to != group)
        memmove(to, group, n * sizeof *to);
    to[0].again = 0;
    for (size_t i = 1; i < n; i++) {
        to[i].again = to[i].text == to[i - 1].text;
        again += to[i].again;
    }
    return n - again > 1 ? n : 0;
}

/* Of items by hash those that two texts or more hold. */
static void take_shared(struct print_join *j)
{
    struct print *items = j->items.items;
    size_t n = j->items.len, used = 0;
    for (size_t k = 0; k < BEHIND; k++) /* of no hash that is there */
        items[n + k] = (struct print){.key = ~UINT64_C(0)};
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        if (print_same(&items[i], &items[i + 1]) &&
            !print_same(&items[i], &items[i + 2])) {
            used += put_pair(items + i, items + used);
            i += 2;
            continue;
        }
        while (end < n && print_same(&items[end], &items[i]))
            end++;
        used += put_group(j, items + i, end - i, items + used);
        i = end;
    }
    j->items.len = used;
}

bool print_join_run(struct print_join *j)
{
    size_t n = j->found.len;
    uint64_t *other = NULL;
    vec_reset(&j->items);
    if (!vec_reserve(&j->items, n + BEHIND) || !vec_reserve(&j->swap, n) ||
        !vec_reserve(&j->keys, 2 * n))
        return false;
    const uint64_t *keys = n > 0 ? sort_keys(j, &other) : NULL;
    if (keys)
        take_neighbours(j, keys, other);
    else
        take_all(j);
    take_shared(j);
    return true;
}
