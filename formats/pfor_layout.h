/* What the encoder and the decoder of PFor blocks share (docs/format/pfor.md). */
#pragma once

#include "formats/coding.h"

/* Byte 0 of a block. */
enum {
    PFOR_HEAD_WIDTH = 0x3f,
    PFOR_HEAD_VARINT = 0x40, /* alone: n varints follow */
    PFOR_HEAD_EXCEPTIONS =
        0x80 /* their number and the width of their high parts follow */
};

enum {
    PFOR_EXCEPTIONS_MAX = 127,
    PFOR_EXCEPTION_HEAD = 2, /* bytes of their number and width */
    PFOR_POSITION_BITS = 7
};

/* Positions are a list of 7-bit numbers or a bit for each value, whichever is shorter. */
static inline bool pfor_positions_as_bitmap(size_t exceptions, size_t n)
{
    return exceptions * PFOR_POSITION_BITS >= n;
}

static inline size_t pfor_positions_len(size_t exceptions, size_t n)
{
    return pfor_positions_as_bitmap(exceptions, n)
               ? coding_bits_len(n, 1)
               : coding_bits_len(exceptions, PFOR_POSITION_BITS);
}

/* All that exceptions add to a block. */
static inline size_t pfor_exceptions_len(size_t exceptions, size_t n,
                                         unsigned high_width)
{
    return exceptions ? PFOR_EXCEPTION_HEAD + pfor_positions_len(exceptions, n) +
                            coding_bits_len(exceptions, high_width)
                      : 0;
}
