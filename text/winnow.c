#include "base/cpu.h"
#include "text/winnow_scan.h"

_Static_assert((WINNOW_WINDOW & (WINNOW_WINDOW - 1)) == 0, "a window is a mask");
_Static_assert(WINNOW_SHORT >= WINNOW_SHINGLE + WINNOW_WINDOW - 1,
               "a text that is not short has a whole window");

size_t winnow_room(size_t n)
{
    if (n <= WINNOW_SHINGLE)
        return n > 0;
    return n - WINNOW_SHINGLE + 1;
}

uint64_t winnow_shingle(const uint64_t *term_hashes, size_t n)
{
    return winnow_hash(term_hashes, n < WINNOW_SHINGLE ? n : WINNOW_SHINGLE) >>
           WINNOW_DROPPED;
}

static inline uint32_t key_of(uint64_t hash)
{
    return (uint32_t)(hash >> WINNOW_KEY_SHIFT);
}

static uint32_t key_at(const uint64_t *terms, size_t at)
{
    return key_of(winnow_hash(terms + at, WINNOW_SHINGLE));
}

/* Of shingle number `at`. */
static struct fingerprint print_of(const uint64_t *terms, size_t shingles,
                                   uint64_t hash, size_t at)
{
    struct fingerprint f = {hash >> WINNOW_DROPPED, (uint32_t)at, 0, 0};
    if (at >= WINNOW_AROUND)
        f.left = winnow_left(key_at(terms, at - WINNOW_AROUND),
                             key_at(terms, at - WINNOW_AROUND / 2));
    if (shingles - at > WINNOW_AROUND)
        f.right = winnow_right(key_at(terms, at + WINNOW_AROUND / 2),
                               key_at(terms, at + WINNOW_AROUND));
    return f;
}

/* From the shingle before: its first term out, one in. */
static inline uint64_t next_hash(uint64_t h, uint64_t out, uint64_t in)
{
    return winnow_turned(h, WINNOW_TURN) ^
           winnow_turned(out, WINNOW_TURN * WINNOW_SHINGLE) ^ in;
}

/* The last shingles by place, and the one chosen last. */
struct window {
    size_t size; /* at most WINNOW_WINDOW */
    uint64_t hashes[WINNOW_WINDOW];
    uint64_t least;
    size_t at;
};

/* The rightmost of the least ones of the window that ends with shingle `last`. */
static void choose(struct window *w, size_t last)
{
    size_t first = last - (w->size - 1);
    w->least = w->hashes[first % WINNOW_WINDOW];
    w->at = first;
    for (size_t i = first + 1; i <= last; i++) {
        uint64_t h = w->hashes[i % WINNOW_WINDOW];
        if (key_of(h) <= key_of(w->least)) {
            w->least = h;
            w->at = i;
        }
    }
}

static size_t run(const uint64_t *terms, size_t shingles, size_t window,
                  struct fingerprint *out)
{
    struct window w = {.size = window};
    uint64_t h = winnow_hash(terms, WINNOW_SHINGLE);
    w.hashes[0] = h;
    for (size_t i = 1; i < window; i++) {
        h = next_hash(h, terms[i - 1], terms[i + WINNOW_SHINGLE - 1]);
        w.hashes[i] = h;
    }
    choose(&w, window - 1);
    size_t count = 0;
    out[count++] = print_of(terms, shingles, w.least, w.at);
    for (size_t i = window; i < shingles; i++) {
        h = next_hash(h, terms[i - 1], terms[i + WINNOW_SHINGLE - 1]);
        w.hashes[i % WINNOW_WINDOW] = h;
        if (key_of(h) < key_of(w.least)) {
            w.least = h;
            w.at = i;
        } else if (w.at + window == i) {
            choose(&w, i);
        } else {
            continue;
        }
        out[count++] = print_of(terms, shingles, w.least, w.at);
    }
    return count;
}

size_t winnow_fingerprints(const uint64_t *term_hashes, size_t n,
                           struct fingerprint *out)
{
    if (n < WINNOW_SHINGLE) {
        if (n > 0)
            *out = print_of(term_hashes, 1, winnow_hash(term_hashes, n), 0);
        return n > 0;
    }
    size_t shingles = n - WINNOW_SHINGLE + 1;
    if (n < WINNOW_SHORT)
        return run(term_hashes, shingles,
                   shingles < WINNOW_WINDOW_SHORT ? shingles : WINNOW_WINDOW_SHORT,
                   out);
#ifdef STEMMA_AVX2
    if (cpu_has_avx2()) {
        size_t found = winnow_avx2_run(term_hashes, shingles, out);
        if (found != SIZE_MAX)
            return found;
    }
#endif
    return run(term_hashes, shingles, WINNOW_WINDOW, out);
}
