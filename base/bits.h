/* Counting bits without a call: the compiler's own count is one where the processor is not known to have
 * the instruction. */
#pragma once

#include <stdint.h>

/* How many bits are set (Warren, Hacker's Delight, 5-1). */
static inline unsigned bits_count(uint64_t v)
{
#ifdef __POPCNT__
    return (unsigned)__builtin_popcountll(v);
#else
    v -= v >> 1 & 0x5555555555555555u;
    v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
    v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (unsigned)(v * 0x0101010101010101u >> 56);
#endif
}
