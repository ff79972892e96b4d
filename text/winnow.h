/* Fingerprints of a text: hashes of a few of its shingles, chosen so that two texts with a long
 * enough run in common choose the same ones there.
 *
 * Robust winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document
 * fingerprinting", SIGMOD 2003): of every WINNOW_WINDOW shingles in a row the one with the least
 * hash is chosen; of equal ones that which the window before chose, else the rightmost. So
 * each run of WINNOW_SHINGLE + WINNOW_WINDOW - 1 = 12 tokens that two texts share gives both a
 * fingerprint with the same hash, and of random text 2 / (WINNOW_WINDOW + 1) of the shingles
 * are chosen. Texts of fewer than WINNOW_SHORT tokens, which seldom share so much, have windows of half
 * the size: what they would have with whole ones, and more.
 *
 * What stands around a fingerprint tells a passage in common from a turn of phrase: of a run of WINNOW_SHINGLE +
 * 2 * WINNOW_AROUND - 1 = 20 tokens that two texts share, each fingerprint inside has the tokens before it in common, or
 * those behind it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    WINNOW_SHINGLE = 5, /* tokens */
    WINNOW_WINDOW = 8,  /* shingles */
    WINNOW_SHORT = 30,  /* tokens */
    WINNOW_WINDOW_SHORT = 4,
    WINNOW_BITS = 48,  /* of a hash */
    WINNOW_AROUND = 8, /* tokens on each side of a fingerprint */
    WINNOW_LEFT_BITS = 4,
    WINNOW_RIGHT_BITS = 3,
    WINNOW_PLACE_BITS = 8,
    /* of what is noted beside a hash */
    WINNOW_MORE_BITS = WINNOW_LEFT_BITS + WINNOW_RIGHT_BITS + WINNOW_PLACE_BITS,
    WINNOW_SPARE = 7 /* numbers behind the last that may be written */
};

struct fingerprint {
    uint64_t hash; /* below 2^WINNOW_BITS; small ones are the likelier: see above */
    uint32_t at;   /* token where the shingle begins */
    /* Of a hash of the WINNOW_AROUND tokens before the shingle, and of those behind it, as many bits as named above, never
     * 0; 0: there are not so many. */
    uint8_t left, right;
};

/* The hash that the shingle at the first of n tokens, all that follow, has as a fingerprint. */
uint64_t winnow_shingle(const uint64_t *term_hashes, size_t n);
/* Room for the fingerprints of n tokens, however many they are. */
size_t winnow_room(size_t n);
/* Words of 64 bits that have one for each of n tokens. */
static inline size_t winnow_place_words(size_t n)
{
    return (n + 63) / 64;
}
/* Fingerprints of a text of n tokens (fewer than 2^32), given by the hashes of their terms
 * (HASH_SEED_TERM, base/hash.h), to out, which has winnow_room(n) places; returns how many. Each is a number:
 *
 *   hash << WINNOW_MORE_BITS | left << (WINNOW_RIGHT_BITS + WINNOW_PLACE_BITS) | right << WINNOW_PLACE_BITS
 *   | at modulo 2^WINNOW_PLACE_BITS
 *
 * They come in the order of their places, each at most WINNOW_WINDOW tokens behind the one
 * before (the first: behind token 0). A text of fewer shingles than a window has the least of
 * them; one of fewer than WINNOW_SHINGLE tokens has one, of all its tokens; an empty one none.
 * places, winnow_place_words(n) of them: a bit for each token, set where one begins. */
size_t winnow_fingerprints(const uint64_t *term_hashes, size_t n, uint64_t *out,
                           uint64_t *places);
/* All n of a text, which winnow_fingerprints gave. */
void winnow_unpack(const uint64_t *prints, size_t n, struct fingerprint *out);
