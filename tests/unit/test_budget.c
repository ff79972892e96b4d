#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/cpu.h"

Test(budget, takes_what_fits)
{
    struct budget b;
    budget_init(&b, 100);
    cr_assert(budget_take(&b, 60));
    cr_assert_not(budget_take(&b, 41));
    cr_assert_eq(budget_free(&b), 40);
    cr_assert(budget_take(&b, 40));
    cr_assert(budget_take(&b, 0));
    cr_assert_not(budget_take(&b, 1));
    cr_assert_not(budget_take(&b, UINT64_MAX));
    budget_give(&b, 100);
    cr_assert_eq(budget_free(&b), 100);
    cr_assert_eq(b.peak_bytes, 100);
}

Test(budget, force_goes_over)
{
    struct budget b;
    budget_init(&b, 100);
    budget_force(&b, 150);
    cr_assert_eq(budget_free(&b), 0);
    cr_assert_not(budget_take(&b, 1));
    cr_assert_not(budget_take(&b, 0), "it is over already");
    cr_assert_eq(b.peak_bytes, 150);
    budget_give(&b, 120);
    cr_assert_eq(budget_free(&b), 70);
    cr_assert(budget_take(&b, 70));
    cr_assert_eq(b.peak_bytes, 150);
}

/* AddressSanitizer keeps what is freed for a while. */
static const bool gives_back =
#if defined(__SANITIZE_ADDRESS__)
    false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    false;
#else
    true;
#endif
#else
    true;
#endif

Test(budget, resident_memory_is_measured)
{
    budget_trim_arenas();
    uint64_t before = budget_rss();
    cr_assert_gt(before, 0);
    enum {
        SIZE = 64 << 20
    };
    volatile char *p =
        malloc(SIZE); /* volatile: or the compiler leaves all of this out */
    cr_assert_not_null(p);
    for (size_t i = 0; i < SIZE; i += 4096)
        p[i] = 1;
    cr_assert_geq(budget_rss(), before + SIZE / 2);
    uint64_t peak = budget_peak_rss();
    cr_assert_geq(peak, before + SIZE / 2);
    char *mine;
    memcpy(&mine, &p, sizeof mine);
    free(mine);
    cr_assert_geq(budget_peak_rss(), before + SIZE / 2, "a peak stays");
    if (gives_back)
        cr_assert_lt(budget_rss(), before + SIZE / 2, "large blocks are given back");
}

Test(budget, freed_blocks_are_kept_where_memory_is_plenty)
{
    enum {
        BLOCK = 1 << 20,
        BLOCKS = 64
    };
    volatile char *blocks[BLOCKS];
    budget_trim_arenas();
    cr_assert_eq(budget_keep_freed(UINT64_C(256) << 20), 0u, "too little for it");
    cr_assert_eq(budget_keep_freed(UINT64_C(1) << 30), UINT64_C(64) << 20);
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(BLOCK);
        cr_assert_not_null(blocks[i]);
        for (size_t k = 0; k < BLOCK; k += 4096)
            blocks[i][k] = 1;
    }
    char *mine;
    for (size_t i = 0; i + 1 < BLOCKS; i++) { /* the last one keeps the heap's top */
        memcpy(&mine, &blocks[i], sizeof mine);
        free(mine);
    }
    uint64_t kept = budget_rss();
    if (gives_back)
        cr_assert_geq(budget_freed(), (BLOCKS - 2) * (uint64_t)BLOCK);
    budget_give_back(BLOCKS * (uint64_t)BLOCK);
    cr_assert_geq(budget_rss(), kept, "no more than may be kept");
    budget_give_back(BLOCKS / 4 * (uint64_t)BLOCK);
    if (gives_back)
        cr_assert_lt(budget_rss(), kept - BLOCKS / 2 * (uint64_t)BLOCK);
    memcpy(&mine, &blocks[BLOCKS - 1], sizeof mine);
    free(mine);
}

/* Frees 96 MiB at the top of the heap; returns the bytes that stay resident. */
static uint64_t free_top(void)
{
    enum {
        BLOCK = 1 << 20,
        BLOCKS = 96
    };
    volatile char *blocks[BLOCKS];
    uint64_t before = budget_rss();
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(BLOCK);
        cr_assert_not_null(blocks[i]);
        for (size_t k = 0; k < BLOCK; k += 4096)
            blocks[i][k] = 1;
    }
    for (size_t i = BLOCKS; i-- > 0;) {
        char *mine;
        memcpy(&mine, &blocks[i], sizeof mine);
        free(mine);
    }
    uint64_t after = budget_rss();
    return after > before ? after - before : 0;
}

Test(budget, a_dropped_block_stays_and_its_neighbours_keep_what_they_hold)
{
    enum {
        LEN = 3000 * 1000
    };
    uint8_t *blocks[3];
    for (size_t i = 0; i < 3; i++) {
        cr_assert((blocks[i] = malloc(LEN)) != NULL);
        memset(blocks[i], (int)i + 1, LEN);
    }
    uint64_t before = budget_rss();
    budget_drop(blocks[1] + 7, LEN - 7);
    cr_assert(budget_rss() + LEN / 2 < before, "given back at once");
    for (size_t k = 0; k < LEN; k++)
        cr_assert(blocks[0][k] == 1 && blocks[2][k] == 3);
    cr_assert(blocks[1][0] == 2);
    blocks[1][LEN - 1] = 9;
    cr_assert(blocks[1][LEN - 1] == 9 && blocks[1][LEN / 2] == 0);
    budget_drop(blocks[1], 100); /* no whole page */
    budget_drop(NULL, 0);
    for (size_t i = 0; i < 3; i++)
        free(blocks[i]);
}

Test(budget, the_top_of_the_heap_is_kept_as_far_as_is_said)
{
    budget_trim_arenas();
    (void)budget_keep_freed(UINT64_C(1) << 30);
    if (gives_back)
        cr_assert_leq(free_top(), UINT64_C(64) << 20);
    budget_give_back(0);
    budget_keep_top(UINT64_C(128) << 20);
    if (gives_back)
        cr_assert_geq(free_top(), UINT64_C(90) << 20);
}

Test(cpu, counts_at_least_one)
{
    cr_assert_geq(cpu_count(), 1);
}

Test(cpu, scalar_turns_kernels_off)
{
    setenv("STEMMA_CPU", "scalar", 1);
    cr_assert_not(cpu_has_avx2());
    cr_assert_not(cpu_has_avx512());
    unsetenv("STEMMA_CPU");
    cr_assert_not(cpu_has_avx2(), "asked once");
}

Test(cpu, avx2_turns_avx512_off)
{
    setenv("STEMMA_CPU", "avx2", 1);
    cr_assert_not(cpu_has_avx512());
    unsetenv("STEMMA_CPU");
}

Test(cpu, avx512_is_more_than_avx2)
{
    cr_assert(cpu_has_avx2() || !cpu_has_avx512());
}
