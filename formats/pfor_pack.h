/* The kernels under pfor_encode. n is 1..128; nothing behind the values is read, and up to PFOR_PACK_SPILL bytes may be
 * written behind what a kernel returns. */
#pragma once

#include "formats/pfor.h"

enum {
    PFOR_PACK_SPILL = 16
};

/* Where values are cut in two: those of 2^width or more are exceptions, whose high parts, value >> width less one, are
 * below 2^high_width. */
struct pfor_split {
    unsigned width, high_width;
};

struct pfor_packers {
    /* above[w], for each w up to the width of the largest value: how many values are wider. Returns the largest. */
    uint32_t (*above)(const uint32_t *values, size_t n, uint8_t above[33]);
    /* The bit string of the values' low bits (width 0..32) to out; returns its end. */
    uint8_t *(*pack)(const uint32_t *values, size_t n, unsigned width, uint8_t *out);
    /* A bit in the bitmap for each exception, and the bit string of their high parts to out; returns its end. */
    uint8_t *(*highs)(const uint32_t *values, size_t n, const struct pfor_split *split,
                      uint8_t bitmap[PFOR_BLOCK / 8], uint8_t *out);
};
const struct pfor_packers *pfor_packers(void); /* the fastest this processor has */
extern const struct pfor_packers pfor_packers_scalar;

uint8_t *pfor_pack_scalar(const uint32_t *values, size_t n, unsigned width,
                          uint8_t *out);
uint8_t *pfor_highs_scalar(const uint32_t *values, size_t n,
                           const struct pfor_split *split,
                           uint8_t bitmap[PFOR_BLOCK / 8], uint8_t *out);
#ifdef STEMMA_AVX2
uint32_t pfor_above_avx2(const uint32_t *values, size_t n, uint8_t above[33]);
uint8_t *pfor_pack_avx2(const uint32_t *values, size_t n, unsigned width, uint8_t *out);
uint8_t *pfor_highs_avx2(const uint32_t *values, size_t n,
                         const struct pfor_split *split, uint8_t bitmap[PFOR_BLOCK / 8],
                         uint8_t *out);
#endif
