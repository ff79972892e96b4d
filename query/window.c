#include "query/window.h"

#include "base/cpu.h"

void window_and_scalar(uint64_t *restrict dst, const uint64_t *restrict src,
                       size_t n_words)
{
    for (size_t i = 0; i < n_words; i++) {
        dst[i] &= src[i];
    }
}

uint64_t window_count_scalar(const uint64_t *bits, size_t n_words)
{
    uint64_t n = 0;
    for (size_t i = 0; i < n_words; i++) {
        n += (uint64_t)__builtin_popcountll(bits[i]);
    }
    return n;
}

size_t window_extract_scalar(const uint64_t *bits, size_t n_words, uint32_t base,
                             uint32_t *out)
{
    uint32_t *to = out;
    for (size_t i = 0; i < n_words; i++) {
        for (uint64_t word = bits[i]; word; word &= word - 1) {
            *to++ = base + (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(word);
        }
    }
    return (size_t)(to - out);
}

void window_and(uint64_t *restrict dst, const uint64_t *restrict src, size_t n_words)
{
#if defined(STEMMA_AVX2)
    if (cpu_has_avx2()) {
        window_and_avx2(dst, src, n_words);
        return;
    }
#endif
    window_and_scalar(dst, src, n_words);
}

uint64_t window_count(const uint64_t *bits, size_t n_words)
{
#if defined(STEMMA_AVX2)
    if (cpu_has_avx2()) {
        return window_count_avx2(bits, n_words);
    }
#endif
    return window_count_scalar(bits, n_words);
}

size_t window_extract(const uint64_t *bits, size_t n_words, uint32_t base,
                      uint32_t *out)
{
#if defined(STEMMA_AVX2)
    if (cpu_has_avx2()) {
        return window_extract_avx2(bits, n_words, base, out);
    }
#endif
    return window_extract_scalar(bits, n_words, base, out);
}
