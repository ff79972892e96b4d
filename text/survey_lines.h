/* What the fast twins of text/survey.h make of the line feeds of 64 bytes: masks with a bit for each byte. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/survey.h"

/* Whether a plain break may stand before the byte p[at] of a block. */
static inline bool survey_lines_go_on(const uint8_t *p, size_t at)
{
    if (p[at] == 0xE2)
        return at < 62 && survey_plain_before(p[at + 2]);
    return survey_plain_after(p[at]);
}

/* The line feeds of plain breaks in the 64 bytes at p; before: the byte before them (0: none). */
static inline uint64_t survey_lines_plain(const uint8_t *p, uint64_t feeds,
                                          uint8_t before)
{
    uint64_t plain = 0, left = feeds & ~(feeds << 1);
    for (; left != 0; left &= left - 1) {
        size_t at = (size_t)__builtin_ctzll(left), next = at + 1;
        next += next < 64 && p[next] == '\n';
        if (next < 64 && survey_plain_before(at > 0 ? p[at - 1] : before) &&
            survey_lines_go_on(p, next))
            plain |= UINT64_C(1) << at | UINT64_C(1) << (next - 1);
    }
    return plain;
}

/* Those of a plain break that are alone. */
static inline uint64_t survey_lines_alone(uint64_t plain)
{
    return plain & ~(plain << 1) & ~(plain >> 1);
}

/* Takes line feeds block by block. Plain breaks may be left out, and blocks without any others, but not the one behind a
 * block after which `open` is set. */
struct survey_lines {
    uint64_t open; /* 1: the last byte is a line feed without a pair */
    size_t close;  /* survey_facts.close_lines */
};

/* valid: bytes that there are. A run of line feeds is even or odd; the place behind it says which, for the sum of the
 * run and its first bit is that place, whichever parity its start has. */
static inline void survey_lines_count(struct survey_lines *s, uint64_t feeds,
                                      uint64_t valid)
{
    const uint64_t even = 0x5555555555555555;
    uint64_t closed = s->open & ~feeds; /* behind the block before */
    feeds &= ~s->open;                  /* a pair over the seam */
    uint64_t starts = feeds & ~(feeds << 1);
    uint64_t from_even = feeds + (starts & even), from_odd = feeds + (starts & ~even);
    uint64_t behind = (from_even & ~feeds & ~even) | (from_odd & ~feeds & even);
    /* Past the end of the block. */
    s->open = from_odd < feeds;
    s->close += (size_t)__builtin_popcountll((closed | behind) & valid);
}
