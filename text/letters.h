/* What kind of letter a character is, for sentence starts and for joints in glued words. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "text/unidata.h"

enum letters_class {
    LETTERS_NONE = 0,    /* no letter, no digit */
    LETTERS_LOWER = 1,   /* Ll */
    LETTERS_UPPER = 2,   /* Lu, Lt */
    LETTERS_UNCASED = 3, /* Lo, Lm: a letter of a script without case */
    LETTERS_DIGIT = 4    /* Nd */
};

/* By the general category of Unicode 15; cp is a code point. */
static inline enum letters_class letters_of(uint32_t cp)
{
    switch (unidata_get(cp)->gc) {
    case GC_LL: return LETTERS_LOWER;
    case GC_LU:
    case GC_LT: return LETTERS_UPPER;
    case GC_LO:
    case GC_LM: return LETTERS_UNCASED;
    case GC_ND: return LETTERS_DIGIT;
    default: return LETTERS_NONE;
    }
}

/* A mark that goes with the letter before it (Mn, Mc, Me). */
static inline bool letters_is_mark(uint32_t cp)
{
    uint8_t gc = unidata_get(cp)->gc;
    return gc == GC_MN || gc == GC_MC || gc == GC_ME;
}
