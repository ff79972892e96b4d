/* What standard output and standard error are connected to, and whether colour is wanted there. */
#pragma once

#include <stdbool.h>

enum terminal_color {
    TERMINAL_AUTO,
    TERMINAL_ALWAYS,
    TERMINAL_NEVER
};

/* auto: on a terminal that is not "dumb", unless NO_COLOR has a value (no-color.org). `no_color` and
 * `term` are those variables' values, NULL when they are not set. */
bool terminal_wants_color(enum terminal_color mode, bool is_terminal,
                          const char *no_color, const char *term);
/* The same from the environment, for a descriptor. */
bool terminal_color_of(int fd, enum terminal_color mode);
bool terminal_is(int fd);

/* Whether hyperlinks (OSC 8) are wanted. auto: on a terminal, unless TERM says that it may print the sequence ("dumb",
 * "linux"), or VTE_VERSION that it has none (before 0.50). */
bool terminal_wants_links(enum terminal_color mode, bool is_terminal, const char *term,
                          const char *vte_version);
bool terminal_links_of(int fd, enum terminal_color mode);

enum {
    TERMINAL_WIDTH_MIN =
        24, /* columns; what is asked for beyond these is taken for them */
    TERMINAL_WIDTH_MAX = 2000,
    TERMINAL_WIDTH = 80 /* where it cannot be known */
};
/* Columns: those of the environment's COLUMNS (its value, or NULL) if that is a number, else those the terminal has
 * (0: it is none, or does not say). */
unsigned terminal_choose_width(const char *columns, unsigned of_terminal);
/* The same of a descriptor. */
unsigned terminal_width(int fd);
