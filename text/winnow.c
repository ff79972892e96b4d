#include "text/winnow.h"

enum {
    TURN = 13, /* bits between the turns of neighbouring tokens; prime to 64 */
    DROPPED = 64 - WINNOW_BITS
};

_Static_assert((WINNOW_WINDOW & (WINNOW_WINDOW - 1)) == 0, "a window is a mask");

static inline uint64_t turned(uint64_t v, unsigned by)
{
    return v << (by & 63) | v >> (-by & 63);
}

size_t winnow_room(size_t n)
{
    if (n <= WINNOW_SHINGLE)
        return n > 0;
    return n - WINNOW_SHINGLE + 1;
}

/* The hash of a shingle: the hashes of its terms, the last as it is, each one before it turned by
 * TURN bits more, exclusive or (Cohen's cyclic polynomial, "Recursive hashing functions for n-grams",
 * ACM TOIS 15, 1997). The terms' hashes are random enough to need no more mixing. */
static uint64_t whole_hash(const uint64_t *terms, size_t n)
{
    uint64_t h = 0;
    for (size_t i = 0; i < n; i++)
        h = turned(h, TURN) ^ terms[i];
    return h;
}

/* From the shingle before: its first term out, one in. */
static inline uint64_t next_hash(uint64_t h, uint64_t out, uint64_t in)
{
    return turned(h, TURN) ^ turned(out, TURN * WINNOW_SHINGLE) ^ in;
}

/* The window's shingles by place, and the one chosen last. */
struct window {
    uint64_t hashes[WINNOW_WINDOW];
    uint64_t least;
    size_t at;
};

/* The rightmost of the least ones among the WINNOW_WINDOW shingles that end with `last`. */
static void choose(struct window *w, size_t last)
{
    w->least = UINT64_MAX;
    for (size_t i = last - (WINNOW_WINDOW - 1); i <= last; i++) {
        uint64_t h = w->hashes[i % WINNOW_WINDOW];
        if (h <= w->least) {
            w->least = h;
            w->at = i;
        }
    }
}

static size_t least_of_all(const uint64_t *terms, size_t shingles,
                           struct fingerprint *out)
{
    uint64_t h = whole_hash(terms, WINNOW_SHINGLE);
    *out = (struct fingerprint){h >> DROPPED, 0};
    for (size_t i = 1; i < shingles; i++) {
        h = next_hash(h, terms[i - 1], terms[i + WINNOW_SHINGLE - 1]);
        if (h >> DROPPED <= out->hash)
            *out = (struct fingerprint){h >> DROPPED, (uint32_t)i};
    }
    return 1;
}

size_t winnow_fingerprints(const uint64_t *term_hashes, size_t n,
                           struct fingerprint *out)
{
    if (n < WINNOW_SHINGLE) {
        if (n > 0)
            *out = (struct fingerprint){whole_hash(term_hashes, n) >> DROPPED, 0};
        return n > 0;
    }
    size_t shingles = n - WINNOW_SHINGLE + 1;
    if (shingles < WINNOW_WINDOW)
        return least_of_all(term_hashes, shingles, out);
    struct window w = {.least = UINT64_MAX};
    uint64_t h = whole_hash(term_hashes, WINNOW_SHINGLE);
    w.hashes[0] = h >> DROPPED;
    for (size_t i = 1; i < WINNOW_WINDOW; i++) {
        h = next_hash(h, term_hashes[i - 1], term_hashes[i + WINNOW_SHINGLE - 1]);
        w.hashes[i] = h >> DROPPED;
    }
    choose(&w, WINNOW_WINDOW - 1);
    size_t count = 0;
    out[count++] = (struct fingerprint){w.least, (uint32_t)w.at};
    for (size_t i = WINNOW_WINDOW; i < shingles; i++) {
        h = next_hash(h, term_hashes[i - 1], term_hashes[i + WINNOW_SHINGLE - 1]);
        w.hashes[i % WINNOW_WINDOW] = h >> DROPPED;
        if (h >> DROPPED < w.least) {
            w.least = h >> DROPPED;
            w.at = i;
        } else if (w.at + WINNOW_WINDOW == i) {
            choose(&w, i);
        } else {
            continue;
        }
        out[count++] = (struct fingerprint){w.least, (uint32_t)w.at};
    }
    return count;
}
