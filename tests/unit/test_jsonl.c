#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef STEMMA_HAVE_JSONC
#include <json-c/json.h>
#endif

#include "indexer/dates.h"
#include "indexer/json.h"
#include "indexer/tags.h"
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

TestSuite(jsonl, .init = setup, .fini = teardown);

/* --- fields ---------------------------------------------------------------------------- */

Test(jsonl, all_fields)
{
    fixture_jsonl(&f,
                  "{\"id\": 7, \"title\": \"A title\", \"text\": \"Some words.\", "
                  "\"author\": \"Ines Vaas\", \"date\": \"2025-07-31T12:00:00Z\", "
                  "\"url\": \"https://www.Paper.example:80/a?b\", \"extra\": [1, {}]}");
    const struct seen *s = fixture_one(&f);
    cr_expect_str_eq(s->id, "7");
    cr_expect_str_eq(s->title, "A title");
    cr_expect_str_eq(s->body, "Some words.");
    cr_expect_str_eq(s->author, "Ines Vaas");
    cr_expect_str_eq(s->date, "2025-07-31T12:00:00Z");
    cr_expect_str_eq(s->url, "https://www.Paper.example:80/a?b");
    cr_expect_str_eq(s->outlet, "paper.example");
    cr_expect_eq(s->day, dates_civil(2025, 7, 31));
    cr_expect_eq(s->second, 43200);
    cr_expect_eq(s->date_from, DATE_FIELD);
    cr_expect_eq(s->reader, READER_JSONL);
    cr_expect(
        fixture_map_holds(s->body, s->body_len, &s->body_map, s->raw, s->raw_len));
}

/* A line is cleaned wherever in it something stands that is not plain. */
Test(jsonl, lines_are_clean_in_every_place)
{
    for (size_t len = 3; len < 30; len++) {
        for (size_t at = 1; at + 2 < len; at++) {
            static const char odd[] = "\x7F\xC2\x85\xE9\x1F";
            for (size_t k = 0; k < 4; k++) {
                char line[40] = "", want[80] = "", text[160];
                static const size_t from[] = {0, 1, 3, 4}, bytes[] = {1, 2, 1, 1};
                memset(line, 'x', len);
                memcpy(line + at, odd + from[k], bytes[k]);
                memset(want, 'x', at);
                strcat(want, k == 2 ? "\xEF\xBF\xBD" : " ");
                strcat(want, line + at + bytes[k]);
                snprintf(text, sizeof text, "{\"text\":\"Words.\",\"author\":\"%s\"}",
                         line);
                fixture_jsonl(&f, text);
                cr_assert_str_eq(fixture_one(&f)->author, want);
                fixture_reset(&f);
            }
        }
    }
}

Test(jsonl, other_names_and_shapes)
{
    fixture_jsonl(
        &f, "{\"articleBody\":\"Words.\",\"headline\":\"H\",\"_id\":{\"$oid\":\"a1\"},"
            "\"authors\":[{\"name\":\"A B\",\"x\":1},\"C D\",null],"
            "\"datePublished\":{\"$date\":1469980800000},"
            "\"link\":[\"https://a.example/1\",\"https://b.example/2\"],"
            "\"source\":{\"id\":null,\"name\":\"The Paper\"}}");
    const struct seen *s = fixture_one(&f);
    cr_expect_str_eq(s->body, "Words.");
    cr_expect_str_eq(s->title, "H");
    cr_expect_str_eq(s->id, "a1");
    cr_expect_str_eq(s->author, "A B, C D");
    cr_expect_eq(s->day, dates_civil(2016, 7, 31));
    cr_expect_str_eq(s->url, "https://a.example/1");
    cr_expect_str_eq(s->outlet, "The Paper");
}

/* The name that is preferred wins, in any order, but not when it is empty. */
Test(jsonl, preference)
{
    fixture_jsonl(&f,
                  "{\"body\":\"second\",\"text\":\"first\",\"date\":\"soon\","
                  "\"created\":\"2020-01-02\",\"headline\":\"h\",\"title\":\"  \"}");
    const struct seen *s = fixture_one(&f);
    cr_expect_str_eq(s->body, "first");
    cr_expect_str_eq(s->title, "h");
    cr_expect_eq(s->day, dates_civil(2020, 1, 2));
    cr_expect_str_eq(s->date, "2020-01-02");
}

