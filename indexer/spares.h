/* Things that workers use one after another: scratch memory that would be made anew for every item
 * of a stage. There are never more of them than items at work at once. A thread gets back what it had, if it is there: it lies in
 * the caches of its processor, and where processors share none another one has to fetch all of it. Thread-safe. */
#pragma once

#include <pthread.h>
#include <stddef.h>

#include "base/err.h"

/* The first member of a thing. */
struct spare {
    struct spare *next;
    const void *by; /* the thread that had it last */
};

struct spares {
    pthread_mutex_t lock;
    struct spare *list;
    size_t size; /* bytes of a thing */
};

int spares_init(struct spares *s, size_t size, struct err *err);
/* One that was put back, or a zeroed new one; NULL when out of memory. */
void *spares_take(struct spares *s);
/* One that was put back; NULL: there is none. */
void *spares_find(struct spares *s);
/* What the caller has made, where there was none, becomes one that this thread has taken. */
void spares_own(void *thing);
/* From any thread: it stays that of the one that took it. */
void spares_put(struct spares *s, void *thing); /* accepts NULL */
size_t spares_count(struct spares *s);          /* those that are put back */
/* Frees those that are put back: others may follow. release frees what a thing owns, not the thing; may be NULL. */
void spares_empty(struct spares *s, void (*release)(void *thing));
/* The same at the end: all are put back. */
void spares_release(struct spares *s, void (*release)(void *thing));
