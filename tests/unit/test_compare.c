/* Two texts side by side: what each way of copying comes to. */
#include "text/winnow.h"
#include "tests/unit/compare_fixture.h"

static struct compare *c;
static uint64_t state;
static struct sample a, b;

static void begin(void)
{
    c = compare_new();
    cr_assert(c);
    state = 88172645463325252U;
    a = b = (struct sample){.day = 100};
}

static void end(void)
{
    sample_release(&a);
    sample_release(&b);
    compare_free(c);
}

TestSuite(compare, .init = begin, .fini = end);

static void expect(const struct compare_evidence *e, uint8_t relation, uint8_t rule)
{
    cr_expect_eq(e->relation, relation, "%s, not %s",
                 compare_relation_name(e->relation), compare_relation_name(relation));
    cr_expect_eq(e->rule, rule, "%s, not %s", compare_rule_name(e->rule),
                 compare_rule_name(rule));
}

/* Both ways round. */
static struct compare_evidence expect_both(uint8_t relation, uint8_t rule)
{
    struct compare_evidence e = sample_compare(c, &a, &b);
    expect(&e, relation, rule);
    struct compare_evidence m = sample_compare(c, &b, &a);
    expect(&m, compare_mirror(relation), rule);
    cr_expect_eq(e.covered[0], m.covered[1]);
    cr_expect_eq(e.run, m.run);
    cr_expect_eq(e.matched, m.matched);
    return e;
}

Test(compare, names)
{
    cr_expect_str_eq(compare_relation_name(COMPARE_NEAR), "near");
    cr_expect_str_eq(compare_relation_name(COMPARE_N_RELATIONS), "?");
    cr_expect_str_eq(compare_rule_name(COMPARE_RULE_QUOTE), "quote");
    cr_expect_str_eq(compare_rule_name(COMPARE_N_RULES), "?");
    cr_expect_str_eq(compare_rule_sentence(COMPARE_N_RULES), "");
    for (uint8_t i = 0; i < COMPARE_N_RULES; i++) {
        cr_expect_gt(strlen(compare_rule_sentence(i)), 5);
        for (uint8_t k = 0; k < i; k++) {
            cr_expect_str_neq(compare_rule_name(i), compare_rule_name(k));
        }
    }
    for (uint8_t i = 0; i < COMPARE_N_RELATIONS; i++) {
        cr_expect_eq(compare_mirror(compare_mirror(i)), i);
    }
}

Test(compare, common_words)
{
    cr_expect(compare_is_common(100, 100000));
    cr_expect_not(compare_is_common(99, 1000));
    cr_expect_not(compare_is_common(100, 100001));
    cr_expect(compare_is_common(UINT64_C(40) << 32, UINT64_C(40000) << 32));
}

Test(compare, the_same_words)
{
    sample_words(&a, &state, 300, SAMPLE_WORDS);
    sample_copy(&b, &a, 0, 300);
    struct compare_evidence e = expect_both(COMPARE_EXACT, COMPARE_RULE_EQUAL);
    cr_expect_eq(e.score, COMPARE_ONE);
    cr_expect_eq(e.run, 300);
    cr_expect_eq(e.to[1], 300);
    size_t n;
    const struct compare_run *runs = compare_runs(c, &n);
    cr_expect(n == 1 && runs[0].a == 0 && runs[0].b == 0 && runs[0].len == 300);
}

Test(compare, tiny_texts)
{
    expect_both(COMPARE_EXACT, COMPARE_RULE_EQUAL); /* both empty */
    sample_words(&a, &state, 2, SAMPLE_WORDS);
    expect_both(COMPARE_UNRELATED, COMPARE_RULE_NONE);
    sample_copy(&b, &a, 0, 2);
    struct compare_evidence e = expect_both(COMPARE_EXACT, COMPARE_RULE_EQUAL);
    cr_expect_eq(e.run, 2);
    sample_words(&a, &state, 1, SAMPLE_WORDS);
    expect_both(COMPARE_UNRELATED, COMPARE_RULE_NONE); /* two of three words */
}

