/* The commands of stemma-index. A command prints through its console and returns 0 or an error; *status is what
 * the program ends with when there is none. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "indexer/report.h"

struct console {
    void (*out)(const char *text);  /* standard output */
    void (*note)(const char *text); /* standard error, made harmless for a terminal */
    struct report_sink progress;
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
