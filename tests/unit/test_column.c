#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"
#include "query/column.h"
#include "query/width.h"

Test(width, characters)
{
    static const struct {
        uint32_t cp;
        unsigned width;
    } examples[] = {{'a', 1},    {0xE9, 1},    {0xAD, 0},     {0x301, 0},   {0x200D, 0},
                    {0x4E2D, 2}, {0x3042, 2},  {0xAC00, 2},   {0x1161, 0},  {0xFF21, 2},
                    {0xFF71, 1}, {0x1F600, 2}, {0x20000, 2},  {0x2014, 1},  {0xFFFD, 1},
                    {0x0E31, 0}, {0x0E01, 1},  {0x10FFFF, 1}, {0x110000, 1}};
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        cr_assert_eq(width_character(examples[i].cp), examples[i].width, "U+%04X",
                     (unsigned)examples[i].cp);
    cr_assert_eq(width_text(bytes_str("na\xC3\xAFve \xE4\xB8\xAD\xE6\x96\x87")), 10);
    cr_assert_eq(width_text(bytes_str("e\xCC\x81")), 1);
    cr_assert_eq(width_text(bytes_str("")), 0);
}

/* Every assigned character of EastAsianWidth.txt, where Debian's unicode-data is installed. */
Test(width, is_that_of_unicode)
{
    FILE *f = fopen(STEMMA_UNICODE_DIR "/EastAsianWidth.txt", "r");
    char line[512];
    unsigned n = 0;
    if (!f)
        cr_skip("no unicode-data");
    while (fgets(line, sizeof line, f)) {
        char *end, kind[8] = "";
        unsigned long from = strtoul(line, &end, 16), to = from;
        if (end == line)
            continue;
        if (strncmp(end, "..", 2) == 0)
            to = strtoul(end + 2, &end, 16);
        cr_assert_eq(sscanf(end, ";%7[A-Za-z]", kind), 1, "%s", line);
        bool wide = strcmp(kind, "W") == 0 || strcmp(kind, "F") == 0;
        for (unsigned long cp = from; cp <= to; cp++, n++) {
            unsigned width = width_character((uint32_t)cp);
            cr_assert(width == 0 || width == (wide ? 2 : 1), "U+%04lX", cp);
        }
    }
    fclose(f);
    cr_assert_gt(n, 100000);
}

static void put_words(struct column *c, const char *words, bool marked)
{
    while (*words) {
        size_t n = strcspn(words, " ");
        column_put(c, bytes_of(words, n), marked);
        words += n;
        if (*words == ' ') {
            column_blank(c);
            words++;
        }
    }
}

/* The lines, each with a bar behind it. */
static void expect(struct column *c, const char *want)
{
    struct output o;
    output_init(&o, -1, false);
    cr_assert_eq(column_end(c, NULL), 0);
    for (size_t i = 0; i < c->lines.len; i++) {
        size_t before = o.buf.len;
        uint32_t width = column_print(c, i, &o);
        cr_assert_leq(width, c->width);
        cr_assert_eq(width,
                     width_text(bytes_of(o.buf.data + before, o.buf.len - before)));
        output_put(&o, "|");
    }
    cr_assert_eq(column_print(c, c->lines.len, &o), 0);
    cr_assert(bytes_equal(buf_bytes(&o.buf), bytes_str(want)), "%.*s", (int)o.buf.len,
              (const char *)o.buf.data);
    buf_release(&o.buf);
    column_reset(c);
}

Test(column, wraps_at_blanks)
{
    struct column c = {.width = 10};
    put_words(&c, "one two three four", false);
    expect(&c, "one two|three four|");
    put_words(&c, "0123456789 a", false);
    expect(&c, "0123456789|a|");
    put_words(&c, "a 0123456789abc d", false);
    expect(&c, "a|0123456789|abc d|");
    expect(&c, "");
    column_release(&c);
}

Test(column, words_of_parts_stay_together)
{
    struct column c = {.width = 8};
    column_put(&c, bytes_str("[-"), true);
    column_put(&c, bytes_str("abc"), true);
    column_put(&c, bytes_str("-]"), true);
    column_blank(&c);
    column_put(&c, bytes_str("de"), false);
    column_put(&c, bytes_str("."), false);
    expect(&c, "[-abc-]|de.|");
    column_release(&c);
}

Test(column, wide_characters_and_marks)
{
    struct column c = {.width = 5};
    put_words(&c, "\xE4\xB8\xAD\xE6\x96\x87\xE4\xB8\xAD e\xCC\x81tat", false);
    expect(&c, "\xE4\xB8\xAD\xE6\x96\x87|\xE4\xB8\xAD|e\xCC\x81tat|");
    column_release(&c);
}

Test(column, is_safe_for_terminals)
{
    struct column c = {.width = 20};
    put_words(&c, "a\x1b[2Jb \xFF", false);
    expect(&c, "a\xEF\xBF\xBD[2Jb \xEF\xBF\xBD|");
    column_release(&c);
}

Test(column, breaks_and_skipped_lines)
{
    struct column c = {.width = 10};
    put_words(&c, "one", false);
    column_break(&c);
    column_break(&c);
    put_words(&c, "two", false);
    column_blank(&c);
    cr_assert_eq(column_lines(&c), 2);
    column_skip_to(&c, 4);
    put_words(&c, "five", false);
    expect(&c, "one|two|||five|");
    column_skip_to(&c, 3);
    expect(&c, "");
    column_release(&c);
}

Test(column, styles)
{
    struct column c = {.width = 10, .style = "31"};
    struct output o;
    output_init(&o, -1, true);
    put_words(&c, "a ", false);
    put_words(&c, "b", true);
    cr_assert_eq(column_end(&c, NULL), 0);
    cr_assert_eq(column_print(&c, 0, &o), 3);
    cr_assert(bytes_equal(buf_bytes(&o.buf), bytes_str("a \033[31mb\033[0m")));
    buf_release(&o.buf);
    column_release(&c);
}
