/* Inside text/compare_index*: sixteen grams at a time, with AVX-512 (text/compare_index_avx512.c). */
#pragma once

#include "text/compare_index.h"

enum {
    /* Of the number of a slot, at most: then a gram's number has 32 bits. */
    COMPARE_WIDE_BITS = 32 - 2 * COMPARE_FILTER_BITS
};

/* As compare_index_probe, of a text of so many grams. */
uint32_t compare_index_wide_probe(const struct compare_index *x, const uint32_t *terms,
                                  uint32_t grams, uint32_t from, uint32_t stride);
/* Puts all grams of the index's text. */
void compare_index_wide_fill(struct compare_index *x, uint32_t grams);
