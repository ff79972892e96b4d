#include <criterion/criterion.h>

#include "query/label.h"

static void expect_clean(const char *text, size_t len, const char *want)
{
    struct buf out = {0};
    label_clean(&out, bytes_of(text, len));
    cr_expect(bytes_equal(buf_bytes(&out), bytes_str(want)), "'%.*s', not '%s'",
              (int)out.len, (const char *)out.data, want);
    buf_release(&out);
}

#define CLEAN(text, want) expect_clean(text, sizeof text - 1, want)
#define REPLACED          "\xEF\xBF\xBD"

Test(label, is_harmless)
{
    CLEAN("", "");
    CLEAN(" a  b\t\nc ", "a b c");
    CLEAN("a\x1b[2Jb\0c", "a" REPLACED "[2Jb" REPLACED "c");
    CLEAN("\xFF\xC3", REPLACED REPLACED);
    CLEAN("a\xEF\xBF\xBE"
          "b\xEF\xBF\xBF",
          "a" REPLACED "b" REPLACED);
    CLEAN("a\xE2\x80\xA8 b\xE2\x80\xAE", "a b" REPLACED);
    CLEAN("\xED\xA0\x80", REPLACED REPLACED REPLACED); /* a surrogate */
    CLEAN("na\xC3\xAFve \xF0\x9F\x90\x99", "na\xC3\xAFve \xF0\x9F\x90\x99");
}

static void expect_xml(const char *text, const char *want)
{
    struct buf out = {0};
    label_xml(&out, bytes_str(text));
    cr_expect(bytes_equal(buf_bytes(&out), bytes_str(want)));
    buf_release(&out);
}

Test(label, xml)
{
    expect_xml("a<b>&\"c'", "a&lt;b&gt;&amp;&quot;c'");
    expect_xml("]]>", "]]&gt;");
    expect_xml("&amp;", "&amp;amp;");
}

static void expect_cut(const char *text, double width, const char *want)
{
    struct buf out = {0};
    label_cut(&out, bytes_str(text), 10, width);
    cr_expect(bytes_equal(buf_bytes(&out), bytes_str(want)), "'%.*s', not '%s'",
              (int)out.len, (const char *)out.data, want);
    buf_release(&out);
}

Test(label, is_cut)
{
    expect_cut("Moscow", 100, "Moscow");
    expect_cut("dock workers and others", 60, "dock wor\xE2\x80\xA6");
    expect_cut("dock workers", 42, "dock\xE2\x80\xA6"); /* no blank before the dots */
    expect_cut("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 20, "\xC3\xA9\xE2\x80\xA6");
    expect_cut("\xC3\xA9\xC3\xA9", 1, "\xC3\xA9\xE2\x80\xA6"); /* one at least */
    expect_cut("", 1, "");
}

/* What is cut fits, for every width that has room for two characters and the dots. */
Test(label, cut_text_fits)
{
    struct bytes text =
        bytes_str("Wagga Wagga, il\xC3\xA9 \xE6\x9D\xB1\xE4\xBA\xAC WWWW iiii");
    for (double width = 40; width < 300; width += 1.5) {
        struct buf out = {0};
        label_cut(&out, text, 14, width);
        cr_assert_leq(label_width(buf_bytes(&out), 14), width + 0.001);
        buf_release(&out);
    }
}

Test(label, lines_end_at_blanks)
{
    struct bytes text = bytes_str("one two three four");
    size_t n = label_line(text, 10, label_width(bytes_str("one two thr"), 10));
    cr_expect_eq(n, strlen("one two"));
    n = label_line(text, 10, label_width(bytes_str("one two"), 10));
    cr_expect_eq(n, strlen("one two"));
    n = label_line(text, 10, 1000);
    cr_expect_eq(n, text.len);
    n = label_line(bytes_str("incomprehensible"), 10, 30);
    cr_expect(n > 0 && n < 16, "a long word is broken");
    cr_expect_eq(label_line(bytes_str(""), 10, 30), 0);
}

Test(label, widths)
{
    cr_expect_eq(label_width(bytes_str(""), 10), 0);
    cr_expect_gt(label_width(bytes_str("mmmm"), 10),
                 label_width(bytes_str("iiii"), 10) * 2);
    cr_expect_eq(label_width(bytes_str("e\xCC\x81"), 10),
                 label_width(bytes_str("e"), 10));
}

Test(label, short_ones)
{
    char text[LABEL_SHORT * 2 + 4];
    struct buf out = {0};
    for (size_t i = 0; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    label_short(&out, bytes_of(text, LABEL_SHORT * 2));
    cr_expect_eq(out.len, LABEL_SHORT * 2, "%zu", out.len);
    buf_reset(&out);
    buf_put_str(&out, "before ");
    label_short(&out, bytes_of(text, LABEL_SHORT * 2 + 2));
    cr_expect_eq(out.len, strlen("before ") + (LABEL_SHORT - 1) * 2 + 3, "%zu",
                 out.len);
    cr_expect(bytes_starts(buf_bytes(&out), bytes_str("before \xC3\xA9")));
    buf_release(&out);
}
