/* Inside text/words: the two-byte characters that the SIMD scanners know. Each includes it behind its own `struct block`
 * of 64 bytes, equal(b, byte) and range(b, first, last), which give a bit for each byte that is so. */
#pragma once

#include <stdint.h>

/* More letters of two bytes: Greek and Arabic without marks. Returns their first bytes. */
static uint64_t greek_or_arabic(const struct block *b)
{
    /* U+0388..038A, 0391..03A1, 03A3..03F5 */
    uint64_t lead = equal(b, 0xCE) & (range(b, 0x88, 0x8A) | range(b, 0x91, 0xA1)) >> 1;
    lead |= equal(b, 0xCE) & range(b, 0xA3, 0xBF) >> 1;
    lead |= equal(b, 0xCF) & range(b, 0x80, 0xB5) >> 1;
    /* U+0620..064A, 066E..066F, 0671..06D3 */
    lead |= equal(b, 0xD8) & range(b, 0xA0, 0xBF) >> 1;
    uint64_t d9 = range(b, 0x80, 0x8A) | range(b, 0xAE, 0xAF) | range(b, 0xB1, 0xBF);
    lead |= equal(b, 0xD9) & d9 >> 1;
    return lead | equal(b, 0xDA) | (equal(b, 0xDB) & range(b, 0x80, 0x93) >> 1);
}

/* The bytes of letters of two bytes, which are added to *word, and of signs of two bytes. high: the bytes that are not
 * ASCII; unknown: those of them that are not known yet. */
static uint64_t two_bytes(const struct block *b, uint64_t high, uint64_t unknown,
                          uint64_t *word)
{
    /* U+00C0..024F but the signs of multiplication and division; U+0400..047F, 04C0..04FF */
    uint64_t lead = range(b, 0xC3, 0xC9) | range(b, 0xD0, 0xD1) | equal(b, 0xD3);
    lead &= ~(equal(b, 0xC3) & (equal(b, 0x97) | equal(b, 0xB7)) >> 1);
    lead &= high >> 1; /* never past the end of a text that breaks off in a character */
    uint64_t letters = lead | lead << 1;
    /* U+00A0..00A9, U+00AB, U+00BB: no-break space, currencies, signs, angle quotes */
    uint64_t two =
        equal(b, 0xC2) & (range(b, 0xA0, 0xA9) | equal(b, 0xAB) | equal(b, 0xBB)) >> 1;
    two |= two << 1;
    if (unknown & ~(letters | two)) {
        lead = greek_or_arabic(b) & high >> 1;
        letters |= lead | lead << 1;
    }
    *word |= letters;
    return letters | two;
}