Test(compare, unrelated)
{
    sample_words(&a, &state, 500, SAMPLE_WORDS);
    sample_words(&b, &state, 700, SAMPLE_WORDS);
    struct compare_evidence e = expect_both(COMPARE_UNRELATED, COMPARE_RULE_NONE);
    cr_expect_eq(e.matched, 0);
}

/* Every tenth word another one. */
Test(compare, edited)
{
    sample_words(&a, &state, 400, SAMPLE_WORDS);
    for (uint32_t i = 0; i < 400; i++) {
        if (i % 10 == 4) {
            sample_words(&b, &state, 1, SAMPLE_WORDS);
        } else {
            sample_copy(&b, &a, i, 1);
        }
    }
    struct compare_evidence e = expect_both(COMPARE_NEAR, COMPARE_RULE_BOTH);
    cr_expect_eq(e.covered[0],
                 COMPARE_ONE); /* single words among matches are covered */
    cr_expect_eq(e.matched, 360);
    cr_expect_eq(e.changed, 40);
    cr_expect_eq(e.run, 9);
}

Test(compare, truncated)
{
    for (uint32_t percent = 10; percent <= 70; percent += 10) {
        sample_release(&a);
        sample_release(&b);
        sample_words(&a, &state, 600, SAMPLE_WORDS);
        sample_copy(&b, &a, 0, 6 * percent);
        struct compare_evidence e = sample_compare(c, &a, &b);
        expect(&e, COMPARE_CONTAINS, COMPARE_RULE_LEAD);
        cr_expect_eq(e.covered[0], 100 * percent);
        cr_expect_eq(e.covered[1], COMPARE_ONE);
        cr_expect_eq(e.score, COMPARE_ONE);
        e = sample_compare(c, &b, &a);
        expect(&e, COMPARE_CONTAINED, COMPARE_RULE_LEAD);
    }
}

/* A teaser: the lead, with navigation before and a line after it. */
Test(compare, lead_with_furniture)
{
    sample_words(&a, &state, 400, SAMPLE_WORDS);
    sample_words(&b, &state, 20, SAMPLE_WORDS);
    sample_copy(&b, &a, 0, 40);
    sample_words(&b, &state, 5, SAMPLE_WORDS);
    expect_both(COMPARE_CONTAINS, COMPARE_RULE_LEAD);
    sample_words(&b, &state, 30,
                 SAMPLE_WORDS); /* too much behind it: it goes on in another way */
    expect_both(COMPARE_EXCERPT, COMPARE_RULE_QUOTE);
}

Test(compare, middle)
{
    sample_words(&a, &state, 500, SAMPLE_WORDS);
    sample_copy(&b, &a, 150, 200);
    expect_both(COMPARE_CONTAINS, COMPARE_RULE_ONE);
    sample_release(&b);
    sample_copy(&b, &a, 150, 100); /* a fifth, in the midst */
    expect_both(COMPARE_EXCERPT, COMPARE_RULE_EMBEDDED);
    sample_release(&b);
    sample_copy(&b, &a, 380, 120); /* at the end */
    expect_both(COMPARE_CONTAINS, COMPARE_RULE_ONE);
}

Test(compare, revised)
{
    sample_words(&a, &state, 400, SAMPLE_WORDS);
    for (uint32_t i = 0; i < 8; i++) {
        sample_copy(&b, &a, 50 * i, 50);
        sample_words(&b, &state, 30, SAMPLE_WORDS); /* too long for a gap */
    }
    struct compare_evidence e = expect_both(COMPARE_NEAR, COMPARE_RULE_REVISED);
    cr_expect_eq(e.covered[0], COMPARE_ONE);
    cr_expect_eq(e.run, 50);
}

