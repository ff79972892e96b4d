#include "query/terminal.h"

#include <stdlib.h>
#include <string.h>
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
