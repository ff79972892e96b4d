/* Snippets: where they begin and end, and how hits in them are marked. */
#include <criterion/criterion.h>
#include <string.h>

#include "query/snippet.h"
#include "tests/unit/rows_fixture.h"

static const char body[] =
    "One two three four five six seven eight nine ten eleven twelve thirteen fourteen. "
    "\"Fifteen begins a sentence,\" said sixteen. Seventeen goes on and on without an "
    "end "
    "and never says what it means because it was told to be long, and so it is, until "
    "the words are spent. Eighteen.\n\nA paragraph of mother-in-law words: mother, "
    "mother "
    "mother. The end (so to say).";

struct wanted {
    size_t hit;
    const char *text;   /* of the snippet, without marks */
    const char *marked; /* as printed; NULL: not asked */
    bool color;
    size_t rows;
};

static void check(void *arg, const struct row *row, uint64_t rank, uint64_t of)
{
    (void)rank, (void)of;
    struct wanted *w = arg;
    struct snippet s;
    struct err err = {0};
    struct output o;
    w->rows++;
    cr_assert_lt(w->hit, row->hits.len);
    cr_assert_eq(snippet_around(row, w->hit, 0, &s, &err), 0, "%s", err.msg);
    struct bytes text = snippet_text(row, &s);
    if (w->text)
        cr_assert(bytes_equal(text, bytes_str(w->text)), "'%.*s'", (int)text.len,
                  (const char *)text.data);
    output_init(&o, -1, w->color);
    snippet_print(row, &s, &o);
    struct bytes got = buf_bytes(&o.buf);
    if (w->marked)
        cr_assert(bytes_equal(got, bytes_str(w->marked)), "'%.*s'", (int)got.len,
                  (const char *)got.data);
    buf_release(&o.buf);
}

static void begin(struct rows_fixture *f)
{
    rows_fixture_begin(f);
    rows_fixture_story(f);
    rows_fixture_article(f, "a", "Mother's words, \"and\" more!", body, "", DAY_NONE);
    rows_fixture_publish(f, 1);
}

static void expect(struct rows_fixture *f, const char *query, struct wanted w)
{
    rows_fixture_search(f, query, UINT64_MAX, check, &w);
    cr_assert_eq(w.rows, 1, "%s", query);
}

Test(snippet, begins_and_ends_at_sentences)
{
    struct rows_fixture f;
    begin(&f);
    /* the window begins after the title, ends with the sentence */
    expect(
        &f, "three",
        (struct wanted){
            .text = "One two three four five six seven eight nine ten eleven twelve "
                    "thirteen fourteen. \"Fifteen begins a sentence,\" said sixteen.",
            .marked = "One two [three] four five six seven eight nine ten eleven "
                      "twelve thirteen fourteen. \"Fifteen begins a sentence,\" said "
                      "sixteen."});
    /* a sentence's opening quote is taken along */
    expect(&f, "begins",
           (struct wanted){
               .text = "\"Fifteen begins a sentence,\" said sixteen. Seventeen goes on "
                       "and on without an end and never says what it means because it "
                       "was told to be long, and so it",
               .marked =
                   "\"Fifteen [begins] a sentence,\" said sixteen. Seventeen goes "
                   "on and on without an end and never says what it means because "
                   "it was told to be long, and so it …"});
    /* cut on both sides */
    expect(&f, "because",
           (struct wanted){
               .marked = "… on and on without an end and never says what it means "
                         "[because] it was told to be long, and so it is, until the "
                         "words are spent."});
    rows_fixture_end(&f);
}

Test(snippet, the_end_of_the_text)
{
    struct rows_fixture f;
    begin(&f);
    expect(&f, "end AND say",
           (struct wanted){.hit = 2,
                           .marked =
                               "Eighteen. / A paragraph of mother-in-law words: "
                               "mother, mother mother. The [end] (so to [say])."});
    rows_fixture_end(&f);
}

Test(snippet, a_title_keeps_to_itself)
{
    struct rows_fixture f;
    begin(&f);
    expect(&f, "more",
           (struct wanted){.text = "Mother's words, \"and\" more!",
                           .marked = "Mother's words, \"and\" [more]!"});
    /* the possessive is part of the word as written */
    expect(&f, "mother", (struct wanted){.marked = "[Mother's] words, \"and\" more!"});
    /* from the title into the body */
    expect(&f, "\"more one\"",
           (struct wanted){.hit = 0,
                           .marked =
                               "Mother's words, \"and\" [more! / One] two three four "
                               "five six seven eight nine ten eleven twelve "
                               "thirteen fourteen. \"Fifteen begins a sentence,\" "
                               "said sixteen."});
    rows_fixture_end(&f);
}

