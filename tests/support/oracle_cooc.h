/* Pairs of queries by brute force: every article by itself, every unit token by token, every pair of hits looked at. */
#pragma once

#include "query/cooc_bins.h"
#include "tests/support/oracle.h"

/* Appends a line for N (once, all), one for f of each query (once, all), then one for each pair: its queries, O, O_all,
 * articles, stories, sources. */
void oracle_cooc(const struct oracle *o, const struct oracle_answer *answers, size_t n,
                 const struct cooc_options *options, struct buf *out);
/* The same of what was counted. */
void oracle_cooc_print(const struct cooc *c, struct buf *out);

/* The same by groups, in the order of bins: those of the articles of each bin alone, without sources. The field is source, or a
 * date. */
void oracle_cooc_bins(const struct oracle *o, const struct oracle_answer *answers,
                      size_t n, const struct cooc_options *options,
                      const struct cooc_bins *bins, struct buf *out);
void oracle_cooc_print_bins(const struct cooc_bins *bins, struct buf *out);
