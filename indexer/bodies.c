#include "indexer/bodies.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLAB = 1 << 20, /* bytes; not in huge pages: docs/DECISIONS.md, 147 */
    ROOM_MIN = 256, /* the least size of a room */
    QUARTER = ROOM_MIN / 4,
    KEPT_MAX =
        SLAB / 8, /* of one thing: of what is larger much of a slab would be lost */
    SHARE = 4,    /* of the budget that is free, at most */
    STAY_MAX = 32 << 20, /* bytes, and half of what there is room for at most */
    ALIGN = _Alignof(max_align_t)
};
_Static_assert((QUARTER * 4) << (BODIES_SIZES - 1) / 4 == KEPT_MAX &&
                   QUARTER % ALIGN == 0,
               "the last size is the largest");

struct body_slab {
    struct body_slab *next;
    _Alignas(max_align_t) uint8_t bytes[];
};

/* A room that was given back. */
struct body_free {
    struct body_free *next;
};

static size_t bytes_of_size(unsigned size)
{
    return (size_t)QUARTER * (4 + size % 4) << size / 4;
}

/* The least size that has so many bytes, KEPT_MAX at most. */
static unsigned size_of(size_t bytes)
{
    unsigned size = 0;
    while (bytes > (size_t)ROOM_MIN * 2 << size / 4)
        size += 4;
    while (bytes > bytes_of_size(size))
        size++;
    return size;
}

static uint64_t table_bytes(uint32_t n_texts)
{
    struct bodies *b;
    return ((uint64_t)n_texts + 1) * (sizeof *b->by_text + sizeof *b->to_come);
}

int bodies_init(struct bodies *b, struct budget *budget, uint32_t n_texts,
                struct err *err)
{
    uint64_t left = budget_free(budget) / SHARE, table = table_bytes(n_texts);
    *b = (struct bodies){.budget = budget, .n_texts = n_texts};
    if (left < table + SLAB)
        return 0; /* nothing is kept */
    if (pthread_mutex_init(&b->lock, NULL) != 0)
        return err_set(err, ERR_NOMEM, "cannot make a lock");
    b->open = true;
    b->by_text = calloc((size_t)n_texts + 1, sizeof *b->by_text);
    b->to_come = calloc((size_t)n_texts + 1, sizeof *b->to_come);
    if (!b->by_text || !b->to_come) {
        free(b->by_text);
        b->by_text = NULL;
        return err_set(err, ERR_NOMEM, "pairs: out of memory");
    }
    budget_force(budget, table);
    b->left = left - table;
    return 0;
}

static void free_slabs(struct bodies *b, struct body_slab *x)
{
    while (x) {
        struct body_slab *next = x->next;
        free(x);
        budget_give(b->budget, SLAB);
        x = next;
    }
}

void bodies_release(struct bodies *b)
{
    if (!b->open)
        return;
    free_slabs(b, b->slabs);
    free_slabs(b, b->empty);
    if (b->by_text)
        budget_give(b->budget, table_bytes(b->n_texts));
    free(b->by_text);
    free(b->to_come);
    (void)pthread_mutex_destroy(&b->lock);
    *b = (struct bodies){0};
}

uint64_t bodies_bytes(const struct bodies *b)
{
    uint64_t sum = 0;
    for (const struct body_slab *x = b->slabs; x; x = x->next)
        sum += SLAB;
    for (const struct body_slab *x = b->empty; x; x = x->next)
        sum += SLAB;
    return sum;
}

void bodies_expect(struct bodies *b, uint32_t text)
{
    if (b->by_text)
        atomic_fetch_add_explicit(&b->to_come[text], 1, memory_order_relaxed);
}

static void push(struct body_room *r, void *room, unsigned size)
{
    struct body_free *f = room;
    f->next = r->free[size];
    if (!f->next)
        r->last[size] = f;
    r->free[size] = f;
}

/* All rooms of one size go from one to the other, and none is looked at. */
static void push_all(struct body_room *to, struct body_room *from, unsigned size)
{
    if (!from->free[size])
        return;
    from->last[size]->next = to->free[size];
    if (!to->free[size])
        to->last[size] = from->last[size];
    to->free[size] = from->free[size];
    from->free[size] = NULL;
}

void bodies_give(struct body_room *r, void *room, size_t bytes)
{
    push(r, room, size_of(bytes));
}

/* A room that was given back, of this size or, if that is to do, of a larger one; NULL: there is none. */
static void *pop(struct body_room *r, unsigned size, bool larger)
{
    unsigned end = larger ? BODIES_SIZES : size + 1;
    while (size < end && !r->free[size])
        size++;
    if (size == end)
        return NULL;
    struct body_free *f = r->free[size];
    r->free[size] = f->next;
    return f;
}

/* With its marks. */
static void give_body(struct body_room *r, struct body *body)
{
    struct body_marks *marks = atomic_load_explicit(&body->marks, memory_order_relaxed);
    if (marks && marks->stock)
        bodies_give(r, marks, body_marks_bytes(body->n));
    bodies_give(r, body, body_bytes(body->n));
}