Test(compare, paragraphs_in_another_order)
{
    static const uint32_t order[] = {3, 0, 5, 1, 4, 2};
    sample_words(&a, &state, 360, SAMPLE_WORDS);
    for (size_t i = 0; i < 6; i++) {
        sample_copy(&b, &a, 60 * order[i], 60);
    }
    expect_both(COMPARE_NEAR, COMPARE_RULE_BOTH);
    size_t n;
    const struct compare_run *runs = compare_runs(c, &n);
    cr_expect_eq(n, 6);
    for (size_t i = 0; i < n; i++) {
        cr_expect(runs[i].a == 60 * i && runs[i].len == 60);
    }
}

Test(compare, quotes)
{
    for (uint32_t len = 19; len <= 150; len += 1 + len / 8) {
        sample_release(&a);
        sample_release(&b);
        sample_words(&a, &state, 300, SAMPLE_WORDS);
        sample_copy(&a, &a, 0, 0);
        sample_words(&b, &state, 217, SAMPLE_WORDS);
        sample_copy(&b, &a, 101, len);
        sample_words(&b, &state, 400, SAMPLE_WORDS);
        struct compare_evidence e = sample_compare(c, &a, &b);
        cr_expect_eq(e.run, len);
        if (len < 20) {
            expect(&e, COMPARE_UNRELATED, COMPARE_RULE_NONE);
        } else {
            expect(&e, COMPARE_EXCERPT, COMPARE_RULE_QUOTE);
            cr_expect(e.from[0] == 101 && e.to[0] == 101 + len && e.from[1] == 217 &&
                      e.to[1] == 217 + len);
        }
    }
}

Test(compare, common_words_are_no_quote)
{
    sample_words(&a, &state, 300, SAMPLE_WORDS);
    for (uint32_t i = 100; i < 125; i++) {
        a.kinds[i] |= i % 3 == 0 ? 0 : COMPARE_COMMON;
    }
    sample_words(&b, &state, 200, SAMPLE_WORDS);
    sample_copy(&b, &a, 100, 25);
    struct compare_evidence e = expect_both(COMPARE_UNRELATED, COMPARE_RULE_NONE);
    cr_expect_eq(e.run, 25);
    cr_expect_eq(e.run_rare, 8);
}

/* Four of ten words misread, as bad OCR has it: found, though no run is long. */
Test(compare, noise)
{
    sample_words(&a, &state, 500, SAMPLE_WORDS);
    for (uint32_t i = 0; i < 500; i++) {
        if (sample_below(&state, 10) < 4) {
            sample_words(&b, &state, 1 + sample_below(&state, 20) / 19, SAMPLE_WORDS);
        } else {
            sample_copy(&b, &a, i, 1);
        }
    }
    struct compare_evidence e = expect_both(COMPARE_EXCERPT, COMPARE_RULE_COVERED);
    cr_expect_lt(e.run, 20);
    cr_expect_gt(e.in_order, 60);
}

/* A frame of `words` words with a fact after every `every` of them; facts of `year` differ from those of another. */
static void fill_frame(struct sample *s, uint64_t seed, uint32_t words, uint32_t every,
                       uint32_t year)
{
    uint64_t frame = seed;
    for (uint32_t i = 0; i < words; i += every) {
        sample_words(s, &frame, every, SAMPLE_WORDS);
        sample_fact(s, year * 1000 + i);
    }
}

Test(compare, templates)
{
    fill_frame(&a, 7, 200, 10, 1);
    fill_frame(&b, 7, 200, 10, 2);
    struct compare_evidence e = expect_both(COMPARE_TEMPLATE, COMPARE_RULE_TEMPLATE);
    cr_expect_eq(e.facts_differ, 20);
    cr_expect_eq(e.facts_agreed, 0);
    b.day = a.day + 1;
    expect_both(COMPARE_TEMPLATE, COMPARE_RULE_TEMPLATE);
}

