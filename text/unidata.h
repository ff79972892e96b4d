/* Properties of characters: Unicode 15.0, as two-stage tables that tools/gen-unidata writes
 * from the files of Debian's unicode-data (UAX #44). Constant data, nothing to start. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Word_Break (UAX #29), in the generator's order. */
enum unidata_wb {
    WB_OTHER,
    WB_CR,
    WB_LF,
    WB_NEWLINE,
    WB_EXTEND,
    WB_ZWJ,
    WB_FORMAT,
    WB_REGIONAL_INDICATOR,
    WB_KATAKANA,
    WB_HEBREW_LETTER,
    WB_ALETTER,
    WB_SINGLE_QUOTE,
    WB_DOUBLE_QUOTE,
    WB_MID_NUM_LET,
    WB_MID_LETTER,
    WB_MID_NUM,
    WB_NUMERIC,
    WB_EXTEND_NUM_LET,
    WB_WSEG_SPACE
};

/* General_Category. */
enum unidata_gc {
    GC_CN,
    GC_LU,
    GC_LL,
    GC_LT,
    GC_LM,
    GC_LO,
    GC_MN,
    GC_MC,
    GC_ME,
    GC_ND,
    GC_NL,
    GC_NO,
    GC_PC,
    GC_PD,
    GC_PS,
    GC_PE,
    GC_PI,
    GC_PF,
    GC_PO,
    GC_SM,
    GC_SC,
    GC_SK,
    GC_SO,
    GC_ZS,
    GC_ZL,
    GC_ZP,
    GC_CC,
    GC_CF,
    GC_CS,
    GC_CO,
};

/* What the rules of text/words.h make of a character. */
enum unidata_word {
    WORD_OTHER,
    WORD_EXTEND, /* marks, format characters, ZWJ: part of what they follow */
    WORD_LETTER,
    WORD_HEBREW,
    WORD_NUMBER,
    WORD_RUN,  /* a letter of a script without blanks: Han, kana, Thai and the like */
    WORD_LONE, /* a number that joins nothing: superscripts, fractions, circled digits */
    WORD_SINGLE_QUOTE,
    WORD_DOUBLE_QUOTE,
    WORD_MID_BOTH,
    WORD_MID_LETTER,
    WORD_MID_NUMBER,
    WORD_UNDERSCORE
};

enum {
    UNIDATA_SPACE = 1,      /* White_Space */
    UNIDATA_PICTOGRAPH = 2, /* Extended_Pictographic */
    UNIDATA_RUN = 4,        /* WORD_RUN */
    UNIDATA_COMPOSES = 8,   /* may compose with what stands before it, after folding */
    UNIDATA_WORD = 16       /* a letter or a digit: makes a segment a word */
};

struct unidata_record {
    uint8_t wb;    /* enum unidata_wb */
    uint8_t gc;    /* enum unidata_gc */
    uint8_t ccc;   /* Canonical_Combining_Class */
    uint8_t flags; /* UNIDATA_* */
    uint8_t word;  /* enum unidata_word */
};

/* first + second compose to `result` (canonical, not excluded; only pairs that can still
 * stand side by side when the marks are dropped); sorted by first, then second. */
struct unidata_pair {
    uint32_t first, second, result;
};

enum {
    UNIDATA_SHIFT = 8,
    UNIDATA_FOLD_SHIFT = 7,
    UNIDATA_MAX = 0x10FFFF
};

extern const struct unidata_record unidata_records[];
extern const uint8_t unidata_stage1[];
extern const uint8_t unidata_stage2[];
extern const uint8_t unidata_fold1[];
extern const uint16_t unidata_fold2[];
extern const uint8_t unidata_fold_pool[];
extern const struct unidata_pair unidata_pairs[];
extern const size_t unidata_pair_count;

/* The record of a code point; cp <= UNIDATA_MAX. */
static inline const struct unidata_record *unidata_get(uint32_t cp)
{
    size_t block = unidata_stage1[cp >> UNIDATA_SHIFT];
    size_t low = cp & ((1U << UNIDATA_SHIFT) - 1);
    return &unidata_records[unidata_stage2[(block << UNIDATA_SHIFT) + low]];
}

/* Steps 1 to 6 of text/fold.h on one code point (<= UNIDATA_MAX): NULL if it stays itself,
 * else a length byte (0: dropped) and so many bytes of UTF-8. */
static inline const uint8_t *unidata_fold(uint32_t cp)
{
    size_t block = unidata_fold1[cp >> UNIDATA_FOLD_SHIFT];
    size_t low = cp & ((1U << UNIDATA_FOLD_SHIFT) - 1);
    size_t at = unidata_fold2[(block << UNIDATA_FOLD_SHIFT) + low];
    return at ? unidata_fold_pool + at : NULL;
}