void bodies_stay(struct bodies *b)
{
    uint64_t most = b->left / 2 < STAY_MAX ? b->left / 2 : STAY_MAX;
    b->staying = true;
    atomic_store_explicit(&b->stay, (int64_t)most, memory_order_relaxed);
}

void bodies_expected_all(struct bodies *b)
{
    for (uint32_t text = 0; b->by_text && b->stayed && text < b->n_texts; text++) {
        struct body *body = bodies_find(b, text);
        if (!body || bodies_expected(b, text))
            continue;
        atomic_store_explicit(&b->by_text[text], NULL, memory_order_relaxed);
        give_body(&b->spare, body);
    }
    b->stayed = false;
}

void bodies_clear(struct bodies *b)
{
    if (!b->by_text)
        return;
    memset(b->to_come, 0, b->n_texts * sizeof *b->to_come);
    atomic_store_explicit(&b->full, false, memory_order_relaxed);
    b->stayed = b->staying;
    b->staying = false;
    if (b->stayed)
        return;
    b->spare = (struct body_room){0};
    while (b->slabs) {
        struct body_slab *x = b->slabs;
        b->slabs = x->next;
        x->next = b->empty;
        b->empty = x;
    }
    memset(b->by_text, 0, b->n_texts * sizeof *b->by_text);
}

void bodies_room_begin(struct bodies *b, struct body_room *r)
{
    *r = (struct body_room){0};
    if (!b->open)
        return;
    (void)pthread_mutex_lock(&b->lock);
    *r = b->spare;
    b->spare = (struct body_room){0};
    (void)pthread_mutex_unlock(&b->lock);
}

void bodies_room_end(struct bodies *b, struct body_room *r)
{
    if (!b->open)
        return;
    (void)pthread_mutex_lock(&b->lock);
    for (unsigned size = 0; size < BODIES_SIZES; size++)
        push_all(&b->spare, r, size);
    if (b->spare.end - b->spare.at < r->end - r->at) {
        b->spare.at = r->at;
        b->spare.end = r->end;
    }
    (void)pthread_mutex_unlock(&b->lock);
    *r = (struct body_room){0};
}

/* Another slab, with the lock held; NULL: there is none. */
static struct body_slab *take_slab(struct bodies *b)
{
    struct body_slab *x = b->empty;
    if (x) {
        b->empty = x->next;
        return x;
    }
    if (b->left < SLAB || !budget_take(b->budget, SLAB))
        return NULL;
    x = malloc(SLAB);
    if (x)
        b->left -= SLAB;
    else
        budget_give(b->budget, SLAB);
    return x;
}

/* Another slab for one thread; false: there is none. */
static bool add_slab(struct bodies *b, struct body_room *r)
{
    if (!b->by_text || atomic_load_explicit(&b->full, memory_order_relaxed))
        return false;
    (void)pthread_mutex_lock(&b->lock);
    struct body_slab *x = take_slab(b);
    if (x) {
        x->next = b->slabs;
        b->slabs = x;
        r->at = x->bytes;
        r->end = (uint8_t *)x + SLAB;
    }
    (void)pthread_mutex_unlock(&b->lock);
    if (!x)
        atomic_store_explicit(&b->full, true, memory_order_relaxed);
    return x;
}

void *bodies_room(struct bodies *b, struct body_room *r, size_t bytes)
{
    if (bytes > KEPT_MAX)
        return NULL;
    unsigned size = size_of(bytes);
    size_t need = bytes_of_size(size);
    void *room = pop(r, size, false);
    if (room)
        return room;
    if (need > (size_t)(r->end - r->at) && !add_slab(b, r))
        return pop(r, size, true);
    room = r->at;
    r->at += need;
    return room;
}

struct body *bodies_keep(struct bodies *b, struct body_room *r, uint32_t text,
                         struct body *body)
{
    struct body *there = NULL;
    if (atomic_compare_exchange_strong_explicit(&b->by_text[text], &there, body,
                                                memory_order_acq_rel,
                                                memory_order_acquire))
        return body;
    bodies_give(r, body, body_bytes(body->n));
    return there;
}

struct body_marks *bodies_keep_marks(struct body_room *r, struct body *body,
                                     struct body_marks *marks)
{
    struct body_marks *there = NULL;
    if (atomic_compare_exchange_strong_explicit(
            &body->marks, &there, marks, memory_order_acq_rel, memory_order_acquire))
        return marks;
    if (marks->stock)
        bodies_give(r, marks, body_marks_bytes(body->n));
    return there;
}

static bool may_stay(struct bodies *b, const struct body *body)
{
    int64_t bytes = (int64_t)body_bytes(body->n);
    return atomic_fetch_sub_explicit(&b->stay, bytes, memory_order_relaxed) >= bytes;
}

void bodies_done(struct bodies *b, struct body_room *r, uint32_t text)
{
    if (!b->by_text ||
        atomic_fetch_sub_explicit(&b->to_come[text], 1, memory_order_acq_rel) != 1)
        return;
    /* Nobody else will ask for it. */
    struct body *body = atomic_load_explicit(&b->by_text[text], memory_order_relaxed);
    if (!body || (b->staying && may_stay(b, body)))
        return;
    atomic_store_explicit(&b->by_text[text], NULL, memory_order_relaxed);
    give_body(r, body);
}
