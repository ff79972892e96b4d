#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/dates.h"
#include "tests/unit/readers_fixture.h"

static struct fixture f;

static void setup(void)
{
    fixture_init(&f);
}

static void teardown(void)
{
    fixture_release(&f);
}

TestSuite(reader_text, .init = setup, .fini = teardown);

static void expect_places(const struct seen *s)
{
    cr_expect(
        fixture_map_holds(s->body, s->body_len, &s->body_map, s->raw, s->raw_len));
    if (*s->title)
        cr_expect(fixture_map_holds(s->title, strlen(s->title), &s->title_map, s->raw,
                                    s->raw_len));
}

Test(reader_text, plain)
{
    fixture_file(&f, "news/2016/12/20/a.txt", READER_TEXT, "A line.\nAnother line.\n");
    const struct seen *s = fixture_one(&f);
    cr_expect_str_eq(s->body, "A line.\nAnother line.\n");
    cr_expect_str_eq(s->title, "");
    cr_expect_eq(s->reader, READER_TEXT);
    cr_expect_eq(s->day, dates_civil(2016, 12, 20));
    cr_expect_eq(s->second, UINT32_MAX);
    cr_expect_eq(s->date_from, DATE_PATH);
    cr_expect_eq(s->number, 0);
    cr_expect_eq(s->raw_len, 22);
    cr_expect_eq(f.numbers, 1);
    expect_places(s);
}

Test(reader_text, mark_at_the_start)
{
    fixture_file(&f, "a.txt", READER_TEXT, "\xEF\xBB\xBFwords");
    const struct seen *s = fixture_one(&f);
    cr_expect_str_eq(s->body, "words");
    cr_expect_eq(s->raw_len, 8); /* the record is the file */
    char *source = fixture_source(s, "words");
    cr_expect_str_eq(source, "words");
    free(source);
}

Test(reader_text, rejects)
{
    fixture_file(&f, "a.txt", READER_TEXT, " \n\n");
    cr_expect_not_null(strstr(fixture_reject(&f)->reason, "empty"));
    fixture_reset(&f);
    fixture_bytes(&f, "a.txt", READER_TEXT, false, "a\0b", 3);
    cr_expect_not_null(strstr(fixture_reject(&f)->reason, "NUL"));
    cr_expect_eq(f.rejects.v.items[0].length, 3);
}

Test(reader_text, other_encoding_is_a_warning)
{
    fixture_file(
        &f, "a.txt", READER_TEXT,
        "Le caf\xE9 \xE9tait ferm\xE9 depuis l'\xE9t\xE9, d\xE9j\xE0 tr\xE8s froid.");
    const struct seen *s = fixture_one(&f);
    cr_assert_eq(f.warnings.v.len, 1);
    cr_expect_not_null(strstr(f.warnings.v.items[0].reason, "a guess"));
    cr_expect_not_null(strstr(s->body, "caf\xC3\xA9"));
    char *source = fixture_source(s, "ferm\xC3\xA9");
    cr_expect_str_eq(source, "ferm\xE9");
    free(source);
}

Test(reader_text, markdown)
{
    fixture_file(&f, "_posts/2007-04-24-name.md", READER_MARKDOWN,
                 "---\ntitle: \"The *title*\"\nauthor: Ines Vaas\nid: p7\n"
                 "url: https://www.paper.example/p7\n---\n# Head\n\nSome *words*.\n");
    const struct seen *s = fixture_one(&f);
    cr_expect_str_eq(s->title, "The *title*");
    cr_expect_str_eq(s->body, "Head\n\nSome words.");
    cr_expect_str_eq(s->author, "Ines Vaas");
    cr_expect_str_eq(s->id, "p7");
    cr_expect_str_eq(s->outlet, "paper.example");
    cr_expect_eq(s->reader, READER_MARKDOWN);
    cr_expect_eq(s->day, dates_civil(2007, 4, 24));
    cr_expect_eq(s->date_from, DATE_PATH);
    cr_expect_eq(f.warnings.v.len, 0);
    expect_places(s);
}

Test(reader_text, date_of_the_front_matter_comes_first)
{
    fixture_file(&f, "2007-04-24-name.md", READER_MARKDOWN,
                 "---\ndate: 2008-01-02 03:04:05\n---\nWords.\n");
    cr_expect_eq(fixture_one(&f)->day, dates_civil(2008, 1, 2));
    cr_expect_eq(fixture_one(&f)->second, 3 * 3600 + 4 * 60 + 5);
    cr_expect_eq(fixture_one(&f)->date_from, DATE_FRONT_MATTER);
}

