/* Winnowing with AVX2: instead of a window that slides, the least key of every window (a
 * running minimum), then for every shingle the greatest of those among the windows that hold it (a
 * running maximum). A shingle is chosen by some window if and only if that is its own
 * key: of several equal ones in a window all would be, and then the scalar code is asked.
 * This "opening" of the sequence has no branch that depends on the text but those over the bits of
 * what was chosen. */
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "text/winnow_scan.h"

enum {
    CHUNK = 512, /* shingles that are decided at a time */
    /* places for those before the chunk and behind it whose windows reach into it, or that stand around its own */
    BEFORE = 8,
    BEHIND = 8,
    PLACES = BEFORE + CHUNK + BEHIND + 8, /* and what a vector may touch */
    LANES = 8
};

_Static_assert(WINNOW_SHINGLE == 5 && WINNOW_WINDOW == 8 && WINNOW_TURN == 8 &&
                   WINNOW_KEY_SHIFT == 32 && WINNOW_AROUND == 8,
               "the steps below are for these");

/* Place p is shingle base - BEFORE + p. */
struct chunk {
    uint64_t hashes[PLACES];
    uint32_t keys[PLACES];
    uint32_t least[PLACES]; /* key of the window that begins there; 0: no such window */
};

static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256(p);
}

/* 64-bit lanes turned left by 8, 16 bits. */
static inline __m256i turn8(__m256i v)
{
    const __m256i order = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14));
    return _mm256_shuffle_epi8(v, order);
}

static inline __m256i turn16(__m256i v)
{
    const __m256i order = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(6, 7, 0, 1, 2, 3, 4, 5, 14, 15, 8, 9, 10, 11, 12, 13));
    return _mm256_shuffle_epi8(v, order);
}

/* Hashes of the four shingles that begin at t. */
static inline __m256i hash4(const uint64_t *t)
{
    __m256i first = _mm256_xor_si256(turn8(load(t)), load(t + 1));
    __m256i second = _mm256_xor_si256(turn8(load(t + 2)), load(t + 3));
    __m256i four = _mm256_xor_si256(turn16(first), second);
    return _mm256_xor_si256(turn8(four), load(t + 4));
}

/* Hashes and keys of the shingles [from, to) at place p on. */
static void hash_all(struct chunk *c, const uint64_t *terms, size_t from, size_t to,
                     size_t p)
{
    size_t i = from;
    for (; i + LANES <= to; i += LANES, p += LANES) {
        __m256i a = hash4(terms + i), b = hash4(terms + i + 4);
        _mm256_storeu_si256((void *)(c->hashes + p), a);
        _mm256_storeu_si256((void *)(c->hashes + p + 4), b);
        __m256 high =
            _mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0xDD);
        __m256i keys = _mm256_permute4x64_epi64(_mm256_castps_si256(high), 0xD8);
        _mm256_storeu_si256((void *)(c->keys + p), keys);
    }
    for (; i < to; i++, p++) {
        c->hashes[p] = winnow_hash(terms + i, WINNOW_SHINGLE);
        c->keys[p] = (uint32_t)(c->hashes[p] >> WINNOW_KEY_SHIFT);
    }
}

/* The least of 8 keys from each place on, and the greatest of 8 up to each place. */
static inline __m256i least8(const uint32_t *p)
{
    __m256i a = _mm256_min_epu32(load(p), load(p + 1));
    __m256i b = _mm256_min_epu32(load(p + 2), load(p + 3));
    __m256i c = _mm256_min_epu32(load(p + 4), load(p + 5));
    __m256i d = _mm256_min_epu32(load(p + 6), load(p + 7));
    return _mm256_min_epu32(_mm256_min_epu32(a, b), _mm256_min_epu32(c, d));
}

static inline __m256i greatest8(const uint32_t *p)
{
    __m256i a = _mm256_max_epu32(load(p), load(p - 1));
    __m256i b = _mm256_max_epu32(load(p - 2), load(p - 3));
    __m256i c = _mm256_max_epu32(load(p - 4), load(p - 5));
    __m256i d = _mm256_max_epu32(load(p - 6), load(p - 7));
    return _mm256_max_epu32(_mm256_max_epu32(a, b), _mm256_max_epu32(c, d));
}

/* Bits of the chosen ones among the 64 shingles from place p on. */
static inline uint64_t chosen(const struct chunk *c, size_t p)
{
    uint64_t bits = 0;
    for (unsigned k = 0; k < 64; k += LANES) {
        __m256i equal =
            _mm256_cmpeq_epi32(greatest8(c->least + p + k), load(c->keys + p + k));
        bits |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(equal)) << k;
    }
    return bits;
}

/* Makes ready the places that decide about the shingles [base, end). */
static void fill(struct chunk *c, const uint64_t *terms, size_t shingles, size_t base,
                 size_t end)
{
    size_t from = base ? base - BEFORE : 0;
    size_t to = shingles - end < BEHIND ? shingles : end + BEHIND;
    size_t first = from + BEFORE - base;
    hash_all(c, terms, from, to, first);
    for (size_t p = first; p < end - base + BEFORE; p += LANES)
        _mm256_storeu_si256((void *)(c->least + p), least8(c->keys + p));
    /* Windows that would begin before the text, or end behind it. */
    if (base == 0)
        memset(c->least, 0, BEFORE * sizeof *c->least);
    size_t windows = shingles - WINNOW_WINDOW + 1;
    for (size_t p = windows + BEFORE - base; p < end - base + BEFORE; p++)
        c->least[p] = 0;
}

/* Shingle number i, at place p. */
static inline uint64_t print_at(const struct chunk *c, size_t shingles, size_t i,
                                size_t p)
{
    const uint32_t *key = c->keys + p;
    uint32_t left = 0, right = 0;
    if (i >= WINNOW_AROUND)
        left = winnow_left(key[-WINNOW_AROUND], key[-WINNOW_AROUND / 2]);
    if (shingles - i > WINNOW_AROUND)
        right = winnow_right(key[WINNOW_AROUND / 2], key[WINNOW_AROUND]);
    return winnow_packed(c->hashes[p], left, right, i);
}

size_t winnow_avx2_run(const uint64_t *terms, size_t shingles, uint64_t *out,
                       uint64_t *places, bool *tied)
{
    struct chunk c;
    size_t count = 0;
    uint32_t last_key = 0;
    bool tie = false;
    memset(&c, 0, sizeof c);
    for (size_t base = 0; base < shingles; base += CHUNK) {
        size_t end = shingles - base < CHUNK ? shingles : base + CHUNK;
        fill(&c, terms, shingles, base, end);
        for (size_t at = base; at < end; at += 64) {
            uint64_t bits = chosen(&c, at - base + BEFORE);
            if (end - at < 64)
                bits &= (UINT64_C(1) << (end - at)) - 1;
            places[at / 64] = bits;
            for (; bits; bits = _blsr_u64(bits)) {
                size_t i = at + _tzcnt_u64(bits), p = i - base + BEFORE;
                out[count++] = print_at(&c, shingles, i, p);
                tie |= c.keys[p] == last_key;
                last_key = c.keys[p];
            }
        }
    }
    *tied = tie;
    return count;
}
