#include <criterion/criterion.h>

#include "base/buf.h"
#include "text/wraps.h"

static bool wrapped(const char *s)
{
    return wraps_decide(bytes_str(s));
}

static const char *const words[] = {
    "the",  "mayor", "of",    "a",      "harbour",  "town", "said", "on",  "Monday",
    "that", "new",   "ferry", "lines",  "would",    "open", "in",   "two", "years",
    "and",  "it",    "was",   "agreed", "together", "with", "all",  "its", "neighbours",
};

/* A text of n words broken at `width`, with a blank line behind every 40 words or so. */
static struct buf fill_lines(size_t n, size_t width, const char *line_end)
{
    struct buf b = {0};
    uint64_t random = 7;
    size_t column = 0;
    for (size_t i = 0; i < n; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        const char *word = words[(random >> 33) % (sizeof words / sizeof words[0])];
        size_t len = strlen(word);
        if (i > 0 && i % 40 == 0) {
            buf_put_str(&b, line_end);
            buf_put_str(&b, line_end);
            column = 0;
        } else if (column > 0 && column + 1 + len > width) {
            buf_put_str(&b, line_end);
            column = 0;
        } else if (column > 0) {
            buf_put_str(&b, " ");
            column++;
        }
        buf_put_str(&b, word);
        column += len;
    }
    return b;
}

Test(wraps, filled_lines_of_any_usual_width)
{
    const char *ends[] = {"\n", "\r\n", " \n", "\r"};
    for (size_t e = 0; e < 4; e++) {
        for (size_t width = 50; width <= 100; width += 5) {
            struct buf b = fill_lines(200, width, ends[e]);
            cr_assert(wraps_decide(buf_bytes(&b)), "width %zu, end %zu", width, e);
            buf_release(&b);
        }
    }
}

Test(wraps, paragraphs_on_lines_are_not_wrapped)
{
    struct buf b = fill_lines(400, 100000, "\n");
    cr_assert_not(wraps_decide(buf_bytes(&b)));
    buf_release(&b);
    cr_assert_not(wrapped(""));
    cr_assert_not(wrapped("one line"));
    cr_assert_not(wrapped("one line\nand another\n"));
    cr_assert_not(wrapped("\n\n\n\n"));
}

Test(wraps, lists_and_verse_are_not_wrapped)
{
    cr_assert_not(
        wrapped("A list of the things that were found:\n"
                "a boat\nfour oars and a rope of forty fathoms\n"
                "some bread\na lamp that still had oil in it\nnothing else\n"));
    cr_assert_not(wrapped(
        "The ferry left\nBefore the sun was up\nAnd nobody on the pier\n"
        "Had come to see it go\nOr had been told\nThat it would leave today\n"));
}

Test(wraps, titles_with_long_links_are_not_wrapped)
{
    cr_assert_not(wrapped(
        "Ferry lines to open next year, says mayor\n"
        "https://example.org/news/2019/ferry-lines-to-open-next-year-says-mayor\n"
        "Harbour town to keep its old lighthouse\n"
        "https://example.org/news/2019/harbour-town-to-keep-its-old-lighthouse\n"
        "Neighbours agree on the price of water\n"
        "https://example.org/news/2019/neighbours-agree-on-the-price-of-water\n"));
}

Test(wraps, a_short_text_needs_small_letters)
{
    cr_assert(
        wrapped("The mayor of the harbour town said on Monday that the new ferry\n"
                "lines would open in two years, and that it was agreed with all of\n"
                "its neighbours."));
    cr_assert_not(
        wrapped("The mayor of the harbour town said on Monday that a new ferry\n"
                "Lines would open in two years, and that it was agreed with all\n"
                "Its neighbours."));
}

Test(wraps, long_lines_outweigh)
{
    struct buf b = fill_lines(100, 72, "\n");
    cr_assert(wraps_decide(buf_bytes(&b)));
    buf_put_str(&b, "\n\n");
    struct buf more = fill_lines(100, 100000, "\n");
    buf_put_bytes(&b, buf_bytes(&more));
    cr_assert_not(wraps_decide(buf_bytes(&b)));
    buf_release(&more);
    buf_release(&b);
}

Test(wraps, counts_characters_not_bytes)
{
    /* 60 Cyrillic letters a line are 110 bytes and more. */
    cr_assert(wrapped("Паром отходил раньше чем поднималось солнце, и никого из тех\n"
                      "кто обещал прийти проводить его, на пристани ещё не было: все\n"
                      "спали, и только сторож махнул рукой, когда погасли последние\n"
                      "огни и туман закрыл берег.\n"));
}
