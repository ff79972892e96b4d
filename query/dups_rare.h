/* Whether a passage stands in many stories. */
#pragma once

#include "query/dups_text.h"

/* Whether n <= WINNOW_SHINGLE words, given by number, stand side by side in `least` stories or more: 1, 0, or an error. */
int dups_rare_stands_in(const struct dups_words *words, const uint32_t *terms,
                        uint32_t n, uint32_t least, struct err *err);
