/* Fingerprints: against the definition of robust winnowing taken word by word, what it promises of
 * texts with a passage in common, and the AVX2 twin. */
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "text/winnow.h"
#include "text/winnow_scan.h"
#include "tests/support/fingerprints.h"

enum {
    MOST = 6000 /* tokens of a text */
};

static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t v = *state;
    v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
    return v ^ v >> 31;
}

/* The hash of word number `word`. */
static uint64_t word_hash(uint64_t word)
{
    return next_random(&word);
}

static void random_text(uint64_t *state, uint64_t *out, size_t n, uint64_t words)
{
    for (size_t i = 0; i < n; i++)
        out[i] = word_hash(next_random(state) % words);
}

/* What the shingles `step` and twice `step` from `at` say, in the bits of mask. */
static uint8_t side(const uint64_t *hashes, size_t shingles, size_t at, int step,
                    unsigned mask)
{
    size_t near = at + (size_t)step, far = near + (size_t)step;
    if ((step < 0 && at < 8) || (step > 0 && far >= shingles))
        return 0;
    unsigned bits = (unsigned)((hashes[near] ^ hashes[far]) >> 32) & mask;
    return (uint8_t)(bits ? bits : 1);
}

/* As the paper says it: for each window the least key; the choice of the window before if it is
 * among the least ones, else the rightmost. */
static size_t by_definition(const uint64_t *terms, size_t n, struct fingerprint *out)
{
    static uint64_t hashes[MOST];
    if (n < WINNOW_SHINGLE) {
        if (n > 0)
            *out = (struct fingerprint){winnow_hash(terms, n) >> 16, 0, 0, 0};
        return n > 0;
    }
    size_t shingles = n - WINNOW_SHINGLE + 1, found = 0;
    for (size_t i = 0; i < shingles; i++) {
        uint64_t h = 0;
        for (unsigned k = 0; k < WINNOW_SHINGLE; k++) {
            uint64_t t = terms[i + k];
            unsigned turn = WINNOW_TURN * (WINNOW_SHINGLE - 1 - k);
            h ^= turn ? t << turn | t >> (64 - turn) : t;
        }
        hashes[i] = h;
    }
    size_t window = n < WINNOW_SHORT ? WINNOW_WINDOW_SHORT : WINNOW_WINDOW;
    window = shingles < window ? shingles : window;
    size_t before = SIZE_MAX;
    for (size_t from = 0; from + window <= shingles; from++) {
        uint64_t least = UINT64_MAX;
        size_t at = from;
        for (size_t i = from; i < from + window; i++) {
            if (hashes[i] >> 32 <= least) {
                least = hashes[i] >> 32;
                at = i;
            }
        }
        bool kept =
            before != SIZE_MAX && before >= from && hashes[before] >> 32 == least;
        if (!kept) {
            out[found++] = (struct fingerprint){hashes[at] >> 16, (uint32_t)at,
                                                side(hashes, shingles, at, -4, 15),
                                                side(hashes, shingles, at, 4, 7)};
            before = at;
        }
    }
    return found;
}

/* Numbers and places are those of the m prints. */
static void check_packed(const struct fingerprint *expected, size_t m, size_t n,
                         const uint64_t *prints, const uint64_t *places)
{
    static uint64_t want[MOST / 64 + 1];
    memset(want, 0, sizeof want);
    for (size_t i = 0; i < m; i++) {
        cr_assert_eq(prints[i], fingerprint_packed(&expected[i]),
                     "%zu tokens, number %zu", n, i);
        want[expected[i].at / 64] |= UINT64_C(1) << expected[i].at % 64;
    }
    for (size_t w = 0; w < (n + 63) / 64; w++)
        cr_assert_eq(places[w], want[w], "%zu tokens, word %zu", n, w);
}

static void check(const uint64_t *terms, size_t n)
{
    enum {
        UNTOUCHED = 0xab
    };
    static struct fingerprint expected[MOST], got[MOST];
    static uint64_t prints[MOST + 8], places[MOST / 64 + 2], untouched;
    size_t m = by_definition(terms, n, expected);
    memset(prints, UNTOUCHED, sizeof prints);
    memset(places, UNTOUCHED, sizeof places);
    memset(&untouched, UNTOUCHED, sizeof untouched);
    cr_assert_leq(m, winnow_room(n));
    cr_assert_eq(winnow_fingerprints(terms, n, prints, places), m, "%zu tokens", n);
    check_packed(expected, m, n, prints, places);
    winnow_unpack(prints, m, got);
    for (size_t i = 0; i < m; i++)
        cr_assert(got[i].hash == expected[i].hash && got[i].at == expected[i].at &&
                      got[i].left == expected[i].left &&
                      got[i].right == expected[i].right,
                  "%zu tokens, number %zu", n, i);
    cr_assert_eq(prints[winnow_room(n)], untouched, "written behind the end");
    cr_assert_eq(places[(n + 63) / 64], untouched, "written behind the places");
}

