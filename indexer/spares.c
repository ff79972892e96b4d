#include "indexer/spares.h"

#include <stdlib.h>

int spares_init(struct spares *s, size_t size, struct err *err)
{
    *s = (struct spares){.size = size};
    if (pthread_mutex_init(&s->lock, NULL) != 0)
        return err_set(err, ERR_NOMEM, "cannot make a lock");
    return 0;
}

/* An address for each thread. */
static const void *me(void)
{
    static _Thread_local char place;
    return &place;
}

void spares_own(void *thing)
{
    struct spare *spare = thing;
    spare->by = me();
}

/* Where the list has one of this thread's, or else its first. */
static struct spare **choose(struct spares *s)
{
    for (struct spare **at = &s->list; *at; at = &(*at)->next)
        if ((*at)->by == me())
            return at;
    return &s->list;
}

void *spares_find(struct spares *s)
{
    (void)pthread_mutex_lock(&s->lock);
    struct spare **at = choose(s), *thing = *at;
    if (thing)
        *at = thing->next;
    (void)pthread_mutex_unlock(&s->lock);
    if (thing)
        spares_own(thing);
    return thing;
}

void *spares_take(struct spares *s)
{
    void *thing = spares_find(s);
    if (thing)
        return thing;
    thing = calloc(1, s->size);
    if (thing)
        spares_own(thing);
    return thing;
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

size_t spares_count(struct spares *s)
{
    size_t n = 0;
    (void)pthread_mutex_lock(&s->lock);
    for (const struct spare *spare = s->list; spare; spare = spare->next)
        n++;
    (void)pthread_mutex_unlock(&s->lock);
    return n;
}

void spares_empty(struct spares *s, void (*release)(void *thing))
{
    for (struct spare *spare; (spare = spares_find(s)) != NULL; free(spare)) {
        if (release)
            release(spare);
    }
}

void spares_release(struct spares *s, void (*release)(void *thing))
{
    spares_empty(s, release);
    (void)pthread_mutex_destroy(&s->lock);
}
