/* The AVX2 twins of near_match.c: eight places of each word at once, each with each. */
#include <immintrin.h>

#include "query/near_match.h"

enum {
    SETTLE_STEPS = 4 /* what is left then has many places, and hardly one near */
};

static inline __m256i load(const address *v)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)v);
}

static inline __m256i all(uint32_t v)
{
    return _mm256_set1_epi32((int)v);
}

static inline __m256i not_below(__m256i v, __m256i lo)
{
    return _mm256_cmpeq_epi32(_mm256_max_epu32(v, lo), v);
}

/* How many of NEAR_MATCH_ROOM ascending values are below lo: by sums of comparisons, each of a few values of which the first that is
 * not below is one, for a branch here is wrong every other time. */
static inline size_t rank(const address *v, address lo)
{
    const __m256i key = all(lo);
    size_t at = ((size_t)(v[63] < lo) + (v[127] < lo) + (v[191] < lo)) * 64;
    at += ((size_t)(v[at + 15] < lo) + (v[at + 31] < lo) + (v[at + 47] < lo)) * 16;
    __m256i more = _mm256_packs_epi32(not_below(load(v + at), key),
                                      not_below(load(v + at + 8), key));
    unsigned bits = (unsigned)_mm256_movemask_epi8(more); /* two for each value */
    return at + 16 - (size_t)_mm_popcnt_u32(bits) / 2;
}

static void seek_avx2(const address *v, const struct address_range *ranges, size_t n,
                      const address **at)
{
    for (size_t i = 0; i < n; i++) {
        const address lo = ranges[i].lo;
        while (v[NEAR_MATCH_ROOM - 1] < lo) {
            v += NEAR_MATCH_ROOM;
        }
        at[i] = v + rank(v, lo); /* which the next search does not wait for */
    }
}

/* How many of eight ascending lanes are below `lo`. */
static inline size_t below(__m256i v, int64_t lo)
{
    uint32_t edge = lo < 0 ? 0 : lo > UINT32_MAX ? UINT32_MAX : (uint32_t)lo;
    __m256i more = not_below(v, all(edge));
    return 8 - (size_t)_mm_popcnt_u32(
                   (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(more)));
}

/* A band in all lanes. */
struct lanes {
    __m256i least, range;
    bool apart;
};

/* All ones where a lane of y is in the band of the same lane of x. */
static inline __m256i in_band(__m256i x, __m256i y, const struct lanes *l)
{
    __m256i d = _mm256_sub_epi32(y, x);
    d = _mm256_sub_epi32(l->apart ? _mm256_abs_epi32(d) : d, l->least);
    return _mm256_cmpeq_epi32(_mm256_min_epu32(d, l->range), d);
}

/* All ones in each lane of x that has a lane of y in its band. */
static inline __m256i each_with_each(__m256i x, __m256i y, const struct lanes *l)
{
    __m256i z = _mm256_permute2x128_si256(y, y, 1);
    __m256i a = in_band(x, y, l), b = in_band(x, z, l);
    a = _mm256_or_si256(a, in_band(x, _mm256_shuffle_epi32(y, 0x39), l));
    b = _mm256_or_si256(b, in_band(x, _mm256_shuffle_epi32(z, 0x39), l));
    a = _mm256_or_si256(a, in_band(x, _mm256_shuffle_epi32(y, 0x4e), l));
    b = _mm256_or_si256(b, in_band(x, _mm256_shuffle_epi32(z, 0x4e), l));
    a = _mm256_or_si256(a, in_band(x, _mm256_shuffle_epi32(y, 0x93), l));
    b = _mm256_or_si256(b, in_band(x, _mm256_shuffle_epi32(z, 0x93), l));
    return _mm256_or_si256(a, b);
}

/* Where eight of each were compared and none is near, what may go: an x whose band ends before the next y, a y before the band of
 * the next x. There is one: else x[0] and y[0] were near, or if they are the same token, another x and y[0]; unless all x are that
 * token. */
static inline bool match(const struct near_try *t, const struct near_band *band,
                         bool apart)
{
    const struct lanes l = {.least = all(apart ? 1 : (uint32_t)band->least),
                            .range =
                                all((uint32_t)(band->most - (apart ? 1 : band->least))),
                            .apart = apart};
    const __m256i end_a = all(t->end_a), end_b = all(t->end_b);
    const __m256i far =
        all(t->end_a + NEAR_MATCH_STORY); /* from all that is below end */
    const address *x = t->a, *y = t->b;
    while (*x < t->end_a) {
        int64_t lo = (int64_t)*x + band->least;
        if (lo >= t->end_b) {
            return false;
        }
        while (y[7] < lo) {
            y += 8;
        }
        if (*y >= t->end_b) {
            return false;
        }
        __m256i u = load(x), v = load(y);
        __m256i w = _mm256_blendv_epi8(v, far, not_below(v, end_b));
        __m256i near =
            _mm256_andnot_si256(not_below(u, end_a), each_with_each(u, w, &l));
        if (!_mm256_testz_si256(near, near)) {
            return true;
        }
        int64_t next_x = x[8] < t->end_a ? x[8] : INT64_MAX / 2;
        int64_t next_y = y[8] < t->end_b ? y[8] : INT64_MAX / 2;
        size_t past_x = below(u, next_y - band->most);
        size_t past_y = below(v, next_x + band->least);
        x += past_x + (past_x + past_y == 0);
        y += past_y;
    }
    return false;
}

static bool match_avx2(const struct near_try *t, const struct near_band *band)
{
    return band->apart ? match(t, band, true) : match(t, band, false);
}

/* Does the place of each word that comes next match? Those of which neither that nor the end of a word is known are kept. */
static size_t look_at_next(struct near_try *tries, size_t n,
                           const struct near_band *band, bool *found)
{
    const uint32_t range = (uint32_t)(band->most - band->least);
    const bool apart = band->apart;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const struct near_try t = tries[i];
        const address x = *t.a, at = *t.b;
        const address y = t.b[(int)apart & (at == x)];
        const uint32_t d = y - x - (uint32_t)band->least;
        const bool open = (x < t.end_a) & (at < t.end_b);
        const bool near =
            open & (y < t.end_b) & (d <= range) & !((int)apart & (y == x));
        found[t.story] |= near;
        tries[kept] = t;
        kept += (size_t)(open & !near);
    }
    return kept;
}

/* An x whose band ends before the next y is passed, then a y before the band of the next x: up to eight of each. */
static void step(struct near_try *t, const struct near_band *band)
{
    t->a += below(load(t->a), (int64_t)*t->b - band->most);
    t->b += below(load(t->b), (int64_t)*t->a + band->least);
}

static size_t settle_avx2(struct near_try *tries, size_t n,
                          const struct near_band *band, bool *found)
{
    for (unsigned k = 0; k < SETTLE_STEPS && n > 0; k++) {
        for (size_t i = 0; i < n; i++) {
            step(&tries[i], band);
        }
        n = look_at_next(tries, n, band, found);
    }
    return n;
}

const struct near_kernels near_kernels_avx2 = {seek_avx2, match_avx2, settle_avx2};
