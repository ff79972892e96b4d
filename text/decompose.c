#include "text/decompose.h"

#include <stdbool.h>
#include <string.h>

#include "text/unidata.h"

/* Hangul syllables decompose by arithmetic (Unicode 15, 3.12). */
enum {
    HANGUL_FIRST = 0xac00,
    HANGUL_COUNT = 11172,
    HANGUL_LEAD = 0x1100,
    HANGUL_VOWEL = 0x1161,
    HANGUL_TAIL = 0x11a7,
    HANGUL_TAILS = 28,
    HANGUL_BLOCK = 21 * 28
};

static const struct decompose_entry *find(uint32_t cp)
{
    size_t lo = 0, hi = decompose_table_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (decompose_table[mid].cp < cp) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    bool found = lo < decompose_table_count && decompose_table[lo].cp == cp;
    return found ? &decompose_table[lo] : NULL;
}

size_t decompose(uint32_t cp, uint32_t out[DECOMPOSE_MAX])
{
    const struct decompose_entry *e;
    size_t n = 1;
    out[0] = cp;
    if (cp < 0xc0) {
        return 1;
    }
    if (cp >= HANGUL_FIRST && cp - HANGUL_FIRST < HANGUL_COUNT) {
        uint32_t k = cp - HANGUL_FIRST;
        out[0] = HANGUL_LEAD + k / HANGUL_BLOCK;
        out[1] = HANGUL_VOWEL + k % HANGUL_BLOCK / HANGUL_TAILS;
        out[2] = HANGUL_TAIL + k % HANGUL_TAILS;
        return k % HANGUL_TAILS ? 3 : 2;
    }
    /* only the first character of a decomposition decomposes further */
    while (n < DECOMPOSE_MAX && (e = find(out[0])) != NULL) {
        out[0] = e->first;
        if (e->second) {
            memmove(out + 2, out + 1, (n - 1) * sizeof *out);
            out[1] = e->second;
            n++;
        }
    }
    return n;
}

void decompose_order(uint32_t *text, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t cp = text[i];
        uint8_t ccc = unidata_get(cp)->ccc;
        size_t k = i;
        while (ccc > 0 && k > 0 && unidata_get(text[k - 1])->ccc > ccc) {
            text[k] = text[k - 1];
            k--;
        }
        text[k] = cp;
    }
}
