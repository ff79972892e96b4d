#include <string.h>

#include "base/cpu.h"
#include "text/winnow_scan.h"

_Static_assert((WINNOW_WINDOW & (WINNOW_WINDOW - 1)) == 0, "a window is a mask");
_Static_assert(WINNOW_SHORT >= WINNOW_SHINGLE + WINNOW_WINDOW - 1,
               "a text that is not short has a whole window");

size_t winnow_room(size_t n)
{
    return n + WINNOW_SPARE;
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

/* Of shingle number `at`; notes its place. */
static uint64_t print_of(const uint64_t *terms, size_t shingles, uint64_t hash,
                         size_t at, uint64_t *places)
{
    uint32_t left = 0, right = 0;
    if (at >= WINNOW_AROUND)
        left = winnow_left(key_at(terms, at - WINNOW_AROUND),
                           key_at(terms, at - WINNOW_AROUND / 2));
    if (shingles - at > WINNOW_AROUND)
        right = winnow_right(key_at(terms, at + WINNOW_AROUND / 2),
                             key_at(terms, at + WINNOW_AROUND));
    places[at / 64] |= UINT64_C(1) << at % 64;
    return winnow_packed(hash, left, right, at);
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

static size_t run(const uint64_t *terms, size_t shingles, size_t window, uint64_t *out,
                  uint64_t *places)
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
    out[count++] = print_of(terms, shingles, w.least, w.at, places);
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
        out[count++] = print_of(terms, shingles, w.least, w.at, places);
    }
    return count;
}

static uint32_t low_bits(uint64_t v, unsigned n)
{
    return (uint32_t)v & ((1U << n) - 1);
}

/* A walk over prints, by their places. */
struct places_walk {
    const uint64_t *prints;
    size_t n, i; /* the print looked at; n: none is left */
    size_t at;   /* its place */
};

static void walk_next(struct places_walk *w)
{
    if (++w->i < w->n)
        w->at += low_bits(w->prints[w->i] - w->at, WINNOW_PLACE_BITS);
}

static uint32_t print_key(const struct places_walk *w)
{
    return (uint32_t)(w->prints[w->i] >> WINNOW_KEY_AT);
}

/* From the first print behind the one chosen last, whose key is `key`: moves to the next that is chosen, as `run` would.
 * `from` is the place behind that one. False: no other is. */
static bool walk_to_chosen(struct places_walk *w, uint32_t key, size_t from,
                           size_t shingles)
{
    struct places_walk least = *w;
    uint32_t least_key = UINT32_MAX;
    for (; w->i < w->n && w->at < from + WINNOW_WINDOW; walk_next(w)) {
        uint32_t own = print_key(w);
        if (own < key)
            return true;
        if (own <= least_key) {
            least = *w;
            least_key = own;
        }
    }
    bool is_whole = from + WINNOW_WINDOW <= shingles && least.i < w->i;
    *w = least;
    return is_whole;
}

size_t winnow_drop_ties(uint64_t *prints, size_t n, size_t shingles, uint64_t *places)
{
    struct places_walk w = {.prints = prints, .n = n};
    size_t count = 0, from = 0;
    uint32_t key = 0; /* nothing is less */
    if (n == 0)
        return 0;
    w.at = low_bits(prints[0], WINNOW_PLACE_BITS);
    for (;;) {
        struct places_walk chosen = w;
        bool found = walk_to_chosen(&chosen, key, from, shingles);
        for (; w.i < (found ? chosen.i : n); walk_next(&w))
            places[w.at / 64] &= ~(UINT64_C(1) << w.at % 64);
        if (!found)
            return count;
        key = print_key(&w);
        from = w.at + 1;
        uint64_t print = prints[w.i];
        walk_next(&w);
        prints[count++] = print;
    }
}

/* A text that is not short, with what the processor can do; SIZE_MAX: the scalar code has to be asked. */
static size_t run_fast(const uint64_t *terms, size_t shingles, uint64_t *out,
                       uint64_t *places)
{
    size_t found = SIZE_MAX;
    bool tied = false;
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        found = winnow_avx512_run(terms, shingles, out, places, &tied);
#endif
#ifdef STEMMA_AVX2
    if (found == SIZE_MAX && cpu_has_avx2())
        found = winnow_avx2_run(terms, shingles, out, places, &tied);
#endif
    (void)terms;
    return tied ? winnow_drop_ties(out, found, shingles, places) : found;
}

size_t winnow_fingerprints(const uint64_t *term_hashes, size_t n, uint64_t *out,
                           uint64_t *places)
{
    size_t bytes = winnow_place_words(n) * sizeof *places, window = WINNOW_WINDOW;
    if (n == 0)
        return 0;
    memset(places, 0, bytes);
    if (n < WINNOW_SHINGLE) {
        *out = print_of(term_hashes, 1, winnow_hash(term_hashes, n), 0, places);
        return 1;
    }
    size_t shingles = n - WINNOW_SHINGLE + 1;
    if (n >= WINNOW_SHORT) {
        size_t found = run_fast(term_hashes, shingles, out, places);
        if (found != SIZE_MAX)
            return found;
    } else {
        window = shingles < WINNOW_WINDOW_SHORT ? shingles : WINNOW_WINDOW_SHORT;
    }
    return run(term_hashes, shingles, window, out, places);
}

void winnow_unpack(const uint64_t *prints, size_t n, struct fingerprint *out)
{
    uint32_t at = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t v = prints[i];
        at +=
            low_bits(v - at, WINNOW_PLACE_BITS); /* it is not far from the one before */
        v >>= WINNOW_PLACE_BITS;
        out[i] = (struct fingerprint){
            .hash = v >> (WINNOW_LEFT_BITS + WINNOW_RIGHT_BITS),
            .at = at,
            .left = (uint8_t)low_bits(v >> WINNOW_RIGHT_BITS, WINNOW_LEFT_BITS),
            .right = (uint8_t)low_bits(v, WINNOW_RIGHT_BITS)};
    }
}
