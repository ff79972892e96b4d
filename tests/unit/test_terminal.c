#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "query/terminal.h"

Test(terminal, always_and_never_ask_nobody)
{
    cr_assert(terminal_wants_color(TERMINAL_ALWAYS, false, "1", "dumb"));
    cr_assert_not(terminal_wants_color(TERMINAL_NEVER, true, NULL, "xterm"));
}

Test(terminal, auto_by_terminal_and_environment)
{
    cr_assert(terminal_wants_color(TERMINAL_AUTO, true, NULL, "xterm"));
    cr_assert_not(terminal_wants_color(TERMINAL_AUTO, false, NULL, "xterm"));
    cr_assert_not(terminal_wants_color(TERMINAL_AUTO, true, "1", "xterm"));
    cr_assert_not(terminal_wants_color(TERMINAL_AUTO, true, "0", "xterm"),
                  "any value counts");
    cr_assert(terminal_wants_color(TERMINAL_AUTO, true, "", "xterm"),
              "an empty value does not");
    cr_assert_not(terminal_wants_color(TERMINAL_AUTO, true, NULL, "dumb"));
    cr_assert_not(terminal_wants_color(TERMINAL_AUTO, true, NULL, ""));
    cr_assert_not(terminal_wants_color(TERMINAL_AUTO, true, NULL, NULL));
}

Test(terminal, links)
{
    cr_assert(terminal_wants_links(TERMINAL_ALWAYS, false, NULL, NULL));
    cr_assert_not(terminal_wants_links(TERMINAL_NEVER, true, "xterm", NULL));
    cr_assert(terminal_wants_links(TERMINAL_AUTO, true, "xterm", NULL));
    cr_assert(terminal_wants_links(TERMINAL_AUTO, true, "xterm", ""));
    cr_assert(terminal_wants_links(TERMINAL_AUTO, true, "xterm", "5000"));
    cr_assert_not(terminal_wants_links(TERMINAL_AUTO, true, "xterm", "4999"));
    cr_assert_not(terminal_wants_links(TERMINAL_AUTO, false, "xterm", NULL));
    cr_assert_not(terminal_wants_links(TERMINAL_AUTO, true, "linux", NULL));
    cr_assert_not(terminal_wants_links(TERMINAL_AUTO, true, "dumb", NULL));
    cr_assert_not(terminal_wants_links(TERMINAL_AUTO, true, "", NULL));
    cr_assert_not(terminal_wants_links(TERMINAL_AUTO, true, NULL, NULL));
}

Test(terminal, a_terminal_is_one)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_not(terminal_is(ends[1]));
    cr_assert_not(terminal_color_of(ends[1], TERMINAL_AUTO));
    cr_assert(terminal_color_of(ends[1], TERMINAL_ALWAYS));
    close(ends[0]);
    close(ends[1]);
}

Test(terminal, width)
{
    cr_assert_eq(terminal_choose_width(NULL, 0), TERMINAL_WIDTH);
    cr_assert_eq(terminal_choose_width(NULL, 132), 132);
    cr_assert_eq(terminal_choose_width("100", 132), 100);
    cr_assert_eq(terminal_choose_width("100", 0), 100);
    cr_assert_eq(terminal_choose_width("", 132), 132);
    cr_assert_eq(terminal_choose_width("wide", 132), 132);
    cr_assert_eq(terminal_choose_width("100x", 132), 132);
    cr_assert_eq(terminal_choose_width("-5", 132), 132);
    cr_assert_eq(terminal_choose_width("0", 132), 132);
    cr_assert_eq(terminal_choose_width("3", 0), TERMINAL_WIDTH_MIN);
    cr_assert_eq(terminal_choose_width("99999999999999999999999", 0),
                 TERMINAL_WIDTH_MAX);
    cr_assert_eq(terminal_choose_width(NULL, 60000), TERMINAL_WIDTH_MAX);
}
