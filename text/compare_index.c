#include "text/compare_index.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "text/compare_index_wide.h"

enum {
    BITS_LEAST = 6,
    SLOTS_PER_GRAM = 1 /* at least; at most twice as many */
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
    for (uint32_t i = grams; i-- > 0;) {
        compare_index_put(x, i, compare_index_number(x, x->terms + i));
    }
}

uint32_t compare_index_probe(const struct compare_index *x,
                             const struct compare_text *t, uint32_t from,
                             uint32_t stride)
{
    const uint32_t grams = compare_grams(t->n);
#ifdef STEMMA_AVX512
    if (x->wide) {
        return compare_index_wide_probe(x, t->terms, grams, from, stride);
    }
#endif
    for (; from < grams; from += stride) {
        if (compare_index_may_have(x, compare_index_number(x, t->terms + from))) {
            return from;
        }
    }
    return COMPARE_NOWHERE;
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
    uint32_t grams = compare_grams(t->n);
    unsigned bits = bits_for(grams);
    size_t slots = (size_t)1 << bits;
    x->shift = 64 - bits;
    x->slots = room(x->slots, &x->slots_cap, slots, sizeof *x->slots);
    x->next = room(x->next, &x->next_cap, grams + 1, sizeof *x->next);
    if (!x->slots || !x->next) {
        return err_set(err, ERR_NOMEM, "no memory to compare a text of %u words",
                       (unsigned)t->n);
    }
    memset(x->slots, 0, slots * sizeof *x->slots);
    x->wide = false;
#ifdef STEMMA_AVX512
    x->wide = bits <= COMPARE_WIDE_BITS && cpu_has_avx512();
    if (x->wide) {
        compare_index_wide_fill(x, grams);
    }
#endif
    if (!x->wide) {
        fill(x, grams);
    }
    x->key = t->key;
    return 0;
}

void compare_index_release(struct compare_index *x)
{
    free(x->slots);
    free(x->next);
    *x = (struct compare_index){0};
}
