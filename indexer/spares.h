/* Things that workers use one after another: scratch memory that would be made anew for every item
 * of a stage. There are never more of them than items at work at once. Thread-safe. */
#pragma once

#include <pthread.h>
#include <stddef.h>

#include "base/err.h"

/* The first member of a thing. */
struct spare {
    struct spare *next;
};

struct spares {
    pthread_mutex_t lock;
    struct spare *list;
    size_t size; /* bytes of a thing */
};

int spares_init(struct spares *s, size_t size, struct err *err);
/* One that was put back, or a zeroed new one; NULL when out of memory. */
void *spares_take(struct spares *s);
void spares_put(struct spares *s, void *thing); /* accepts NULL */
/* All are put back. release frees what a thing owns, not the thing; may be NULL. */
void spares_release(struct spares *s, void (*release)(void *thing));
