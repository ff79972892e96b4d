/* Bodies of texts as they are compared, kept for all threads while a share of the budget lasts: a text is proposed with
 * several others, and reading it from the spool takes longer than comparing it. What there is no room for is not
 * kept, and read again by whoever needs it. What is kept where changes no verdict. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/err.h"
#include "indexer/titles.h"

/* Which of a body's tokens are boilerplate (struct compare_text). */
struct body_marks {
    bool stock; /* false: none is, and there are no kinds */
    uint8_t kinds[];
};

/* A text's body, and its first article's title. */
struct body {
    struct title title;
    _Atomic(const struct body_marks *) marks; /* NULL: nobody has made them */
    uint32_t n;
    uint32_t terms[];
};

struct bodies {
    struct budget *budget;
    _Atomic(struct body *) *by_text; /* owned array; the bodies lie in slabs */
    uint32_t n_texts;
    uint64_t left;           /* bytes that may still be taken */
    struct body_slab *slabs; /* owned */
    _Atomic bool full;       /* no more of them */
    pthread_mutex_t lock;    /* of the slabs */
    bool open;
};

/* What one thread has of a slab. A zeroed struct is ready, and there is nothing to release. */
struct body_room {
    uint8_t *at, *end;
};

/* ERR_NOMEM. Release in every case. */
int bodies_init(struct bodies *b, struct budget *budget, uint32_t n_texts,
                struct err *err);
void bodies_release(struct bodies *b); /* accepts a zeroed struct */
/* Bytes of slabs, which bodies_release frees. */
uint64_t bodies_bytes(const struct bodies *b);

/* The body of a text that was kept, or NULL. */
static inline struct body *bodies_find(const struct bodies *b, uint32_t text)
{
    return b->by_text ? atomic_load_explicit(&b->by_text[text], memory_order_acquire)
                      : NULL;
}
/* It will be looked for. */
static inline void bodies_soon(const struct bodies *b, uint32_t text)
{
    if (b->by_text)
        __builtin_prefetch(&b->by_text[text]);
}
/* Room for a body or marks of so many bytes; NULL: there is none, or it is too large to be kept. */
void *bodies_room(struct bodies *b, struct body_room *r, size_t bytes);
/* Keeps a body that was read into such room; returns it, or that which another thread has kept meanwhile. */
struct body *bodies_keep(struct bodies *b, uint32_t text, struct body *body);
