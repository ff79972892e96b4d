/* The commands of `stemma-query dups`: each lives in a file of its own with its table of options. */
#pragma once

#include "base/err.h"
#include "base/opt.h"
#include "query/session.h"

/* As command_helped, for a subcommand. */
bool dups_helped(struct session *s, const char *name, const struct opt *table);

/* As struct command's run. */
int dups_list_run(struct session *session, int argc, char **argv, struct err *err);
int dups_show_run(struct session *session, int argc, char **argv, struct err *err);
int dups_diff_run(struct session *session, int argc, char **argv, struct err *err);
int dups_spread_run(struct session *session, int argc, char **argv, struct err *err);
int dups_why_run(struct session *session, int argc, char **argv, struct err *err);
