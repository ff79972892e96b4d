#include "indexer/bodies.h"

#include <stddef.h>
#include <stdlib.h>

enum {
    SLAB = 1 << 20, /* bytes; not in huge pages: docs/DECISIONS.md, 147 */
    KEPT_MAX =
        SLAB / 8, /* of one thing: of what is larger much of a slab would be lost */
    SHARE = 4,    /* of the budget that is free, at most */
    ALIGN = _Alignof(max_align_t)
};

struct body_slab {
    struct body_slab *next;
    _Alignas(max_align_t) uint8_t bytes[];
};

int bodies_init(struct bodies *b, struct budget *budget, uint32_t n_texts,
                struct err *err)
{
    uint64_t left = budget_free(budget) / SHARE;
    uint64_t table = ((uint64_t)n_texts + 1) * sizeof *b->by_text;
    *b = (struct bodies){.budget = budget, .n_texts = n_texts};
    if (left < table + SLAB)
        return 0; /* nothing is kept */
    if (pthread_mutex_init(&b->lock, NULL) != 0)
        return err_set(err, ERR_NOMEM, "cannot make a lock");
    b->open = true;
    b->by_text = calloc((size_t)n_texts + 1, sizeof *b->by_text);
    if (!b->by_text)
        return err_set(err, ERR_NOMEM, "pairs: out of memory");
    budget_force(budget, table);
    b->left = left - table;
    return 0;
}

void bodies_release(struct bodies *b)
{
    if (!b->open)
        return;
    while (b->slabs) {
        struct body_slab *x = b->slabs;
        b->slabs = x->next;
        free(x);
        budget_give(b->budget, SLAB);
    }
    if (b->by_text)
        budget_give(b->budget, ((uint64_t)b->n_texts + 1) * sizeof *b->by_text);
    free(b->by_text);
    (void)pthread_mutex_destroy(&b->lock);
    *b = (struct bodies){0};
}

uint64_t bodies_bytes(const struct bodies *b)
{
    uint64_t sum = 0;
    for (const struct body_slab *x = b->slabs; x; x = x->next)
        sum += SLAB;
    return sum;
}

/* Another slab for one thread; false: there is none. */
static bool add_slab(struct bodies *b, struct body_room *r)
{
    if (!b->by_text || atomic_load_explicit(&b->full, memory_order_relaxed))
        return false;
    (void)pthread_mutex_lock(&b->lock);
    struct body_slab *x = NULL;
    if (b->left >= SLAB && budget_take(b->budget, SLAB)) {
        x = malloc(SLAB);
        if (!x)
            budget_give(b->budget, SLAB);
    }
    if (x) {
        b->left -= SLAB;
        x->next = b->slabs;
        b->slabs = x;
        *r = (struct body_room){x->bytes, (uint8_t *)x + SLAB};
    }
    (void)pthread_mutex_unlock(&b->lock);
    if (!x)
        atomic_store_explicit(&b->full, true, memory_order_relaxed);
    return x;
}

void *bodies_room(struct bodies *b, struct body_room *r, size_t bytes)
{
    size_t need = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (need > KEPT_MAX || (need > (size_t)(r->end - r->at) && !add_slab(b, r)))
        return NULL;
    void *at = r->at;
    r->at += need;
    return at;
}

struct body *bodies_keep(struct bodies *b, uint32_t text, struct body *body)
{
    struct body *there = NULL;
    return atomic_compare_exchange_strong_explicit(&b->by_text[text], &there, body,
                                                   memory_order_acq_rel,
                                                   memory_order_acquire)
               ? body
               : there;
}
