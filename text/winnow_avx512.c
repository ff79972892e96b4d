/* Winnowing with AVX-512: as with AVX2 (text/winnow_avx2.c), but sixteen shingles a step that never leave the registers, and what
 * is chosen is moved together by its mask, so that no branch depends on the text. */
#include <immintrin.h>
#include <stdbool.h>

#include "text/winnow_scan.h"

enum {
    STEP = 16, /* shingles */
    HALF = 8
};

_Static_assert(WINNOW_SHINGLE == 5 && WINNOW_WINDOW == 8 && WINNOW_TURN == 8 &&
                   WINNOW_KEY_SHIFT == 32 && WINNOW_AROUND == 8 &&
                   WINNOW_DROPPED == WINNOW_MORE_BITS + 1 &&
                   WINNOW_PLACE_BITS % 4 == 0 && WINNOW_SPARE >= HALF - 1,
               "the steps below are for these");

/* The sixteen shingles of a step. */
struct step {
    __m512i hashes[2];
    __m512i keys;
    /* Of the windows that begin there: the least key, 0 if there is no such window; the greatest of two, of four of those, with the one or
     * the three before. */
    __m512i least, of_two, of_four;
};

/* A text. */
struct text {
    const uint64_t *terms;
    size_t n, shingles, windows;
};

/* A bit for each of 16 numbers from `at` on that is below n. */
static inline uint32_t bits_below(size_t n, size_t at)
{
    size_t left = n > at ? n - at : 0;
    return _bzhi_u32(0xffff, left < STEP ? (unsigned)left : STEP);
}

/* Eight terms from number `at` on; 0 where the text has ended. */
static inline __m512i load_terms(const struct text *t, size_t at, bool inner)
{
    if (inner)
        return _mm512_loadu_si512(t->terms + at);
    return _mm512_maskz_loadu_epi64((__mmask8)bits_below(t->n, at),
                                    t->terms + (at < t->n ? at : t->n));
}

/* The shingles from `at` on. inner: as many terms as are asked for follow. */
static inline __attribute__((always_inline)) void hash_step(struct step *s,
                                                            const struct text *t,
                                                            size_t at, bool inner)
{
    __m512i t0 = load_terms(t, at, inner), t1 = load_terms(t, at + HALF, inner),
            t2 = load_terms(t, at + STEP, inner);
    /* Of two terms each; four; five. */
    __m512i a =
        _mm512_xor_si512(_mm512_rol_epi64(t0, 8), _mm512_alignr_epi64(t1, t0, 1));
    __m512i b =
        _mm512_xor_si512(_mm512_rol_epi64(t1, 8), _mm512_alignr_epi64(t2, t1, 1));
    __m512i c =
        _mm512_xor_si512(_mm512_rol_epi64(t2, 8), _mm512_alignr_epi64(t2, t2, 1));
    a = _mm512_xor_si512(_mm512_rol_epi64(a, 16), _mm512_alignr_epi64(b, a, 2));
    b = _mm512_xor_si512(_mm512_rol_epi64(b, 16), _mm512_alignr_epi64(c, b, 2));
    s->hashes[0] =
        _mm512_xor_si512(_mm512_rol_epi64(a, 8), _mm512_alignr_epi64(t1, t0, 4));
    s->hashes[1] =
        _mm512_xor_si512(_mm512_rol_epi64(b, 8), _mm512_alignr_epi64(t2, t1, 4));
    const __m512i high =
        _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    s->keys = _mm512_permutex2var_epi32(s->hashes[0], high, s->hashes[1]);
}

/* The windows that begin there, a bit each; `next` are the keys of the next step. */
static inline void find_least(struct step *s, __m512i next, uint32_t windows)
{
    __m512i k = s->keys;
    /* Of 2, 4 and 8 shingles; of the next step's as many as are asked for. */
    __m512i two = _mm512_min_epu32(k, _mm512_alignr_epi32(next, k, 1));
    __m512i next_two = _mm512_min_epu32(next, _mm512_alignr_epi32(next, next, 1));
    __m512i four = _mm512_min_epu32(two, _mm512_alignr_epi32(next_two, two, 2));
    __m512i next_four =
        _mm512_min_epu32(next_two, _mm512_alignr_epi32(next_two, next_two, 2));
    __m512i eight = _mm512_min_epu32(four, _mm512_alignr_epi32(next_four, four, 4));
    s->least = _mm512_maskz_mov_epi32((__mmask16)windows, eight);
}

/* Whether a shingle is the least of some window: of those windows that hold it, the greatest least key is its own. */
static inline uint32_t choose(struct step *s, const struct step *before)
{
    __m512i l = s->least;
    s->of_two = _mm512_max_epu32(l, _mm512_alignr_epi32(l, before->least, 15));
    s->of_four =
        _mm512_max_epu32(s->of_two, _mm512_alignr_epi32(s->of_two, before->of_two, 14));
    __m512i of_eight = _mm512_max_epu32(
        s->of_four, _mm512_alignr_epi32(s->of_four, before->of_four, 12));
    return _cvtmask16_u32(_mm512_cmpeq_epi32_mask(of_eight, s->keys));
}