Test(compare, reports_of_another_day)
{
    fill_frame(&a, 7, 400, 50, 1);
    fill_frame(&b, 7, 400, 50, 2);
    struct compare_evidence e = sample_compare(c, &a, &b);
    expect(&e, COMPARE_TEMPLATE,
           COMPARE_RULE_TEMPLATE); /* 50 words are less than a fifth */
    sample_release(&a);
    sample_release(&b);
    a.day = b.day = 100;
    fill_frame(&a, 7, 400, 100, 1);
    fill_frame(&b, 7, 400, 100, 2);
    e = sample_compare(c, &a, &b);
    expect(&e, COMPARE_NEAR,
           COMPARE_RULE_BOTH); /* of one day, with long runs: corrected */
    b.day = 101;
    e = sample_compare(c, &a, &b);
    expect(&e, COMPARE_TEMPLATE, COMPARE_RULE_DAILY);
    b.day = COMPARE_DAY_NONE;
    e = sample_compare(c, &a, &b);
    expect(&e, COMPARE_NEAR, COMPARE_RULE_BOTH);
}

Test(compare, a_corrected_figure)
{
    sample_words(&a, &state, 100, SAMPLE_WORDS);
    sample_fact(&a, 25);
    sample_words(&a, &state, 100, SAMPLE_WORDS);
    sample_copy(&b, &a, 0, a.n);
    b.terms[100] = SAMPLE_FACT + 26;
    b.day = a.day + 30;
    struct compare_evidence e = expect_both(COMPARE_NEAR, COMPARE_RULE_BOTH);
    cr_expect_eq(e.facts_differ, 1);
}

Test(compare, editions)
{
    for (uint32_t i = 0; i < 5; i++) {
        sample_words(&a, &state, 60, SAMPLE_WORDS);
        sample_fact(&a, i);
    }
    sample_words(&a, &state, 60, SAMPLE_WORDS);
    sample_copy(&b, &a, 0, a.n);
    b.terms[60] = SAMPLE_FACT + 600;
    b.terms[121] = SAMPLE_FACT + 601;
    b.day = a.day + 7;
    struct compare_evidence e = sample_compare(c, &a, &b);
    expect(&e, COMPARE_NEAR, COMPARE_RULE_BOTH);
    b.day = a.day + 8;
    expect_both(COMPARE_EDITION, COMPARE_RULE_EDITION);
}

/* What many stories share, as the caller marks it. */
static void mark(struct sample *s, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        s->kinds[i] |= COMPARE_STOCK;
    }
}

Test(compare, stubs_over_one_footer)
{
    struct sample footer = {0};
    sample_words(&footer, &state, 120, SAMPLE_WORDS);
    sample_words(&a, &state, 25, SAMPLE_WORDS);
    sample_words(&b, &state, 25, SAMPLE_WORDS);
    sample_copy(&a, &footer, 0, 120);
    sample_copy(&b, &footer, 0, 120);
    struct compare_limits l;
    compare_limits_init(&l);
    struct compare_evidence e = expect_both(COMPARE_NEAR, COMPARE_RULE_BOTH);
    cr_expect(compare_replaces(&l, &e)); /* 25 words are replaced by others */
    mark(&a, 25, 145);
    mark(&b, 25, 145);
    e = expect_both(COMPARE_BOILERPLATE, COMPARE_RULE_BOILERPLATE);
    cr_expect(e.own[0] == 25 && e.matched_own == 0 && e.rare == 0);
    sample_release(&footer);
}

/* A copy in a page full of furniture is as near as without. */
Test(compare, furniture_does_not_count)
{
    sample_words(&a, &state, 200, SAMPLE_WORDS);
    sample_words(&b, &state, 60, SAMPLE_WORDS);
    sample_copy(&b, &a, 0, 200);
    sample_words(&b, &state, 80, SAMPLE_WORDS);
    struct compare_evidence e = expect_both(COMPARE_CONTAINED, COMPARE_RULE_ONE);
    mark(&b, 0, 60);
    mark(&b, 260, 340);
    e = expect_both(COMPARE_NEAR, COMPARE_RULE_BOTH);
    cr_expect_eq(e.own[1], 200);
    cr_expect_eq(e.rare, COMPARE_ONE);
}

