#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/html_body.h"
#include "tests/unit/readers_fixture.h"

static enum html_body_kind kind_of(const char *text)
{
    return html_body_kind(bytes_str(text));
}

Test(html_body, what_it_is)
{
    static const struct {
        enum html_body_kind kind;
        const char *text;
    } cases[] = {
        {HTML_BODY_NONE, ""},
        {HTML_BODY_NONE, "Plain text, nothing else."},
        {HTML_BODY_NONE, "5 < 6 & 7 > 3"},
        {HTML_BODY_NONE, "Shares of <IBM> and <A> rose."},
        {HTML_BODY_NONE, "PHILLIPS<P> SAYS STOCK UP, <P> fell, <BR> <BR> too"},
        {HTML_BODY_NONE, "<P> fell on Friday"},
        {HTML_BODY_NONE, "A link <https://a.example/x> and <john@a.example>."},
        {HTML_BODY_NONE, "A <a href=\"https://a.example/\">link</a>."},
        {HTML_BODY_NONE, "Closed only: </p></b>"},
        {HTML_BODY_NONE, "[laughs] <laughs> and <sighs></sighs>"},
        {HTML_BODY_NONE, "AT&T; R&D; &amp &#38"},
        {HTML_BODY_NONE, "one line<br> alone"},
        {HTML_BODY_NONE, "<!-- a remark --> text"},
        {HTML_BODY_NONE, "<p without an end"},
        {HTML_BODY_REFERENCES, "Standard &amp; Poor&#8217;s"},
        {HTML_BODY_INLINE, "He <em>said</em> so.\nNext."},
        {HTML_BODY_INLINE, "shares of <IBM> <B>rose</B>"},
        {HTML_BODY_BLOCKS, " \n<p>One<p>Two"},
        {HTML_BODY_BLOCKS, "<!DOCTYPE html><title>x</title>One"},
        {HTML_BODY_BLOCKS, "<!doctype HTML>One"},
        {HTML_BODY_BLOCKS, "<html>One"},
        {HTML_BODY_BLOCKS, "<div class='x'>One"},
        {HTML_BODY_BLOCKS, "One <i>two</i> <P>three</P>"},
        {HTML_BODY_BLOCKS, "One<br>two<br />three"},
        {HTML_BODY_BLOCKS, "<!-- x --><p>One</p>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(kind_of(cases[i].text), cases[i].kind, "'%s': %d", cases[i].text,
                     kind_of(cases[i].text));
}

static struct record_text out;

static void convert(const char *text)
{
    struct err err = {0};
    struct source_text in = {.text = bytes_str(text), .offset = 100};
    enum html_body_kind kind = kind_of(text);
    cr_assert_neq(kind, HTML_BODY_NONE, "'%s'", text);
    record_text_reset(&out);
    cr_assert_eq(html_body_text(&in, kind, &out, &err), 0);
    cr_assert_eq(out.map.out_len, out.text.len);
}

static void expect(const char *text, const char *plain)
{
    convert(text);
    cr_expect(bytes_equal(buf_bytes(&out.text), bytes_str(plain)), "'%s': '%.*s'", text,
              (int)out.text.len, (const char *)out.text.data);
    record_text_release(&out);
}

Test(html_body, blocks)
{
    expect("<p>One two.</p>\n\n  <p>Three</p>", "One two.\n\nThree");
    expect("<p>One\ntwo</p>", "One two");
    expect("<p>One\n \ntwo</p>", "One\n\ntwo");
    expect("<div><h1>A</h1><ul><li>b<li>c</ul></div>d", "A\n\nb\n\nc\n\nd");
    expect("One<br>two<br>three", "One\ntwo\nthree");
    expect("One<br>\n<br/> two", "One\n\ntwo");
    expect("<p>a<b>b</b>c <i>d</i></p>", "abc d");
    expect("<p>sun<wbr>light</p>", "sunlight");
    expect("<p title=\"a > b\">One</p>", "One");
    expect("<p title=\"broken>One</p><p>Two</p>", "One\n\nTwo");
    expect("<p>One<!-- <p>no</p> -->two</p>", "Onetwo");
    expect("<p>One <!-- two</p>", "One <!-- two");
    expect("<p>A &lt;tag&gt; &amp;&nbsp;more &unknown; &</p>",
           "A <tag> &\xC2\xA0more &unknown; &");
    expect("<p>3 < 4 and <https://a.example/x> stay</p>",
           "3 < 4 and <https://a.example/x> stay");
    expect("<p>a<custom-tag x=1>b</custom-tag></p>", "ab");
    expect("  <p></p>", "");
}

Test(html_body, what_nobody_reads)
{
    expect("<html><head><title>T</title><style>p{a:b}</style></head><body><nav>Home "
           "<a>x</a></nav><p>One</p><script>if (a < b) { c(\"<p>\"); }</script>"
           "<p>Two</p></body></html>",
           "One\n\nTwo");
    expect("<p>a<SCRIPT type=x>no</Script >b</p>", "a b");
    expect("<p>One <script>goes on", "One goes on");
    expect("<p>One</p><nav>open <nav>twice</nav> left", "One\n\nleft");
    expect("<p>One <button>Share</button> two</p>", "One two");
}

Test(html_body, inline_text_keeps_its_lines)
{
    expect("One <em>two</em>\nthree\n\nfour  five", "One two\nthree\n\nfour  five");
    expect("Shares of <IBM> <b>rose</b>", "Shares of <IBM> rose");
    expect("a<b>b</b><br>c", "ab\nc");
    expect("It&#8217;s  &eacute;t&eacute;\nnext",
           "It\xE2\x80\x99s  \xC3\xA9t\xC3\xA9\nnext");
    expect("A &lt;b&gt; is no tag", "A <b> is no tag");
}

/* Each byte leads to where it came from: as it stands, or to the reference. */
Test(html_body, way_back)
{
    static const char text[] = "<p>One &amp; <b>two</b></p><p>&eacute;t</p>";
    convert(text);
    uint64_t from, to;
    static const struct {
        const char *plain, *source;
    } places[] = {{"One", "One"},
                  {"&", "&amp;"},
                  {"two", "two"},
                  {"\xC3\xA9", "&eacute;"},
                  {"\xC3\xA9t", "&eacute;t"}};
    buf_put_u8(&out.text, 0);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *at = strstr((const char *)out.text.data, places[i].plain);
        cr_assert_not_null(at);
        size_t offset = (size_t)(at - (const char *)out.text.data);
        offsetmap_span(&out.map, offset, offset + strlen(places[i].plain), &from, &to);
        cr_expect_eq(to - from, strlen(places[i].source), "%s", places[i].source);
        cr_expect_eq(memcmp(text + from - 100, places[i].source, to - from), 0);
    }
    record_text_release(&out);
}

