/* The commands of stemma-index. A command prints through its console and returns 0 or an error; *status is what
 * the program ends with when there is none. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/opt.h"
#include "base/opt_complete.h"
#include "indexer/report.h"

struct console {
    void (*out)(const char *text);  /* standard output */
    void (*note)(const char *text); /* standard error, made harmless for a terminal */
    struct report_sink progress;
    struct opt_complete
        *complete; /* gets each command's table in place of --man; NULL but for that */
};

struct command {
    const char *name, *operands, *summary;
    /* argv[0] is the command's name */
    int (*run)(const struct console *io, int argc, char **argv, int *status,
               struct err *err);
};

extern const struct command command_table[]; /* ends with a zeroed entry; main.c */

int cmd_build(const struct console *io, int argc, char **argv, int *status,
              struct err *err);
int cmd_verify(const struct console *io, int argc, char **argv, int *status,
               struct err *err);
int cmd_stats(const struct console *io, int argc, char **argv, int *status,
              struct err *err);

/* For a command that takes one index: parses its table of options, whose -x fills *index;
 * an operand or STEMMA_INDEX stand in for it. ITER_END: --help (which sets *help) or --man was
 * asked for and has been shown. */
int command_parse(const struct console *io, const struct opt *table, const bool *help,
                  const char **index, int argc, char **argv, struct err *err);
/* Whether the one argument is --man: the options as roff, which the manual page holds. */
bool command_wants_man(int argc, char **argv);
/* Prints "usage: stemma-index COMMAND OPERANDS", then words (may be NULL), the options, more
 * words; or the options as roff. */
int command_help(const struct console *io, const struct opt *table, bool man,
                 const char *name, const char *words, const char *more,
                 struct err *err);
