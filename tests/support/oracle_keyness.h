/* Words of a subset and of the rest by brute force: every article by itself, word by word. */
#pragma once

#include "query/keyness.h"
#include "tests/support/oracle.h"

/* Appends a line for the sizes (n, n_all, other_n, other_n_all), then one a word of the subset or the other part, in the order of
 * bytes: the word, O, O_all, other O, other O_all, articles, stories, sources. other NULL: the rest of the archive. */
void oracle_keyness(const struct oracle *o, const struct oracle_answer *subset,
                    const struct oracle_answer *other, bool by_surface,
                    struct buf *out);
/* The same of what was counted, after keyness_rest for all. Asserts that nothing fails. */
void oracle_keyness_print(const struct keyness *k, struct buf *out);
