/* The scalar twin of the normaliser's scan; text/normalise_avx2.c is the fast one. */
#include "text/normalise.h"

/* 1: a place to look at; 2: the lead byte of a character that may be one. */
// clang-format off
static const uint8_t kind_of[256] = {
    1,1,1,1,1,1,1,1, 1,1,1,1,1,1,1,1, 1,1,1,1,1,1,1,1, 1,1,1,1,1,1,1,1,
    ['<'] = 1, ['['] = 1, [0x7F] = 1, [0xC2] = 2, [0xE2] = 2, [0xEF] = 2,
};
// clang-format on

/* U+0085, U+00AD; U+2028, U+2029; U+FEFF. */
static bool is_special(const uint8_t *p, const uint8_t *end)
{
    size_t left = (size_t)(end - p);
    if (p[0] == 0xC2)
        return left > 1 && (p[1] == 0x85 || p[1] == 0xAD);
    if (left < 3)
        return false;
    if (p[0] == 0xE2)
        return p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9);
    return p[1] == 0xBB && p[2] == 0xBF;
}

const uint8_t *normalise_scan_scalar(const uint8_t *p, const uint8_t *end)
{
    for (; p < end; p++) {
        uint8_t kind = kind_of[*p];
        if (kind == 1 || (kind == 2 && is_special(p, end)))
            return p;
    }
    return end;
}