/* What the keys of two shingles say of a side, where there is one. */
static inline __m512i side(uint32_t is_there, __m512i a, __m512i b, uint32_t bits)
{
    __m512i v =
        _mm512_and_si512(_mm512_xor_si512(a, b), _mm512_set1_epi32((1 << bits) - 1));
    return _mm512_maskz_max_epu32((__mmask16)is_there, v, _mm512_set1_epi32(1));
}

/* What is noted beside the hashes of a step's shingles; left, right: a bit for each that has so many tokens on that side. */
static inline __m512i more_of(__m512i before, __m512i keys, __m512i next, size_t at,
                              uint32_t is_left, uint32_t is_right)
{
    const __m512i number =
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const uint32_t low = (1U << WINNOW_PLACE_BITS) - STEP;
    __m512i left = side(is_left, _mm512_alignr_epi32(keys, before, 8),
                        _mm512_alignr_epi32(keys, before, 12), WINNOW_LEFT_BITS);
    __m512i right = side(is_right, _mm512_alignr_epi32(next, keys, 4),
                         _mm512_alignr_epi32(next, keys, 8), WINNOW_RIGHT_BITS);
    __m512i place =
        _mm512_or_si512(number, _mm512_set1_epi32((int)((uint32_t)at & low)));
    left = _mm512_slli_epi32(left, WINNOW_RIGHT_BITS + WINNOW_PLACE_BITS);
    right = _mm512_slli_epi32(right, WINNOW_PLACE_BITS);
    return _mm512_or_si512(place, _mm512_or_si512(left, right));
}

/* Those chosen of eight. Returns how many. */
static inline size_t put(__m512i hashes, __m256i more, uint32_t chosen, uint64_t *out)
{
    const __m512i beside = _mm512_set1_epi64((1 << WINNOW_MORE_BITS) - 1);
    __m512i wide = _mm512_cvtepu32_epi64(more);
    /* Bits of the one where `beside` has ones, else of the other. */
    __m512i prints = _mm512_ternarylogic_epi64(
        beside, wide, _mm512_srli_epi64(hashes, WINNOW_DROPPED - WINNOW_MORE_BITS),
        0xca);
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi64((__mmask8)chosen, prints));
    return (size_t)_mm_popcnt_u32(chosen);
}

/* Whether two neighbours have one key: then they may be of one window. */
static bool any_tie(const uint64_t *prints, size_t n)
{
    const uint64_t key = UINT64_MAX << WINNOW_KEY_AT;
    const __m512i keys = _mm512_set1_epi64((int64_t)key);
    bool same = false;
    size_t i = 0;
    for (; i + HALF < n; i += HALF) {
        __m512i differ = _mm512_xor_si512(_mm512_loadu_si512(prints + i),
                                          _mm512_loadu_si512(prints + i + 1));
        same |= _cvtmask8_u32(_mm512_testn_epi64_mask(differ, keys)) != 0;
    }
    for (; i + 1 < n; i++)
        same |= ((prints[i] ^ prints[i + 1]) & key) == 0;
    return same;
}

/* What was found so far, and where the walk is. */
struct walk {
    struct step before, now;
    uint64_t *out, *places;
    size_t count;
};

/* The step from `at` on. inner: all shingles, windows and what is around them lie inside the text. */
static inline __attribute__((always_inline)) void take(struct walk *w,
                                                       const struct text *t, size_t at,
                                                       bool inner)
{
    struct step next;
    struct step *now = &w->now;
    hash_step(&next, t, at + STEP, inner);
    find_least(now, next.keys, inner ? 0xffff : bits_below(t->windows, at));
    uint32_t chosen = choose(now, &w->before);
    if (!inner)
        chosen &= bits_below(t->shingles, at);
    __m512i more =
        more_of(w->before.keys, now->keys, next.keys, at, at > 0 ? 0xffff : 0xff00,
                inner ? 0xffff : bits_below(t->shingles, at + WINNOW_AROUND));
    w->places[at / 64] |= (uint64_t)chosen << at % 64;
    w->count += put(now->hashes[0], _mm512_castsi512_si256(more), chosen & 0xff,
                    w->out + w->count);
    w->count += put(now->hashes[1], _mm512_extracti64x4_epi64(more, 1), chosen >> HALF,
                    w->out + w->count);
    w->before = *now;
    *now = next;
}

size_t winnow_avx512_run(const uint64_t *terms, size_t shingles, uint64_t *out,
                         uint64_t *places, bool *tied)
{
    const struct text t = {terms, shingles + WINNOW_SHINGLE - 1, shingles,
                           shingles - WINNOW_WINDOW + 1};
    struct walk w = {.out = out, .places = places};
    size_t at = 0;
    hash_step(&w.now, &t, 0, false);
    for (; at + 2 * STEP + HALF <= t.n; at += STEP)
        take(&w, &t, at, true);
    for (; at < shingles; at += STEP)
        take(&w, &t, at, false);
    *tied = any_tie(out, w.count);
    return w.count;
}
