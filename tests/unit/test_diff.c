#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "query/diff.h"

static uint64_t draw(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Words are letters: "the cat" is "tc". */
static void letters(const char *s, uint32_t *out)
{
    for (size_t i = 0; s[i]; i++)
        out[i] = (uint8_t)s[i];
}

/* Hunks as "=abc" and "-x+y". */
static void expect(const char *a, const char *b, const struct compare_run *runs,
                   size_t n_runs, const char *want)
{
    uint32_t wa[100], wb[100];
    char got[1000] = "";
    diff_hunks hunks = {0};
    letters(a, wa);
    letters(b, wb);
    cr_assert_eq(diff_make((struct diff_words){wa, (uint32_t)strlen(a)},
                           (struct diff_words){wb, (uint32_t)strlen(b)}, runs, n_runs,
                           &hunks, NULL),
                 0);
    vec_foreach(struct diff_hunk, h, &hunks) {
        const char *side[2] = {a, b}, *mark[2] = {h->equal ? "=" : "-", "+"};
        for (int i = 0; i < (h->equal ? 1 : 2); i++) {
            strcat(got, mark[i]);
            strncat(got, side[i] + h->from[i], h->to[i] - h->from[i]);
        }
    }
    cr_assert_str_eq(got, want, "%s | %s", a, b);
    vec_release(&hunks);
}

Test(diff, examples)
{
    expect("", "", NULL, 0, "");
    expect("abc", "abc", NULL, 0, "=abc");
    expect("abc", "", NULL, 0, "-abc+");
    expect("", "abc", NULL, 0, "-+abc");
    expect("abcd", "abxd", NULL, 0, "=ab-c+x=d");
    expect("abcd", "acd", NULL, 0, "=a-b+=cd");
    expect("xyz", "uvw", NULL, 0, "-xyz+uvw");
}

/* A word that two different passages share is no reason to cut them in pieces. */
Test(diff, odd_words_are_not_kept)
{
    expect("abcdefthijkl", "mnopqrtsuvwx", NULL, 0, "-abcdefthijkl+mnopqrtsuvwx");
    expect("abcthijkl", "mtsuvwx", NULL, 0, "-abcthijkl+mtsuvwx");
    expect("abcdefTUVghijkl", "mnopqrTUVsuvwx", NULL, 0,
           "-abcdef+mnopqr=TUV-ghijkl+suvwx");
}

Test(diff, runs_that_cross_give_way_to_the_heavier)
{
    const struct compare_run runs[] = {{0, 4, 2}, {2, 0, 4}};
    expect("ababcd"
           "",
           "abcdab", runs, 2, "-ab+=abcd-+ab");
}

static uint64_t weight_of(const struct compare_run *runs, size_t n, unsigned set)
{
    uint64_t weight = 0, to = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(set >> i & 1))
            continue;
        if (runs[i].b < to)
            return 0;
        to = runs[i].b + runs[i].len;
        weight += runs[i].len;
    }
    return weight;
}

/* Equal hunks hold at least the heaviest chain of the runs, found by trying all. */
Test(diff, heaviest_chain_by_brute_force)
{
    uint64_t state = 3;
    for (int round = 0; round < 400; round++) {
        struct compare_run runs[8];
        uint32_t order[8], a[400], b[400], n = 2 + (uint32_t)(draw(&state) % 7);
        uint32_t at_a = 0, at_b = 0, starts[8];
        for (uint32_t i = 0; i < n; i++)
            order[i] = i;
        for (uint32_t i = n; i-- > 1;) {
            uint32_t k = (uint32_t)(draw(&state) % (i + 1)), swap = order[i];
            order[i] = order[k];
            order[k] = swap;
        }
        for (uint32_t i = 0; i < n; i++)
            runs[i].len = 1 + (uint32_t)(draw(&state) % 12);
        for (uint32_t i = 0; i < n; i++) {
            runs[i].a = at_a;
            starts[i] = 1000 * i;
            for (uint32_t k = 0; k < runs[i].len; k++)
                a[at_a++] = starts[i] + k;
        }
        for (uint32_t i = 0; i < n; i++) {
            struct compare_run *r = &runs[order[i]];
            r->b = at_b;
            for (uint32_t k = 0; k < r->len; k++)
                b[at_b++] = starts[order[i]] + k;
        }
        uint64_t best = 0, got = 0;
        for (unsigned set = 0; set < 1U << n; set++) {
            uint64_t w = weight_of(runs, n, set);
            best = w > best ? w : best;
        }
        diff_hunks hunks = {0};
        cr_assert_eq(diff_make((struct diff_words){a, at_a},
                               (struct diff_words){b, at_b}, runs, n, &hunks, NULL),
                     0);
        vec_foreach(struct diff_hunk, h, &hunks)
            got += h->equal ? h->to[0] - h->from[0] : 0;
        cr_assert_geq(got, best);
        vec_release(&hunks);
    }
}

static void check_cover(const diff_hunks *hunks, const uint32_t *a, uint32_t na,
                        const uint32_t *b, uint32_t nb)
{
    uint32_t to[2] = {0, 0};
    for (size_t i = 0; i < hunks->len; i++) {
        const struct diff_hunk *h = &hunks->items[i];
        cr_assert(h->from[0] == to[0] && h->from[1] == to[1]);
        cr_assert(h->to[0] >= h->from[0] && h->to[1] >= h->from[1]);
        cr_assert(h->to[0] + h->to[1] > h->from[0] + h->from[1]);
        if (i > 0)
            cr_assert_neq(h->equal, h[-1].equal);
        if (h->equal) {
            cr_assert_eq(h->to[0] - h->from[0], h->to[1] - h->from[1]);
            cr_assert_eq(memcmp(a + h->from[0], b + h->from[1],
                                (h->to[0] - h->from[0]) * sizeof *a),
                         0);
        }
        to[0] = h->to[0];
        to[1] = h->to[1];
    }
    cr_assert(to[0] == na && to[1] == nb);
}

/* b is a with edits; the runs are those of text/compare.h. */
Test(diff, covers_both_texts)
{
    uint64_t state = 7;
    struct compare *c = compare_new();
    struct compare_limits limits;
    compare_limits_init(&limits);
    compare_thorough(c, true);
    for (int round = 0; round < 200; round++) {
        uint32_t a[1500], b[3000], na = (uint32_t)(draw(&state) % 1500), nb = 0;
        uint8_t kinds[3000] = {0};
        uint32_t alphabet = 2 + (uint32_t)(draw(&state) % 600);
        for (uint32_t i = 0; i < na; i++)
            a[i] = (uint32_t)(draw(&state) % alphabet);
        for (uint32_t i = 0; i < na; i++) {
            uint64_t what = draw(&state) % 40;
            if (what > 0)
                b[nb++] = what == 1 ? (uint32_t)(draw(&state) % alphabet) : a[i];
            if (what == 2)
                b[nb++] = alphabet;
        }
        struct compare_text x = {.terms = a, .kinds = kinds, .n = na};
        struct compare_text y = {.terms = b, .kinds = kinds, .n = nb};
        struct compare_evidence e;
        size_t n = 0;
        diff_hunks hunks = {0};
        cr_assert_eq(compare_match(c, &limits, &x, &y, &e, NULL), 0);
        const struct compare_run *runs = compare_runs(c, &n);
        cr_assert_eq(diff_make((struct diff_words){a, na}, (struct diff_words){b, nb},
                               runs, n, &hunks, NULL),
                     0);
        check_cover(&hunks, a, na, b, nb);
        vec_release(&hunks);
    }
    compare_free(c);
}
