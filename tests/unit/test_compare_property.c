/* What holds of every comparison, on random texts with planted copies: against brute force where there is one. */

#include "tests/unit/compare_fixture.h"

enum {
    ROUNDS = 3000
};

/* Pieces of a, some turned about or repeated, among words of b's own. */
static void plant(struct sample *b, const struct sample *a, uint64_t *state,
                  uint32_t words)
{
    uint32_t pieces = sample_below(state, 6);
    sample_words(b, state, sample_below(state, 80), words);
    for (uint32_t i = 0; i < pieces && a->n > 0; i++) {
        uint32_t from = sample_below(state, a->n);
        sample_copy(b, a, from, sample_below(state, a->n - from + 1));
        sample_words(b, state, sample_below(state, 20), words);
    }
}

static void edit(struct sample *s, uint64_t *state, uint32_t words)
{
    uint32_t edits =
        sample_below(state, 3) == 0 ? s->n / (1 + sample_below(state, 30)) : 0;
    for (uint32_t i = 0; i < edits; i++) {
        s->terms[sample_below(state, s->n)] = 1 + sample_below(state, words);
    }
}

static void make_pair(struct sample *a, struct sample *b, uint64_t *state,
                      uint32_t words)
{
    static const uint8_t kinds[] = {FACT_NONE,   FACT_NONE,      FACT_NONE,
                                    FACT_NUMBER, COMPARE_COMMON, COMPARE_STOCK};
    sample_words(a, state, sample_below(state, 400), words);
    plant(b, a, state, words);
    edit(b, state, words);
    for (uint32_t i = 0; i < a->n; i++) {
        a->kinds[i] = kinds[a->terms[i] % sizeof kinds];
    }
    for (uint32_t i = 0; i < b->n; i++) {
        b->kinds[i] = kinds[b->terms[i] % sizeof kinds];
    }
    a->day = 100;
    b->day = 100 + (int32_t)sample_below(state, 12);
}

static void check_runs(struct compare *c, const struct sample *a,
                       const struct sample *b, const struct compare_evidence *e)
{
    size_t n;
    const struct compare_run *runs = compare_runs(c, &n);
    uint8_t *used = calloc(b->n + 1, 1);
    uint32_t end = 0, longest = 0;
    cr_assert(used);
    for (size_t i = 0; i < n; i++) {
        const struct compare_run *r = &runs[i];
        cr_assert(r->len > 0 && r->a >= end && r->a + r->len <= a->n &&
                  r->b + r->len <= b->n);
        for (uint32_t k = 0; k < r->len; k++) {
            cr_assert_eq(a->terms[r->a + k], b->terms[r->b + k]);
            cr_assert_eq(used[r->b + k]++, 0, "token %u of b is matched twice",
                         (unsigned)(r->b + k));
        }
        /* As long as they go. */
        cr_assert(i == 0 || r->a != end || r->b != r[-1].b + r[-1].len);
        end = r->a + r->len;
        longest = r->len > longest ? r->len : longest;
    }
    cr_assert_eq(e->run, longest);
    free(used);
}

static void check_figures(const struct sample *a, const struct sample *b,
                          const struct compare_evidence *e)
{
    const uint32_t n[2] = {a->n, b->n};
    for (int side = 0; side < 2; side++) {
        cr_assert(e->covered[side] <= COMPARE_ONE && e->own[side] <= n[side]);
        cr_assert(e->from[side] <= e->to[side] && e->to[side] <= n[side]);
        cr_assert(e->matched <= n[side] && e->matched_own <= e->own[side]);
    }
    cr_assert(e->matched_own <= e->matched && e->run_own <= e->run &&
              e->run_rare <= e->run_own);
    cr_assert(e->facts_agreed <= e->matched && e->score <= COMPARE_ONE &&
              e->rare <= COMPARE_ONE);
    cr_assert(e->relation < COMPARE_N_RELATIONS && e->rule < COMPARE_N_RULES);
    cr_assert_eq(e->relation == COMPARE_EXACT,
                 a->n == b->n && (a->n == 0 || memcmp(a->terms, b->terms,
                                                      a->n * sizeof *a->terms) == 0));
}

