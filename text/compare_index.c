#include "text/compare_index.h"

#include <stdlib.h>

enum {
    BITS_LEAST = 6,
    SLOTS_PER_GRAM = 4 /* at least; at most twice as many */
};

static bool room(uint32_t **items, size_t *cap, size_t need)
{
    if (need <= *cap) {
        return true;
    }
    /* What they hold is not kept. */
    free(*items);
    *cap = 0;
    *items = malloc(need * sizeof **items);
    if (!*items) {
        return false;
    }
    *cap = need;
    return true;
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
    uint32_t mask = (uint32_t)((uint64_t)1 << (64 - x->shift)) - 1;
    for (uint32_t i = grams; i-- > 0;) {
        const uint32_t *gram = x->terms + i;
        uint32_t slot = (uint32_t)(compare_gram_hash(gram) >> x->shift);
        while (x->heads[slot] != COMPARE_NOWHERE &&
               !compare_same_gram(x->terms + x->heads[slot], gram)) {
            slot = (slot + 1) & mask;
        }
        x->next[i] = x->heads[slot];
        x->heads[slot] = i;
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
    if (!room(&x->heads, &x->heads_cap, slots) ||
        !room(&x->next, &x->next_cap, grams + 1)) {
        return err_set(err, ERR_NOMEM, "no memory to compare a text of %u words",
                       (unsigned)t->n);
    }
    memset(x->heads, 0xff, slots * sizeof *x->heads);
    fill(x, grams);
    x->key = t->key;
    return 0;
}

void compare_index_release(struct compare_index *x)
{
    free(x->heads);
    free(x->next);
    *x = (struct compare_index){0};
}
