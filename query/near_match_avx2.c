/* The AVX2 twins of near_match.c: eight stories at once, or eight places of each word of a story, each with each. */
#include <immintrin.h>
#include <string.h>

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
                      uint32_t *at)
{
    uint32_t passed = 0;
    for (size_t i = 0; i < n; i++) {
        const address lo = ranges[i].lo;
        while (v[passed + NEAR_MATCH_ROOM - 1] < lo) {
            passed += NEAR_MATCH_ROOM;
        }
        at[i] =
            passed + (uint32_t)rank(v + passed,
                                    lo); /* which the next search does not wait for */
    }
    memset(at + n, 0, NEAR_MATCH_LANES * sizeof *at);
}

/* --- eight stories --------------------------------------------------------------------------- */

/* The places of the bits that are set, for a permutation that brings those lanes to the front. */
static inline __m256i to_front(unsigned bits)
{
    uint64_t lanes = _pdep_u64(bits, 0x0101010101010101u) * 0xff;
    return _mm256_cvtepu8_epi32(
        _mm_cvtsi64_si128((long long)_pext_u64(0x0706050403020100u, lanes)));
}

static inline void put(uint32_t *column, size_t at, __m256i v, __m256i front)
{
    _mm256_storeu_si256((__m256i *)(void *)(column + at),
                        _mm256_permutevar8x32_epi32(v, front));
}

/* The lanes from i on of which there are n. */
static inline unsigned lanes_of(size_t i, size_t n)
{
    return n - i < NEAR_MATCH_LANES ? (1U << (n - i)) - 1 : 0xff;
}

static inline unsigned mask_of(__m256i v)
{
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(v));
}

static inline __m256i gather(const address *v, __m256i at)
{
    return _mm256_i32gather_epi32((const int *)(const void *)v, at, sizeof *v);
}

/* No place of a word that is `more` + 1 tokens wide from there on is wholly in the story. */
static inline __m256i end_for(__m256i start, __m256i end, __m256i more)
{
    return _mm256_max_epu32(_mm256_sub_epi32(end, _mm256_min_epu32(end, more)), start);
}

static void keep_avx2(struct near_tries *t, const address *a,
                      const struct near_shape *shape, struct address_range *ranges)
{
    const __m256i more_a = all(shape->width_a - 1), more_b = all(shape->width_b - 1);
    const __m256i up = all(shape->least > 0 ? (uint32_t)shape->least : 0);
    const __m256i down = all(shape->least < 0 ? (uint32_t)-shape->least : 0);
    const __m256i ones = all(UINT32_MAX);
    size_t kept = 0;
    for (size_t i = 0; i < t->n; i += NEAR_MATCH_LANES) {
        /* their beginnings and ends, in the order 0 1 4 5 2 3 6 7 and then as they are */
        __m256 low = _mm256_castsi256_ps(load(&ranges[i].lo));
        __m256 high = _mm256_castsi256_ps(load(&ranges[i + 4].lo));
        __m256i start = _mm256_castps_si256(_mm256_shuffle_ps(low, high, 0x88));
        __m256i end = _mm256_castps_si256(_mm256_shuffle_ps(low, high, 0xdd));
        start = _mm256_permute4x64_epi64(start, 0xd8);
        end = _mm256_permute4x64_epi64(end, 0xd8);
        __m256i at = load(t->a + i), x = gather(a, at);
        __m256i end_a = end_for(start, end, more_a);
        __m256i lo =
            _mm256_add_epi32(x, _mm256_min_epu32(up, _mm256_xor_si256(x, ones)));
        lo = _mm256_sub_epi32(lo, _mm256_min_epu32(lo, down));
        lo = _mm256_max_epu32(lo, start);
        __m256i out = _mm256_or_si256(not_below(x, end_a), not_below(lo, end));
        unsigned bits = ~mask_of(out) & lanes_of(i, t->n);
        __m256i front = to_front(bits);
        put(t->story, kept, load(t->story + i), front);
        put(t->a, kept, at, front);
        put(t->end_a, kept, end_a, front);
        put(t->end_b, kept, end_for(start, end, more_b), front);
        lo = _mm256_permutevar8x32_epi32(lo, front);
        end = _mm256_permutevar8x32_epi32(end, front);
        low = _mm256_castsi256_ps(_mm256_unpacklo_epi32(lo, end));
        high = _mm256_castsi256_ps(_mm256_unpackhi_epi32(lo, end));
        _mm256_storeu_ps((float *)(void *)&ranges[kept],
                         _mm256_permute2f128_ps(low, high, 0x20));
        _mm256_storeu_ps((float *)(void *)&ranges[kept + 4],
                         _mm256_permute2f128_ps(low, high, 0x31));
        kept += (size_t)_mm_popcnt_u32(bits);
    }
    t->n = kept;
}

