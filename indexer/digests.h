/* Digests: texts that collect others. A container of three or more texts that have nothing to do with each other
 * (a daily digest, a page that streams stories), or of two whose titles have nothing in common with each other nor with
 * its own. Such a text is a copy of nothing: it would pull stories together that share no word. */
#pragma once

#include "base/err.h"
#include "indexer/pairs.h"

enum {
    DIGESTS_LEAST = 3,  /* unrelated texts that make a digest */
    DIGESTS_TITLED = 2, /* so many, if titles say that they are unrelated */
    DIGESTS_SLACK = 8,  /* part of the shorter one by which two places may overlap */
    DIGESTS_ALIKE =
        2, /* titles are related if the shorter shares this part of its words */
    DIGESTS_TITLE = 64 /* words of a title that are looked at */
};

/* Which of a pair's two texts contains all of the other, as far as digests go: 0, 1, or -1. */
int digests_container(const struct compare_limits *l, const struct compare_evidence *e);
/* digests[text] = 1 for those, from n_known lists of verdicts. Texts that are contained in different places of the
 * container have no words in common; those whose titles share half of the shorter's words are related all the
 * same (two parts of one article). Of contained texts held_max are held at a time (all those of one container in any
 * case), which changes nothing. One thread. ERR_NOMEM, ERR_IO, ERR_CORRUPT. */
int digests_find(const struct verify_pair_tables *t, const struct verdicts *known,
                 size_t n_known, size_t held_max, uint8_t *digests, struct err *err);
