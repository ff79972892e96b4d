/* One posting of a run: a term's number in its slice, and a place in the chunk, by as many bytes as what is known beside them
 * allows. All widths are the lower bytes of the same four, so that they are stored alike:
 *
 *     bits 0 .. low - 1       those of the place
 *     bits low .. 23          the term's number, XOR the place's bits above
 *     bits 24 .. 31           the place's bits above, XOR the slice's number, for so it is one shift of slice and term
 *
 * of which four bytes say all; three, or two where few bits tell the terms apart, to him who knows that the place is less than 2^low behind
 * the one before. The highest number that these bits have is no term's: such a posting is a filler, which says a place only. */
#pragma once

#include <stdint.h>

enum {
    POSTING_WIDE = 4,
    POSTING_SHORT = 3,
    POSTING_FREQUENT = 2,
    POSTING_SPARE = 1,         /* bytes behind the last one that may be read */
    POSTING_BITS = 24,         /* of a short one */
    POSTING_FREQUENT_BITS = 16 /* of one of a frequent word */
};

/* Bits of the place, where a term's number takes so many. */
static inline unsigned posting_low(unsigned local_bits)
{
    return POSTING_BITS - local_bits;
}

/* Bits of a term's number in a slice of frequent words. */
static inline unsigned posting_frequent_bits(unsigned local_bits)
{
    return POSTING_FREQUENT_BITS - posting_low(local_bits);
}

/* The number of fillers, where a term's takes so many bits. */
static inline uint32_t posting_filler(unsigned bits)
{
    return (UINT32_C(1) << bits) - 1;
}

/* The posting of a term, told by slice and number, at a place. */
static inline uint32_t posting_of(uint32_t term, uint32_t place, unsigned low)
{
    return term << low ^ place ^ place >> low << POSTING_BITS;
}

/* How far the place of a posting of two or three bytes is behind that of the one before. */
static inline uint32_t posting_gap(uint32_t posting, uint32_t before, unsigned low)
{
    return (posting - before) & ((UINT32_C(1) << low) - 1);
}

/* The place of one of four bytes; slice: the lowest byte of its slice's number. */
static inline uint32_t posting_place(uint32_t posting, uint8_t slice, unsigned low)
{
    return (posting >> POSTING_BITS ^ slice) << low |
           (posting & ((UINT32_C(1) << low) - 1));
}

/* The term of a posting whose place is known; `bits`: its width without the place's. */
static inline uint32_t posting_term(uint32_t posting, uint32_t place, unsigned low,
                                    unsigned bits)
{
    return (posting ^ place) >> low & ((UINT32_C(1) << bits) - 1);
}
