/* What dups why prints of one pair, and its run over a file of pairs. */
#pragma once

#include "query/dups_pair.h"
#include "query/rows.h"
#include "query/session.h"

/* A pair with the names of its two articles. */
struct dups_why {
    struct session *session;
    struct dups_pair_tools tools;
    struct dups_pair pair;
    struct row row[2]; /* of the articles: ID, story's ID */
};
/* Opens the index and the tools. */
int dups_why_begin(struct dups_why *w, struct err *err);
void dups_why_end(struct dups_why *w); /* accepts a zeroed struct with its session */
/* Compares two articles; whole as dups_pair_compare. */
int dups_why_load(struct dups_why *w, struct show_place a, struct show_place b,
                  bool whole, struct err *err);

/* Prints the loaded pair, all there is to say, in the session's format. */
int dups_why_print(struct dups_why *w, struct err *err);
/* A line for each pair of a file (two IDs a line, what follows them is passed over, as lines that begin with # are): 0 if
 * any are related, 1 if none, or an error. IDs that mean no article, or several, are told and have an empty line. */
int dups_why_file(struct dups_why *w, const char *path, struct err *err);