Test(winnow, texts_of_all_lengths)
{
    static uint64_t terms[MOST];
    uint64_t state = 1;
    for (size_t n = 0; n < 700; n++) {
        random_text(&state, terms, n, 1000000);
        check(terms, n);
    }
    for (int i = 0; i < 60; i++) {
        size_t n = next_random(&state) % MOST;
        random_text(&state, terms, n, 1000000);
        check(terms, n);
    }
}

Test(winnow, texts_of_few_words)
{
    static uint64_t terms[MOST];
    uint64_t state = 2;
    for (int i = 0; i < 600; i++) {
        size_t n = next_random(&state) % 800;
        random_text(&state, terms, n, 1 + next_random(&state) % 4);
        check(terms, n);
    }
}

/* Random text with stretches where one word, or a few in turn, come again and again. */
Test(winnow, stretches_that_repeat)
{
    static uint64_t terms[MOST];
    uint64_t state = 3;
    for (int i = 0; i < 400; i++) {
        size_t n = 20 + next_random(&state) % 3000;
        random_text(&state, terms, n, 1000000);
        size_t len = next_random(&state) % (n / 2),
               period = 1 + next_random(&state) % 7;
        size_t from = next_random(&state) % (n - len);
        for (size_t k = period; k < len; k++)
            terms[from + k] = terms[from + k - period];
        check(terms, n);
    }
}

Test(winnow, one_word_again_and_again_is_thinned_out)
{
    static uint64_t terms[MOST];
    static struct fingerprint out[MOST];
    for (size_t i = 0; i < MOST; i++)
        terms[i] = word_hash(7);
    size_t found = fingerprints_of(terms, MOST, out);
    cr_assert_leq(found, MOST / WINNOW_WINDOW + 1);
    check(terms, MOST);
}

static bool share_a_hash(const struct fingerprint *a, size_t n,
                         const struct fingerprint *b, size_t m)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < m; k++) {
            if (a[i].hash == b[k].hash)
                return true;
        }
    }
    return false;
}

/* The promise: 12 tokens in common are found, wherever they stand. */
Test(winnow, twelve_words_in_common_give_a_common_fingerprint)
{
    enum {
        SHARED = WINNOW_SHINGLE + WINNOW_WINDOW - 1
    };
    static uint64_t a[300], b[300];
    static struct fingerprint x[300], y[300];
    uint64_t state = 4;
    cr_assert_eq(SHARED, 12);
    for (int i = 0; i < 20000; i++) {
        size_t n = SHARED + next_random(&state) % 60,
               m = SHARED + next_random(&state) % 60;
        random_text(&state, a, n, i % 2 ? 1000000 : 6);
        random_text(&state, b, m, i % 2 ? 1000000 : 6);
        memcpy(b + next_random(&state) % (m - SHARED + 1),
               a + next_random(&state) % (n - SHARED + 1), SHARED * sizeof *a);
        cr_assert(
            share_a_hash(x, fingerprints_of(a, n, x), y, fingerprints_of(b, m, y)),
            "pair %d", i);
    }
}

/* The other promise: of 20 tokens in common, two fingerprints at least, and each of them agrees on one side. */
Test(winnow, twenty_words_in_common_agree_around_each_fingerprint)
{
    enum {
        SHARED = WINNOW_SHINGLE + 2 * WINNOW_AROUND - 1
    };
    static uint64_t a[300], b[300];
    static struct fingerprint x[300], y[300];
    uint64_t state = 9;
    cr_assert_eq(SHARED, 20);
    for (int i = 0; i < 20000; i++) {
        size_t n = SHARED + 10 + next_random(&state) % 60,
               m = SHARED + 10 + next_random(&state) % 60;
        random_text(&state, a, n, i % 2 ? 1000000 : 50);
        random_text(&state, b, m, i % 2 ? 1000000 : 50);
        size_t at = next_random(&state) % (n - SHARED + 1),
               to = next_random(&state) % (m - SHARED + 1);
        memcpy(b + to, a + at, SHARED * sizeof *a);
        size_t n_x = fingerprints_of(a, n, x), n_y = fingerprints_of(b, m, y);
        int both = 0;
        for (size_t k = 0; k < n_x; k++) {
            if (x[k].at < at || x[k].at > at + SHARED - WINNOW_SHINGLE)
                continue;
            for (size_t j = 0; j < n_y; j++) {
                if (y[j].at - to != x[k].at - at)
                    continue;
                both++;
                cr_assert((x[k].left != 0 && x[k].left == y[j].left) ||
                              (x[k].right != 0 && x[k].right == y[j].right),
                          "pair %d", i);
            }
        }
        cr_assert_geq(both, 2, "pair %d", i);
    }
}

