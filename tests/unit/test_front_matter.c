#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/dates.h"
#include "indexer/front_matter.h"
#include "tests/unit/readers_fixture.h"

static struct config config;
static struct fields fields;
static struct arena arena;
static struct front_matter m;

static void setup(void)
{
    config_init(&config);
    fields_init(&fields, &config);
}

static void teardown(void)
{
    arena_release(&arena);
    config_release(&config);
}

TestSuite(front_matter, .init = setup, .fini = teardown);

static void read_bytes(struct bytes text)
{
    struct err err = {0};
    cr_assert_eq(front_matter_read(&m, text, &fields, &arena, &err), 0, "%s", err.msg);
}

static void read_text(const char *text)
{
    read_bytes(bytes_str(text));
}

static void expect_field(enum config_field field, const char *text)
{
    const struct front_matter_value *v = &m.values[field];
    cr_expect_eq(v->found, text != NULL, "%s", config_field_name(field));
    if (text)
        cr_expect(bytes_equal(v->text, bytes_str(text)), "%s: '%.*s', not '%s'",
                  config_field_name(field), (int)v->text.len,
                  (const char *)v->text.data, text);
}

Test(front_matter, yaml)
{
    static const char text[] = "---\n"
                               "title: \"A \\\"quoted\\\" title\"\n"
                               "date: 2019-01-08 09:00:00 -0500\n"
                               "authors:\n  - ines-vaas\n  - oriel-banks\n"
                               "tags: [a, b]\n"
                               "source: 'The Paper'\n"
                               "url: https://a.example/x\n"
                               "slug: &s none\nextra: {name: no, deep: [1, {x: y}]}\n"
                               "---\nBody.\n";
    read_text(text);
    cr_assert(m.found);
    cr_expect_null(m.damage, "%s", m.damage);
    expect_field(FIELD_TITLE, "A \"quoted\" title");
    expect_field(FIELD_AUTHOR, "ines-vaas, oriel-banks");
    expect_field(FIELD_SOURCE, "The Paper");
    expect_field(FIELD_TAGS, "a\x1f"
                             "b");
    expect_field(FIELD_SECTION, NULL);
    expect_field(FIELD_URL, "https://a.example/x");
    expect_field(FIELD_DATE, "2019-01-08 09:00:00 -0500");
    expect_field(FIELD_ID, NULL);
    cr_expect(m.has_day);
    cr_expect_eq(m.day, dates_civil(2019, 1, 8));
    cr_expect_eq(m.second, 14 * 3600);
    cr_expect_str_eq(text + m.body_at, "Body.\n");
    /* Where the title stands, quotes included. */
    cr_expect_eq(memcmp(text + m.values[FIELD_TITLE].from, "\"A \\\"", 5), 0);
    cr_expect_eq(text[m.values[FIELD_TITLE].to - 1], '"');
}

/* libyaml counts characters, files have bytes. */
Test(front_matter, places_behind_other_characters)
{
    static const char text[] =
        "---\r\nauthor: \xC3\x89lodie \xE4\xB8\xAD\r\ntitle: \xC3\x89t\xC3\xA9 vu\r\n"
        "---\r\nBody";
    read_text(text);
    const struct front_matter_value *v = &m.values[FIELD_TITLE];
    cr_expect_eq(memcmp(text + v->from, "\xC3\x89t\xC3\xA9 vu", v->to - v->from), 0);
    cr_expect_eq(v->to - v->from, 8);
    cr_expect_str_eq(text + m.body_at, "Body");
}

Test(front_matter, authors_in_many_shapes)
{
    read_text("---\nauthor: {name: A B, email: x}\n---\n");
    expect_field(FIELD_AUTHOR, "A B");
    read_text("---\nauthors: [{name: A B}, {email: y, name: C D}]\n---\n");
    expect_field(FIELD_AUTHOR, "A B, C D");
    read_text("---\nauthor: A\nauthors: [B, C]\n---\n");
    expect_field(FIELD_AUTHOR, "A");
    read_text("---\nauthors: [B, C]\nauthor: A\n---\n");
    expect_field(FIELD_AUTHOR, "A");
    read_text("---\nauthor: null\nbyline: ~\ncreator: Z\n---\n");
    expect_field(FIELD_AUTHOR, "Z");
    read_text("---\nauthor: [[A], B]\n---\n");
    expect_field(FIELD_AUTHOR, "B");
}

