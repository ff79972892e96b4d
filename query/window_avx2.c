/* The AVX2 twins of window.c; called only where the processor has them. */
#include <immintrin.h>

#include "query/window.h"

static __m256i load(const uint64_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

void window_and_avx2(uint64_t *restrict dst, const uint64_t *restrict src,
                     size_t n_words)
{
    size_t i = 0;
    for (; i + 4 <= n_words; i += 4) {
        __m256i kept = _mm256_and_si256(load(dst + i), load(src + i));
        _mm256_storeu_si256((__m256i *)(void *)(dst + i), kept);
    }
    window_and_scalar(dst + i, src + i, n_words - i);
}

uint64_t window_count_avx2(const uint64_t *bits, size_t n_words)
{
    uint64_t a = 0, b = 0;
    size_t i = 0;
    for (; i + 2 <= n_words; i += 2) {
        a += (uint64_t)_mm_popcnt_u64(bits[i]);
        b += (uint64_t)_mm_popcnt_u64(bits[i + 1]);
    }
    return i < n_words ? a + b + (uint64_t)_mm_popcnt_u64(bits[i]) : a + b;
}

/* As the scalar one, but empty stretches of 256 bits are stepped over at once: after an
 * intersection most are. */
size_t window_extract_avx2(const uint64_t *bits, size_t n_words, uint32_t base,
                           uint32_t *out)
{
    uint32_t *to = out;
    size_t i = 0;
    for (; i + 4 <= n_words; i += 4) {
        __m256i four = load(bits + i);
        if (!_mm256_testz_si256(four, four)) {
            to += window_extract_scalar(bits + i, 4, base + (uint32_t)(i * 64), to);
        }
    }
    to += window_extract_scalar(bits + i, n_words - i, base + (uint32_t)(i * 64), to);
    return (size_t)(to - out);
}