Test(winnow, places_and_number)
{
    static uint64_t terms[MOST];
    static struct fingerprint out[MOST];
    uint64_t state = 5, sum = 0, tokens = 0;
    for (int i = 0; i < 100; i++) {
        size_t n = WINNOW_SHINGLE + WINNOW_WINDOW + next_random(&state) % 5000;
        random_text(&state, terms, n, 1000000);
        size_t found = fingerprints_of(terms, n, out);
        uint32_t before = 0;
        for (size_t k = 0; k < found; k++) {
            cr_assert(out[k].at >= before && out[k].at - before <= WINNOW_WINDOW);
            cr_assert_lt(out[k].hash, UINT64_C(1) << WINNOW_BITS);
            before = out[k].at;
        }
        cr_assert_geq(before, n - WINNOW_SHINGLE - WINNOW_WINDOW + 1);
        sum += found;
        tokens += n;
    }
    /* 2 / (WINNOW_WINDOW + 1) of the shingles. */
    double density = (double)sum / (double)tokens;
    cr_assert(density > 0.21 && density < 0.235, "%f", density);
}

/* A short text inside a longer one meets it as often as with whole windows: what those would
 * choose is among its own. */
Test(winnow, short_texts_have_more)
{
    static uint64_t terms[40];
    static struct fingerprint whole[40], own[40];
    uint64_t state = 7;
    for (int i = 0; i < 3000; i++) {
        size_t n = WINNOW_SHINGLE + WINNOW_WINDOW - 1 + next_random(&state) % 18;
        cr_assert_lt(n, WINNOW_SHORT);
        random_text(&state, terms, 40, 1000000);
        size_t found = fingerprints_of(terms, n, own);
        size_t of_whole = fingerprints_of(terms, 40, whole);
        for (size_t k = 0; k < of_whole; k++) {
            /* chosen by a window that lies within the first n tokens */
            if (whole[k].at + WINNOW_SHINGLE + WINNOW_WINDOW - 1 > n)
                break;
            bool is_there = false;
            for (size_t m = 0; m < found; m++)
                is_there |= own[m].hash == whole[k].hash;
            cr_assert(is_there);
        }
    }
}

Test(winnow, order_of_words_counts)
{
    const uint64_t words[] = {word_hash(1), word_hash(2), word_hash(3), word_hash(4),
                              word_hash(5)};
    for (size_t n = 2; n <= WINNOW_SHINGLE; n++) {
        uint64_t other[WINNOW_SHINGLE];
        struct fingerprint a, b;
        memcpy(other, words, sizeof other);
        other[0] = words[1];
        other[1] = words[0];
        cr_assert_eq(fingerprints_of(words, n, &a), 1);
        cr_assert_eq(fingerprints_of(other, n, &b), 1);
        cr_assert_neq(a.hash, b.hash);
    }
}

#ifdef STEMMA_AVX2
/* Chance words, and some that come again and again. */
static void repetitive_text(uint64_t *state, uint64_t *terms, size_t n)
{
    size_t period = 1 + next_random(state) % 9;
    random_text(state, terms, n, 1000000);
    for (size_t from = next_random(state) % 40; from < n;) {
        size_t len = next_random(state) % 60, to = from + len < n ? from + len : n;
        for (size_t i = from + period; i < to; i++)
            terms[i] = terms[i - period];
        from = to + next_random(state) % 40;
    }
}

typedef size_t run_fn(const uint64_t *terms, size_t shingles, uint64_t *out,
                      uint64_t *places, bool *tied);

/* Also of texts of which a window has two shingles that are the least. */
static void check_twin(run_fn *run)
{
    static uint64_t terms[MOST], got[MOST + 8], places[MOST / 64 + 1];
    static struct fingerprint expected[MOST];
    uint64_t state = 6;
    size_t n_tied = 0;
    for (size_t i = 0; i < 3000; i++) {
        size_t n = WINNOW_SHORT;
        bool tied = false;
        n += i < 1200 ? i : next_random(&state) % (MOST - n);
        if (i % 3 == 2)
            repetitive_text(&state, terms, n);
        else
            random_text(&state, terms, n, i % 50 == 49 ? 3 : 1000000);
        memset(places, 0, sizeof places);
        size_t found = run(terms, n - WINNOW_SHINGLE + 1, got, places, &tied);
        if (tied)
            found = winnow_drop_ties(got, found, n - WINNOW_SHINGLE + 1, places);
        n_tied += tied;
        cr_assert_eq(found, by_definition(terms, n, expected), "%zu tokens", n);
        check_packed(expected, found, n, got, places);
    }
    cr_assert_gt(n_tied, 500);
}

Test(winnow, the_avx2_twin)
{
    if (cpu_has_avx2())
        check_twin(winnow_avx2_run);
}
#endif

#ifdef STEMMA_AVX512
Test(winnow, the_avx512_twin)
{
    if (cpu_has_avx512())
        check_twin(winnow_avx512_run);
}
#endif
