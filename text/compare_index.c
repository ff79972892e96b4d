#include "text/compare_index.h"

#include <stdlib.h>

enum {
    BITS_LEAST = 6,
    SLOTS_PER_GRAM = 4 /* at least; at most twice as many */
};

/* Room for so many items of `size` bytes; what they hold is not kept. */
static void *room(void *items, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) {
        return items;
    }
    free(items);
    items = malloc(need * size);
    *cap = items ? need : 0;
    return items;
}

static unsigned bits_for(size_t grams)
{
    unsigned bits = BITS_LEAST;
    while (((size_t)1 << bits) < grams * SLOTS_PER_GRAM) {
        bits++;
    }
    return bits;
}

/* From the last place to the first, so that chains ascend. */
static void fill(struct compare_index *x, uint32_t grams)
{
    uint32_t *heads = x->heads, *next = x->next;
    uint8_t *filter = x->filter;
    const unsigned shift = x->shift;
    for (uint32_t i = grams; i-- > 0;) {
        uint64_t hash = compare_gram_hash(x->terms + i);
        size_t slot = (size_t)(hash >> shift);
        filter[slot] = (uint8_t)(filter[slot] | 1U << (hash >> (shift - 3) & 7));
        next[i] = heads[slot];
        heads[slot] = i;
    }
}

int compare_index_make(struct compare_index *x, const struct compare_text *t,
                       struct err *err)
{
    bool again = t->key != 0 && t->key == x->key && t->n == x->n;
    x->terms = t->terms; /* the caller may have moved them */
    if (again) {
        return 0;
    }
    x->key = 0;
    x->n = t->n;
    uint32_t grams = t->n < COMPARE_GRAM ? 0 : t->n - COMPARE_GRAM + 1;
    unsigned bits = bits_for(grams);
    size_t slots = (size_t)1 << bits;
    x->shift = 64 - bits;
    x->heads = room(x->heads, &x->heads_cap, slots, sizeof *x->heads);
    x->next = room(x->next, &x->next_cap, grams + 1, sizeof *x->next);
    x->filter = room(x->filter, &x->filter_cap, slots, sizeof *x->filter);
    if (!x->heads || !x->next || !x->filter) {
        return err_set(err, ERR_NOMEM, "no memory to compare a text of %u words",
                       (unsigned)t->n);
    }
    memset(x->heads, 0xff, slots * sizeof *x->heads);
    memset(x->filter, 0, slots);
    fill(x, grams);
    x->key = t->key;
    return 0;
}

void compare_index_release(struct compare_index *x)
{
    free(x->heads);
    free(x->next);
    free(x->filter);
    *x = (struct compare_index){0};
}
