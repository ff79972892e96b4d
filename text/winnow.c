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

/* A text that is not short, with what the processor can do; SIZE_MAX: the scalar code has to be asked. */
static size_t run_fast(const uint64_t *terms, size_t shingles, uint64_t *out,
                       uint64_t *places)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return winnow_avx512_run(terms, shingles, out, places);
#endif
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return winnow_avx2_run(terms, shingles, out, places);
#endif
    (void)terms, (void)shingles, (void)out, (void)places;
    return SIZE_MAX;
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
        memset(places, 0, bytes);
    } else {
        window = shingles < WINNOW_WINDOW_SHORT ? shingles : WINNOW_WINDOW_SHORT;
    }
    return run(term_hashes, shingles, window, out, places);
}

static uint32_t low_bits(uint64_t v, unsigned n)
{
    return (uint32_t)v & ((1U << n) - 1);
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
