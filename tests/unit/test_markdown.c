#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/entities.h"
#include "indexer/html_text.h"
#include "indexer/markdown.h"
#include "tests/unit/readers_fixture.h"

static struct markdown *markdown;
static struct record_text out;

static void setup(void)
{
    markdown = markdown_new();
    cr_assert_not_null(markdown);
}

static void teardown(void)
{
    markdown_free(markdown);
    record_text_release(&out);
}

TestSuite(markdown, .init = setup, .fini = teardown);

static void convert(const char *text)
{
    struct source_text in = {.text = bytes_str(text)};
    struct err err = {0};
    record_text_reset(&out);
    cr_assert_eq(markdown_text(markdown, &in, 0, &out, &err), 0, "%s", err.msg);
    cr_assert(fixture_map_holds((const char *)out.text.data, out.text.len, &out.map,
                                text, strlen(text)),
              "the map of '%s'", text);
    buf_put_u8(&out.text, 0);
}

struct example {
    const char *markdown, *text;
};

static const struct example examples[] = {
    {"", ""},
    {"One line.", "One line."},
    {"Two\nlines.", "Two lines."},
    {"Hard  \nbreak", "Hard break"},
    {"One.\n\nTwo.\n", "One.\n\nTwo."},
    {"# Head\nText", "Head\n\nText"},
    {"Head\n====\n\nText", "Head\n\nText"},
    {"a *b* **c** _d_ ~~e~~ `f g`", "a b c d e f g"},
    {"mid*dle*word", "middleword"},
    {"snake_case_word", "snake_case_word"},
    {"[text](https://a.example/ 'title') end", "text end"},
    {"[text][1] end\n\n[1]: https://a.example/", "text end"},
    {"![alt text](x.png) end", " end"},
    {"[![alt](x.png) link](y) end", " link end"},
    {"see <https://a.example/x> there", "see <https://a.example/x> there"},
    {"https://a.example/x_y_z bare", "https://a.example/x_y_z bare"},
    {"- one\n- two\n  more\n- three\n", "one\n\ntwo more\n\nthree"},
    {"1. one\n\n   para\n2. two\n", "one\n\npara\n\ntwo"},
    {"- [x] done\n- [ ] to do\n", "done\n\nto do"},
    {"> quoted\n> text\n\nafter", "quoted text\n\nafter"},
    {"| a | b |\n|---|---|\n| c d | e |\n", "a\n\nb\n\nc d\n\ne"},
    {"```c\nint x;\nint y;\n```\nafter", "int x;\nint y;\n\n\nafter"},
    {"one\n\n---\n\ntwo", "one\n\ntwo"},
    {"AT&amp;T &#8217;n&rsquo; &unknown; & co",
     "AT&T \xE2\x80\x99n\xE2\x80\x99 &unknown; & co"},
    {"\\*not emphasis\\*", "*not emphasis*"},
    /* raw HTML */
    {"a <b>bold</b> <span class=\"x>y\">z</span>", "a bold z"},
    {"line<br>break<br/>again", "line break again"},
    {"a <!-- not this --> b", "a  b"},
    {"<div class='a'>\n<p>One &amp; two</p>\n<p>Three</p></div>\n\nafter",
     "One & two\n\nThree\n\nafter"},
    {"<script>\nvar a = '<p>no</p>';\n</script>\n\nyes", "yes"},
    {"<style>p { color: red }</style>\n\nyes", "yes"},
    {"<!-- a\n\nb -->\n\nyes", "yes"},
    {"<table><tr><td>a</td><td>b</td></tr></table>", "a\n\nb"},
    {"text\n\n    <li>indented</li>\n    <li>html</li>\n", "text\n\nindented\n\nhtml"},
    {"text\n\n    indented < code\n", "text\n\nindented < code\n"},
    /* templates */
    {"{% include x.html %}\nText {{ site.name }} here.", "Text  here."},
    {"See [this]({{< ref \"a.md\" >}}) page", "See this page"},
    {"{{< figure\n  src=\"x\"\n>}}\n\nText", "Text"},
    {"Text\n{: .class #id}\n", "Text"},
    {"a { b {{ c", "a { b {{ c"},
    {"{%", "{%"},
    {"**{{ x }}bold**", "bold"},
};