Test(front_matter, dates)
{
    read_text("---\npublished: true\ndate: 2020-01-02\n---\n");
    cr_expect_eq(m.day, dates_civil(2020, 1, 2));
    expect_field(FIELD_DATE, "2020-01-02");
    read_text("---\ndate: 2020-01-02\npublished: 2021-01-01\n---\n");
    cr_expect_eq(m.day, dates_civil(2020, 1, 2));
    read_text("---\ndate: spring 2020\npublished: 2021-01-01\n---\n");
    cr_expect_eq(m.day, dates_civil(2021, 1, 1));
    read_text("---\npublished: false\n---\n");
    cr_expect_not(m.has_day);
    expect_field(FIELD_DATE, NULL);
}

Test(front_matter, what_is_none)
{
    static const char *const texts[] = {
        "",
        "-",
        "---",
        "---\n",
        "--- title\nx\n---\n",
        "----\ntitle: a\n----\n",
        "text\n---\ntitle: a\n---\n",
        "---\ntitle: a\nno end",
        " ---\ntitle: a\n---\n",
        "---\nJust some prose\nbetween two rules.\n---\nMore.\n",
        "---\n- a\n- b\n---\n",
        "---\nProse: with: colons\nand more.\n---\n",
        "+++\ntitle = 'a'\n---\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        read_text(texts[i]);
        cr_expect_not(m.found, "'%s'", texts[i]);
        cr_expect_eq(m.body_at, 0);
    }
}

Test(front_matter, ends)
{
    static const char *const texts[] = {
        "---\n---\nB", "---\n\n---\nB", "---  \ntitle: a\n--- \t\nB",
        "---\ntitle: a\n...\nB", "---\r\ntitle: a\r\n---\r\nB"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        read_text(texts[i]);
        cr_expect(m.found, "'%s'", texts[i]);
        cr_expect_str_eq(texts[i] + m.body_at, "B");
    }
    read_text("---\ntitle: a\n---");
    cr_expect(m.found);
    cr_expect_eq(m.body_at, strlen("---\ntitle: a\n---"));
}

/* A colon in a title that is not quoted is the commonest damage. */
Test(front_matter, damaged_yaml)
{
    read_text("---\nlayout: post\ntitle: Strike: day two\nauthor: 'A B'\ndate: "
              "2020-01-02\n---\nB");
    cr_expect(m.found);
    cr_assert_not_null(m.damage);
    cr_expect_not_null(strstr(m.damage, "front matter, line 3"), "%s", m.damage);
    expect_field(FIELD_TITLE, "Strike: day two");
    expect_field(FIELD_AUTHOR, "A B");
    cr_expect_eq(m.day, dates_civil(2020, 1, 2));
}

Test(front_matter, limits)
{
    struct buf b = {0};
    buf_put_str(&b, "---\ntitle: t\nx: ");
    for (int i = 0; i < FRONT_MATTER_DEPTH_MAX + 1; i++)
        buf_put_str(&b, "[");
    for (int i = 0; i < FRONT_MATTER_DEPTH_MAX + 1; i++)
        buf_put_str(&b, "]");
    buf_put_str(&b, "\n---\n");
    read_bytes(buf_bytes(&b));
    cr_expect(m.found);
    cr_expect_not_null(strstr(m.damage, "32 levels"));
    expect_field(FIELD_TITLE, "t");

    /* Longer than a front matter may be: not looked for so far. */
    buf_reset(&b);
    buf_put_str(&b, "---\ntitle: t\n");
    while (b.len < FRONT_MATTER_BYTES_MAX)
        buf_put_str(&b, "# comment\n");
    buf_put_str(&b, "---\n");
    read_bytes(buf_bytes(&b));
    cr_expect_not(m.found);

    buf_reset(&b);
    buf_put_str(&b, "---\nauthors: [");
    for (int i = 0; i < 1000; i++)
        buf_put_str(&b, "a, ");
    buf_put_str(&b, "]\n---\n");
    read_bytes(buf_bytes(&b));
    cr_expect_eq(m.values[FIELD_AUTHOR].text.len, 3 * FRONT_MATTER_LIST_MAX - 2);
    buf_release(&b);
}

