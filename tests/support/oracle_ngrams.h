/* Sequences of words by brute force: every article by itself, from every token on. */
#pragma once

#include "query/ngrams.h"
#include "tests/support/oracle.h"

/* Appends a line for the words there are (size), then one a sequence that is observed options->least times or more, in the order of its
 * words: their texts, O, O_all, articles, stories, sources, and the frequency of each word. answer NULL: the whole archive. */
void oracle_ngrams(const struct oracle *o, const struct oracle_answer *answer,
                   const struct ngrams_options *options, struct buf *out);
/* The same of what was counted, with the details of all rows, which `run` is asked for. Asserts that nothing fails. */
void oracle_ngrams_print(struct ngrams *g, ngrams_run_fn *run, void *arg,
                         struct buf *out);