Test(markdown, examples)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        convert(examples[i].markdown);
        cr_expect_str_eq((const char *)out.text.data, examples[i].text, "'%s': '%s'",
                         examples[i].markdown, (const char *)out.text.data);
    }
}

/* What a word of the text came from. */
static void expect_source(const char *source, const char *word, const char *from)
{
    const char *at = strstr((const char *)out.text.data, word);
    uint64_t a, b;
    cr_assert_not_null(at, "'%s' in '%s'", word, (const char *)out.text.data);
    size_t pos = (size_t)(at - (const char *)out.text.data);
    offsetmap_span(&out.map, pos, pos + strlen(word), &a, &b);
    cr_expect(b - a == strlen(from) && memcmp(source + a, from, b - a) == 0,
              "'%s' came from '%.*s', not '%s'", word, (int)(b - a), source + a, from);
}

Test(markdown, places)
{
    static const char text[] =
        "# A *title*\n\nS&eacute;ance {{ x }} of [the\ncouncil](u), <p>&amp;c.\n\n"
        "<div>\nraw &lt; html\n</div>\n";
    convert(text);
    cr_assert_str_eq((const char *)out.text.data,
                     "A title\n\nS\xC3\xA9"
                     "ance  of the council, \n\n&c.\n\nraw < html");
    expect_source(text, "title", "title");
    expect_source(text,
                  "S\xC3\xA9"
                  "ance",
                  "S&eacute;ance");
    expect_source(text, "of the council", "of [the\ncouncil");
    expect_source(text, "&c", "&amp;c");
    expect_source(text, "raw < html", "raw &lt; html");
}

/* From the middle of a text in another encoding. */
Test(markdown, places_through_another_map)
{
    static const char utf8[] = "xx*caf\xC3\xA9* {{t}}&eacute;t\xC3\xA9";
    static const char latin[] = "xx*caf\xE9* {{t}}&eacute;t\xE9";
    struct offsetmap map = {0};
    struct err err = {0};
    offsetmap_put(&map, 6, 0, 6);
    offsetmap_put(&map, 2, 6, 1);
    offsetmap_put(&map, 16, 7, 16);
    offsetmap_put(&map, 2, 23, 1);
    struct source_text in = {.text = bytes_str(utf8), .map = &map};
    cr_assert_eq(map.out_len, strlen(utf8));
    record_text_reset(&out);
    cr_assert_eq(markdown_text(markdown, &in, 2, &out, &err), 0);
    buf_put_u8(&out.text, 0);
    cr_expect_str_eq((const char *)out.text.data, "caf\xC3\xA9 \xC3\xA9t\xC3\xA9");
    expect_source(latin, "caf\xC3\xA9", "caf\xE9");
    expect_source(latin, "\xC3\xA9t\xC3\xA9", "&eacute;t\xE9");
    offsetmap_release(&map);
}

/* md4c 0.4.8 takes a bracket behind the end of a text for a link's. */
Test(markdown, a_text_ends_where_it_ends)
{
    static const char text[] = "x\n\ny [this](abc) and ) more";
    size_t len = strlen("x\n\ny [this](abc");
    struct source_text in = {.text = bytes_of(text, len)};
    struct err err = {0};
    for (int cut = 0; cut < 6; cut++) {
        in.text.len = len - (size_t)cut;
        record_text_reset(&out);
        cr_assert_eq(markdown_text(markdown, &in, 0, &out, &err), 0, "%s", err.msg);
        cr_expect_eq(out.text.len, in.text.len);
    }
}

/* --- hard texts ------------------------------------------------------------------------ */

/* Openings without ends must not cost the square of their number. */
Test(markdown, texts_of_openings, .timeout = 60)
{
    static const char *const parts[] = {
        "{{",  "{%",  "{:",   "[",  "![",   "*a ",  "**a", "`",  "<",
        "<!",  "<a ", "(",    "&#", "_a ",  "[a](", "> ",  "- ", "~~",
        "|a|", "#",   "[]: ", "\\", "<!--", "``a",  "[a]", "&"};
    struct buf b = {0};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        buf_reset(&b);
        while (b.len < 100000)
            buf_put_str(&b, parts[i]);
        buf_put_u8(&b, 0);
        convert((const char *)b.data);
    }
    buf_release(&b);
}

