/* What can be asked of a pool in one process with one size; order, failures and signals
 * with several sizes are in tests/thread/thread_pool.c. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/pool.h"

static int add(void *arg, void *item, struct err *err)
{
    (void)err;
    atomic_fetch_add((atomic_size_t *)arg, (size_t)(uintptr_t)item);
    return 0;
}

Test(pool, runs_numbered_items)
{
    struct pool *p = NULL;
    struct err err = {0};
    cr_assert_eq(pool_open(&p, 3, &err), 0, "%s", err.msg);
    cr_assert_eq(pool_threads(p), 3);
    cr_assert_eq(pool_stopping(p), 0);
    atomic_size_t sum = 0;
    struct pool_stage stage = {.count = 1000, .work = add, .arg = &sum};
    cr_assert_eq(pool_run(p, &stage, &err), 0);
    cr_assert_eq(atomic_load(&sum), 499500);
    stage.count = 0;
    cr_assert_eq(pool_run(p, &stage, &err), 0);
    pool_close(p);
}

enum {
    AHEAD_ALL = 14 /* items in flight of a stage that says so */
};

/* Item 0 ends when the commits of those behind it have come to the last. */
struct loose {
    atomic_size_t committed, worked;
};

static int loose_work(void *arg, void *item, struct err *err)
{
    struct loose *l = arg;
    if ((uintptr_t)item == 0) {
        for (int i = 0; i < 10000 && atomic_load(&l->committed) < 97; i++)
            (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        if (atomic_load(&l->committed) < 97)
            return err_set(err, ERR_STOPPED, "commits wait for a loose item");
    }
    atomic_fetch_add(&l->worked, 1);
    return 0;
}

static int loose_commit(void *arg, void *item, struct err *err)
{
    struct loose *l = arg;
    size_t before = atomic_fetch_add(&l->committed, 1);
    if ((uintptr_t)item != before + 3)
        return err_set(err, ERR_CORRUPT, "item %zu committed as number %zu",
                       (size_t)(uintptr_t)item, before);
    return 0;
}

/* A hundred items on two threads, three of them loose. */
static int run_loose(int (*work)(void *arg, void *item, struct err *err),
                     struct loose *l, struct err *err)
{
    struct pool *p = NULL;
    cr_assert_eq(pool_open(&p, 2, err), 0, "%s", err->msg);
    struct pool_stage stage = {
        .count = 100, .loose = 3, .work = work, .commit = loose_commit, .arg = l};
    int code = pool_run(p, &stage, err);
    pool_close(p);
    return code;
}

Test(pool, loose_items_hold_nobody_up)
{
    struct err err = {0};
    struct loose l = {0, 0};
    cr_assert_eq(run_loose(loose_work, &l, &err), 0, "%s", err.msg);
    cr_assert_eq(atomic_load(&l.worked), 100);
    cr_assert_eq(atomic_load(&l.committed), 97);
}

static int fail_loose(void *arg, void *item, struct err *err)
{
    (void)arg;
    return (uintptr_t)item == 1 ? err_set(err, ERR_IO, "loose item 1") : 0;
}

Test(pool, loose_items_fail_as_others_do)
{
    struct err err = {0};
    struct loose l = {0, 0};
    cr_assert_eq(run_loose(fail_loose, &l, &err), ERR_IO);
    cr_assert_str_eq(err.msg, "loose item 1");
}

/* Item 0 ends when all that may be in flight with it have been worked on. */
static int ahead_work(void *arg, void *item, struct err *err)
{
    struct loose *l = arg;
    for (int i = 0;
         (uintptr_t)item == 0 && i < 10000 && atomic_load(&l->worked) < AHEAD_ALL - 1;
         i++)
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    size_t worked = atomic_fetch_add(&l->worked, 1);
    size_t most = atomic_load(&l->committed) + AHEAD_ALL;
    if ((uintptr_t)item == 0 && worked + 1 != AHEAD_ALL)
        return err_set(err, ERR_STOPPED, "%zu items before the first", worked);
    return worked < most ? 0 : err_set(err, ERR_LIMIT, "%zu items", worked);
}

static int ahead_commit(void *arg, void *item, struct err *err)
{
    struct loose *l = arg;
    (void)item;
    (void)err;
    atomic_fetch_add(&l->committed, 1);
    return 0;
}

Test(pool, a_stage_says_how_many_are_in_flight)
{
    struct pool *p = NULL;
    struct err err = {0};
    struct loose l = {0, 0};
    cr_assert_eq(pool_open(&p, 2, &err), 0, "%s", err.msg);
    struct pool_stage stage = {.count = 100,
                               .work = ahead_work,
                               .commit = ahead_commit,
                               .ahead = AHEAD_ALL / 2,
                               .arg = &l};
    cr_assert_eq(pool_run(p, &stage, &err), 0, "%s", err.msg);
    cr_assert_eq(atomic_load(&l.committed), 100);
    pool_close(p);
}

static int run_aside(void *arg, struct err *err)
{
    atomic_int *code = arg;
    if (*code == ERR_IO)
        return err_set(err, ERR_IO, "the disk is full");
    if (*code != 0)
        return *code;
    *code = 1;
    return 0;
}

Test(pool, work_beside_it_is_waited_for)
{
    struct pool_aside *a = NULL;
    struct err err = {0};
    atomic_int code = 0;
    cr_assert_eq(pool_aside_end(&a, &err), 0, "none was begun");
    cr_assert_eq(pool_aside_begin(&a, run_aside, &code, &err), 0);
    cr_assert_eq(pool_aside_end(&a, &err), 0);
    cr_assert_null(a);
    cr_assert_eq(code, 1);
    code = ERR_IO;
    cr_assert_eq(pool_aside_begin(&a, run_aside, &code, &err), 0);
    cr_assert_eq(pool_aside_end(&a, &err), ERR_IO);
    cr_assert_str_eq(err.msg, "the disk is full");
    err_clear(&err);
    code = ERR_NOMEM;
    cr_assert_eq(pool_aside_begin(&a, run_aside, &code, &err), 0);
    cr_assert_eq(pool_aside_end(&a, &err), ERR_NOMEM);
    cr_assert_str_eq(err.msg, "out of memory");
}

Test(pool, opens_again_with_the_same_size_only)
{
    struct pool *p = NULL, *q = NULL;
    struct err err = {0};
    cr_assert_eq(pool_open(&p, 2, NULL), 0);
    cr_assert_eq(pool_open(&q, 2, NULL), 0, "two loops share the workers");
    atomic_size_t sum = 0;
    struct pool_stage stage = {.count = 10, .work = add, .arg = &sum};
    cr_assert_eq(pool_run(p, &stage, NULL), 0);
    cr_assert_eq(pool_run(q, &stage, NULL), 0);
    cr_assert_eq(atomic_load(&sum), 90);
    pool_close(p);
    pool_close(q);
    cr_assert_eq(pool_open(&p, 4, &err), ERR_USAGE);
    cr_assert_str_eq(err.msg, "threads: 4 asked for, 2 run already");
}

Test(pool, refuses_odd_sizes)
{
    struct pool *p = NULL;
    struct err err = {0};
    cr_assert_eq(pool_open(&p, 0, &err), ERR_USAGE);
    err_clear(&err);
    cr_assert_eq(pool_open(&p, 1025, &err), ERR_USAGE);
    cr_assert_str_eq(err.msg, "threads: 1025 is not between 1 and 1024");
    cr_assert_null(p);
}
