/* Kernels over windows of the stream as sets of bits: bit i stands for address lo + i. A
 * window is 2^18 addresses (32 KiB) at most, so two of them stay near the processor.
 * Scalar and AVX2, chosen by the processor; the scalar twin is always there. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    WINDOW_ADDRESSES = 1 << 18
};

/* Words that n bits take. */
static inline size_t window_words(size_t n)
{
    return (n + 63) / 64;
}

/* dst &= src. */
void window_and(uint64_t *restrict dst, const uint64_t *restrict src, size_t n_words);
void window_and_scalar(uint64_t *restrict dst, const uint64_t *restrict src,
                       size_t n_words);

/* How many bits are set. */
uint64_t window_count(const uint64_t *bits, size_t n_words);
uint64_t window_count_scalar(const uint64_t *bits, size_t n_words);

/* Writes base + i for every bit i that is set, ascending; returns how many. out has room for
 * all of them. */
size_t window_extract(const uint64_t *bits, size_t n_words, uint32_t base,
                      uint32_t *out);
size_t window_extract_scalar(const uint64_t *bits, size_t n_words, uint32_t base,
                             uint32_t *out);

#if defined(STEMMA_AVX2)
void window_and_avx2(uint64_t *restrict dst, const uint64_t *restrict src,
                     size_t n_words);
uint64_t window_count_avx2(const uint64_t *bits, size_t n_words);
size_t window_extract_avx2(const uint64_t *bits, size_t n_words, uint32_t base,
                           uint32_t *out);
#endif
