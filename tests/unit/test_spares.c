/* Things that workers use one after another: each thread gets back its own. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>

#include "indexer/spares.h"

struct thing {
    struct spare spare;
    int number;
    bool *released;
};

static void release(void *arg)
{
    const struct thing *t = arg;
    *t->released = true;
}

/* Takes a thing, number 2, and puts it back. */
static void *put_another(void *arg)
{
    struct thing *t = spares_take(arg);
    t->number = 2;
    spares_put(arg, t);
    return t;
}

static void *take_again(void *arg)
{
    return spares_find(arg);
}

static void *on_a_thread(void *(*run)(void *arg), struct spares *s)
{
    pthread_t thread;
    void *out = NULL;
    cr_assert_eq(pthread_create(&thread, NULL, run, s), 0);
    cr_assert_eq(pthread_join(thread, &out), 0);
    return out;
}

Test(spares, a_thread_gets_back_its_own)
{
    struct spares s;
    struct err err = {0};
    bool released[2] = {false, false};
    cr_assert_eq(spares_init(&s, sizeof(struct thing), &err), 0);
    cr_assert_null(spares_find(&s));
    struct thing *mine = spares_take(&s);
    cr_assert(mine && mine->number == 0);
    mine->number = 1;
    mine->released = &released[0];
    struct thing *other = on_a_thread(put_another, &s);
    cr_assert_neq(other, mine);
    other->released = &released[1];
    spares_put(&s, mine);
    cr_assert_eq(spares_count(&s), 2);
    cr_assert_eq(spares_take(&s), mine);
    spares_put(&s, mine);
    other = spares_take(&s);
    cr_assert_eq(other, mine, "whatever was put back last");
    struct thing *rest = spares_take(&s);
    cr_assert(rest && rest->number == 2, "none of its own: another's");
    spares_put(&s, rest);
    spares_put(&s, mine);
    spares_put(&s, NULL);
    cr_assert_not_null(on_a_thread(take_again, &s), "a new thread takes what there is");
    cr_assert_eq(spares_count(&s), 1);
    struct thing *left = spares_find(&s);
    spares_put(&s, left);
    spares_empty(&s, release);
    cr_assert_eq(spares_count(&s), 0);
    cr_assert_neq(released[0], released[1], "one of two was there");
    free(left == mine ? rest : mine);
    spares_release(&s, release);
}
