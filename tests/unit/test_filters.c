/* Filters in the engine: which articles and stories they let through. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "query/filter_pass.h"
#include "tests/unit/query_fixture.h"

static struct query_fixture f;

static void check(const char *query, const char *want)
{
    cr_expect_str_eq(query_fixture_stories(&f, query), want, "%s: %s, not %s", query,
                     (const char *)f.text.data, want);
}

static void check_count(const char *query, const char *want)
{
    cr_expect_str_eq(query_fixture_count(&f, query), want, "%s: %s, not %s", query,
                     (const char *)f.text.data, want);
}

static const char port[] =
    "The cranes stopped at six in the morning and by seven the road to the "
    "terminal was full of lorries whose drivers had not been told.";
static const char port_more[] =
    "The cranes stopped at six in the morning and by seven the road to the "
    "terminal was full of lorries whose drivers had not been told. A union spoke.";

/* 0: h0, h1 of one wording, h2 and h3 of another; 1: h4; 2: h5, h6 of one; 3: h7 without a
 * word. h3 and h5 are linked as excerpts, h4 and h0 as editions. */
static void begin(size_t n_segments)
{
    query_fixture_begin(&f);
    handmade_story(&f.made);
    handmade_plain(&f.made, "", port);
    handmade_plain(&f.made, "", port);
    handmade_plain(&f.made, "", port_more);
    handmade_plain(&f.made, "", port_more);
    handmade_story(&f.made);
    handmade_plain(&f.made, "", "A union of cranes and lorries has spoken at six.");
    handmade_story(&f.made);
    handmade_plain(&f.made, "", "Gulls over the harbour");
    handmade_plain(&f.made, "", "Gulls over the harbour");
    handmade_story(&f.made);
    handmade_plain(&f.made, "", "");
    struct handmade_link excerpt = {3, 5, RELATION_EXCERPT};
    struct handmade_link edition = {4, 0, RELATION_EDITION};
    cr_assert(vec_push(&f.made.links, excerpt) && vec_push(&f.made.links, edition));
    query_fixture_publish(&f, n_segments);
}

Test(filters, is)
{
    begin(1);
    check("is:original", "0:0 0/0/1 [0]; 0:1 0/0/1 [2]; 0:2 0/0/1 [3]; 0:3 0/0/1 [4]");
    check("is:copy", "0:0 0/0/3 [0] [1]; 0:2 0/0/1 [3]");
    check("cranes is:original", "0:0 1/1/1 [0 1+1]; 0:1 1/1/1 [2 3+1]");
    check("cranes -is:original", "0:0 1/3/3 [0 1+1] [1 1+1]");
    check("union is:copy", "0:0 1/2/2 [1 27+1]");
    check("union is:original", "0:1 1/1/1 [2 1+1]");
    check("is:excerpt", "0:0 0/0/2 [1]; 0:2 0/0/2 [3]");
    check("the is:excerpt is:copy",
          "0:0 4/8/2 [1 0+1 6+1 11+1 14+1]; 0:2 1/1/1 [3 2+1]");
    check("gulls AND (is:excerpt OR cranes)", "0:2 1/2/2 [3 0+1]");
    check_count("is:original", "0 4 0 4");
    check_count("is:copy OR is:original", "0 4 0 8");
    check_count("is:copy is:original", "0 0 0 0");
    check_count("cranes OR is:excerpt", "2 3 5 7");
    query_fixture_end(&f);
}

Test(filters, copies)
{
    begin(2);
    check_count("copies:3", "0 1 0 4");
    check_count("copies:>0", "0 2 0 6");
    check_count("copies:0", "0 2 0 2");
    check_count("copies:1..3", "0 2 0 6");
    check_count("copies:<0", "0 0 0 0");
    check_count("copies:>=0", "0 4 0 8");
    check_count("NOT copies:1", "0 3 0 6");
    check_count("cranes copies:0", "1 1 1 1");
    check_count("cranes copies:>2 is:copy", "1 1 3 3");
    query_fixture_end(&f);
}

Test(filters, story)
{
    for (size_t n = 1; n <= 4; n++) {
        begin(n);
        check_count("story:h2", "0 1 0 4");
        check_count("story:h7", "0 1 0 1");
        check_count("cranes story:h7", "0 0 0 0");
        check_count("-story:h0", "0 3 0 4");
        check_count("cranes story:h1 is:copy", "1 1 3 3");
        check_count("story:h5 OR story:h0", "0 2 0 6");
        check_count("story:h5 story:h0", "0 0 0 0");
        query_fixture_end(&f);
    }
}

