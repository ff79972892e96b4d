#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/cpu.h"
#include "query/window.h"

static uint64_t state = 88172645463325252u;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Sets of every density, from empty to nearly full. */
static void fill(uint64_t *bits, size_t n, unsigned round)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t w = draw();
        for (unsigned k = 0; k < round % 9; k++)
            w &= draw();
        bits[i] = round % 5 == 4 && draw() % 8 ? 0 : w;
    }
}

Test(window, words)
{
    cr_assert_eq(window_words(0), 0);
    cr_assert_eq(window_words(1), 1);
    cr_assert_eq(window_words(64), 1);
    cr_assert_eq(window_words(65), 2);
    cr_assert_eq(window_words(WINDOW_ADDRESSES), 4096);
}

Test(window, example)
{
    uint64_t a[2] = {0x8000000000000005u, 2}, b[2] = {0x8000000000000001u, 3};
    uint32_t out[8];
    window_and(a, b, 2);
    cr_assert_eq(window_count(a, 2), 3);
    cr_assert_eq(window_extract(a, 2, 1000, out), 3);
    cr_assert_eq(out[0], 1000);
    cr_assert_eq(out[1], 1063);
    cr_assert_eq(out[2], 1065);
}

Test(window, twins_agree)
{
    enum {
        WORDS = 70
    };
    uint64_t a[WORDS], b[WORDS], c[WORDS];
    static uint32_t fast[WORDS * 64], slow[WORDS * 64];
    for (unsigned round = 0; round < 2000; round++) {
        size_t n = draw() % (WORDS + 1);
        fill(a, n, round);
        fill(b, n, round / 3);
        for (size_t i = 0; i < n; i++)
            c[i] = a[i];
        window_and_scalar(c, b, n);
        window_and(a, b, n);
        cr_assert_arr_eq(a, c, n * sizeof *a);
        cr_assert_eq(window_count(a, n), window_count_scalar(c, n));
        size_t n_fast = window_extract(a, n, 77, fast);
        size_t n_slow = window_extract_scalar(a, n, 77, slow);
        cr_assert_eq(n_fast, n_slow);
        cr_assert_arr_eq(fast, slow, n_fast * sizeof *fast);
        cr_assert_eq(n_fast, window_count(a, n));
    }
}

#if defined(STEMMA_AVX2)
Test(window, avx2_agrees)
{
    enum {
        WORDS = 70
    };
    uint64_t a[WORDS], b[WORDS], c[WORDS];
    static uint32_t fast[WORDS * 64], slow[WORDS * 64];
    if (!cpu_has_avx2())
        cr_skip_test("no AVX2 here");
    for (unsigned round = 0; round < 1000; round++) {
        size_t n = draw() % (WORDS + 1);
        fill(a, n, round);
        fill(b, n, round / 3);
        for (size_t i = 0; i < n; i++)
            c[i] = a[i];
        window_and_scalar(c, b, n);
        window_and_avx2(a, b, n);
        cr_assert_arr_eq(a, c, n * sizeof *a);
        cr_assert_eq(window_count_avx2(a, n), window_count_scalar(c, n));
        size_t n_fast = window_extract_avx2(a, n, 77, fast);
        cr_assert_eq(n_fast, window_extract_scalar(a, n, 77, slow));
        cr_assert_arr_eq(fast, slow, n_fast * sizeof *fast);
    }
}
#endif