Test(snippet, hits_that_overlap_are_one_mark)
{
    struct rows_fixture f;
    begin(&f);
    expect(&f, "\"mother mother\"",
           (struct wanted){.hit = 0,
                           .marked = "Eighteen. / A paragraph of mother-in-law words: "
                                     "[mother, mother mother]. The end (so to say)."});
    expect(&f, "\"mother mother\"",
           (struct wanted){.hit = 1,
                           .color = true,
                           .marked =
                               "Eighteen. / A paragraph of mother-in-law words: "
                               "\033[1;31mmother, mother mother\033[0m. The end (so "
                               "to say)."});
    rows_fixture_end(&f);
}

Test(snippet, a_long_hit_is_whole)
{
    struct rows_fixture f;
    begin(&f);
    struct wanted w = {0};
    rows_fixture_search(&f, "one NEAR/90 spent", UINT64_MAX, check, &w);
    cr_assert_eq(w.rows, 1);
    rows_fixture_end(&f);
}

/* --- every hit of every query ----------------------------------------------------------- */

static void check_any(void *arg, const struct row *row, uint64_t rank, uint64_t of)
{
    (void)rank, (void)of;
    struct snippet s;
    struct err err = {0};
    for (size_t h = 0; h < row->hits.len; h++) {
        const struct row_hit *hit = &row->hits.items[h];
        cr_assert_eq(snippet_around(row, h, 0, &s, &err), 0, "%s", err.msg);
        cr_assert_leq(s.from, hit->span.first);
        cr_assert_geq(s.to, hit->span.first + hit->span.len);
        cr_assert_leq(s.to, row->tokens.n_tokens);
        cr_assert_leq(s.text_from, hit->text_from);
        cr_assert_geq(s.text_to, hit->text_to);
        cr_assert_leq(s.text_to, row->text.len);
        uint32_t most = hit->span.len + SNIPPET_TOKENS + SNIPPET_BEFORE_TOKENS +
                        SNIPPET_AFTER_TOKENS;
        cr_assert_leq(s.to - s.from, most);
        struct bytes text = snippet_text(row, &s);
        cr_assert(text.data[0] != ' ' && text.data[text.len - 1] != ' ');
        (*(size_t *)arg)++;
    }
    if (snippet_of_body(row, &s, &err) == 0)
        cr_assert_leq(s.to - s.from, SNIPPET_TOKENS);
}

Test(snippet, holds_its_hit_and_is_not_long)
{
    static const char *const words[] = {"a", "b", "c", "d", "e", "f"};
    static const char *const gaps[] = {" ",  " ", " ",     " ",   ", ",
                                       ". ", "-", ".\n\n", " \"", "\" "};
    static const char *const queries[] = {
        "a",           "\"a b\"",        "a NEAR/9 b",
        "c PRE/40 d",  "a OR \"b c d\"", "(a NEAR/3 b) PRE/20 c",
        "\"a b c d\"", "e AND f"};
    uint64_t state = 5;
    for (int round = 0; round < 12; round++) {
        struct rows_fixture f;
        size_t n = 0;
        rows_fixture_begin(&f);
        for (int article = 0; article < 6; article++) {
            struct buf text = {0};
            char title[64] = "";
            for (uint64_t k = 1 + (state >> 33) % 150; k > 0; k--) {
                state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
                buf_printf(&text, "%s%s", words[(state >> 40) % 6],
                           gaps[(state >> 50) % 10]);
            }
            buf_put_u8(&text, 0);
            if (article % 2)
                strcpy(title, "A title of b and c d");
            rows_fixture_story(&f);
            rows_fixture_article(&f, "", title, (const char *)text.data, "", DAY_NONE);
            buf_release(&text);
        }
        rows_fixture_publish(&f, 1 + (size_t)round % 3);
        for (size_t q = 0; q < sizeof queries / sizeof *queries; q++)
            rows_fixture_search(&f, queries[q], UINT64_MAX, check_any, &n);
        cr_assert_gt(n, 100);
        rows_fixture_end(&f);
    }
}
