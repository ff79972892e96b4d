#include "indexer/order.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

enum {
    FEW = 48,         /* items that are sorted by insertion */
    MANY = 1 << 16,   /* that are sorted by two bytes at a time */
    NUMBER_BITS = 11, /* of numbers, at a time: their counts lie in the nearest cache */
    SOON_PLACE =
        8, /* ranges ahead of that which is refined, whose strings are asked for */
    SOON_BYTES = 4,
    SOON_ITEMS = 8 /* of each */
};

static void insertion(struct order_item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct order_item x = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].key > x.key; at--)
            items[at] = items[at - 1];
        items[at] = x;
    }
}

/* One pass of the sort: by `bits` bits of the keys from `shift` on, with room for a count of each of their values. */
static void pass(const struct order_item *from, size_t n, unsigned shift, unsigned bits,
                 size_t *counts, struct order_item *to)
{
    const size_t values = (size_t)1 << bits, mask = values - 1;
    size_t sum = 0;
    memset(counts, 0, values * sizeof *counts);
    for (size_t i = 0; i < n; i++)
        counts[(from[i].key >> shift) & mask]++;
    for (size_t v = 0; v < values; v++) {
        size_t len = counts[v];
        counts[v] = sum;
        sum += len;
    }
    for (size_t i = 0; i < n; i++)
        to[counts[(from[i].key >> shift) & mask]++] = from[i];
}

/* The bits in which not all keys agree. */
static uint64_t differing(const struct order_item *items, size_t n)
{
    uint64_t all = items[0].key, any = items[0].key;
    for (size_t i = 1; i < n; i++) {
        all &= items[i].key;
        any |= items[i].key;
    }
    return all ^ any;
}

void order_by_key(struct order_item *items, size_t n, struct order_item *scratch)
{
    if (n <= FEW) {
        insertion(items, n);
        return;
    }
    size_t few[1 << 8], *many = NULL;
    unsigned bits = 8;
    uint64_t differ = differing(items, n);
    /* Two bytes of text have a thousand values, no more, so that what is written to stays in the nearer caches. */
    if (n >= MANY && (many = malloc(sizeof *many << 16)) != NULL)
        bits = 16;
    struct order_item *from = items, *to = scratch;
    for (unsigned shift = 0; shift < 64; shift += bits) {
        if (((differ >> shift) & ((UINT64_C(1) << bits) - 1)) == 0)
            continue;
        pass(from, n, shift, bits, many ? many : few, to);
        struct order_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, n * sizeof *items);
    free(many);
}

/* One pass of the sort of numbers, by NUMBER_BITS bits from `shift` on. */
static void number_pass(const uint64_t *from, size_t n, unsigned shift, uint64_t *to)
{
    enum {
        VALUES = 1 << NUMBER_BITS
    };
    size_t at[VALUES] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++)
        at[(from[i] >> shift) & (VALUES - 1)]++;
    for (size_t v = 0; v < VALUES; v++) {
        size_t len = at[v];
        at[v] = sum;
        sum += len;
    }
    for (size_t i = 0; i < n; i++)
        to[at[(from[i] >> shift) & (VALUES - 1)]++] = from[i];
}

void order_numbers(uint64_t *numbers, size_t n, unsigned from_bit, uint64_t *scratch)
{
    uint64_t all = UINT64_MAX, any = 0;
    for (size_t i = 0; i < n; i++) {
        all &= numbers[i];
        any |= numbers[i];
    }
    uint64_t *from = numbers, *to = scratch;
    uint64_t left = n > 1 ? (all ^ any) >> from_bit << from_bit : 0;
    while (left != 0) {
        unsigned shift = (unsigned)__builtin_ctzll(left);
        number_pass(from, n, shift, to);
        left &= shift + NUMBER_BITS < 64 ? UINT64_MAX << (shift + NUMBER_BITS) : 0;
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != numbers)
        memcpy(numbers, from, n * sizeof *numbers);
}

/* A range whose strings agree in their first `offset` bytes. */
struct range {
    size_t first, n;
    uint32_t offset;
    bool may_end; /* some of them may end before the offset */
};

struct work {
    struct order_item *items, *scratch;
    const struct order_strings *strings;
    VEC(struct range) todo;
};

/* Asks for the strings of the range that is to be refined when `before` others have been. */
static void ask(const struct work *w, size_t before, bool bytes)
{
    if (before >= w->todo.len)
        return;
    const struct range *r = &w->todo.items[w->todo.len - 1 - before];
    for (size_t i = 0; i < r->n && i < SOON_ITEMS; i++)
        w->strings->soon(w->strings->arg, w->items[r->first + i].number, r->offset,
                         bytes);
}

/* Pushes the ranges of equal keys that have to be looked at further. */
static int push_ties(struct work *w, const struct range *r, struct err *err)
{
    const struct order_item *items = w->items + r->first;
    for (size_t i = 0; i < r->n;) {
        size_t end = i + 1;
        while (end < r->n && items[end].key == items[i].key)
            end++;
        /* A window that ends in no zero byte lies within its string. */
        struct range tie = {r->first + i, end - i, r->offset + 8,
                            (items[i].key & 0xff) == 0};
        if (end - i > 1 && !vec_push(&w->todo, tie))
            return err_set(err, ERR_NOMEM, "out of memory");
        i = end;
    }
    return 0;
}

/* True if all strings of the range end before its offset: only zero bytes at their ends can
 * tell them apart, and then the shorter is the first. */
static int by_length(struct work *w, const struct range *r, bool *done, struct err *err)
{
    struct order_item *items = w->items + r->first;
    uint32_t longest = 0;
    for (size_t i = 0; i < r->n; i++) {
        uint32_t len;
        int rc = w->strings->length(w->strings->arg, items[i].number, &len, err);
        if (rc != 0)
            return rc;
        items[i].key = len;
        longest = len > longest ? len : longest;
    }
    *done = longest <= r->offset;
    if (*done)
        order_by_key(items, r->n, w->scratch);
    return 0;
}

static int refine(struct work *w, const struct range *r, struct err *err)
{
    struct order_item *items = w->items + r->first;
    bool done = false;
    int rc = r->may_end ? by_length(w, r, &done, err) : 0;
    if (rc != 0 || done)
        return rc;
    for (size_t i = 0; i < r->n; i++) {
        rc = w->strings->window(w->strings->arg, items[i].number, r->offset,
                                &items[i].key, err);
        if (rc != 0)
            return rc;
    }
    order_by_key(items, r->n, w->scratch);
    return push_ties(w, r, err);
}

int order_by_strings(struct order_item *items, size_t n, struct order_item *scratch,
                     const struct order_strings *strings, struct err *err)
{
    struct work w = {.items = items, .scratch = scratch, .strings = strings};
    struct range all = {0, n, 0, false};
    int rc = 0;
    if (n > 1 && !vec_push(&w.todo, all))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    while (rc == 0 && w.todo.len > 0) {
        struct range r = w.todo.items[--w.todo.len];
        if (strings->soon) {
            ask(&w, SOON_PLACE, false);
            ask(&w, SOON_BYTES, true);
        }
        rc = refine(&w, &r, err);
    }
    vec_release(&w.todo);
    return rc;
}
