#include "query/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_wants_color(enum terminal_color mode, bool is_terminal,
                          const char *no_color, const char *term)
{
    if (mode != TERMINAL_AUTO)
        return mode == TERMINAL_ALWAYS;
    if (!is_terminal || (no_color && *no_color))
        return false;
    return term && *term && strcmp(term, "dumb") != 0;
}

bool terminal_is(int fd)
{
    return isatty(fd) == 1;
}

bool terminal_color_of(int fd, enum terminal_color mode)
{
    /* One thread only. NOLINTBEGIN(concurrency-mt-unsafe) */
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    /* NOLINTEND(concurrency-mt-unsafe) */
    return terminal_wants_color(mode, terminal_is(fd), no_color, term);
}

unsigned terminal_choose_width(const char *columns, unsigned of_terminal)
{
    unsigned long n = of_terminal;
    if (columns && *columns >= '0' && *columns <= '9') {
        char *end;
        unsigned long given = strtoul(columns, &end, 10);
        n = *end == 0 && given > 0 ? given : n;
    }
    if (n == 0)
        return TERMINAL_WIDTH;
    if (n < TERMINAL_WIDTH_MIN)
        return TERMINAL_WIDTH_MIN;
    return n > TERMINAL_WIDTH_MAX ? TERMINAL_WIDTH_MAX : (unsigned)n;
}

unsigned terminal_width(int fd)
{
    struct winsize size = {0};
    bool known = terminal_is(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0;
    const char *columns = getenv("COLUMNS"); /* NOLINT(concurrency-mt-unsafe) */
    return terminal_choose_width(columns, known ? size.ws_col : 0);
}
