/* How much of a match is rare: whether the passages that two articles share stand in many stories. */
#pragma once

#include "text/compare.h"
#include "query/dups_text.h"

enum {
    DUPS_RARE_SAMPLES = 32 /* fingerprints that are looked up, at most */
};

/* The part, in 1/10000, of the match's fingerprints (text/winnow.h, of the first text's body, in the runs) that stand in fewer
 * than `stories` stories of the index; of many fingerprints, an even sample. COMPARE_ONE if the match has none. The runs are
 * those of a comparison of t's body as the first text. */
int dups_rare_fraction(const struct dups_words *words, const struct dups_text *t,
                       const struct compare_run *runs, size_t n_runs, uint32_t stories,
                       uint16_t *out, struct err *err);
/* Whether n <= WINNOW_SHINGLE words, given by number, stand side by side in `least` stories or more: 1, 0, or an error. */
int dups_rare_stands_in(const struct dups_words *words, const uint32_t *terms,
                        uint32_t n, uint32_t least, struct err *err);
