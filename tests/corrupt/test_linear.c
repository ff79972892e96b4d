/* Text made to be slow: four times as much may take about four times as long. Of several measurements the
 * shortest counts; a quadratic step would give sixteen. */
#include <criterion/criterion.h>
#include <time.h>

#include "base/buf.h"
#include "text/analyser.h"

enum {
    SMALL = 16 << 10,
    FACTOR = 4,
    TRIES = 5,
    RATIO_MAX = 9
};

static const char *const units[] = {
    "a",
    "a ",
    "a-",
    "-",
    "<",
    "<a",
    "<https",
    "<https://",
    "<a href",
    "<a href=\"",
    "</a>",
    "[",
    "[a](",
    "[a](b",
    "![",
    "[[a]",
    "]",
    "](",
    "(",
    "*",
    "**a",
    "_",
    "`",
    "\\",
    "\n",
    "\n\n",
    "\r",
    "a\n",
    "a \n",
    "-\n",
    "a-\n",
    "\t",
    " ",
    ".",
    "a.",
    "A. ",
    "U.S.",
    "...",
    "?\" ",
    "'",
    "a'",
    "’",
    "“",
    "\"",
    "0",
    "0,",
    "1.",
    "@",
    "#",
    "$1",
    "&",
    "&amp;",
    "\xcc\x81",
    "a\xcc\x81",
    "\xc2\xad",
    "\xef\xbb\xbf",
    "\xe2\x80\x8d",
    "\xe2\x80\x8b",
    "\xe6\xb8\xaf",
    "\xe0\xb8\x81",
    "\xea\xb0\x80",
    "\xf0\x9f\x87\xa6",
    "\xd9\x80",
    "\xff",
    "\xe6\xb8",
    "\xf0\x9f",
    "andIran <https://x>",
    "word <",
    "http://a.b/",
    "www.",
    "a.b.c.d.",
    "Mr. ",
    "e.g. ",
    "A\n",
    "1\n",
    "| ",
    "---\n",
    "> ",
    "  \n",
    "\x0b",
    "\xc2\x85",
    "\xe2\x80\xa8",
};

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The shortest time for a text of about len bytes. */
static double measure(struct analyser *a, const char *unit, size_t len, bool title,
                      bool ended)
{
    struct buf text = {0};
    struct source_text empty = {0}, full;
    struct analysed out;
    struct err err = {0};
    double best = 1e9;
    while (text.len < len)
        buf_put_str(&text, unit);
    buf_put_str(&text, ended ? " end." : "");
    cr_assert(!text.failed);
    full = (struct source_text){buf_bytes(&text), NULL, 0};
    for (int i = 0; i < TRIES; i++) {
        double begin = seconds();
        cr_assert_eq(analyser_article(a, title ? &full : &empty, title ? &empty : &full,
                                      &out, &err),
                     0, "%s", err.msg);
        double took = seconds() - begin;
        best = took < best ? took : best;
    }
    buf_release(&text);
    return best;
}

Test(linear, articles)
{
    struct analyser *a = analyser_new();
    cr_assert_not_null(a);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        for (int way = 0; way < 3; way++) {
            bool title = way == 1, ended = way == 2;
            double one = measure(a, units[i], SMALL, title, ended);
            double four = measure(a, units[i], (size_t)SMALL * FACTOR, title, ended);
            cr_expect_lt(four, RATIO_MAX * one + 0.001,
                         "unit %zu '%s', way %d: %f, %f s", i, units[i], way, one,
                         four);
        }
    }
    analyser_free(a);
}
