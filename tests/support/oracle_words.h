/* What a word of a query stands for, by brute force. For oracle_spans.c. */
#pragma once

#include "tests/support/oracle.h"

/* Does the pattern match all of the term? Of regular expressions only what random_word.c writes: . [ab] (a|b)
 * and ? * +. The term has fewer than 64 bytes. */
bool oracle_words_regex(struct bytes pattern, struct bytes term);
/* Have both the same stem? */
bool oracle_words_stem(const char *language, struct bytes a, struct bytes b);
