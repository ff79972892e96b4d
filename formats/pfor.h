/* Blocks of up to 128 u32 as bit-packed values with patched exceptions (docs/format/pfor.md). After
 * Zukowski, Heman, Nes, Boncz 2006 (PFOR) and Yan, Ding, Suel 2009 (OptPFD: the width that makes
 * the block smallest). The layout is ours: value i is bits [i*w, i*w+w) of one bit string, so that eight
 * values begin at a byte and a short block needs no padding. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PFOR_BLOCK = 128,
    PFOR_BYTES_MAX = 768, /* of an encoded block */
    PFOR_POSITIONS_MAX = 18,
    PFOR_OVERREAD = 32 /* a decoder may read this far beyond the block's bytes */
};

/* Encodes n values (1..128) at out, which has PFOR_BYTES_MAX bytes; returns the length. */
size_t pfor_encode(const uint32_t *values, size_t n, uint8_t *out);

/* The gaps of n ascending values, n any number: value i less the one before it (of the first: `before`) less 1, modulo
 * 2^32, so that before UINT32_MAX makes the first value its own gap. gaps has n elements, none of them values'. */
void pfor_gaps(const uint32_t *values, size_t n, uint32_t before, uint32_t *gaps);

/* Decodes n values (1..128) from the block that begins at in, of which at most len bytes may be
 * used; out has room for 128. Returns the block's length, or 0 when the bytes are no such block. */
size_t pfor_decode(const uint8_t *in, size_t len, size_t n, uint32_t *out);

/* The same for gaps: value i is base + 1 + (gap 0) + 1 + ... + (gap i); base UINT32_MAX makes the
 * first value its own gap. 0 also when a value would pass UINT32_MAX. */
size_t pfor_decode_gaps(const uint8_t *in, size_t len, size_t n, uint32_t base,
                        uint32_t *out);

/* A block of small gaps as its parts: width is at most 24; highs, if not NULL, are as many high parts of high_width
 * bits as the bitmap has bits (none from n on), width + high_width < 24 and high_width <= PFOR_GAPS_HIGH. */
enum {
    PFOR_GAPS_HIGH = 7,
    PFOR_GAPS_BITS = 24 /* 128 such gaps sum to less than 2^32: a sum past it shows */
};
struct pfor_gaps {
    const uint8_t *lows, *highs;
    unsigned width, high_width;
    uint8_t bitmap[PFOR_BLOCK / 8];
};

/* The kernels under both: widths are 0..32, n is 1..128, out has room for 128. */
struct pfor_kernels {
    /* n values of `width` bits */
    void (*unpack)(const uint8_t *restrict in, size_t n, unsigned width,
                   uint32_t *restrict out);
    /* in place: gaps to values as above, modulo 2^32 */
    void (*prefix)(uint32_t *values, size_t n, uint32_t base);
    /* Adds (high + 1) << width to each value whose bit is set, the highs in order, modulo 2^32. The bitmap has 16
     * bytes and no bit set from n on; highs has 8 elements more than bits are set. */
    void (*expand)(const uint8_t *restrict bitmap, const uint32_t *restrict highs,
                   size_t n, unsigned width, uint32_t *restrict values);
    /* n_positions ascending numbers below n, of 7 bits each, to a bitmap of 16 bytes; false if they are not. 1 to
     * PFOR_POSITIONS_MAX of them: of more there is a bitmap. */
    bool (*positions)(const uint8_t *in, size_t n_positions, size_t n, uint8_t *bitmap);
    /* The first three at once. */
    void (*gaps)(const struct pfor_gaps *g, size_t n, uint32_t base,
                 uint32_t *restrict out);
    /* As pfor_decode_gaps of a whole block (n 128). 0 also for a block that it is not made for. */
    size_t (*block)(const uint8_t *in, size_t len, uint32_t base, uint32_t *out);
};
const struct pfor_kernels *pfor_kernels(void); /* the fastest this processor has */
extern const struct pfor_kernels pfor_kernels_scalar;
#ifdef STEMMA_AVX2
extern const struct pfor_kernels pfor_kernels_avx2;
#endif
