/* What a word of a query stands for, by brute force. For oracle_spans.c. */
#pragma once

#include "tests/support/oracle.h"

/* Does the pattern match all of the term? Of regular expressions only what random_word.c writes: . [ab] (a|b)
 * and ? * +. The term has fewer than 64 bytes. */
bool oracle_words_regex(struct bytes pattern, struct bytes term);
/* Are tokens [from, to) of the article written as the EXACT node says, what stands before and behind them
 * too? */
bool oracle_words_exact(const struct handmade_article *a, const struct ast *exact,
                        uint32_t from, uint32_t to);
/* Have both the same stem? */
bool oracle_words_stem(const char *language, struct bytes a, struct bytes b);
