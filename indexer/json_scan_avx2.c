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

/* Bytes of 64 that are below the blank. */
static inline uint64_t controls64(const uint8_t *p)
{
    __m256i most = _mm256_set1_epi8(' ' - 1);
    __m256i low = load(p), high = load(p + WIDTH);
    low = _mm256_cmpeq_epi8(_mm256_min_epu8(low, most), low);
    high = _mm256_cmpeq_epi8(_mm256_min_epu8(high, most), high);
    return (uint32_t)_mm256_movemask_epi8(low) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

const uint8_t *json_scan_string_avx2(const uint8_t *p, const uint8_t *end,
                                     unsigned *has)
{
    uint8_t rest[2 * WIDTH];
    uint64_t carried = 0, seen = 0, controls_seen = 0;
    for (;;) {
        size_t left = (size_t)(end - p);
        const uint8_t *block = p;
        if (left < sizeof rest) { /* zeros follow, in which there is no quote */
            memset(rest, 0, sizeof rest);
            memcpy(rest, p, left);
            block = rest;
        }
        uint64_t slashes = equal64(block, '\\'), controls = controls64(block);
        uint64_t quotes = equal64(block, '"') & ~json_scan_escaped(slashes, &carried);
        if (quotes != 0) {
            uint64_t before = quotes ^ (quotes - 1);
            bool control = (controls_seen | (controls & before)) != 0;
            *has = (seen | (slashes & before)) != 0 ? JSON_SCAN_SLASH : 0;
            *has |= control ? JSON_SCAN_CONTROL : 0;
            return p + _tzcnt_u64(quotes);
        }
        if (left < sizeof rest)
            return NULL;
        seen |= slashes;
        controls_seen |= controls;
        p += sizeof rest;
    }
}

static inline size_t copy_run(const uint8_t *p, size_t n, uint8_t *out)
{
    size_t i = 0;
    for (; n - i >= WIDTH; i += WIDTH) {
        __m256i v = load(p + i);
        uint32_t slashes = equal(v, '\\');
        _mm256_storeu_si256((__m256i *)(void *)(out + i), v);
        if (slashes != 0)
            return i + _tzcnt_u32(slashes);
    }
    for (; i < n && p[i] != '\\'; i++)
        out[i] = p[i];
    return i;
}

struct json_scan_decoded json_scan_decode_avx2(const uint8_t *p, size_t n, uint8_t *out,
                                               uint32_t *places)
{
    return json_scan_decode_runs(p, n, out, places, copy_run);
}
