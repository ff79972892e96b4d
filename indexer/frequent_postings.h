/* Postings of a word that lies alone, two bytes each, many at a time: their places follow from sums of gaps, and are worked out in
 * lanes. Only for numbers of INVERT_LOCAL_BITS, which nearly all archives have. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "formats/types.h"
#include "indexer/invert.h"
#include "indexer/posting.h"

enum {
    FREQUENT_POSTINGS_LOW = POSTING_BITS - INVERT_LOCAL_BITS, /* bits of the place */
    FREQUENT_POSTINGS_NUMBER = (1 << (POSTING_FREQUENT_BITS - FREQUENT_POSTINGS_LOW)) -
                               1, /* bits of a term's number, once shifted */
    FREQUENT_POSTINGS_SLACK = 16  /* addresses behind the last that may be written */
};

/* Those that are still to be read; the last one before them, and its place. */
struct frequent_postings {
    const uint8_t *at;
    size_t left;
    uint32_t last, place;
};

/* Puts base + place of those with number 0 to out, which has room for all and FREQUENT_POSTINGS_SLACK more; returns where the next one
 * goes. As many as go at a time: those that are left then, and all where there is no kernel for the processor, are the
 * caller's. */
address *frequent_postings_take(struct frequent_postings *p, address base,
                                address *out);

/* Inside it. */
address *frequent_postings_take_avx512(struct frequent_postings *p, address base,
                                       address *out);