/* Does the place of each word that comes next match? Those of which neither that nor the end of a word is known are kept. */
static void look_at_next(struct near_tries *t, const struct near_lists *lists,
                         const struct near_band *band, bool *found)
{
    const __m256i least = all((uint32_t)band->least), one = all(1);
    const __m256i range = all((uint32_t)(band->most - band->least));
    const __m256i apart = all(band->apart ? UINT32_MAX : 0);
    size_t kept = 0;
    for (size_t i = 0; i < t->n; i += NEAR_MATCH_LANES) {
        const __m256i at_a = load(t->a + i), at_b = load(t->b + i);
        const __m256i end_a = load(t->end_a + i), end_b = load(t->end_b + i);
        const __m256i x = gather(lists->a, at_a), at = gather(lists->b, at_b);
        const __m256i same = _mm256_and_si256(_mm256_cmpeq_epi32(x, at), apart);
        /* the place behind one that is both words */
        const __m256i y =
            gather(lists->b, _mm256_add_epi32(at_b, _mm256_and_si256(same, one)));
        const __m256i d = _mm256_sub_epi32(_mm256_sub_epi32(y, x), least);
        const __m256i in = _mm256_andnot_si256(
            _mm256_and_si256(_mm256_cmpeq_epi32(x, y), apart), not_below(range, d));
        const unsigned past =
            mask_of(_mm256_or_si256(not_below(x, end_a), not_below(at, end_b)));
        const unsigned open = ~past & lanes_of(i, t->n);
        const unsigned near =
            open & mask_of(_mm256_andnot_si256(not_below(y, end_b), in));
        const __m256i front = to_front(open & ~near);
        for (unsigned k = 0; k < NEAR_MATCH_LANES; k++) {
            found[t->story[i + k]] |= near >> k & 1;
        }
        put(t->story, kept, load(t->story + i), front);
        put(t->end_a, kept, end_a, front);
        put(t->end_b, kept, end_b, front);
        put(t->a, kept, at_a, front);
        put(t->b, kept, at_b, front);
        kept += (size_t)_mm_popcnt_u32(open & ~near);
    }
    t->n = kept;
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
static inline bool match(const struct near_tries *t, size_t i,
                         const struct near_lists *lists, const struct near_band *band,
                         bool apart)
{
    const address last_a = t->end_a[i], last_b = t->end_b[i];
    const struct lanes l = {.least = all(apart ? 1 : (uint32_t)band->least),
                            .range =
                                all((uint32_t)(band->most - (apart ? 1 : band->least))),
                            .apart = apart};
    const __m256i end_a = all(last_a), end_b = all(last_b);
    const __m256i far = all(last_a + NEAR_MATCH_STORY); /* from all that is below end */
    const address *x = lists->a + t->a[i], *y = lists->b + t->b[i];
    while (*x < last_a) {
        int64_t lo = (int64_t)*x + band->least;
        if (lo >= last_b) {
            return false;
        }
        while (y[7] < lo) {
            y += 8;
        }
        if (*y >= last_b) {
            return false;
        }
        __m256i u = load(x), v = load(y);
        __m256i w = _mm256_blendv_epi8(v, far, not_below(v, end_b));
        __m256i near =
            _mm256_andnot_si256(not_below(u, end_a), each_with_each(u, w, &l));
        if (!_mm256_testz_si256(near, near)) {
            return true;
        }
        int64_t next_x = x[8] < last_a ? x[8] : INT64_MAX / 2;
        int64_t next_y = y[8] < last_b ? y[8] : INT64_MAX / 2;
        size_t past_x = below(u, next_y - band->most);
        size_t past_y = below(v, next_x + band->least);
        x += past_x + (past_x + past_y == 0);
        y += past_y;
    }
    return false;
}

static bool match_avx2(const struct near_tries *t, size_t i,
                       const struct near_lists *lists, const struct near_band *band)
{
    return band->apart ? match(t, i, lists, band, true)
                       : match(t, i, lists, band, false);
}

/* Of each story, an x whose band ends before the next y is passed, then a y before the band of the next x: up to eight of each. */
static void step(struct near_tries *t, const struct near_lists *lists,
                 const struct near_band *band)
{
    const address *a = lists->a, *b = lists->b;
    for (size_t i = 0; i < t->n; i++) {
        uint32_t x = t->a[i], y = t->b[i];
        x += (uint32_t)below(load(a + x), (int64_t)b[y] - band->most);
        y += (uint32_t)below(load(b + y), (int64_t)a[x] + band->least);
        t->a[i] = x;
        t->b[i] = y;
    }
}

static void settle_avx2(struct near_tries *t, const struct near_lists *lists,
                        const struct near_band *band, bool *found)
{
    look_at_next(t, lists, band, found);
    for (unsigned k = 0; k < SETTLE_STEPS && t->n > 0; k++) {
        step(t, lists, band);
        look_at_next(t, lists, band, found);
    }
}

const struct near_kernels near_kernels_avx2 = {seek_avx2, keep_avx2, settle_avx2,
                                               match_avx2};
