#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

enum {
    PIECES = 2000
};

/* Random sizes, each filled with its own byte: nothing overlaps, all is aligned. */
static void fill_and_check(struct arena *a, uint32_t seed)
{
    static uint8_t *at[PIECES];
    static size_t len[PIECES];
    uint32_t state = seed;
    for (size_t i = 0; i < PIECES; i++) {
        len[i] = next_random(&state) % (i % 50 == 0 ? 20000 : 100);
        at[i] = arena_alloc(a, len[i]);
        cr_assert_not_null(at[i]);
        cr_assert_eq((uintptr_t)at[i] % 16, 0);
        memset(at[i], (int)(i & 0xff), len[i]);
    }
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t k = 0; k < len[i]; k++)
            cr_assert_eq(at[i][k], (uint8_t)i);
    }
}

Test(arena, pieces_do_not_overlap)
{
    static const size_t chunks[] = {0, 1, 100, 4096, 1 << 20};
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        struct arena a = {.chunk_bytes = chunks[i]};
        fill_and_check(&a, (uint32_t)i);
        arena_release(&a);
        cr_assert_eq(a.allocated_bytes, 0);
        cr_assert_eq(a.chunk_bytes, chunks[i]);
    }
}

Test(arena, reset_keeps_the_memory)
{
    struct arena a = {0};
    fill_and_check(&a, 7);
    size_t held = a.allocated_bytes;
    cr_assert_gt(held, 0);
    for (int round = 0; round < 5; round++) {
        arena_reset(&a);
        fill_and_check(&a, 7);
        cr_assert_leq(a.allocated_bytes, held + held / 2);
    }
    arena_reset(&a);
    arena_reset(&a);
    arena_release(&a);
    arena_release(&a);
}

Test(arena, grows_with_what_it_holds)
{
    struct arena a = {0};
    cr_assert_not_null(arena_alloc(&a, 100));
    cr_assert_leq(a.allocated_bytes, 4096);
    for (size_t held = 100; held < 1 << 20; held += 100) {
        size_t before = a.allocated_bytes;
        cr_assert_not_null(arena_alloc(&a, 100));
        cr_assert_leq(a.allocated_bytes - before, 65536);
        cr_assert_leq(a.allocated_bytes, 4096 + 3 * held,
                      "twice, and what is left over");
    }
    arena_release(&a);
}

Test(arena, large_pieces_leave_the_small_chunk_in_use)
{
    struct arena a = {.chunk_bytes = 65536};
    for (int i = 0; i < 100; i++) {
        cr_assert_not_null(arena_alloc(&a, 16));
        cr_assert_not_null(arena_alloc(&a, 100000));
    }
    cr_assert_leq(a.allocated_bytes, (size_t)100 * 101000 + 2 * 65536);
    arena_release(&a);
}

Test(arena, copies_end_with_zero)
{
    struct arena a = {0};
    struct bytes b = arena_copy(&a, bytes_str("words"));
    cr_assert(bytes_equal(b, bytes_str("words")));
    cr_assert_eq(b.data[5], 0);
    b = arena_copy(&a, (struct bytes){0});
    cr_assert(b.data && b.len == 0 && b.data[0] == 0);
    memset(arena_alloc(&a, 5000), 0xff, 5000);
    arena_reset(&a);
    const uint8_t *z = arena_zalloc(&a, 5000);
    for (size_t i = 0; i < 5000; i++)
        cr_assert_eq(z[i], 0);
    arena_release(&a);
}

Test(arena, impossible_sizes_fail)
{
    struct arena a = {0};
    cr_assert_null(arena_alloc(&a, SIZE_MAX));
    cr_assert_null(arena_alloc(&a, SIZE_MAX / 4));
    cr_assert_null(arena_zalloc(&a, SIZE_MAX - 8));
    cr_assert_not_null(arena_alloc(&a, 1), "still good");
    arena_release(&a);
}