static void refuse(const char *query, const char *words)
{
    struct syntax_result parsed;
    struct plan *plan = NULL;
    struct err err = {0};
    cr_assert_eq(
        syntax_parse(bytes_str(query), true, f.analyser, &f.arena, &parsed, &err), 0);
    cr_expect_eq(plan_make(&f.snapshot, parsed.tree, &f.arena, &plan, &err), ERR_USAGE,
                 "%s", query);
    cr_expect(strstr(err.msg, words), "%s: %s", query, err.msg);
}

Test(filters, ids_that_mean_nothing_or_too_much)
{
    begin(2);
    refuse("story:x", "story: no article's ID begins with 'x'");
    refuse("cranes OR like:zz", "like: no article's ID begins with 'zz'");
    refuse("story:h", "'h' begins the IDs of 8 articles");
    refuse("like:h", "'h' begins the IDs of 8 articles");
    query_fixture_end(&f);
}

/* The beginning of several IDs will do if they are of one story. */
Test(filters, a_beginning_that_means_one_story)
{
    query_fixture_begin(&f);
    handmade_story(&f.made);
    for (int i = 0; i < 2; i++)
        handmade_plain(&f.made, "", "gulls");
    query_fixture_publish(&f, 1);
    check_count("story:h", "0 1 0 2");
    refuse("like:h", "'h' begins the IDs of 2 articles");
    query_fixture_end(&f);
}

Test(filters, like)
{
    for (size_t n = 1; n <= 4; n++) {
        begin(n);
        /* h4 shares words with the first story only */
        check_count("like:h4", "0 1 0 4");
        check_count("like:h0", "0 2 0 3");
        check_count("like:h7", "0 0 0 0");
        check_count("-like:h7", "0 4 0 8");
        check_count("like:h5", "0 1 0 4");
        check_count("gulls like:h0", "1 1 2 2");
        check_count("like:h0 is:copy", "0 1 0 1");
        query_fixture_end(&f);
    }
}

/* Forty words of equal weight, each in another story: the first in the order of bytes are looked
 * for, and a word that comes twice before them. */
Test(filters, like_takes_the_weightiest)
{
    struct buf all = {0}, twice = {0}, want = {0};
    query_fixture_begin(&f);
    for (int i = 39; i >= 0; i--)
        buf_printf(&all, "w%02d ", i);
    buf_put_u8(&all, 0);
    buf_printf(&twice, "%sw33", (const char *)all.data);
    buf_put_u8(&twice, 0);
    for (int i = 0; i < 40; i++) {
        char word[8];
        snprintf(word, sizeof word, "w%02d", i);
        handmade_story(&f.made);
        handmade_plain(&f.made, "", word);
        if (i < 24 || i == 33)
            buf_printf(&want, "%s0:%d 0/0/1 [%d]", i ? "; " : "", i, i);
    }
    buf_put_u8(&want, 0);
    handmade_story(&f.made);
    handmade_plain(&f.made, "", (const char *)twice.data); /* h40 */
    query_fixture_publish(&f, 1);
    check("like:h40", (const char *)want.data);
    check("like:h3", "0:40 0/0/1 [40]");
    buf_release(&all);
    buf_release(&twice);
    buf_release(&want);
    query_fixture_end(&f);
}

/* Its words are ranked, those under a NOT are not, and other filters never are. */
Test(filters, scores)
{
    static const char *const queries[] = {
        "like:h0", "cranes",          "cranes is:original",
        "is:copy", "cranes -like:h5", "-like:h5"};
    double scores[6];
    begin(1);
    for (size_t i = 0; i < 6; i++) {
        struct plan *plan = query_fixture_plan(&f, queries[i]);
        struct ranked_story top[4];
        size_t n = 0;
        cr_assert_eq(engine_top(plan, 4, top, &n, NULL, &f.err), 0, "%s", f.err.msg);
        cr_assert_gt(n, 0, "%s", queries[i]);
        scores[i] = top[0].score;
        plan_release(plan);
    }
    cr_expect_gt(scores[0], 0);
    cr_expect_eq(scores[1], scores[2]);
    cr_expect_eq(scores[3], 0);
    cr_expect_eq(scores[1], scores[4]);
    cr_expect_eq(scores[5], 0);
    query_fixture_end(&f);
}

Test(filters, plans_say_what_they_do)
{
    struct buf out = {0};
    begin(2);
    struct plan *plan = query_fixture_plan(&f, "is:copy story:h5");
    plan_print(plan, &out);
    buf_put_u8(&out, 0);
    cr_assert_str_eq((const char *)out.data,
                     "and, at most 2 places\n  filter is copy, article by article\n"
                     "  filter story 0 of segment 2\n");
    plan_release(plan);
    buf_release(&out);
    query_fixture_end(&f);
}

