/* Bodies of texts as they are compared, kept for all threads while a share of the budget lasts: a text is proposed with
 * several others, and reading it from the spool takes longer than comparing it. How many comparisons of a text are to come is
 * told before a stage of them; with the last one its body goes, and the next text is read where it lay, which is in the nearer
 * caches. Of a stage whose texts are compared again in the next one some may stay. What there is no room for is not kept, and read again by
 * whoever needs it. What is kept where changes no verdict. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/err.h"
#include "text/winnow.h"
#include "indexer/titles.h"

enum {
    BODIES_SIZES = 37 /* of rooms: four for each power of two */
};

/* Which of a body's tokens are boilerplate (struct compare_text). */
struct body_marks {
    bool stock;      /* false: none is, and there are no bits */
    uint32_t own;    /* tokens that are none, if some are */
    uint64_t bits[]; /* a token each */
};

/* A text's body, and its first article's title. */
struct body {
    struct title title;
    _Atomic(struct body_marks *) marks; /* NULL: nobody has made them */
    uint32_t n;
    uint32_t terms[];
};
static inline size_t body_bytes(uint32_t tokens)
{
    return sizeof(struct body) + tokens * sizeof(uint32_t);
}
static inline size_t body_marks_bytes(uint32_t tokens)
{
    return sizeof(struct body_marks) + winnow_place_words(tokens) * sizeof(uint64_t);
}

/* What one thread has of the slabs: part of one, and rooms that were given back. A zeroed struct is ready. */
struct body_room {
    uint8_t *at, *end;
    struct body_free *free[BODIES_SIZES];
    struct body_free *last[BODIES_SIZES]; /* of each list that is not empty */
};

struct bodies {
    struct budget *budget;
    _Atomic(struct body *) *by_text; /* owned array; the bodies lie in slabs */
    _Atomic uint32_t *to_come;       /* owned; by text: comparisons */
    uint32_t n_texts;
    uint64_t left;           /* bytes that may still be taken */
    struct body_slab *slabs; /* owned */
    struct body_slab *empty; /* owned; of stages before */
    _Atomic bool full;       /* no more of them */
    struct body_room spare;  /* what threads that have ended gave back */
    bool staying;            /* in this stage */
    bool stayed;             /* in the one before */
    _Atomic int64_t stay;    /* bytes that may yet stay */
    pthread_mutex_t lock;    /* of the slabs */
    bool open;
};

/* ERR_NOMEM. Release in every case. */
int bodies_init(struct bodies *b, struct budget *budget, uint32_t n_texts,
                struct err *err);
void bodies_release(struct bodies *b); /* accepts a zeroed struct */
/* Bytes of slabs, which bodies_release frees. */
uint64_t bodies_bytes(const struct bodies *b);

/* --- between stages, on one thread --- */
/* A text will be compared once more. */
void bodies_expect(struct bodies *b, uint32_t text);
/* In the stage to come, bodies that are done with stay for the one behind it, up to a share of what may be kept. */
void bodies_stay(struct bodies *b);
/* All that a stage expects is told: what stayed from the one before and is not expected goes. */
void bodies_expected_all(struct bodies *b);
/* A stage is over: nothing is expected, and nothing kept but what stays. */
void bodies_clear(struct bodies *b);

/* --- in a stage, on any thread --- */
/* The body of a text that was kept, or NULL. It stays until the last comparison that was expected is done. */
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
/* Whether what is read of a text is worth keeping: it is being compared, and that was expected. */
static inline bool bodies_expected(const struct bodies *b, uint32_t text)
{
    return b->by_text &&
           atomic_load_explicit(&b->to_come[text], memory_order_relaxed) > 0;
}
/* A thread begins, with what others have given back; it ends, and gives back what it has. */
void bodies_room_begin(struct bodies *b, struct body_room *r);
void bodies_room_end(struct bodies *b, struct body_room *r);
/* Room for a body or marks of so many bytes; NULL: there is none, or it is too large to be kept. */
void *bodies_room(struct bodies *b, struct body_room *r, size_t bytes);
/* Gives back what bodies_room gave for so many bytes, on any thread. */
void bodies_give(struct body_room *r, void *room, size_t bytes);
/* Keeps a body that was read into such room and is expected; returns it, or that which another thread has kept meanwhile. */
struct body *bodies_keep(struct bodies *b, struct body_room *r, uint32_t text,
                         struct body *body);
/* Keeps marks made in such room for a body that was kept; returns them, or those of another thread. */
struct body_marks *bodies_keep_marks(struct body_room *r, struct body *body,
                                     struct body_marks *marks);
/* A comparison that was expected is done: with the last, what is kept of the text goes. */
void bodies_done(struct bodies *b, struct body_room *r, uint32_t text);