Test(reader_text, markdown_without_front_matter)
{
    fixture_file(&f, "a.md", READER_MARKDOWN, "# Head\n\nWords.\n");
    cr_expect_str_eq(fixture_one(&f)->title, "");
    cr_expect_str_eq(fixture_one(&f)->body, "Head\n\nWords.");
    cr_expect_eq(fixture_one(&f)->day, DAY_NONE);
}

Test(reader_text, damaged_front_matter_is_a_warning)
{
    fixture_file(&f, "a.md", READER_MARKDOWN, "---\ntitle: A: b\nx: [\n---\nWords.\n");
    cr_expect_str_eq(fixture_one(&f)->title, "A: b");
    cr_expect_str_eq(fixture_one(&f)->body, "Words.");
    cr_assert_eq(f.warnings.v.len, 1);
    cr_expect_not_null(strstr(f.warnings.v.items[0].reason, "front matter, line 2"),
                       "%s", f.warnings.v.items[0].reason);
}

/* A .txt with a front matter that can be read is Markdown; with anything less it is text. */
Test(reader_text, text_with_a_front_matter)
{
    fixture_file(&f, "a.txt", READER_TEXT, "---\ntitle: T\n---\nSome *words*.\n");
    cr_expect_eq(fixture_one(&f)->reader, READER_MARKDOWN);
    cr_expect_str_eq(fixture_one(&f)->title, "T");
    cr_expect_str_eq(fixture_one(&f)->body, "Some words.");
    static const char *const texts[] = {"---\ntitle: A: b\n---\nSome *words*.\n",
                                        "---\nProse.\n---\nSome *words*.\n",
                                        "---\ntitle: T\nSome *words*.\n"};
    for (size_t i = 0; i < 3; i++) {
        fixture_reset(&f);
        fixture_file(&f, "a.txt", READER_TEXT, texts[i]);
        cr_expect_eq(fixture_one(&f)->reader, READER_TEXT);
        cr_expect_str_eq(fixture_one(&f)->body, texts[i]);
        cr_expect_str_eq(fixture_one(&f)->title, "");
    }
}

static void expect_title(const char *yaml, const char *title, const char *source)
{
    char text[512];
    uint64_t from, to;
    fixture_reset(&f);
    (void)snprintf(text, sizeof text,
                   "---\nauthor: \xC3\x89lodie\ntitle: %s\n---\nWords.\n", yaml);
    fixture_file(&f, "a.md", READER_MARKDOWN, text);
    const struct seen *s = fixture_one(&f);
    cr_expect_str_eq(s->title, title);
    offsetmap_span(&s->title_map, 0, strlen(title), &from, &to);
    cr_expect(to - from == strlen(source) &&
                  memcmp(s->raw + from, source, to - from) == 0,
              "%s came from '%.*s'", title, (int)(to - from), s->raw + from);
}

Test(reader_text, places_of_titles)
{
    expect_title("Plain words", "Plain words", "Plain words");
    expect_title("\"In \xC3\xA9t\xC3\xA9\"", "In \xC3\xA9t\xC3\xA9",
                 "In \xC3\xA9t\xC3\xA9");
    expect_title("'Single'", "Single", "Single");
    expect_title("\"With \\\"quotes\\\"\"", "With \"quotes\"",
                 "\"With \\\"quotes\\\"\"");
    expect_title("Folded\n  over lines", "Folded over lines", "Folded\n  over lines");
}

/* Random files of all kinds: one record or one reject each, places within the file. */
Test(reader_text, random_files)
{
    static const char *const parts[] = {"---\n",       "title: a\n",
                                        "+++\n",       "word ",
                                        "\xE9\xE8",    "\xC3\xA9",
                                        "*b*",         "\n\n",
                                        "\xFF\xFE",    "a\0",
                                        "{{x}}",       "<p>",
                                        "&amp;",       "date: 2020-01-01\n",
                                        "\xEF\xBB\xBF"};
    uint64_t state = 8;
    char text[2048];
    for (int i = 0; i < 6000; i++) {
        size_t len = 0;
        for (uint64_t n = fixture_random(&state) % 25; n > 0; n--) {
            const char *p =
                parts[fixture_random(&state) % (sizeof parts / sizeof parts[0])];
            memcpy(text + len, p, strlen(p));
            len += strlen(p);
        }
        fixture_reset(&f);
        bool markdown = fixture_random(&state) % 2;
        fixture_bytes(&f, "x", markdown ? READER_MARKDOWN : READER_TEXT, false, text,
                      len);
        cr_assert_eq(f.records.v.len + f.rejects.v.len, 1);
        vec_foreach(const struct seen, s, &f.records.v) {
            cr_assert_eq(s->body_map.out_len, s->body_len);
            vec_foreach(const struct offset_segment, g, &s->body_map.segments)
                cr_assert_leq(g->in_pos + g->in_len, s->raw_len);
        }
    }
}
