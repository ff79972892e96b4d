/* Strings are looked through 64 bytes at a time, without a branch for an escape, and copied 32 at a time. */
#include <immintrin.h>
#include <string.h>

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

/* The same of 64 bytes. */
static inline uint64_t equal64(const uint8_t *p, char byte)
{
    __m256i b = _mm256_set1_epi8(byte);
    __m256i low = _mm256_cmpeq_epi8(load(p), b);
    __m256i high = _mm256_cmpeq_epi8(load(p + WIDTH), b);
    return (uint32_t)_mm256_movemask_epi8(low) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

/* The bytes of a block that a backslash before them escapes. In a run of backslashes that is every other one, from the
 * second on, and where the run is odd the byte behind it. With a bit set at each odd place, taking off the backslashes
 * borrows through a run and turns over every other bit; what the odd places had is turned back. (Langdale and Lemire,
 * "Parsing gigabytes of JSON per second", 2019, have a longer form.) *carried: 1 if the block's first byte is
 * escaped, then of the next block. */
static inline uint64_t escaped_bytes(uint64_t slashes, uint64_t *carried)
{
    const uint64_t odd = 0xAAAAAAAAAAAAAAAA;
    uint64_t open = slashes & ~*carried; /* these may escape */
    uint64_t turned = ((open << 1 | odd) - open) ^ odd;
    uint64_t escaped = turned ^ (slashes | *carried);
    *carried = (turned & slashes) >> 63;
    return escaped;
}

const uint8_t *json_scan_string_avx2(const uint8_t *p, const uint8_t *end,
                                     bool *escaped)
{
    uint8_t rest[2 * WIDTH];
    uint64_t carried = 0, seen = 0;
    for (;;) {
        size_t left = (size_t)(end - p);
        const uint8_t *block = p;
        if (left < sizeof rest) { /* zeros follow, in which there is no quote */
            memset(rest, 0, sizeof rest);
            memcpy(rest, p, left);
            block = rest;
        }
        uint64_t slashes = equal64(block, '\\');
        uint64_t quotes = equal64(block, '"') & ~escaped_bytes(slashes, &carried);
        if (quotes != 0) {
            *escaped = (seen | (slashes & (quotes ^ (quotes - 1)))) != 0;
            return p + _tzcnt_u64(quotes);
        }
        if (left < sizeof rest)
            return NULL;
        seen |= slashes;
        p += sizeof rest;
    }
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