/* Many articles of one wording, and windows of a few addresses. */
Test(filters, long_stories_and_small_windows)
{
    for (f.window = 0; f.window <= 64; f.window += 64) {
        uint32_t window = f.window;
        query_fixture_begin(&f);
        f.window = window;
        for (int s = 0; s < 40; s++) {
            handmade_story(&f.made);
            for (int i = 0; i <= s % 7 * 20; i++)
                handmade_plain(&f.made, "", s % 2 ? "gulls cry" : "gulls sleep");
        }
        query_fixture_publish(&f, 1);
        check_count("is:original", "0 40 0 40");
        check_count("gulls is:original", "40 40 40 40");
        check_count("gulls", "40 40 2340 2340");
        check_count("gulls is:copy", "34 34 2300 2300");
        check_count("cry copies:120", "2 2 242 242");
        query_fixture_end(&f);
        f.window = window;
    }
}

/* --- fields ---------------------------------------------------------------------------------- */

static void add_article(const char *outlet, int32_t day, uint32_t title_tokens,
                        const char *body)
{
    handmade_tokens tokens = {0};
    struct bytes tail;
    struct provenance_row row = {.input = bytes_str("in/a.jsonl"),
                                 .record = 1,
                                 .url = bytes_str("http://x.org/"),
                                 .outlet = bytes_str(outlet),
                                 .day = day,
                                 .second = UINT32_MAX,
                                 .reader = READER_JSONL};
    handmade_split(bytes_str(body), &tokens, &tail);
    handmade_article(&f.made, tokens.items, tokens.len, tail, title_tokens, &row);
    vec_release(&tokens);
}

/* Two articles of one wording, whose titles end at different words, then a copy of it with more,
 * then another story. Day 17136 is 2016-12-01. */
static void begin_fields(size_t n_segments)
{
    query_fixture_begin(&f);
    handmade_story(&f.made);
    add_article("The Gazette", 17136, 2, port);
    add_article("Evening-Post", 17140, 5, port);
    add_article("", DAY_NONE, 2, port_more);
    handmade_story(&f.made);
    add_article("Gazette", 17200, 0, "A union of cranes and lorries has spoken.");
    query_fixture_publish(&f, n_segments);
}

Test(filters, fields_of_articles)
{
    for (size_t n = 1; n <= 2; n++) {
        begin_fields(n);
        check_count("source:gazette", "0 2 0 2");
        check_count("source:=Gazette", "0 1 0 1");
        check_count("source:none", "0 1 0 1");
        check_count("NOT source:none", "0 2 0 3");
        check_count("cranes source:post", "1 1 1 1");
        check_count("cranes (source:post OR source:none)", "1 1 2 2");
        check_count("cranes source:post|none", "1 1 2 2");
        check_count("cranes source:(gazette -the)", "1 1 1 1");
        check_count("cranes NEAR/2 stopped source:(gazette OR post)", "1 1 2 2");
        check_count("ATLEAST/2 the source:gazette", "4 1 4 1");
        check_count("date:2016-12", "0 1 0 2");
        check_count("date:2016-12-02..", "0 2 0 2");
        check_count("date:none", "0 1 0 1");
        check_count("date:* cranes", "2 2 3 3");
        check_count("-date:2016-12-01 is:original", "0 1 0 1");
        check_count("id:h1", "0 1 0 1");
        check_count("id:h* cranes", "2 2 4 4");
        check_count("id:=h9", "0 0 0 0");
        check_count("words:8", "0 1 0 1");
        check_count("words:21|27", "0 1 0 2");
        check_count("words:>8 cranes", "1 1 3 3");
        check_count("path:in/*.jsonl lang:none", "0 2 0 4");
        check_count("source:gazette date:2017", "0 1 0 1");
        query_fixture_end(&f);
    }
}

Test(filters, parts_of_articles)
{
    begin_fields(1);
    check_count("title:cranes", "1 1 3 3");
    check_count("title:morning", "0 0 0 0");
    check_count("title:six", "1 1 1 1");
    check_count("title:at", "1 1 1 1");
    check_count("title:\"the cranes\"", "1 1 3 3");
    check_count("title:\"cranes stopped\"", "1 1 1 1");
    check_count("title:(cranes NEAR/1 the)", "1 1 3 3");
    check_count("title:(cranes at)", "2 1 2 1");
    check_count("title:(cranes -at)", "1 1 2 2");
    check_count("body:cranes", "1 1 1 1");
    check_count("body:(cranes OR stopped)", "2 2 3 3");
    check_count("title:cranes source:post", "1 1 1 1");
    check_count("title:cranes body:union", "2 1 2 1");
    query_fixture_end(&f);
}

enum {
    MANY = 700 /* articles: several blocks of columns */
};

