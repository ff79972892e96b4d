/* Titles as words, for texts whose bodies do not say enough: whether two of them speak of the same. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "indexer/build.h"

enum {
    TITLES_WORDS = 64 /* of a title that are looked at */
};

struct title {
    uint32_t terms[TITLES_WORDS];
    uint32_t n;
};

/* The first words of an article's title. */
int titles_read(const struct build *b, struct spool_reader *tokens,
                const struct article *a, struct title *out, struct err *err);
/* Of the shorter title's words the part that stands in the other, in percent; very common words are left out
 * unless a title has no others. 0 if one is empty. kinds: by term, as text/compare.h has them. */
unsigned titles_shared(const uint8_t *kinds, const struct title *x,
                       const struct title *y);
/* Whether one has a number, a month or a weekday that the other has not. */
bool titles_facts_differ(const uint8_t *kinds, const struct title *x,
                         const struct title *y);
