/* The commands of stemma-query. Each lives in a file of its own with its table of options. */
#pragma once

#include "base/err.h"
#include "query/session.h"

struct command {
    const char *name;
    const char *operands; /* for the usage line */
    const char *summary;
    bool bare; /* takes no operand: recognised when it stands alone */
    /* Returns an exit status (0 hits, 1 none) or a negative code. argv[0] is not looked at, what
     * follows is the command's; argv has room to be permuted. */
    int (*run)(struct session *s, int argc, char **argv, struct err *err);
};

/* Finds the command that argv names (search when it names none) and runs it: an exit status or a
 * negative code. argv is permuted. */
int command_run(struct session *s, int argc, char **argv, struct err *err);
/* Prints a command's usage and options if --help asked for them, or the options as roff for the manual page
 * if the hidden --man did. True if it did either. */
bool command_helped(struct session *s, const char *name, const struct opt *table);

/* Shows `see` the table of each command, and of each subcommand of dups, after that of dups itself. 0 or an error. */
int command_each(session_see_fn *see, void *arg, struct err *err);
/* completion SHELL: prints a script for bash, zsh or fish, made from all tables. It is not listed among the commands: it is
 * run when the program is built. ERR_USAGE when there is no such shell. */
int command_completion(struct session *s, const char *shell, struct err *err);

/* Index in argv of the first word that is neither an option nor an option's value; argc if there is none, or
 * if "--" comes first. */
int command_first_word(int argc, char **argv);

int cmd_search(struct session *session, int argc, char **argv, struct err *err);
int cmd_kwic(struct session *session, int argc, char **argv, struct err *err);
int cmd_export(struct session *session, int argc, char **argv, struct err *err);
int cmd_count(struct session *session, int argc, char **argv, struct err *err);
int cmd_terms(struct session *session, int argc, char **argv, struct err *err);
int cmd_cooc(struct session *session, int argc, char **argv, struct err *err);
int cmd_matrix(struct session *session, int argc, char **argv, struct err *err);
int cmd_timeline(struct session *session, int argc, char **argv, struct err *err);
int cmd_collocates(struct session *session, int argc, char **argv, struct err *err);
int cmd_keyness(struct session *session, int argc, char **argv, struct err *err);
int cmd_like(struct session *session, int argc, char **argv, struct err *err);
int cmd_ngrams(struct session *session, int argc, char **argv, struct err *err);
int cmd_show(struct session *session, int argc, char **argv, struct err *err);
int cmd_explain(struct session *session, int argc, char **argv, struct err *err);
int cmd_dups(struct session *session, int argc, char **argv, struct err *err);
int cmd_stats(struct session *session, int argc, char **argv, struct err *err);