Test(compare_property, runs_and_figures)
{
    static const uint32_t vocabularies[] = {2, 5, 30, 500, SAMPLE_WORDS};
    uint64_t state = 20011;
    struct compare *c = compare_new();
    compare_thorough(c, true);
    for (int i = 0; i < ROUNDS; i++) {
        struct sample a = {0}, b = {0};
        make_pair(&a, &b, &state, vocabularies[i % 5]);
        struct compare_evidence e = sample_compare(c, &a, &b);
        check_runs(c, &a, &b, &e);
        check_figures(&a, &b, &e);
        sample_release(&a);
        sample_release(&b);
    }
    compare_free(c);
}

/* What came to nothing early would have come to nothing at leisure. */
Test(compare_property, stopping_early_changes_no_relation)
{
    uint64_t state = 777;
    struct compare *quick = compare_new(), *slow = compare_new();
    compare_thorough(slow, true);
    uint32_t stopped = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct sample a = {0}, b = {0};
        make_pair(&a, &b, &state, i % 2 ? 40 : SAMPLE_WORDS);
        struct compare_evidence e = sample_compare(quick, &a, &b),
                                f = sample_compare(slow, &a, &b);
        stopped += memcmp(&e, &f, sizeof e) != 0;
        bool nothing =
            f.relation == COMPARE_BOILERPLATE || f.relation == COMPARE_UNRELATED;
        cr_assert(e.relation == f.relation ||
                      (e.relation == COMPARE_UNRELATED && nothing),
                  "%s, not %s", compare_relation_name(e.relation),
                  compare_relation_name(f.relation));
        sample_release(&a);
        sample_release(&b);
    }
    cr_expect_gt(stopped, 0);
    compare_free(quick);
    compare_free(slow);
}

/* Terms have other numbers in every build. */
Test(compare_property, numbers_do_not_matter)
{
    uint64_t state = 4242;
    struct compare *c = compare_new();
    for (int i = 0; i < ROUNDS; i++) {
        struct sample a = {0}, b = {0};
        uint32_t key = (uint32_t)sample_random(&state);
        make_pair(&a, &b, &state, i % 3 ? 60 : 4);
        struct compare_evidence e = sample_compare(c, &a, &b);
        for (uint32_t k = 0; k < a.n; k++) {
            a.terms[k] = (a.terms[k] ^ key) * 2654435761U;
        }
        for (uint32_t k = 0; k < b.n; k++) {
            b.terms[k] = (b.terms[k] ^ key) * 2654435761U;
        }
        struct compare_evidence f = sample_compare(c, &a, &b);
        cr_assert_eq(memcmp(&e, &f, sizeof e), 0);
        sample_release(&a);
        sample_release(&b);
    }
    compare_free(c);
}

/* Where no text repeats itself, the second text's view is the first one's, turned about. */
Test(compare_property, mirrored)
{
    uint64_t state = 99;
    struct compare *c = compare_new();
    compare_thorough(c, true);
    for (int i = 0; i < ROUNDS; i++) {
        struct sample a = {.day = 3}, b = {.day = 5};
        uint32_t n = 40 + sample_below(&state, 300), from = sample_below(&state, n);
        uint32_t len = sample_below(&state, n - from + 1);
        len =
            len < 8
                ? 0
                : len; /* the first look may miss shorter ones, on one side or the other */
        sample_words(&a, &state, n, 1 << 22);
        sample_words(&b, &state, sample_below(&state, 200), 1 << 22);
        sample_copy(&b, &a, from, len);
        sample_words(&b, &state, sample_below(&state, 200), 1 << 22);
        struct compare_evidence e = sample_compare(c, &a, &b),
                                f = sample_compare(c, &b, &a);
        cr_assert_eq(e.relation, compare_mirror(f.relation));
        cr_assert(e.rule == f.rule && e.score == f.score && e.run == f.run &&
                  e.matched == f.matched);
        cr_assert(e.covered[0] == f.covered[1] && e.covered[1] == f.covered[0]);
        cr_assert(e.from[0] == f.from[1] && e.to[1] == f.to[0]);
        sample_release(&a);
        sample_release(&b);
    }
    compare_free(c);
}

static struct compare_evidence match(struct compare *c, const struct compare_text *x,
                                     const struct compare_text *y)
{
    struct compare_limits l;
    struct compare_evidence e;
    struct err err = {0};
    compare_limits_init(&l);
    cr_assert_eq(compare_match(c, &l, x, y, &e, &err), 0, "%s", err.msg);
    return e;
}

