#include <criterion/criterion.h>

#include "text/markup.h"

static size_t url(const char *s)
{
    return markup_url(bytes_str(s), 0);
}

Test(markup, url)
{
    cr_assert_eq(url("<https://example.org/a> b"), 23);
    cr_assert_eq(url("<HTTP://example.org>"), 20);
    cr_assert_eq(url("<mailto:a@example.org>."), 22);
    cr_assert_eq(url("<www.example.org>"), 17);
    cr_assert_eq(url("<BP>"), 0);
    cr_assert_eq(url("<https://example.org/a"), 0);
    cr_assert_eq(url("<https://example.org/a b>"), 0);
    cr_assert_eq(url("<https://example.org/<b>"), 0);
    cr_assert_eq(url("<"), 0);
    cr_assert_eq(url("a"), 0);
}

Test(markup, url_has_a_limit)
{
    static char long_url[MARKUP_URL_MAX + 32];
    memset(long_url, 'a', sizeof long_url);
    memcpy(long_url, "<https://", 9);
    long_url[MARKUP_URL_MAX - 1] = '>';
    struct bytes text = bytes_of(long_url, sizeof long_url);
    cr_assert_eq(markup_url(text, 0), MARKUP_URL_MAX);
    long_url[MARKUP_URL_MAX - 1] = 'a';
    long_url[MARKUP_URL_MAX] = '>';
    cr_assert_eq(markup_url(text, 0), 0);
}

static size_t anchor(const char *s)
{
    return markup_anchor(bytes_str(s), 0);
}

Test(markup, anchor)
{
    cr_assert_eq(anchor("</a>x"), 4);
    cr_assert_eq(anchor("</A>"), 4);
    cr_assert_eq(anchor("<a href=\"https://example.org/?a>b\">x"), 35);
    cr_assert_eq(anchor("<a href=x>"), 10);
    cr_assert_eq(anchor("<a\nhref='x'>"), 12);
    cr_assert_eq(anchor("<a b>"), 0, "no name=value");
    cr_assert_eq(anchor("<abbr title=x>"), 0);
    cr_assert_eq(anchor("<a href=x"), 0);
    cr_assert_eq(anchor("<a href=x <b>"), 0);
    cr_assert_eq(anchor("<a"), 0);
}

static void expect_link(const char *s, size_t want_close, size_t want_end)
{
    size_t close = 0, end = 0;
    cr_assert(markup_markdown(bytes_str(s), 0, &close, &end), "%s", s);
    cr_assert_eq(close, want_close, "%s: close %zu", s, close);
    cr_assert_eq(end, want_end, "%s: end %zu", s, end);
}

static void expect_no_link(const char *s)
{
    size_t close, end;
    cr_assert_not(markup_markdown(bytes_str(s), 0, &close, &end), "%s", s);
}

Test(markup, markdown)
{
    expect_link("[a b](https://example.org) c", 4, 26);
    expect_link("[a](/b/c)", 2, 9);
    expect_link("[a](#b)", 2, 7);
    expect_link("[a](https://example.org/b_(c))d", 2, 30);
    expect_link("[a](https://example.org \"the title\")", 2, 36);
    expect_link("[a [b] c](www.example.org)", 8, 26);
    expect_link("[a\nb](/c)", 4, 9);
    expect_no_link("[sic] (he said)");
    expect_no_link("[sic](he said)");
    expect_no_link("[a](https://example.org");
    expect_no_link("[a](https://example.org \"title)");
    expect_no_link("[a\n\nb](/c)");
    expect_no_link("[[[[[a]]]]](/c)");
    expect_no_link("[");
    expect_no_link("[]");
    expect_no_link("[a](");
}

/* The joint in the whole of s; 0 if none. */
static size_t joint(const char *s)
{
    return markup_joint(bytes_str(s), 0, strlen(s));
}

Test(markup, joint)
{
    cr_assert_eq(joint("andIran"), 3);
    cr_assert_eq(joint("slainHezbollah"), 5);
    cr_assert_eq(joint("chaos ofSyria"), 8);
    cr_assert_eq(joint("theUS"), 3);
    cr_assert_eq(joint("theMiddleEast"), 3, "the first joint only");
    cr_assert_eq(joint("desÉtats"), 3);
    cr_assert_eq(joint("воМоскве"), 4);
    const char *none[] = {"McCain",
                          "iPhone",
                          "eBay",
                          "YouTube",
                          "macOS",
                          "Iran",
                          "iran",
                          "US",
                          "x2Iran",
                          "MacDonald's",
                          "a\xE6\xBC\xA2Iran",
                          "",
                          "’sIran"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        cr_assert_eq(joint(none[i]), 0, "%s", none[i]);
}

Test(markup, joint_stays_in_bounds)
{
    /* Nothing before `from` is looked at: of "andIran" only "dIran" may be used. */
    cr_assert_eq(markup_joint(bytes_str("andIran"), 2, 7), 0);
    cr_assert_eq(markup_joint(bytes_str("andIran"), 1, 7), 3);
}

Test(markup, glued)
{
    struct bytes text =
        bytes_str("see and[Port](/x) Mc[Donald](/y) un[likely](/z) a[B](/c)");
    cr_assert(markup_glued(text, 0, 7, 8));
    cr_assert(markup_glued(text, 4, 7, 8));
    cr_assert_not(markup_glued(text, 6, 7, 8), "one letter is no word");
    cr_assert_not(markup_glued(text, 0, 20, 21), "a capital in the word");
    cr_assert_not(markup_glued(text, 0, 35, 36), "no capital in the label");
    cr_assert_not(markup_glued(text, 0, text.len, text.len));
}

Test(markup, closes)
{
    struct {
        const char *text;
        bool spaced, closes;
    } cases[] = {
        {". It", true, true},   {", and", true, true}, {".5", true, false},
        {".com", true, false},  {"word", true, false}, {"(see", true, false},
        {"”", true, true},      {"“so", true, false},  {"– a", true, false},
        {", and", false, true}, {"-led", false, true}, {"word", false, false},
        {"(see", false, false}, {"—and", false, true}, {"\"", false, true},
        {"؟", true, true},      {"。", true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_eq(markup_closes(bytes_str(cases[i].text), 0, cases[i].spaced),
                     cases[i].closes, "%s", cases[i].text);
}
