#include "indexer/places.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLOTS_MIN = 64
};

/* A polynomial over the run's tokens, modulo 2^64, that can be rolled on; its upper bits, once
 * multiplied, choose the slot. */
#define BASE   UINT64_C(0x9e3779b97f4a7c15)
#define SPREAD UINT64_C(0xd1342543de82ef95)

static uint64_t hash_of(const uint32_t *run)
{
    uint64_t h = 0;
    for (int i = 0; i < PLACES_RUN; i++)
        h = h * BASE + run[i];
    return h;
}

/* BASE to the power of PLACES_RUN: the weight with which a token leaves. */
static uint64_t leaving(void)
{
    uint64_t b = BASE * BASE;
    b *= b;
    return b * b;
}

static size_t slot_of(const struct places *p, uint64_t hash)
{
    return (size_t)((hash * SPREAD) >> 32) & (p->n_slots - 1);
}

static bool same_run(const uint32_t *a, const uint32_t *b)
{
    return memcmp(a, b, PLACES_RUN * sizeof *a) == 0;
}

void places_release(struct places *p)
{
    free(p->slots);
    vec_release(&p->next);
    *p = (struct places){0};
}

/* A table of n empty slots. */
static bool clear(struct places *p, size_t n)
{
    if (n > p->cap) {
        free(p->slots);
        p->cap = 0;
        p->slots = malloc(n * sizeof *p->slots);
        if (!p->slots)
            return false;
        p->cap = n;
    }
    p->n_slots = n;
    memset(p->slots, 0xff, n * sizeof *p->slots);
    return true;
}

static size_t slots_for(size_t runs)
{
    size_t n = SLOTS_MIN;
    while (n < 2 * runs)
        n *= 2;
    return n;
}

bool places_reset(struct places *p, size_t expected)
{
    vec_reset(&p->next);
    p->n_runs = 0;
    return clear(p, slots_for(expected));
}

/* The slot of a run: the one that has it, or an empty one. */
static size_t find(const struct places *p, const uint32_t *stream, const uint32_t *run,
                   uint64_t hash)
{
    size_t i = slot_of(p, hash);
    while (p->slots[i] != (uint32_t)PLACES_NONE && !same_run(stream + p->slots[i], run))
        i = (i + 1) & (p->n_slots - 1);
    return i;
}

/* A table of twice the size. The lists are in `next`, so only their last places move. */
static bool grow(struct places *p, const uint32_t *stream)
{
    struct places bigger = {.next = p->next};
    if (!clear(&bigger, 2 * p->n_slots))
        return false;
    for (size_t i = 0; i < p->n_slots; i++) {
        uint32_t last = p->slots[i];
        if (last == (uint32_t)PLACES_NONE)
            continue;
        const uint32_t *run = stream + last;
        bigger.slots[find(&bigger, stream, run, hash_of(run))] = last;
    }
    free(p->slots);
    p->slots = bigger.slots;
    p->cap = p->n_slots = bigger.n_slots;
    return true;
}

static void add_one(struct places *p, const uint32_t *stream, uint32_t at,
                    uint64_t hash)
{
    uint32_t *slot = &p->slots[find(p, stream, stream + at, hash)];
    if (*slot == (uint32_t)PLACES_NONE) {
        p->next.items[at] = at;
        p->n_runs++;
    } else {
        p->next.items[at] = p->next.items[*slot];
        p->next.items[*slot] = at;
    }
    *slot = at;
}

bool places_add(struct places *p, const uint32_t *stream, uint32_t from, uint32_t to)
{
    if (to - from < PLACES_RUN)
        return true;
    if (to > p->next.len) {
        if (!vec_reserve(&p->next, to - p->next.len))
            return false;
        p->next.len = to;
    }
    uint64_t hash = hash_of(stream + from), weight = leaving();
    for (uint32_t at = from;; at++) {
        if (2 * (p->n_runs + 1) > p->n_slots && !grow(p, stream))
            return false;
        add_one(p, stream, at, hash);
        if (at + PLACES_RUN >= to)
            return true;
        hash = hash * BASE + stream[at + PLACES_RUN] - weight * stream[at];
    }
}

uint32_t places_last(const struct places *p, const uint32_t *stream,
                     const uint32_t *run)
{
    return p->slots[find(p, stream, run, hash_of(run))];
}