/* Kinds by term do as well as kinds by token, beside those that are stock. */
Test(compare_property, kinds_by_term)
{
    uint64_t state = 77;
    uint8_t kind_of[3000];
    struct compare *c = compare_new();
    for (uint32_t i = 0; i < sizeof kind_of; i++) {
        kind_of[i] = (uint8_t)(i % 7 == 0 ? FACT_NUMBER : i % 3 ? 0 : COMPARE_COMMON);
    }
    for (int i = 0; i < ROUNDS; i++) {
        struct sample a = {0}, b = {0};
        make_pair(&a, &b, &state, 3000);
        struct sample *both[] = {&a, &b};
        for (int k = 0; k < 2; k++) {
            for (uint32_t j = 0; j < both[k]->n; j++) {
                both[k]->terms[j] %= (uint32_t)sizeof kind_of;
                both[k]->kinds[j] = kind_of[both[k]->terms[j]];
            }
        }
        struct compare_text x = sample_text(&a), y = sample_text(&b);
        struct compare_evidence e, f;
        for (uint32_t j = 0; j < b.n; j++) {
            b.kinds[j] = i % 2 == 1 && sample_below(&state, 4) == 0 ? COMPARE_STOCK : 0;
            b.kinds[j] |= kind_of[b.terms[j]];
        }
        e = match(c, &x, &y);
        for (uint32_t j = 0; j < b.n; j++) {
            b.kinds[j] &= COMPARE_STOCK;
        }
        x.kinds = NULL;
        x.kind_of = y.kind_of = kind_of;
        f = match(c, &x, &y);
        cr_assert_eq(memcmp(&e, &f, sizeof e), 0);
        uint64_t *stock = calloc(b.n / 64 + 1, sizeof *stock);
        cr_assert(stock);
        for (uint32_t j = 0; j < b.n; j++) {
            stock[j / 64] |= (uint64_t)(b.kinds[j] != 0) << j % 64;
        }
        y.kinds = NULL;
        y.stock = stock;
        f = match(c, &x, &y);
        cr_assert_eq(memcmp(&e, &f, sizeof e), 0);
        y.own = compare_count_own(&y);
        f = match(c, &x, &y);
        cr_assert_eq(memcmp(&e, &f, sizeof e), 0);
        free(stock);
        y.stock = NULL;
        y.own = 0;
        f = match(c, &x, &y);
        cr_assert(i % 2 == 1 || memcmp(&e, &f, sizeof e) == 0);
        sample_release(&a);
        sample_release(&b);
    }
    compare_free(c);
}

/* From the runs of a comparison with other kinds come the same figures as from the texts. */
Test(compare_property, runs_are_enough)
{
    uint64_t state = 4711;
    struct compare_limits l;
    struct err err = {0};
    struct compare *c = compare_new();
    compare_limits_init(&l);
    for (int i = 0; i < ROUNDS; i++) {
        struct sample a = {0}, b = {0};
        make_pair(&a, &b, &state, i % 2 ? 300 : SAMPLE_WORDS);
        struct compare_text x = sample_text(&a), y = sample_text(&b);
        match(c, &x, &y);
        size_t n;
        const struct compare_run *found = compare_runs(c, &n);
        struct compare_run *runs = malloc((n + 1) * sizeof *runs);
        cr_assert(runs);
        memcpy(runs, found, n * sizeof *runs);
        for (uint32_t j = 0; j < a.n; j++) {
            a.kinds[j] ^= sample_below(&state, 3) == 0 ? COMPARE_STOCK : 0;
        }
        struct compare_evidence e = match(c, &x, &y), f;
        bool same = x.n == y.n &&
                    (x.n == 0 || memcmp(x.terms, y.terms, x.n * sizeof *x.terms) == 0);
        bool looked = n > 0; /* else it may have come to nothing at the first look */
        if (!same && looked) {
            cr_assert_eq(compare_resume(c, &l, &x, &y, runs, n, &f, &err), 0);
            cr_assert_eq(memcmp(&e, &f, sizeof e), 0);
            cr_assert_eq(compare_runs(c, &n)[0].a, runs[0].a);
        }
        free(runs);
        sample_release(&a);
        sample_release(&b);
    }
    compare_free(c);
}

