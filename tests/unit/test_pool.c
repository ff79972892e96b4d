/* What can be asked of a pool in one process with one size; order, failures and signals
 * with several sizes are in tests/thread/thread_pool.c. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <string.h>

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