Test(jsonl, of_two_equal_keys_the_last_counts)
{
    fixture_jsonl(&f, "{\"text\":\"one\",\"text\":\"two\"}");
    cr_expect_str_eq(fixture_one(&f)->body, "two");
}

Test(jsonl, mapped_names)
{
    struct err err = {0};
    cr_assert_eq(config_map(&f.config, "text=story", &err), 0);
    cr_assert_eq(config_map(&f.config, "title=kicker", &err), 0);
    fixture_jsonl(&f, "{\"text\":\"not this\",\"story\":\"this\",\"kicker\":\"k\"}");
    cr_expect_str_eq(fixture_one(&f)->body, "this");
    cr_expect_str_eq(fixture_one(&f)->title, "k");
}

Test(jsonl, date_from_the_url)
{
    fixture_jsonl(&f, "{\"text\":\"w\",\"url\":\"https://a.example/2016/12/20/x\"}");
    cr_expect_eq(fixture_one(&f)->day, dates_civil(2016, 12, 20));
    cr_expect_eq(fixture_one(&f)->date_from, DATE_URL);
}

Test(jsonl, no_date)
{
    fixture_jsonl(&f, "{\"text\":\"w\",\"date\":\"soon\"}");
    cr_expect_eq(fixture_one(&f)->day, DAY_NONE);
    cr_expect_eq(fixture_one(&f)->second, UINT32_MAX);
    cr_expect_eq(fixture_one(&f)->date_from, DATE_NONE);
    cr_expect_str_eq(fixture_one(&f)->date, "soon");
}

/* Fields are lines of well-formed UTF-8 without control characters. */
Test(jsonl, fields_are_cleaned)
{
    fixture_jsonl(
        &f,
        "{\"text\":\"w\",\"author\":\" A\\n \\tB\\u0000C\xFF \",\"id\":\"\\u00e9\"}");
    cr_expect_str_eq(fixture_one(&f)->author, "A B C\xEF\xBF\xBD");
    cr_expect_str_eq(fixture_one(&f)->id, "\xC3\xA9");
}

Test(jsonl, text_as_a_list_of_paragraphs)
{
    fixture_jsonl(&f,
                  "{\"text\":[\"One.\",\"T\\u00fco.\",3,\"Three.\"],\"title\":\"t\"}");
    const struct seen *s = fixture_one(&f);
    cr_expect_str_eq(s->body, "One.\n\nT\xC3\xBCo.\n\nThree.");
    char *source = fixture_source(s, "T\xC3\xBCo");
    cr_expect_str_eq(source, "T\\u00fco");
    free(source);
}

/* --- sections, languages, tags --------------------------------------------------------------- */

Test(jsonl, section_language_and_tags)
{
    fixture_jsonl(&f, "{\"text\":\"w\",\"section\":\"World\",\"lang\":\"en-GB\","
                      "\"tags\":[\"one\",\"t\\u00fco, three\",4,null,\"one\"]}");
    const struct seen *s = fixture_one(&f);
    cr_expect_str_eq(s->section, "World");
    cr_expect_str_eq(s->language, "en-GB");
    cr_expect_str_eq(s->tags, "one|t\xC3\xBCo, three|4");
    cr_expect_eq(f.warnings.v.len, 0);
}

Test(jsonl, without_section_language_and_tags)
{
    fixture_jsonl(&f,
                  "{\"text\":\"w\",\"section\":\" \",\"lang\":null,\"tags\":[\"\"]}");
    cr_expect_str_eq(fixture_one(&f)->section, "");
    cr_expect_str_eq(fixture_one(&f)->language, "");
    cr_expect_str_eq(fixture_one(&f)->tags, "");
}