/* Days go on by one for every article, one in seven has none; each third story has two articles. */
static void begin_many(size_t n_segments)
{
    query_fixture_begin(&f);
    for (uint32_t i = 0; i < MANY; i++) {
        static const char *const outlets[] = {"Wire", "The Wire", "Post", ""};
        char outlet[40], body[80];
        snprintf(outlet, sizeof outlet, "Paper %u", (unsigned)i);
        snprintf(body, sizeof body, "gulls over number%u%s", (unsigned)i / 2,
                 i % 5 ? "" : " harbour harbour");
        if (i % 6 != 1)
            handmade_story(&f.made);
        add_article(i % 50 == 0 ? outlet : outlets[i % 4],
                    i % 7 ? 17000 + (int32_t)i : DAY_NONE, 0, body);
    }
    query_fixture_publish(&f, n_segments);
}

static void check_articles(const char *query, uint64_t want)
{
    struct plan *plan = query_fixture_plan(&f, query);
    struct engine_totals t;
    struct err err = {0};
    cr_assert_eq(engine_run(plan, &(struct engine_options){0}, &t, &err), 0, "%s",
                 err.msg);
    cr_expect_eq(t.articles, want, "%s: %llu articles, not %llu", query,
                 (unsigned long long)t.articles, (unsigned long long)want);
    plan_release(plan);
}

Test(filters, fields_of_many_articles)
{
    for (size_t n = 1; n <= 3; n += 2) {
        uint64_t wires = 0, papers = 0, dated = 0, december = 0, both = 0, words = 0;
        begin_many(n);
        for (uint32_t i = 0; i < MANY; i++) {
            bool wire = i % 50 && i % 4 < 2, in = i % 7 && i >= 136 && i < 167;
            wires += wire;
            papers += i % 50 == 0;
            dated += i % 7 != 0;
            december += in; /* 17136 is the first of December 2016 */
            both += wire && in && i % 5 == 0;
            words += i % 5 == 0;
        }
        for (uint32_t window = 0; window <= 100; window += 50) {
            f.window = window;
            check_articles("source:wire", wires);
            check_articles("source:paper", papers);
            check_articles("source:paper -date:none OR source:paper", papers);
            check_articles("date:*", dated);
            check_articles("date:2016-12", december);
            check_articles("gulls date:2016-12", december);
            check_articles("date:2016-12 source:wire harbour", both);
            check_articles("words:>3", words);
            check_articles("id:h69*", 11);
            check_articles("id:*99", 7);
            check_articles("id:h699", 1);
            check_articles("date:1999", 0);
        }
        query_fixture_end(&f);
    }
}

/* What passes a limit is refused with the reason. */
Test(filters, limits)
{
    struct buf query = {0};
    struct plan *plan = NULL;
    struct err err = {0};
    struct syntax_result parsed;
    begin_fields(1);
    for (int n = FILTER_PASS_MAX; n <= FILTER_PASS_MAX + 1; n++) {
        buf_reset(&query);
        buf_put_str(&query, "date:2016");
        for (int i = 1; i < n; i++)
            buf_printf(&query, "|%04d|2016",
                       3000 + i); /* what comes again is one filter */
        cr_assert_eq(
            syntax_parse(buf_bytes(&query), true, f.analyser, &f.arena, &parsed, &err),
            0);
        int rc = plan_make(&f.snapshot, parsed.tree, &f.arena, &plan, &err);
        cr_assert_eq(rc, n > FILTER_PASS_MAX ? ERR_LIMIT : 0, "%d: %s", n, err.msg);
        if (rc == 0)
            plan_release(plan);
    }
    cr_expect(strstr(err.msg, "more than 1024 filters"), "%s", err.msg);
    buf_release(&query);
    query_fixture_end(&f);
}

/* Texts that a filter compares are counted over all filters of a query. */
Test(filters, texts_that_are_compared)
{
    begin_many(1);
    struct filter_tools *tools = filter_tools_new(&f.snapshot);
    struct filter url = {.kind = FILTER_URL, .value = bytes_str("y")};
    struct err err = {0};
    uint64_t asked = 0;
    int rc = 0;
    for (int i = 0; i < FILTER_PASS_MAX; i++) {
        struct filter_pass *pass = NULL;
        article_id found;
        cr_assert_eq(filter_pass_new(tools, &url, &pass, &err), 0);
        rc = filter_pass_next(pass, 0, 0, MANY, NULL, &found, &err);
        filter_pass_free(pass);
        if (rc != ITER_END)
            break;
        asked += MANY;
    }
    filter_tools_free(tools);
    cr_expect_eq(rc, asked + MANY > FILTER_TEXTS_LEAST ? ERR_LIMIT : ITER_END, "%d",
                 rc);
    query_fixture_end(&f);
}
