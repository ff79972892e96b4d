/* The kernels under pfor_encode. n is 1..128; nothing behind the values is read, and up to PFOR_PACK_SPILL bytes may be
 * written behind what a kernel returns. */
#pragma once

#include "formats/pfor.h"

enum {
    PFOR_PACK_SPILL = 32
};

/* Where values are cut in two: those of 2^width or more are exceptions, whose high parts, value >> width less one, are
 * below 2^high_width. */
struct pfor_split {
    unsigned width, high_width;
};

/* How a block is written. */
struct pfor_plan {
    unsigned width,
        high_width; /* as in a split; high_width 0 if there are no exceptions */
    size_t exceptions;
    size_t bytes;   /* of the block, all but byte 0 */
    size_t varints; /* of the values as varints */
};

struct pfor_packers {
    /* The width that makes the block smallest, of equals the largest (fewest exceptions). */
    void (*plan)(const uint32_t *values, size_t n, struct pfor_plan *plan);
    /* The bit string of the values' low bits (width 0..32) to out; returns its end. */
    uint8_t *(*pack)(const uint32_t *values, size_t n, unsigned width, uint8_t *out);
    /* A bit in the bitmap for each exception, and the bit string of their high parts to out; returns its end. */
    uint8_t *(*highs)(const uint32_t *values, size_t n, const struct pfor_split *split,
                      uint8_t bitmap[PFOR_BLOCK / 8], uint8_t *out);
    /* The positions of the exceptions, of which there are some, as a block has them; nothing behind them is written. */
    void (*positions)(const uint8_t bitmap[PFOR_BLOCK / 8], size_t exceptions, size_t n,
                      uint8_t *out);
    /* As pfor_gaps. */
    void (*gaps)(const uint32_t *values, size_t n, uint32_t before, uint32_t *gaps);
};
const struct pfor_packers *pfor_packers(void); /* the fastest this processor has */
extern const struct pfor_packers pfor_packers_scalar;

void pfor_plan_scalar(const uint32_t *values, size_t n, struct pfor_plan *plan);
uint8_t *pfor_pack_scalar(const uint32_t *values, size_t n, unsigned width,
                          uint8_t *out);
uint8_t *pfor_highs_scalar(const uint32_t *values, size_t n,
                           const struct pfor_split *split,
                           uint8_t bitmap[PFOR_BLOCK / 8], uint8_t *out);
void pfor_positions_scalar(const uint8_t bitmap[PFOR_BLOCK / 8], size_t exceptions,
                           size_t n, uint8_t *out);
void pfor_gaps_scalar(const uint32_t *values, size_t n, uint32_t before,
                      uint32_t *gaps);
#ifdef STEMMA_AVX2
void pfor_plan_avx2(const uint32_t *values, size_t n, struct pfor_plan *plan);
uint8_t *pfor_pack_avx2(const uint32_t *values, size_t n, unsigned width, uint8_t *out);
uint8_t *pfor_highs_avx2(const uint32_t *values, size_t n,
                         const struct pfor_split *split, uint8_t bitmap[PFOR_BLOCK / 8],
                         uint8_t *out);
void pfor_gaps_avx2(const uint32_t *values, size_t n, uint32_t before, uint32_t *gaps);
#endif
#ifdef STEMMA_AVX512
void pfor_plan_avx512(const uint32_t *values, size_t n, struct pfor_plan *plan);
uint8_t *pfor_pack_avx512(const uint32_t *values, size_t n, unsigned width,
                          uint8_t *out);
uint8_t *pfor_highs_avx512(const uint32_t *values, size_t n,
                           const struct pfor_split *split,
                           uint8_t bitmap[PFOR_BLOCK / 8], uint8_t *out);
void pfor_positions_avx512(const uint8_t bitmap[PFOR_BLOCK / 8], size_t exceptions,
                           size_t n, uint8_t *out);
void pfor_gaps_avx512(const uint32_t *values, size_t n, uint32_t before,
                      uint32_t *gaps);
#endif
