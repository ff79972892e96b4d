/* How often two queries stand together over time (timeline --pair): O, f1, f2 and N of each bin (query/cooc.h). */
#pragma once

#include "base/err.h"
#include "query/cooc_run.h"
#include "query/session.h"
#include "query/timeline.h"

/* Counts and prints. t has the options of the timeline; given those of pairs, with t's --copies. An exit status (1: they
 * never stand together) or a negative code. */
int timeline_pair(const struct timeline *t, const struct cooc_given *given,
                  struct session *s, int n, char **words, struct err *err);
