#include "tests/support/random_archive.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const struct handmade_text text = {analyser_fold, analyser_alias,
                                          analyser_joins};

void random_archive_open(struct random_archive *a, uint64_t seed, uint64_t salt,
                         size_t n_segments)
{
    struct err err = {0};
    *a = (struct random_archive){.random = {seed * 0x9e3779b97f4a7c15u + salt},
                                 .analyser = analyser_new()};
    struct handmade_align align = {.extra = 1 + random_query_below(&a->random, 16)};
    cr_assert(a->analyser && tempdir_make(&a->dir));
    handmade_init(&a->made, text, align);
    random_query_archive(&a->random, &a->made, 4 + random_query_below(&a->random, 12));
    cr_assert_eq(handmade_write(&a->made, a->dir.path, n_segments, 1, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(snapshot_open(&a->snapshot, a->dir.path, &err), 0, "%s", err.msg);
    cr_assert_eq(oracle_open(&a->oracle, &a->snapshot, &a->made, &err), 0, "%s",
                 err.msg);
}

void random_archive_close(struct random_archive *a)
{
    oracle_close(&a->oracle);
    snapshot_close(&a->snapshot);
    handmade_release(&a->made);
    tempdir_remove(&a->dir);
    analyser_free(a->analyser);
}

uint64_t random_archive_setting(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}