/* Aliases are never followed: a few lines that would become gigabytes are nothing. */
Test(front_matter, aliases)
{
    read_text(
        "---\na: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a]\n"
        "c: &c [*b, *b, *b, *b, *b, *b, *b]\nauthor: *c\ntitle: t\n---\n");
    cr_expect(m.found);
    cr_expect_null(m.damage);
    expect_field(FIELD_TITLE, "t");
    expect_field(FIELD_AUTHOR, NULL);
}

Test(front_matter, toml)
{
    static const char text[] =
        "+++\n"
        "# a comment\n"
        "title = \"A \\\"title\\\" \\u00e9\" # why\n"
        "date = 2019-01-08T09:00:00-05:00\n"
        "authors = [ 'Ines Vaas', # first\n  \"Oriel Banks\",\n]\n"
        "draft = false\n"
        "source = '''The\nPaper'''\n"
        "inline = { name = \"x}\", b = {} }\n"
        "id = 42\n"
        "[params]\nurl = 'https://no.example/'\n"
        "+++\nBody.\n";
    read_text(text);
    cr_assert(m.found);
    cr_expect_null(m.damage, "%s", m.damage);
    expect_field(FIELD_TITLE, "A \"title\" \xC3\xA9");
    expect_field(FIELD_AUTHOR, "Ines Vaas, Oriel Banks");
    expect_field(FIELD_SOURCE, "The Paper");
    expect_field(FIELD_ID, "42");
    expect_field(FIELD_URL, NULL);
    cr_expect_eq(m.day, dates_civil(2019, 1, 8));
    cr_expect_str_eq(text + m.body_at, "Body.\n");
}

