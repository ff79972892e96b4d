/* The index of a text's grams of four words, as it is made and asked with and without AVX-512. */
#include "text/compare_index.h"
#include "tests/unit/compare_fixture.h"

enum {
    ROUNDS = 400
};

static uint64_t state = 90210;

static uint32_t *random_terms(uint32_t n, uint32_t words)
{
    uint32_t *terms =
        malloc(n * sizeof *terms + 1); /* no word more: reading beyond is seen */
    cr_assert(terms);
    for (uint32_t i = 0; i < n; i++) {
        terms[i] = sample_below(&state, words) * 2654435761U;
    }
    return terms;
}

static bool same_gram(const uint32_t *a, const uint32_t *b)
{
    return memcmp(a, b, COMPARE_GRAM * sizeof *a) == 0;
}

/* Every gram is found at its first place, and from each place the next. */
static void check_places(const struct compare_index *x, const struct compare_text *t)
{
    for (uint32_t i = 0; i < compare_grams(t->n); i++) {
        uint32_t first = 0, next = i + 1;
        while (!same_gram(t->terms + first, t->terms + i)) {
            first++;
        }
        while (next < compare_grams(t->n) &&
               !same_gram(t->terms + next, t->terms + i)) {
            next++;
        }
        cr_assert_eq(compare_index_find(x, t->terms + i), first);
        cr_assert_eq(compare_index_next(x, i),
                     next < compare_grams(t->n) ? next : COMPARE_NOWHERE);
    }
}

/* A probe gives the first gram that the filter lets pass, which every gram of the index is. */
static void check_probes(const struct compare_index *x, const struct compare_text *t)
{
    for (uint32_t stride = 1; stride <= COMPARE_STRIDE_MAX; stride++) {
        for (uint32_t from = 0; from < t->n + 3; from += 1 + sample_below(&state, 9)) {
            uint32_t at = from;
            while (at < compare_grams(t->n) &&
                   !compare_index_may_have(x, compare_index_number(x, t->terms + at))) {
                at += stride;
            }
            cr_assert_eq(compare_index_probe(x, t, from, stride),
                         at < compare_grams(t->n) ? at : COMPARE_NOWHERE);
        }
    }
}

static void check(uint32_t n, uint32_t m, uint32_t words)
{
    uint32_t *a = random_terms(n, words), *b = random_terms(m, words);
    struct compare_text x = {.terms = a, .n = n}, y = {.terms = b, .n = m};
    struct compare_index index = {0};
    struct err err = {0};
    cr_assert_eq(compare_index_make(&index, &x, &err), 0, "%s", err.msg);
    check_places(&index, &x);
    check_probes(&index, &x);
    check_probes(&index, &y);
    compare_index_release(&index);
    free(a);
    free(b);
}

Test(compare_index, grams_are_found_where_they_are)
{
    static const uint32_t words[] = {1, 2, 5, 40, 3000};
    for (uint32_t n = 0; n < 200; n++) {
        check(n, n % 50 * 3, words[n % 5]);
    }
    for (uint32_t i = 0; i < ROUNDS / 8; i++) {
        check(sample_below(&state, 1200), sample_below(&state, 1200), words[i % 5]);
    }
}

/* Both ways of making and asking come to the same bytes and places. */
Test(compare_index, is_the_same_sixteen_grams_at_a_time)
{
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t n = sample_below(&state, i % 8 == 0 ? 5000 : 300);
        uint32_t words = i % 3 == 0 ? 4 : 500;
        uint32_t *a = random_terms(n, words), *b = random_terms(n, words);
        struct compare_text x = {.terms = a, .n = n}, y = {.terms = b, .n = n};
        struct compare_index index = {0}, plain = {0};
        struct err err = {0};
        cr_assert_eq(compare_index_make(&index, &x, &err), 0);
        plain = index;
        size_t slots = (size_t)1 << (64 - index.shift);
        plain.slots = calloc(slots, sizeof *plain.slots);
        plain.next = malloc((n + 1) * sizeof *plain.next);
        cr_assert(plain.slots && plain.next);
        plain.wide = false;
        for (uint32_t k = compare_grams(n); k-- > 0;) {
            compare_index_put(&plain, k, compare_index_number(&plain, a + k));
        }
        cr_assert_eq(memcmp(plain.slots, index.slots, slots * sizeof *plain.slots), 0);
        cr_assert_eq(
            memcmp(plain.next, index.next, compare_grams(n) * sizeof *plain.next), 0);
        for (uint32_t stride = 1; stride <= COMPARE_STRIDE_MAX; stride++) {
            for (uint32_t from = 0; from < n; from += 1 + sample_below(&state, 30)) {
                cr_assert_eq(compare_index_probe(&plain, &y, from, stride),
                             compare_index_probe(&index, &y, from, stride));
            }
        }
        compare_index_release(&index);
        compare_index_release(&plain);
        free(a);
        free(b);
    }
}

/* A text of so many grams that their numbers do not fit 32 bits. */
Test(compare_index, texts_of_millions_of_words)
{
    enum {
        WORDS = (1 << 22) + 5000
    };
    uint32_t *terms = random_terms(WORDS, 1 << 30);
    struct compare_text t = {.terms = terms, .n = WORDS};
    struct compare_index index = {0};
    struct err err = {0};
    cr_assert_eq(compare_index_make(&index, &t, &err), 0, "%s", err.msg);
    for (uint32_t i = 0; i < compare_grams(WORDS); i += 997) {
        cr_assert_eq(compare_index_find(&index, terms + i), i);
        cr_assert_eq(compare_index_probe(&index, &t, i, 5), i);
    }
    compare_index_release(&index);
    free(terms);
}
