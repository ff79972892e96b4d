/* What the bodies of two articles leave open, by their titles (docs/COPIES.md). Both programs judge a pair with this,
 * after compare_judge. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "text/compare.h"

enum {
    HEADLINES_WORDS = 64,     /* of a title that are looked at */
    HEADLINES_SHARED = 60,    /* percent of the shorter title that speak of the same */
    HEADLINES_SHORT_TEXT = 30 /* tokens below which a body says too little by itself */
};

/* A title as words; borrowed. Equal numbers = equal terms, as in the bodies. */
struct headline {
    const uint32_t *terms;
    const uint8_t *kinds; /* by token, as in struct compare_text */
    uint32_t n;           /* 0: no title */
};

/* Of the shorter title's words the part that stands in the other, in percent; very common words are left out
 * unless a title has no others. 0 if one is empty. */
unsigned headlines_shared(const struct headline *x, const struct headline *y);
/* Whether one has a number, a month or a weekday that the other has not. */
bool headlines_facts_differ(const struct headline *x, const struct headline *y);

/* Changes the judgement where both have titles: stubs ("See our gallery") under headlines of other things are no
 * copies of each other; a text that stands in the midst of a longer one is a quotation, but under the same headline a
 * part of the article. x and y are the titles of a and b. */
void headlines_judge(const struct compare_text *a, const struct compare_text *b,
                     const struct headline *x, const struct headline *y,
                     struct compare_evidence *e);
