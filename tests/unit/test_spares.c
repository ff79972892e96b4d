/* Things that workers use one after another: each thread gets back its own. */
#include <criterion/criterion.h>
#include <pthread.h>

#include "indexer/spares.h"

struct thing {
    struct spare spare;
    bool *released;
};

static void release(void *arg)
{
    const struct thing *t = arg;
    *t->released = true;
}

static void *take(void *arg)
{
    return spares_take(arg);
}

static struct thing *take_on_a_thread(struct spares *s)
{
    pthread_t thread;
    void *out = NULL;
    cr_assert_eq(pthread_create(&thread, NULL, take, s), 0);
    cr_assert_eq(pthread_join(thread, &out), 0);
    cr_assert_not_null(out);
    return out;
}

/* Two things, each put back, that of this thread first. */
struct two {
    struct spares s;
    struct thing *mine, *other;
    bool mine_released, other_released;
};

static void make_two(struct two *t)
{
    struct err err = {0};
    *t = (struct two){.mine = NULL};
    cr_assert_eq(spares_init(&t->s, sizeof(struct thing), &err), 0);
    cr_assert_null(spares_find(&t->s));
    t->mine = spares_take(&t->s);
    t->other = take_on_a_thread(&t->s);
    cr_assert(t->mine && t->mine != t->other && !t->mine->released);
    t->mine->released = &t->mine_released;
    t->other->released = &t->other_released;
    spares_put(&t->s, t->mine);
    spares_put(&t->s, t->other); /* which stays the other's */
    spares_put(&t->s, NULL);
    cr_assert_eq(spares_count(&t->s), 2);
}

Test(spares, a_thread_gets_back_its_own)
{
    struct two t;
    make_two(&t);
    cr_assert_eq(spares_take(&t.s), t.mine, "though the other's was put back last");
    cr_assert_eq(spares_take(&t.s), t.other, "none of its own is left");
    cr_assert_null(spares_find(&t.s));
    spares_put(&t.s, t.other);
    spares_put(&t.s, t.mine);
    spares_release(&t.s, release);
    cr_assert(t.mine_released && t.other_released);
}

Test(spares, what_was_made_elsewhere_can_be_owned)
{
    struct two t;
    make_two(&t);
    struct thing *third = take_on_a_thread(&t.s);
    cr_assert_eq(third, t.other, "a new thread takes what was put back last");
    spares_own(third);
    spares_put(&t.s, third);
    cr_assert_eq(spares_find(&t.s), third);
    spares_empty(&t.s, release);
    cr_assert(t.mine_released && !t.other_released);
    cr_assert_eq(spares_count(&t.s), 0);
    spares_put(&t.s, third);
    spares_release(&t.s, release);
    cr_assert(t.other_released);
}