Test(jsonl, shapes_of_tags)
{
    static const struct {
        const char *value, *tags;
    } cases[] = {
        {"\"one, two\"", "one|two"},
        {"\"Banks, Oriel; Vaas\"", "Banks, Oriel|Vaas"},
        {"\"['one', 'two']\"", "one|two"},
        {"[\"one, two\"]", "one, two"},
        {"[{\"name\":\"one\"},{\"x\":1},{\"name\":\"two\"}]", "one|two"},
        {"[{\"name\":\"persons\",\"value\":\"Oriel Banks\"}]", "Oriel Banks"},
        {"[{\"id\":\"x/y\",\"webTitle\":\"one\"},{\"label\":\"two\"}]", "one|two"},
        {"{\"name\":\"one\"}", "one"},
        {"7", "7"},
        {"{}", ""},
        {"[[\"one\"]]", ""},
        {"true", ""},
        {"\"a\\u001fb\"", "a b"},
        {"[\"\\ud83d\\ude00\",\"\xFF\"]", "\xF0\x9F\x98\x80|\xEF\xBF\xBD"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[200];
        snprintf(line, sizeof line, "{\"text\":\"w\",\"tags\":%s}", cases[i].value);
        fixture_reset(&f);
        fixture_jsonl(&f, line);
        cr_expect_str_eq(fixture_one(&f)->tags, cases[i].tags, "%s", line);
    }
}

/* The name that is preferred wins if it has any. */
Test(jsonl, names_of_sections_and_tags)
{
    struct err err = {0};
    fixture_jsonl(&f, "{\"text\":\"w\",\"keywords\":\"k\",\"tags\":[],\"category\":"
                      "{\"name\":\"C\"},\"desk\":\"D\",\"languages\":[\"fr\",\"en\"]}");
    cr_expect_str_eq(fixture_one(&f)->tags, "k");
    cr_expect_str_eq(fixture_one(&f)->section, "D");
    cr_expect_str_eq(fixture_one(&f)->language, "fr");
    fixture_release(&f);
    fixture_init(&f);
    cr_assert_eq(config_map(&f.config, "section=strand", &err), 0);
    cr_assert_eq(config_map(&f.config, "tags=labels", &err), 0);
    cr_assert_eq(config_map(&f.config, "lang=tongue", &err), 0);
    fixture_jsonl(&f,
                  "{\"text\":\"w\",\"labels\":[\"l\"],\"tags\":[\"t\"],\"desk\":\"D\","
                  "\"strand\":\"S\",\"tongue\":\"fr\",\"lang\":\"en\"}");
    cr_expect_str_eq(fixture_one(&f)->tags, "l|t");
    cr_expect_str_eq(fixture_one(&f)->section, "S");
    cr_expect_str_eq(fixture_one(&f)->language, "fr");
}

Test(jsonl, languages_are_tags)
{
    static const char *const cases[][2] = {{"en_us", "en-US"},
                                           {"English", "en"},
                                           {"deu", "de"},
                                           {"und", ""},
                                           {"Old Sundvik", "Old Sundvik"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[100];
        snprintf(line, sizeof line, "{\"text\":\"w\",\"language\":\"%s\"}",
                 cases[i][0]);
        fixture_reset(&f);
        fixture_jsonl(&f, line);
        cr_expect_str_eq(fixture_one(&f)->language, cases[i][1]);
    }
}

/* What is over the limits is left out and told. */
Test(jsonl, limits_of_sections_and_tags)
{
    struct buf line = {0};
    buf_put_str(&line, "{\"text\":\"w\",\"tags\":[\"t\"");
    for (int i = 0; i < TAGS_ITEMS_MAX + 36; i++)
        buf_printf(&line, ",\"tag %d\"", i);
    buf_put_str(&line, "]}");
    buf_put_u8(&line, 0);
    fixture_jsonl(&f, (const char *)line.data);
    size_t items = 1;
    for (const char *p = fixture_one(&f)->tags; *p; p++)
        items += *p == '|';
    cr_expect_eq(items, TAGS_ITEMS_MAX);
    cr_assert_eq(f.warnings.v.len, 1);
    cr_expect_str_eq(f.warnings.v.items[0].reason,
                     "tags: 37 left out or cut (256 of 256 bytes are kept)");
    fixture_reset(&f);
    buf_reset(&line);
    buf_printf(&line, "{\"text\":\"w\",\"section\":\"%0300d\"}", 1);
    buf_put_u8(&line, 0);
    fixture_jsonl(&f, (const char *)line.data);
    cr_assert_eq(f.warnings.v.len, 1);
    cr_expect_str_eq(f.warnings.v.items[0].reason, "section: cut to 256 bytes");
    buf_release(&line);
}

/* --- escapes --------------------------------------------------------------------------- */

Test(jsonl, escapes_and_their_places)
{
    fixture_jsonl(&f,
                  "{\"text\":\"say \\\"hi\\\"\\n\\n\\u0041\\/\\ud83d\\ude00 end\"}");
    const struct seen *s = fixture_one(&f);
    cr_expect_str_eq(s->body, "say \"hi\"\n\nA/\xF0\x9F\x98\x80 end");
    static const char *const places[][2] = {{"hi", "hi"},
                                            {"\"hi\"", "\\\"hi\\\""},
                                            {"A", "\\u0041"},
                                            {"\xF0\x9F\x98\x80", "\\ud83d\\ude00"},
                                            {"end", "end"}};
    for (size_t i = 0; i < 5; i++) {
        char *source = fixture_source(s, places[i][0]);
        cr_expect_str_eq(source, places[i][1]);
        free(source);
    }
    cr_expect(
        fixture_map_holds(s->body, s->body_len, &s->body_map, s->raw, s->raw_len));
}

/* Too long to be decoded as it is read. */
Test(jsonl, long_text_with_escapes)
{
    enum {
        PARTS = 300000
    };
    struct buf line = {0}, want = {0};
    buf_put_str(&line, "{\"text\":\"");
    for (int i = 0; i < PARTS; i++) {
        buf_put_str(&line, i % 7 ? "part\\n" : "p\\u00e9r\\t");
        buf_put_str(&want, i % 7 ? "part\n" : "p\xC3\xA9r\t");
    }
    buf_put_str(&line, "\"}");
    buf_put_u8(&line, 0);
    buf_put_u8(&want, 0);
    fixture_jsonl(&f, (const char *)line.data);
    const struct seen *s = fixture_one(&f);
    cr_assert_str_eq(s->body, (const char *)want.data);
    cr_assert(
        fixture_map_holds(s->body, s->body_len, &s->body_map, s->raw, s->raw_len));
    buf_release(&line);
    buf_release(&want);
}

/* Markup is found however it is written, with escapes around it and without any. */
Test(jsonl, markup_behind_escapes)
{
    static const char *const written[] = {"Tom &amp; Ann", "Tom \\u0026amp; Ann",
                                          "Tom &\\u0061mp; Ann",
                                          "Tom \\u0026\\u0061mp; Ann"};
    static const char *const quotes[][2] = {
        {"", ""}, {"\\\"", "\""}, {"\\\"\\\"", "\"\""}};
    char long_text[100], line[500], want[400];
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    for (size_t w = 0; w < sizeof written / sizeof *written; w++) {
        for (size_t k = 0; k < sizeof quotes / sizeof *quotes; k++) {
            for (size_t at = 0; at < sizeof long_text; at++) {
                snprintf(line, sizeof line, "{\"text\":\"%s%s%s%s\"}", long_text + at,
                         written[w], quotes[k][0], long_text);
                snprintf(want, sizeof want, "%sTom & Ann%s%s", long_text + at,
                         quotes[k][1], long_text);
                fixture_jsonl(&f, line);
                cr_assert_str_eq(fixture_one(&f)->body, want);
                fixture_reset(&f);
            }
        }
    }
}

Test(jsonl, halves_of_pairs)
{
    fixture_jsonl(
        &f, "{\"text\":\"\\ud83d|\\ude00|\\ud83d\\u0041|\\ud83d\\ud83d\\ude00\"}");
    cr_expect_str_eq(fixture_one(&f)->body, "\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD"
                                            "A|\xEF\xBF\xBD\xF0\x9F\x98\x80");
}

Test(jsonl, escaped_keys)
{
    fixture_jsonl(&f, "{\"te\\u0078t\":\"w\",\"\\u0074itle\":\"t\"}");
    cr_expect_str_eq(fixture_one(&f)->body, "w");
    cr_expect_str_eq(fixture_one(&f)->title, "t");
}

Test(jsonl, backslashes_before_quotes)
{
    fixture_jsonl(&f, "{\"a\":\"\\\\\",\"b\":\"\\\\\\\"\",\"text\":\"x\\\\\"}");
    cr_expect_str_eq(fixture_one(&f)->body, "x\\");
}

/* --- lines ----------------------------------------------------------------------------- */

Test(jsonl, lines_and_places)
{
    fixture_jsonl(&f, "\xEF\xBB\xBF{\"text\":\"a\"}\r\n\n  \n{\"text\":\"b\"}\n"
                      "{\"text\":\"c\"}");
    cr_assert_eq(f.records.v.len, 3);
    cr_assert_eq(f.rejects.v.len, 0);
    cr_expect_eq(f.numbers, 5);
    const struct seen *s = f.records.v.items;
    cr_expect_eq(s[0].number, 0);
    cr_expect_eq(s[0].offset, 3);
    cr_expect_str_eq(s[0].raw, "{\"text\":\"a\"}");
    cr_expect_eq(s[1].number, 3);
    cr_expect_eq(s[1].offset, 3 + 12 + 2 + 1 + 3);
    cr_expect_eq(s[2].number, 4);
    cr_expect_str_eq(s[2].raw, "{\"text\":\"c\"}");
}

struct bad {
    const char *line, *reason;
};

static const struct bad bad_lines[] = {
    {"{\"text\" \"x\"}", "byte 9: expected ':' after key"},
    {"[1]", "byte 1: expected an object"},
    {"text", "byte 1: expected an object"},
    {"{\"text\":\"x\"", "byte 12: expected ',' or '}'"},
    {"{\"text\":\"x", "byte 9: a string that does not end"},
    {"{\"text\":\"x\\\"}", "byte 9: a string that does not end"},
    {"{\"text\":\"x\"} y", "byte 14: bytes after the object"},
    {"{\"text\":\"\\x\"}", "byte 10: an escape that is none"},
    {"{\"text\":\"\\u12g4\"}", "byte 10: an escape that is none"},
    {"{\"text\":\"\\u12\"}", "byte 10: an escape that is none"},
    {"{text:1}", "byte 2: expected a key in quotes"},
    {"{\"a\":[1 2],\"text\":\"x\"}", "byte 9: expected ',' or ']'"},
    {"{\"a\":[1,],\"text\":\"x\"}", "expected a value"},
    {"{\"a\":{\"b\":1,},\"text\":\"x\"}", "expected a key in quotes"},
    {"{\"a\":{\"b\":1],\"text\":\"x\"}", "expected ',' or '}'"},
    {"{\"a\":nul,\"text\":\"x\"}", "expected a value"},
    {"{\"a\":-,\"text\":\"x\"}", "a number without digits"},
    {"{\"a\":1.,\"text\":\"x\"}", "a number without digits after its point"},
    {"{\"a\":1e,\"text\":\"x\"}", "a number without digits in its exponent"},
    {"{\"a\":", "expected a value"},
    {"{", "expected a key in quotes"},
    {"{}", "no text: none of the fields text, body, content"},
    {"{\"title\":\"t\"}", "(use --map text=NAME)"},
    {"{\"text\":\"\"}", "empty"},
    {"{\"text\":null}", "empty"},
    {"{\"text\":\" \\n\",\"title\":\" \"}", "empty"},
};

Test(jsonl, bad_lines_say_where)
{
    for (size_t i = 0; i < sizeof bad_lines / sizeof bad_lines[0]; i++) {
        fixture_reset(&f);
        f.piece_number = 16;
        fixture_jsonl(&f, bad_lines[i].line);
        const struct told *t = fixture_reject(&f);
        cr_expect_not_null(strstr(t->reason, bad_lines[i].reason), "%s: '%s'",
                           bad_lines[i].line, t->reason);
        if (bad_lines[i].reason[0] == 'b')
            cr_expect_not_null(strstr(t->reason, "line 17, byte"), "'%s'", t->reason);
    }
}

/* A bad line costs only itself. */
Test(jsonl, bad_line_between_good_ones)
{
    fixture_jsonl(&f, "{\"text\":\"a\"}\n{\"text\"\n{\"text\":\"b\"}\n");
    cr_expect_eq(f.records.v.len, 2);
    cr_assert_eq(f.rejects.v.len, 1);
    cr_expect_eq(f.rejects.v.items[0].record, 1);
    cr_expect_eq(f.rejects.v.items[0].offset, 13);
    cr_expect_eq(f.rejects.v.items[0].length, 7);
}

Test(jsonl, a_title_alone_is_a_record)
{
    fixture_jsonl(&f, "{\"text\":\"\",\"title\":\"t\"}");
    cr_expect_str_eq(fixture_one(&f)->title, "t");
    cr_expect_str_eq(fixture_one(&f)->body, "");
}

Test(jsonl, nul_bytes)
{
    fixture_bytes(&f, "x", READER_JSONL, false, "{\"text\":\"a\0b\"}", 14);
    cr_expect_not_null(strstr(fixture_reject(&f)->reason, "byte 11: a NUL byte"));
}

Test(jsonl, record_limit)
{
    f.config.record_bytes_max = 20;
    fixture_jsonl(&f, "{\"text\":\"123456789\"}\n{\"text\":\"1234567890\"}\n");
    cr_expect_eq(f.records.v.len, 1);
    cr_assert_eq(f.rejects.v.len, 1);
    cr_expect_not_null(strstr(f.rejects.v.items[0].reason, "--record-max"));
}

static void nest(char *line, size_t depth)
{
    char *p = line + sprintf(line, "{\"a\":");
    memset(p, '[', depth);
    memset(p + depth, ']', depth);
    strcpy(p + 2 * depth, ",\"text\":\"w\"}");
}

Test(jsonl, depth_limit)
{
    static char line[400000];
    nest(line, JSON_DEPTH_MAX - 1); /* and the object */
    fixture_jsonl(&f, line);
    cr_expect_str_eq(fixture_one(&f)->body, "w");
    fixture_reset(&f);
    nest(line, JSON_DEPTH_MAX);
    fixture_jsonl(&f, line);
    cr_expect_not_null(strstr(fixture_reject(&f)->reason, "nested too deeply"));
    fixture_reset(&f);
    nest(line, 190000);
    fixture_jsonl(&f, line);
    cr_expect_eq(f.rejects.v.len, 1);
}

/* --- values over several lines --------------------------------------------------------- */

Test(jsonl, arrays_and_pretty_printed_objects)
{
    static const char text[] =
        "[\n  {\n    \"text\": \"a ] } [ {\"\n  },\n  {\"text\": \"b\", \"n\": "
        "[{}]}\n]\n"
        "{\"text\": \"c\"} junk {\"text\" 1} {\"text\": \"d\"} {\"text\":";
    fixture_bytes(&f, "x.json", READER_JSONL, true, text, strlen(text));
    cr_assert_eq(f.records.v.len, 4);
    cr_expect_str_eq(f.records.v.items[0].body, "a ] } [ {");
    cr_expect_eq(f.records.v.items[0].offset, 4);
    cr_expect_str_eq(f.records.v.items[1].body, "b");
    cr_expect_eq(f.records.v.items[1].number, 1);
    cr_expect_str_eq(f.records.v.items[2].body, "c");
    cr_expect_str_eq(f.records.v.items[3].body, "d");
    cr_expect_eq(f.records.v.items[3].number, 4);
    cr_assert_eq(f.rejects.v.len, 3);
    cr_expect_not_null(strstr(f.rejects.v.items[0].reason, "no JSON object"));
    cr_expect_not_null(strstr(f.rejects.v.items[1].reason, "object 4, byte 9"));
    cr_expect_not_null(strstr(f.rejects.v.items[2].reason, "no JSON object"));
    cr_expect_eq(f.numbers, 5);
}

/* --- random documents ------------------------------------------------------------------ */

struct doc {
    char text[8192];
    size_t len;
    uint64_t state;
};

static void add(struct doc *d, const char *s)
{
    size_t n = strlen(s);
    cr_assert_lt(d->len + n, sizeof d->text);
    memcpy(d->text + d->len, s, n + 1);
    d->len += n;
}

static uint64_t pick(struct doc *d, uint64_t n)
{
    return fixture_random(&d->state) % n;
}

static void add_blanks(struct doc *d)
{
    static const char *const blanks[] = {"", "", "", " ", "\t", "  "};
    add(d, blanks[pick(d, 6)]);
}

static void add_string(struct doc *d)
{
    static const char *const parts[] = {"word",
                                        " ",
                                        "\\n",
                                        "\\\"",
                                        "\\\\",
                                        "\\u00e9",
                                        "\\/",
                                        "\\t",
                                        "\xC3\xBC",
                                        "\\u4e2d",
                                        "\\ud83d\\ude00",
                                        "\xE4\xB8\xAD",
                                        "{",
                                        "]",
                                        "\\b\\f",
                                        ":",
                                        ",",
                                        "\\u0020",
                                        "\\r",
                                        "'",
                                        "a b c"};
    add(d, "\"");
    for (uint64_t n = pick(d, 8); n > 0; n--)
        add(d, parts[pick(d, sizeof parts / sizeof parts[0])]);
    add(d, "\"");
}

static void add_value(struct doc *d, unsigned depth)
{
    static const char *const scalars[] = {"null", "true", "false",    "0",        "-1",
                                          "12.5", "1e9",  "-0.25E-3", "123456789"};
    uint64_t kind = pick(d, depth > 3 ? 2 : 4);
    add_blanks(d);
    if (kind == 0) {
        add(d, scalars[pick(d, 9)]);
    } else if (kind == 1) {
        add_string(d);
    } else {
        add(d, kind == 2 ? "[" : "{");
        for (uint64_t i = 0, n = pick(d, 4); i < n; i++) {
            if (i > 0)
                add(d, ",");
            add_blanks(d);
            if (kind == 3) {
                add_string(d);
                add_blanks(d);
                add(d, ":");
            }
            add_value(d, depth + 1);
            add_blanks(d);
        }
        add_blanks(d);
        add(d, kind == 2 ? "]" : "}");
    }
    add_blanks(d);
}

/* An object with text and title among other members. */
static void make_doc(struct doc *d)
{
    static const char *const names[] = {"\"text\"", "\"title\"", "\"x\"", "\"texts\"",
                                        "\"nested\""};
    uint64_t first = pick(d, 5);
    d->len = 0;
    add_blanks(d);
    add(d, "{");
    for (uint64_t i = 0; i < 5; i++) {
        uint64_t which = (first + i) % 5;
        if (i > 0)
            add(d, ",");
        add_blanks(d);
        add(d, names[which]);
        add_blanks(d);
        add(d, ":");
        if (which < 2) {
            add_blanks(d);
            add_string(d);
            add_blanks(d);
        } else {
            add_value(d, 0);
        }
    }
    add(d, "}");
    add_blanks(d);
}

#ifdef STEMMA_HAVE_JSONC
static const char *oracle_string(struct json_object *o, const char *name, size_t *len)
{
    struct json_object *v = NULL;
    cr_assert(json_object_object_get_ex(o, name, &v));
    *len = (size_t)json_object_get_string_len(v);
    return json_object_get_string(v);
}

Test(jsonl, random_documents_agree_with_json_c)
{
    static struct doc d;
    d.state = 20240501;
    for (int i = 0; i < 4000; i++) {
        fixture_reset(&f);
        make_doc(&d);
        struct json_object *o = json_tokener_parse(d.text);
        cr_assert_not_null(o, "%s", d.text);
        size_t text_len, title_len;
        const char *text = oracle_string(o, "text", &text_len);
        const char *title = oracle_string(o, "title", &title_len);
        fixture_jsonl(&f, d.text);
        if (f.records.v.len == 1) {
            const struct seen *s = &f.records.v.items[0];
            cr_assert_eq(s->body_len, text_len, "%s", d.text);
            cr_assert_eq(memcmp(s->body, text, text_len), 0, "%s", d.text);
            cr_assert_eq(memcmp(s->title, title, title_len), 0, "%s", d.text);
            cr_assert(fixture_map_holds(s->body, s->body_len, &s->body_map, s->raw,
                                        s->raw_len));
        } else { /* only blanks in both */
            cr_assert_not_null(strstr(fixture_reject(&f)->reason, "empty"), "%s: %s",
                               d.text, f.rejects.v.items[0].reason);
            cr_assert_eq(strspn(text, " \n\r\t\b\f"), text_len);
        }
        json_object_put(o);
    }
}
#endif

/* A damaged document is a record or a reject, once, and its maps stay within it. */
Test(jsonl, damaged_documents)
{
    static struct doc d;
    d.state = 77;
    for (int i = 0; i < 20000; i++) {
        fixture_reset(&f);
        make_doc(&d);
        for (uint64_t n = 1 + pick(&d, 3); n > 0; n--)
            d.text[pick(&d, d.len)] = "\"\\{}[]:,x\x80u"[pick(&d, 12)];
        if (pick(&d, 4) == 0)
            d.len = pick(&d, d.len + 1);
        bool values = pick(&d, 4) == 0;
        fixture_bytes(&f, "x", READER_JSONL, values, d.text, d.len);
        if (!values)
            cr_assert_leq(f.records.v.len + f.rejects.v.len, 1);
        vec_foreach(const struct seen, s, &f.records.v) {
            cr_assert(fixture_map_holds(s->body, s->body_len, &s->body_map, s->raw,
                                        s->raw_len));
            cr_assert(fixture_map_holds(s->title, strlen(s->title), &s->title_map,
                                        s->raw, s->raw_len) ||
                      strlen(s->title) == 0);
        }
    }
}

/* Splitting a stream anywhere finds the same ends. */
/* Lines whose parts go well together or not at all, some with controls, with brackets and strings left open. */
static size_t make_line(uint64_t *state, char *out)
{
    static const char *const parts[] = {"{\"text\":\"Some words",
                                        "\"",
                                        "}",
                                        "{",
                                        "[",
                                        "]",
                                        ",",
                                        ":",
                                        " ",
                                        "\t",
                                        "\r",
                                        "\\",
                                        "\\n",
                                        "\x01",
                                        "7",
                                        "null",
                                        ",\"title\":\"T\"",
                                        "\"author\":[{\"name\":\"x\"",
                                        "{\"text\":[\"a\",\"b\"",
                                        "\xE2\x80\x99",
                                        "{\"text\":\"a\"}"};
    uint64_t kind = fixture_random(state) % 8;
    size_t len = 0;
    if (kind < 6)
        len = (size_t)sprintf(out, "{\"text\":\"Some%*s words.\",\"title\":\"T\"}",
                              (int)(fixture_random(state) % 80), "");
    for (size_t n = kind < 4 ? 0 : fixture_random(state) % 5; n > 0; n--) {
        const char *part =
            parts[fixture_random(state) % (sizeof parts / sizeof *parts)];
        memcpy(out + len, part, strlen(part));
        len += strlen(part);
    }
    if (kind == 4 && len > 0)
        out[fixture_random(state) % len] = (char)(fixture_random(state) % 35);
    for (size_t i = 0; i < len; i++)
        out[i] = out[i] == '\n' ? ' ' : out[i];
    out[len++] = '\n';
    return len;
}

/* A line is read the same whatever stands behind it. */
Test(jsonl, lines_do_not_see_one_another)
{
    enum {
        LINES = 6
    };
    uint64_t state = 79;
    static char text[LINES * 400];
    struct fixture all;
    fixture_init(&all);
    for (int round = 0; round < 5000; round++) {
        size_t at[LINES + 1] = {0}, records = 0, rejects = 0;
        for (size_t i = 0; i < LINES; i++)
            at[i + 1] = at[i] + make_line(&state, text + at[i]);
        size_t end = at[LINES] - fixture_random(&state) % 2;
        fixture_reset(&all);
        all.piece_offset = 1000;
        all.piece_number = 0;
        fixture_bytes(&all, "x", READER_JSONL, false, text, end);
        cr_assert_eq(all.numbers, end > at[LINES - 1] ? LINES : LINES - 1);
        for (size_t i = 0; i < LINES; i++) {
            size_t to = at[i + 1] < end ? at[i + 1] : end;
            fixture_reset(&f);
            f.piece_offset = 1000 + at[i];
            f.piece_number = i;
            fixture_bytes(&f, "x", READER_JSONL, false, text + at[i], to - at[i]);
            vec_foreach(const struct seen, s, &f.records.v) {
                cr_assert_lt(records, all.records.v.len);
                const struct seen *t = &all.records.v.items[records++];
                cr_assert_eq(t->number, i);
                cr_assert_eq(t->offset, s->offset);
                cr_assert_eq(t->raw_len, s->raw_len);
                cr_assert_arr_eq(t->raw, s->raw, s->raw_len);
                cr_assert_str_eq(t->body, s->body);
                cr_assert_str_eq(t->title, s->title);
                cr_assert_str_eq(t->author, s->author);
            }
            vec_foreach(const struct told, s, &f.rejects.v) {
                cr_assert_lt(rejects, all.rejects.v.len);
                const struct told *t = &all.rejects.v.items[rejects++];
                cr_assert_eq(t->offset, s->offset);
                cr_assert_eq(t->length, s->length);
                cr_assert_str_eq(t->reason, s->reason);
            }
        }
        cr_assert_eq(records, all.records.v.len);
        cr_assert_eq(rejects, all.rejects.v.len);
    }
    fixture_release(&all);
}

Test(jsonl, splitter_in_pieces)
{
    static struct doc d;
    static char stream[40000];
    d.state = 5;
    for (int round = 0; round < 300; round++) {
        size_t len = 0;
        for (int i = 0; i < 4; i++) {
            make_doc(&d);
            memcpy(stream + len, d.text, d.len);
            len += d.len;
        }
        struct json_splitter whole = {0}, parts = {0};
        size_t end = json_split(&whole, (const uint8_t *)stream, len, false), last = 0;
        cr_assert_eq(whole.objects, 4);
        for (size_t at = 0; at < len;) {
            size_t n = 1 + pick(&d, 50);
            n = n < len - at ? n : len - at;
            size_t got = json_split(&parts, (const uint8_t *)stream + at, n, false);
            if (got > 0)
                last = at + got;
            at += n;
        }
        cr_assert_eq(parts.objects, 4);
        cr_assert_eq(last, end);
    }
}