/* Zola has them in a table of their own, before or behind others. */
Test(front_matter, taxonomies_of_toml)
{
    static const struct {
        const char *lines, *tags;
    } cases[] = {
        {"[taxonomies]\ntags = ['one', \"two\"]\ncategories = ['three']\n",
         "one\x1ftwo\x1fthree"},
        {"[extra]\ntags = ['no']\ntext = \"\"\"\n[taxonomies]\n\"\"\"\nkeywords = "
         "['no']\n"
         "[ taxonomies ] # these\ntags = [\n  'one', # first\n  "
         "'two',\n]\n[more]\ntags = ['no']\n",
         "one\x1ftwo"},
        {"tags = ['one']\n[[taxonomies]]\ntags = ['no']\n[taxonomies.x]\ntags = "
         "['no']\n"
         "[taxonomiesx]\ntags = ['no']\n",
         "one"},
        {"[extra]\nnonsense\nx = [['no']\n[taxonomies]\ntags = ['one']\n", "one"},
        {"[taxonomies]\n", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[300];
        snprintf(text, sizeof text, "+++\ntitle = 'x'\n%s+++\nB\n", cases[i].lines);
        read_text(text);
        expect_field(FIELD_TAGS, cases[i].tags);
        cr_expect_null(m.damage, "case %zu: %s", i, m.damage);
    }
    read_text("+++\n[taxonomies]\ntags = ['one']\nnonsense\n+++\nB\n");
    cr_expect_not_null(strstr(m.damage, "line 4"), "%s", m.damage);
    read_text("+++\ntitle = 'x'\n[taxonomies");
}

Test(front_matter, damaged_toml)
{
    read_text("+++\ntitle = 'good'\nnonsense\nauthor = \"no end\nid = 'x'\n+++\nB");
    cr_expect(m.found);
    cr_expect_not_null(strstr(m.damage, "line 3"), "%s", m.damage);
    expect_field(FIELD_TITLE, "good");
    expect_field(FIELD_ID, "x");
}

/* --- sections, languages, tags --------------------------------------------------------------- */

Test(front_matter, tags_of_yaml)
{
    static const struct {
        const char *lines, *tags;
    } cases[] = {
        {"tags:\n  - one\n  - two, still two\n", "one\x1ftwo, still two"},
        {"tags: one, two\n", "one\x1ftwo"},
        {"tags: [one, one, '']\n", "one"},
        {"tags: ['', one]\n", "one"},
        {"tags: []\nkeywords: [two]\n", "two"},
        {"keywords: [two]\ntags: [one]\n", "two\x1fone"},
        {"tags: [one]\nkeywords: [two, three, one]\n", "one\x1ftwo\x1fthree"},
        {"tags: [one, two]\ntags: [three]\n", "one\x1ftwo\x1fthree"},
        {"tags: [{name: one, x: y}, {x: y}, [z], two]\n", "one\x1ftwo"},
        {"tags: {name: one}\n", "one"},
        {"tags: ~\n", NULL},
        {"tags: ', ,'\n", NULL},
        {"tags: [\"a\\x1Fb\"]\n", "a b"},
        {"tags: [2016, true]\n", "2016\x1ftrue"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text, "---\n%s---\nB\n", cases[i].lines);
        read_text(text);
        expect_field(FIELD_TAGS, cases[i].tags);
        cr_expect_eq(m.tags_lost, 0, "case %zu", i);
    }
}

/* A front matter that is no YAML is read line by line. */
Test(front_matter, tags_of_damaged_yaml)
{
    read_text("---\ntitle: a: b: c\ntags: [one, 'two']\nlang: de\n---\nB\n");
    cr_expect_not_null(m.damage);
    expect_field(FIELD_TAGS, "one\x1ftwo");
    expect_field(FIELD_LANGUAGE, "de");
}

Test(front_matter, section_and_language)
{
    read_text("---\ncategory: [World, Europe]\nlanguage: en-GB\n---\nB\n");
    expect_field(FIELD_SECTION, "World");
    expect_field(FIELD_LANGUAGE, "en-GB");
    read_text("+++\nsection = 'World'\nlang = 'en'\ntags = ['one', \"two\"]\n+++\nB\n");
    expect_field(FIELD_SECTION, "World");
    expect_field(FIELD_LANGUAGE, "en");
    expect_field(FIELD_TAGS, "one\x1ftwo");
}

Test(front_matter, too_many_tags)
{
    char text[8000] = "---\ntags:\n";
    for (int i = 0; i < TAGS_ITEMS_MAX + 9; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "- tag%d\n", i);
    strcat(text, "---\nB\n");
    read_text(text);
    cr_expect_eq(m.tags_lost, 9);
    cr_expect_null(m.damage);
    size_t items = 1;
    for (size_t i = 0; i < m.values[FIELD_TAGS].text.len; i++)
        items += m.values[FIELD_TAGS].text.data[i] == '\x1f';
    cr_expect_eq(items, TAGS_ITEMS_MAX);
}

/* Damage of any kind: places stay within the text. */
Test(front_matter, random_damage)
{
    static const char yaml[] =
        "---\ntitle: \"A: b\" \nauthors: [{name: 'x'}, y]\ndate: 2020-01-02\n"
        "k: |\n  block\n  text\ntags: [a, {name: b}]\nf: >-\n  fold\nu: "
        "https://a.example/\n---\nB\n";
    static const char toml[] = "+++\ntitle = \"A\\u00e9\"\nauthors = ['x', \"y\"]\n"
                               "tags = ['a', 'b']\ndate = 2020-01-02\nt = "
                               "\"\"\"a\nb\"\"\"\ni = {a = 'b'}\n+++\nB\n";
    uint64_t state = 11;
    char text[sizeof yaml + sizeof toml];
    for (int i = 0; i < 30000; i++) {
        const char *from = i % 2 ? yaml : toml;
        size_t n = strlen(from);
        memcpy(text, from, n);
        for (uint64_t k = 1 + fixture_random(&state) % 4; k > 0; k--)
            text[3 + fixture_random(&state) % (n - 3)] =
                "\"'\\[]{}:-=\n #&*|>\x80\xC3\t,u"[fixture_random(&state) % 23];
        arena_reset(&arena);
        read_bytes(bytes_of(text, n));
        cr_assert_leq(m.body_at, n);
        for (int field = 0; field < FIELD_COUNT; field++) {
            cr_assert_leq(m.values[field].from, m.values[field].to);
            cr_assert_leq(m.values[field].to, n);
        }
    }
}
