/* A column of small numbers for the rows of one block (up to COLUMNS_ROWS), each readable by
 * itself: base varint, width u8 (0..56), then rows x width bits, low bits first, padded to a
 * whole byte (frame of reference; docs/format/parts.md). */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

enum {
    COLUMNS_ROWS = 128,
    COLUMNS_WIDTH_MAX = 56
};

/* Appends a column; values may span at most 2^56 - 1 from the smallest to the largest. */
void columns_put(struct buf *out, const uint64_t *values, size_t n);
/* Reads value i of n from the column at the front of *in, which is moved behind the column. May
 * read up to 8 bytes beyond it (behind a section there are CONTAINER_OVERREAD). False if the column is
 * damaged. */
bool columns_get(struct bytes *in, size_t n, size_t i, uint64_t *out);
/* All n values. */
bool columns_get_all(struct bytes *in, size_t n, uint64_t *out);