Test(markdown, random_texts)
{
    static const char *const parts[] = {"word ",
                                        "*",
                                        "**",
                                        "`",
                                        "```\n",
                                        "[",
                                        "](",
                                        ")",
                                        "<https://x>",
                                        "<b>",
                                        "</b>",
                                        "\n",
                                        "\n\n",
                                        "# ",
                                        "- ",
                                        "> ",
                                        "    ",
                                        "{{",
                                        "}}",
                                        "{% x %}",
                                        "&amp;",
                                        "&#x41;",
                                        "| a | b |\n|---|---|\n",
                                        "<div>\n",
                                        "</div>",
                                        "<!--",
                                        "-->",
                                        "\\",
                                        "\xC3\xA9",
                                        "\xFF",
                                        "<script>",
                                        "</script>",
                                        "![",
                                        "[1]: u\n",
                                        "1. ",
                                        "~~",
                                        "{: x}",
                                        "<"};
    uint64_t state = 3;
    struct buf b = {0};
    for (int i = 0; i < 6000; i++) {
        buf_reset(&b);
        for (uint64_t n = fixture_random(&state) % 40; n > 0; n--)
            buf_put_str(
                &b, parts[fixture_random(&state) % (sizeof parts / sizeof parts[0])]);
        buf_put_u8(&b, 0);
        convert((const char *)b.data);
    }
    buf_release(&b);
}

/* --- entities -------------------------------------------------------------------------- */

static void expect_entity(const char *text, const char *utf8, size_t taken)
{
    uint8_t got[4];
    size_t n = 0;
    size_t used = entities_decode(bytes_str(text), got, &n);
    cr_expect_eq(used, taken, "%s: %zu", text, used);
    if (taken > 0)
        cr_expect(n == strlen(utf8) && memcmp(got, utf8, n) == 0, "%s", text);
}

Test(markdown, entities)
{
    expect_entity("&amp;", "&", 5);
    expect_entity("&Eacute;x", "\xC3\x89", 8);
    expect_entity("&zwnj;", "\xE2\x80\x8C", 6);
    expect_entity("&AElig;", "\xC3\x86", 7);
    expect_entity("&#39;", "'", 5);
    expect_entity("&#x2019;", "\xE2\x80\x99", 8);
    expect_entity("&#X1F600;", "\xF0\x9F\x98\x80", 9);
    expect_entity("&#39 ", "'", 4);
    expect_entity("&#146;", "\xE2\x80\x99", 6); /* as Windows-1252 */
    expect_entity("&#0;", "\xEF\xBF\xBD", 4);
    expect_entity("&#xD800;", "\xEF\xBF\xBD", 8);
    expect_entity("&#99999999999999999999;", "\xEF\xBF\xBD", 23);
    expect_entity("&", "", 0);
    expect_entity("&amp", "", 0);
    expect_entity("&no such;", "", 0);
    expect_entity("&nosuchname;", "", 0);
    expect_entity("&#;", "", 0);
    expect_entity("&#x;", "", 0);
    expect_entity("x&amp;", "", 0);
}

/* --- HTML in pieces -------------------------------------------------------------------- */

struct gathered {
    char text[512];
    size_t len;
};

static void put_run(void *arg, const uint8_t *p, size_t len)
{
    struct gathered *g = arg;
    memcpy(g->text + g->len, p, len);
    g->len += len;
}

static void put_gap(void *arg, enum html_text_gap gap)
{
    put_run(arg, (const uint8_t *)(gap == HTML_TEXT_BLOCK ? "|" : "_"), 1);
}

/* Fed whole or byte by byte, the text is the same. */
Test(markdown, html_in_pieces)
{
    static const char html[] =
        "a<p class=\"x > y\" id='>'>b</P>c<!-- <p> - -- > -->d<br />e"
        "<STYLE>x<p></sty</style>f<!DOCTYPE x>g<a/>h< i>j<?php x?>k";
    for (size_t step = 1; step < sizeof html; step++) {
        struct gathered g = {{0}, 0};
        struct html_text_sink sink = {put_run, put_gap, &g};
        struct html_text h = {0};
        for (size_t at = 0; at < sizeof html - 1; at += step) {
            size_t n = sizeof html - 1 - at < step ? sizeof html - 1 - at : step;
            html_text_feed(&h, bytes_of(html + at, n), &sink);
        }
        g.text[g.len] = '\0';
        cr_assert_str_eq(g.text, "a|b|cd_efghjk", "step %zu: %s", step, g.text);
    }
}
