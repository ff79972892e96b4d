#include "query/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    VTE_LINKS = 5000 /* VTE_VERSION of 0.50.0, the first */
};

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

bool terminal_wants_links(enum terminal_color mode, bool is_terminal, const char *term,
                          const char *vte_version)
{
    static const char *const without[] = {"dumb", "linux"};
    if (mode != TERMINAL_AUTO)
        return mode == TERMINAL_ALWAYS;
    if (!is_terminal || !term || !*term)
        return false;
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (strcmp(term, without[i]) == 0)
            return false;
    return !vte_version || !*vte_version || strtol(vte_version, NULL, 10) >= VTE_LINKS;
}

bool terminal_links_of(int fd, enum terminal_color mode)
{
    /* One thread only. NOLINTBEGIN(concurrency-mt-unsafe) */
    const char *term = getenv("TERM");
    const char *vte_version = getenv("VTE_VERSION");
    /* NOLINTEND(concurrency-mt-unsafe) */
    return terminal_wants_links(mode, terminal_is(fd), term, vte_version);
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
