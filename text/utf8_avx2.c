/* 32 bytes at a time, by the tables of text/utf8_pairs.h. */
#include "text/utf8_avx2.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "text/utf8.h"
#include "text/utf8_pairs.h"

/* True if a sequence begins in the block's last bytes and goes on after it. */
static bool ends_inside(const uint8_t *block)
{
    return block[31] >= 0xC0 || block[30] >= 0xE0 || block[29] >= 0xF0;
}

size_t utf8_avx2_valid_prefix(struct bytes text)
{
    __m256i prev = _mm256_setzero_si256();
    bool inside = false;
    size_t i = 0;
    for (; i + 32 <= text.len; i += 32) {
        __m256i v = utf8_pairs_load(text.data + i);
        if (!inside && _mm256_movemask_epi8(v) == 0) {
            prev = v;
            continue;
        }
        __m256i bad = utf8_pairs_errors(v, prev);
        if (!_mm256_testz_si256(bad, bad))
            break;
        inside = ends_inside(text.data + i);
        prev = v;
    }
    /* The scalar twin finds the place of an error and finishes the tail; a sequence that
     * goes wrong in this block began at most three bytes before it. */
    size_t at = i < 3 ? 0 : i - 3;
    while (at < i && (text.data[at] & 0xC0) == 0x80)
        at++;
    return at + utf8_valid_prefix_scalar(bytes_of(text.data + at, text.len - at));
}

size_t utf8_avx2_ascii_prefix(struct bytes text)
{
    size_t i = 0;
    for (; i + 32 <= text.len; i += 32) {
        unsigned high = (unsigned)_mm256_movemask_epi8(utf8_pairs_load(text.data + i));
        if (high)
            return i + (size_t)__builtin_ctz(high);
    }
    return i + utf8_ascii_prefix_scalar(bytes_of(text.data + i, text.len - i));
}
