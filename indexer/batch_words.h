/* Inside indexer/batch: the words and separators of an article, told by the vocabulary's numbers, in blocks for the spool. */
#pragma once

#include "indexer/batch.h"

/* Appends the blocks of an article's tokens to b->tokens and counts what is in them in the glossary; numbers that are open are noted
 * in b->open_surfaces. Sets b->glued. sequence
 * has room for nine bytes a token: the hashes of the terms of all, and then their breaks, of which that of the first is
 * BREAK_NONE. False: no memory. */
bool batch_words_put(struct batch *b, const struct analysed *t, uint8_t *sequence);

/* Fills in the numbers of b->tokens that are open. False: no memory, or the glossary has failed. */
bool batch_words_settle(struct batch *b);

/* What lies behind the last word, counted: the number of a separator without a break that tokens are told by. False: no
 * memory. */
bool batch_words_tail(struct batch *b, const struct analysed *t, uint32_t *number);
