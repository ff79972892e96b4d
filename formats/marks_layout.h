/* Where the parts of an encoded set stand; all follows from the number of values and the
 * universe (docs/format/marks.md). */
#pragma once

#include <stdint.h>

#include "formats/coding.h"

enum {
    MARKS_N = 0,        /* u64 */
    MARKS_UNIVERSE = 8, /* u64: values are below it */
    MARKS_HEADER = 16,
    MARKS_GROUP = 512, /* high bits that share a rank */
    MARKS_SAMPLE = 512 /* ones, or zeros, between samples */
};

#define MARKS_UNIVERSE_MAX (UINT64_C(1) << 40)
#define MARKS_COUNT_MAX    UINT32_MAX

struct marks_shape {
    unsigned low_bits;
    uint64_t n_zeros, n_high; /* zeros that end a bucket; high bits in use */
    uint64_t n_groups;
    /* offsets from the start of the encoding, 8-byte aligned but for the u32 arrays */
    uint64_t low, high, ranks, ones, zeros, len;
};

static inline uint64_t marks_samples(uint64_t n)
{
    return (n + MARKS_SAMPLE - 1) / MARKS_SAMPLE;
}

static inline struct marks_shape marks_shape_of(uint64_t n, uint64_t universe)
{
    struct marks_shape s = {0};
    if (n > 0 && universe / n > 1)
        s.low_bits = coding_width64(universe / n) - 1;
    /* one zero ends each bucket, the last one too */
    s.n_zeros = universe ? ((universe - 1) >> s.low_bits) + 1 : 1;
    s.n_high = n + s.n_zeros;
    s.n_groups = (s.n_high + MARKS_GROUP - 1) / MARKS_GROUP;
    s.low = MARKS_HEADER;
    s.high = s.low + (n * s.low_bits + 63) / 64 * 8;
    s.ranks = s.high + s.n_groups * (MARKS_GROUP / 8);
    s.ones = s.ranks + s.n_groups * 4;
    s.zeros = s.ones + marks_samples(n) * 4;
    s.len = (s.zeros + marks_samples(s.n_zeros) * 4 + 7) & ~UINT64_C(7);
    return s;
}
