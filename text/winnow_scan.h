/* Inside text/winnow: what the scalar code and its twins agree on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/winnow.h"

enum {
    WINNOW_TURN = 8, /* bits by which the hash of each earlier token is turned more */
    WINNOW_DROPPED = 64 - WINNOW_BITS,
    WINNOW_KEY_SHIFT = 32, /* shingles are chosen by the bits above it */
    WINNOW_KEY_AT =
        WINNOW_KEY_SHIFT - WINNOW_DROPPED + WINNOW_MORE_BITS /* in a print */
};

static inline uint64_t winnow_turned(uint64_t v, unsigned by)
{
    return v << (by & 63) | v >> (-by & 63);
}

/* The hash of n tokens in a row: the hashes of their terms, the last as it is, each one before it
 * turned by WINNOW_TURN bits more, exclusive or (Cohen's cyclic polynomial, "Recursive hashing functions
 * for n-grams", ACM TOIS 15, 1997). Terms' hashes are random enough to need no more mixing. */
static inline uint64_t winnow_hash(const uint64_t *terms, size_t n)
{
    uint64_t h = 0;
    for (size_t i = 0; i < n; i++)
        h = winnow_turned(h, WINNOW_TURN) ^ terms[i];
    return h;
}

/* left and right of a fingerprint, from the keys of the shingles that begin WINNOW_AROUND tokens and half as many before
 * it, or behind it: with its own they hold all words on that side. */
static inline uint32_t winnow_left(uint32_t far, uint32_t near)
{
    uint32_t bits = (far ^ near) & ((1U << WINNOW_LEFT_BITS) - 1);
    return bits + (bits == 0);
}

static inline uint32_t winnow_right(uint32_t near, uint32_t far)
{
    uint32_t bits = (near ^ far) & ((1U << WINNOW_RIGHT_BITS) - 1);
    return bits + (bits == 0);
}

static inline uint64_t winnow_packed(uint64_t hash, uint32_t left, uint32_t right,
                                     size_t at)
{
    uint64_t around = left << WINNOW_RIGHT_BITS | right;
    return hash >> WINNOW_DROPPED << WINNOW_MORE_BITS | around << WINNOW_PLACE_BITS |
           (at & ((1U << WINNOW_PLACE_BITS) - 1));
}

/* As winnow_fingerprints, of a text of WINNOW_WINDOW shingles or more whose windows are whole, but with each shingle that is
 * the least of a window, or one of the least. *tied: some window may have two; then winnow_drop_ties has to be called. */
size_t winnow_avx2_run(const uint64_t *terms, size_t shingles, uint64_t *out,
                       uint64_t *places, bool *tied);
size_t winnow_avx512_run(const uint64_t *terms, size_t shingles, uint64_t *out,
                         uint64_t *places, bool *tied);
/* Of n prints that one of these gave, keeps those that are chosen. Returns how many. */
size_t winnow_drop_ties(uint64_t *prints, size_t n, size_t shingles, uint64_t *places);