/* The reader: through the escapes of JSON, title and text. */
Test(html_body, in_records)
{
    struct fixture f;
    fixture_init(&f);
    fixture_jsonl(
        &f,
        "{\"title\":\"Poor&#8217;s <i>day<\\/i>\",\"text\":\"<p class=\\\"x\\\">One "
        "&amp; t\\u0077o.<\\/p>\\n<p>Three<\\/p>\"}");
    const struct seen *s = fixture_one(&f);
    cr_expect_str_eq(s->title, "Poor\xE2\x80\x99s day");
    cr_expect_str_eq(s->body, "One & two.\n\nThree");
    cr_expect(
        fixture_map_holds(s->body, s->body_len, &s->body_map, s->raw, s->raw_len));
    char *source = fixture_source(s, "& two");
    cr_expect_str_eq(source, "&amp; t\\u0077o");
    free(source);
    fixture_reset(&f);
    f.config.html = HTML_NEVER;
    fixture_jsonl(&f, "{\"title\":\"a &amp; b\",\"text\":\"<p>One<\\/p>\"}");
    cr_expect_str_eq(fixture_one(&f)->title, "a &amp; b");
    cr_expect_str_eq(fixture_one(&f)->body, "<p>One</p>");
    fixture_release(&f);
}

/* A body of tags only gives way to the next name, or to the title. */
Test(html_body, nothing_but_tags)
{
    struct fixture f;
    fixture_init(&f);
    fixture_jsonl(&f, "{\"title\":\"t\",\"text\":\"<p> </p>\",\"body\":\"words\"}");
    cr_expect_str_eq(fixture_one(&f)->body, "words");
    fixture_reset(&f);
    fixture_jsonl(&f, "{\"text\":\"<p> </p>\"}");
    cr_expect_str_eq(fixture_reject(&f)->reason, "empty: neither text nor title");
    fixture_release(&f);
}

/* Pieces of markup in any order: places grow, stay within the source and hold what was copied. */
Test(html_body, random)
{
    static const char *const pieces[] = {
        "<p>",    "</p>", "<b>", "</b>", "<br>",     "<script>", "</script>",
        "<",      ">",    "\"",  "'",    "<!--",     "-->",      "&amp;",
        "&#x41;", "&",    " ",   "\n\n", "word",     "<a x=\"",  "<nav",
        "</nav>", "<!",   "<?x", "</",   "\xC3\xA9", "<head>",   "<i a='"};
    uint64_t state = 3;
    struct buf text = {0};
    for (int round = 0; round < 4000; round++) {
        buf_reset(&text);
        for (uint64_t k = fixture_random(&state) % 40; k > 0; k--)
            buf_put_str(&text, pieces[fixture_random(&state) % 28]);
        struct source_text in = {.text = buf_bytes(&text), .offset = 7};
        enum html_body_kind kind = html_body_kind(in.text);
        struct err err;
        if (kind == HTML_BODY_NONE)
            continue;
        record_text_reset(&out);
        cr_assert_eq(html_body_text(&in, kind, &out, &err), 0);
        cr_assert_eq(out.map.out_len, out.text.len);
        uint64_t last = 7, at = 0;
        vec_foreach(const struct offset_segment, s, &out.map.segments) {
            cr_assert_geq(s->in_pos, last);
            last = s->in_pos + s->in_len;
            if (s->in_len == s->out_len)
                cr_assert_eq(
                    memcmp(out.text.data + at, text.data + s->in_pos - 7, s->out_len),
                    0);
            at += s->out_len;
        }
        cr_assert_leq(last, 7 + text.len);
    }
    record_text_release(&out);
    buf_release(&text);
}

/* What could make each tag look through all the rest: megabytes of it are read at once. */
Test(html_body, long_and_hostile, .timeout = 60)
{
    static const char *const units[] = {"<a \"> \"", "<!--",     "</s ",  "<script ",
                                        "<script>",  "</scrip ", "<p \"", "<",
                                        "&#",        "<p '>\"",  "<!x ",  "<b x=\"'>"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct buf text = {0};
        struct err err;
        buf_put_str(&text, "<p>x</p><script>");
        while (text.len < 2000000)
            buf_put_str(&text, units[i]);
        buf_put_str(&text, ">");
        struct source_text in = {.text = buf_bytes(&text)};
        record_text_reset(&out);
        cr_assert_eq(html_body_text(&in, html_body_kind(in.text), &out, &err), 0);
        buf_release(&text);
    }
    record_text_release(&out);
}
