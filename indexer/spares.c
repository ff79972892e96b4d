#include "indexer/spares.h"

#include <stdlib.h>

int spares_init(struct spares *s, size_t size, struct err *err)
{
    *s = (struct spares){.size = size};
    if (pthread_mutex_init(&s->lock, NULL) != 0)
        return err_set(err, ERR_NOMEM, "cannot make a lock");
    return 0;
}

void *spares_take(struct spares *s)
{
    (void)pthread_mutex_lock(&s->lock);
    struct spare *thing = s->list;
    if (thing)
        s->list = thing->next;
    (void)pthread_mutex_unlock(&s->lock);
    return thing ? (void *)thing : calloc(1, s->size);
}

void spares_put(struct spares *s, void *thing)
{
    struct spare *spare = thing;
    if (!spare)
        return;
    (void)pthread_mutex_lock(&s->lock);
    spare->next = s->list;
    s->list = spare;
    (void)pthread_mutex_unlock(&s->lock);
}

void spares_release(struct spares *s, void (*release)(void *thing))
{
    while (s->list) {
        struct spare *spare = s->list;
        s->list = spare->next;
        if (release)
            release(spare);
        free(spare);
    }
    (void)pthread_mutex_destroy(&s->lock);
}