static uint32_t longest_common(const struct sample *a, const struct sample *b)
{
    uint32_t best = 0;
    uint32_t *row = calloc(b->n + 1, sizeof *row);
    cr_assert(row);
    for (uint32_t i = 0; i < a->n; i++) {
        for (uint32_t j = b->n; j-- > 0;) {
            row[j + 1] = a->terms[i] == b->terms[j] ? row[j] + 1 : 0;
            best = row[j + 1] > best ? row[j + 1] : best;
        }
    }
    free(row);
    return best;
}

/* Every run of eight words is met, whatever the first look leaves out. */
Test(compare_property, the_longest_run_is_found)
{
    uint64_t state = 31337;
    struct compare *c = compare_new();
    compare_thorough(c, true);
    for (int i = 0; i < ROUNDS / 3; i++) {
        struct sample a = {0}, b = {0};
        make_pair(&a, &b, &state, 3000);
        struct compare_evidence e = sample_compare(c, &a, &b);
        uint32_t longest = longest_common(&a, &b);
        if (longest >= 8) {
            cr_assert_eq(e.run, longest);
        } else {
            cr_assert_leq(e.run, longest);
        }
        sample_release(&a);
        sample_release(&b);
    }
    compare_free(c);
}

/* --- time -------------------------------------------------------------------------------- */

/* Pairs of tokens that the comparison lays side by side: counted, because a clock also measures the machine. */
static uint64_t steps(const struct sample *a, const struct sample *b)
{
    struct compare *c = compare_new();
    sample_compare(c, a, b);
    uint64_t n = compare_steps(c);
    compare_free(c);
    return n;
}

enum shape {
    ONE_WORD,
    TWO_WORDS,
    ITSELF,        /* one article again and again */
    ITSELF_EDITED, /* each time a little otherwise */
    SHUFFLED,      /* pieces of nine words in another order */
    FORTH_AND_BACK,
    N_SHAPES
};

static void make_shape(struct sample *a, struct sample *b, enum shape shape, uint32_t n)
{
    uint64_t state = 5;
    struct sample unit = {0};
    sample_words(&unit, &state, 500, SAMPLE_WORDS);
    for (uint32_t i = 0; i < n / 500; i++) {
        uint32_t before = a->n;
        switch (shape) {
        case ONE_WORD: sample_words(a, &state, 500, 1); break;
        case TWO_WORDS: sample_words(a, &state, 500, 2); break;
        case ITSELF:
        case ITSELF_EDITED: sample_copy(a, &unit, 0, 500); break;
        default: sample_words(a, &state, 500, 1 << 20); break;
        }
        if (shape == TWO_WORDS) {
            sample_words(b, &state, 500, 2);
        } else if (shape < SHUFFLED) {
            sample_copy(b, a, before, 500);
            b->terms[before] += shape == ONE_WORD || shape == ITSELF_EDITED ? 1 + i : 0;
        }
    }
    uint32_t pieces = a->n / 9;
    for (uint32_t i = 0; i < pieces && shape >= SHUFFLED; i++) {
        uint32_t from = shape == SHUFFLED ? (uint32_t)((uint64_t)i * 7919 % pieces)
                        : i % 2           ? i
                                          : pieces - 1 - i;
        sample_copy(b, a, from * 9, 9);
        sample_push(b, 1U << 30, FACT_NONE);
    }
    sample_release(&unit);
}

Test(compare_property, work_is_linear)
{
    for (enum shape shape = 0; shape < N_SHAPES; shape++) {
        uint64_t took[2];
        for (int big = 0; big < 2; big++) {
            struct sample a = {0}, b = {0};
            make_shape(&a, &b, shape, big ? 200000 : 50000);
            took[big] = steps(&a, &b);
            cr_expect(took[big] <= 40 * (uint64_t)(a.n + b.n), "shape %d: %llu steps",
                      (int)shape, (unsigned long long)took[big]);
            sample_release(&a);
            sample_release(&b);
        }
        /* Four times as much; a quadratic step would give sixteen. */
        cr_expect(took[1] <= 5 * took[0], "shape %d: %llu, then %llu", (int)shape,
                  (unsigned long long)took[0], (unsigned long long)took[1]);
    }
}