Test(compare, rare_as_the_caller_says)
{
    sample_words(&a, &state, 400, SAMPLE_WORDS);
    sample_words(&b, &state, 300, SAMPLE_WORDS);
    sample_copy(&b, &a, 100, 60);
    struct compare_limits l;
    struct compare_text x = sample_text(&a), y = sample_text(&b);
    compare_limits_init(&l);
    struct compare_evidence e = sample_compare(c, &a, &b);
    expect(&e, COMPARE_EXCERPT, COMPARE_RULE_QUOTE);
    e.rare = 4999;
    compare_judge(&l, &x, &y, &e);
    expect(&e, COMPARE_BOILERPLATE, COMPARE_RULE_BOILERPLATE);
}

Test(compare, short_texts)
{
    sample_words(&a, &state, 20, SAMPLE_WORDS);
    sample_copy(&b, &a, 0, 14);
    expect_both(COMPARE_CONTAINS, COMPARE_RULE_SHORT);
    b.n = 13; /* less than 70 % */
    expect_both(COMPARE_UNRELATED, COMPARE_RULE_NONE);
    b.n = 0;
    sample_copy(&b, &a, 0, 20);
    b.terms[9] = SAMPLE_WORDS + 1;
    expect_both(COMPARE_UNRELATED, COMPARE_RULE_NONE);
    for (uint32_t i = 0; i < 4; i++) { /* all figures agree */
        a.terms[4 * i] = b.terms[4 * i] = SAMPLE_FACT + i;
        a.kinds[4 * i] = b.kinds[4 * i] = FACT_NUMBER;
    }
    expect_both(COMPARE_NEAR, COMPARE_RULE_SHORT);
    b.terms[4] = SAMPLE_FACT + 9;
    expect_both(COMPARE_UNRELATED, COMPARE_RULE_NONE);
}

/* --- one index for many pairs ------------------------------------------------------------ */

Test(compare, the_key_finds_the_index)
{
    struct compare_limits l;
    struct err err = {0};
    compare_limits_init(&l);
    sample_words(&a, &state, 300, SAMPLE_WORDS);
    struct compare_text x = sample_text(&a);
    for (uint32_t i = 0; i < 20; i++) {
        struct compare_evidence keyed, plain;
        sample_release(&b);
        sample_words(&b, &state, sample_below(&state, 100), SAMPLE_WORDS);
        sample_copy(&b, &a, sample_below(&state, 200), 60);
        struct compare_text y = sample_text(&b);
        if (i == 10) { /* moved, as a cache may do */
            uint32_t *moved = malloc(300 * sizeof *moved);
            cr_assert(moved);
            memcpy(moved, a.terms, 300 * sizeof *moved);
            memset(a.terms, 0, 300 * sizeof *moved);
            free(a.terms);
            a.terms = moved;
            x.terms = moved;
        }
        x.key = 0;
        struct compare *fresh = compare_new();
        cr_assert_eq(compare_match(fresh, &l, &x, &y, &plain, &err), 0);
        compare_free(fresh);
        x.key = 17;
        cr_assert_eq(compare_match(c, &l, &x, &y, &keyed, &err), 0);
        cr_expect_eq(memcmp(&keyed, &plain, sizeof plain), 0);
    }
    cr_expect_gt(compare_bytes(c), 1000);
}

/* --- stock ------------------------------------------------------------------------------- */

/* Hashes below ten are known. */
static void expect_marks(const struct fingerprint *prints, size_t n_prints, uint32_t n,
                         const char *marks)
{
    cr_assert(n < 64 && strlen(marks) == n);
    uint64_t places = 0, known = 0, stock = 0;
    for (size_t i = 0; i < n_prints; i++) {
        places |= UINT64_C(1) << prints[i].at;
        known |= (uint64_t)(prints[i].hash < 10) << prints[i].at;
    }
    compare_mark_stock(&stock, n, &places, &known);
    for (uint32_t i = 0; i < n; i++) {
        cr_expect_eq(stock >> i & 1, marks[i] == '#' ? 1 : 0, "token %u of %s",
                     (unsigned)i, marks);
    }
}

