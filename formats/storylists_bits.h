/* Blocks of stories that are written as bits: formats/storylists.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/types.h"

enum {
    STORYLISTS_BITS_ROOM = 8 /* more stories may be written than there are */
};

/* first + i for each bit i that is set in len bytes, ascending, to out; false, and out is anything, if those are not n. */
bool storylists_bits_scalar(const uint8_t *bits, size_t len, story_id first, size_t n,
                            story_id *out);
#ifdef STEMMA_AVX2
bool storylists_bits_avx2(const uint8_t *bits, size_t len, story_id first, size_t n,
                          story_id *out);
#endif
