/* 32 bytes at a time; where fewer are left, the scalar twins go on. */
#include <immintrin.h>

#include "indexer/json_scan.h"

enum {
    WIDTH = 32
};

_Static_assert((int)JSON_SCAN_SLACK >= (int)WIDTH, "whole registers are written");

static inline __m256i load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline uint32_t equal(__m256i v, char byte)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(byte)));
}

const uint8_t *json_scan_string_avx2(const uint8_t *p, const uint8_t *end,
                                     bool *escaped)
{
    bool rest_escaped, seen = false;
    while (end - p >= WIDTH) {
        __m256i v = load(p);
        uint32_t quotes = equal(v, '"'), slashes = equal(v, '\\');
        /* Backslashes below the first quote. */
        if ((slashes & (quotes - 1)) == 0) {
            if (quotes != 0) {
                *escaped = seen;
                return p + _tzcnt_u32(quotes);
            }
            p += WIDTH;
            continue;
        }
        const uint8_t *slash = p + _tzcnt_u32(slashes);
        if (end - slash < 2)
            return NULL;
        seen = true;
        p = slash + 2;
    }
    const uint8_t *quote = json_scan_string_scalar(p, end, &rest_escaped);
    *escaped = seen || rest_escaped;
    return quote;
}

size_t json_scan_copy_avx2(const uint8_t *p, size_t n, uint8_t *out)
{
    size_t i = 0;
    for (; n - i >= WIDTH; i += WIDTH) {
        __m256i v = load(p + i);
        uint32_t slashes = equal(v, '\\');
        _mm256_storeu_si256((__m256i *)(void *)(out + i), v);
        if (slashes != 0)
            return i + _tzcnt_u32(slashes);
    }
    return i + json_scan_copy_scalar(p + i, n - i, out + i);
}