Test(compare, stock_is_marked)
{
    static const struct fingerprint none[] = {
        {20, 3, 0, 0}, {21, 9, 0, 0}, {22, 15, 0, 0}};
    expect_marks(none, 3, 24, "........................");
    static const struct fingerprint all[] = {{1, 3, 0, 0}, {2, 9, 0, 0}, {3, 15, 0, 0}};
    expect_marks(all, 3, 24, "########################");
    /* From 9 to 20, and half of what lies between 8 and 9, and 20 and 22. */
    static const struct fingerprint middle[] = {
        {20, 3, 0, 0}, {2, 9, 0, 0}, {3, 15, 0, 0}, {20, 22, 0, 0}};
    expect_marks(middle, 4, 30, ".........############.........");
    static const struct fingerprint head[] = {
        {1, 3, 0, 0}, {2, 9, 0, 0}, {20, 18, 0, 0}};
    expect_marks(head, 3, 24, "################........");
    static const struct fingerprint tail[] = {
        {20, 3, 0, 0}, {2, 12, 0, 0}, {1, 18, 0, 0}};
    expect_marks(tail, 3, 26, "..........################");
    static const struct fingerprint single[] = {
        {20, 3, 0, 0}, {2, 9, 0, 0}, {20, 15, 0, 0}}; /* a turn of phrase */
    expect_marks(single, 3, 24, "........................");
    static const struct fingerprint only[] = {
        {2, 0, 0, 0}}; /* a text shorter than a shingle */
    expect_marks(only, 1, 3, "###");
    expect_marks(NULL, 0, 0, "");
}

/* The same from a list: the passage of which shingle i is a part, if it is. */
static void mark_one(uint8_t *marks, uint32_t n, const struct fingerprint *prints,
                     size_t n_prints, size_t i)
{
    size_t first = i, end = i;
    while (first > 0 && prints[first - 1].hash < 10)
        first--;
    while (end < n_prints && prints[end].hash < 10)
        end++;
    if (end - first < 2 && n_prints > 1)
        return;
    uint32_t from = prints[first].at, to = prints[end - 1].at + 5;
    to = to < n ? to : n;
    if (first == 0) {
        from = 0;
    } else {
        uint32_t before = prints[first - 1].at + 5;
        from -= from > before ? (from - before) / 2 : 0;
    }
    if (end == n_prints)
        to = n;
    else if (prints[end].at > to)
        to += (prints[end].at - to) / 2;
    memset(marks + from, COMPARE_STOCK, to - from);
}

Test(compare, stock_is_marked_in_texts_of_any_length)
{
    for (int round = 0; round < 3000; round++) {
        uint32_t n = 1 + sample_below(&state, 300);
        uint32_t apart = 1 + sample_below(&state, round % 8 == 0 ? 200 : 9);
        uint32_t known = 1 + sample_below(&state, 20);
        struct fingerprint prints[300];
        uint64_t places[5] = {0}, of_known[5] = {0};
        uint64_t stock[5] = {0};
        uint8_t kinds[300] = {0}, marks[300] = {0};
        size_t n_prints = 0;
        for (uint32_t at = sample_below(&state, apart); at < n;
             at += 1 + sample_below(&state, apart)) {
            uint64_t hash = sample_below(&state, known) < 2 ? 20 : 3;
            prints[n_prints++] = (struct fingerprint){.hash = hash, .at = at};
            places[at / 64] |= UINT64_C(1) << at % 64;
            of_known[at / 64] |= (uint64_t)(hash < 10) << at % 64;
        }
        for (size_t i = 0; i < n_prints; i++) {
            if (prints[i].hash < 10)
                mark_one(marks, n, prints, n_prints, i);
        }
        compare_mark_stock(stock, n, places, of_known);
        for (uint32_t i = 0; i < n; i++)
            kinds[i] = stock[i / 64] >> i % 64 & 1 ? COMPARE_STOCK : 0;
        for (uint32_t i = n; i < 320; i++)
            cr_assert_eq(stock[i / 64] >> i % 64 & 1, 0, "round %d", round);
        cr_assert_eq(memcmp(kinds, marks, n), 0, "round %d", round);
    }
}
