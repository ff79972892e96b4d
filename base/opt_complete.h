/* Scripts that complete a program's command line in bash, zsh and fish, made from the tables of its commands' options.
 *
 * opt_complete_command is called for each command while its table is there; what is printed at the end
 * needs none of them. */
#pragma once

#include "base/opt.h"

enum opt_shell {
    OPT_BASH,
    OPT_ZSH,
    OPT_FISH
};

/* Zeroed but for the first four is ready. */
struct opt_complete {
    const char *program;
    enum opt_shell shell;
    const char
        *standard; /* the command that is meant where none is named; NULL: none */
    const char *const *
        prefixes; /* words that operands may begin with, as "date:"; NULL at the end; may be NULL */
    struct buf commands; /* parts of the script; owned */
    struct buf names;
    struct buf values;
    struct buf options;
};

/* Adds a command. name: "count", or "dups list" for what stands behind another; operands are files where they are
 * named INDEX, INPUT or FILE. */
void opt_complete_command(struct opt_complete *c, const char *name,
                          const char *operands, const char *summary,
                          const struct opt *table);
/* Appends the script. */
void opt_complete_print(const struct opt_complete *c, struct buf *out);
void opt_complete_release(struct opt_complete *c);
/* "bash" -> OPT_BASH; false if it is none. */
bool opt_shell_of(const char *name, enum opt_shell *out);
