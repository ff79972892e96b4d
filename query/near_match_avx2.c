/* The AVX2 twins of near_match.c: eight places of each word at once, each with each. */
#include <immintrin.h>

#include "query/near_match.h"

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

/* How many of 64 values are below lo. All are counted, for what a search compares next waits for what it compared before. */
static inline size_t rank(const address *v, address lo)
{
    const __m256i key = all(lo);
    __m256i a = _mm256_setzero_si256(), b = a; /* how many are not, negative */
    for (size_t i = 0; i < NEAR_MATCH_ROOM; i += 16) {
        a = _mm256_add_epi32(a, not_below(load(v + i), key));
        b = _mm256_add_epi32(b, not_below(load(v + i + 8), key));
    }
    /* at most eight a lane: as bytes they are summed at once */
    __m256i sum = _mm256_sad_epu8(
        _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_add_epi32(a, b)),
        _mm256_setzero_si256());
    __m128i half =
        _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_unpackhi_epi64(half, half));
    return NEAR_MATCH_ROOM - (size_t)(unsigned)_mm_cvtsi128_si32(half);
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
static inline bool match(const struct near_places *a, const struct near_places *b,
                         const struct near_band *band, bool apart)
{
    const struct lanes l = {.least = all(apart ? 1 : (uint32_t)band->least),
                            .range =
                                all((uint32_t)(band->most - (apart ? 1 : band->least))),
                            .apart = apart};
    const __m256i end_a = all(a->end), end_b = all(b->end);
    const __m256i far = all(a->end + NEAR_MATCH_STORY); /* from all that is below end */
    const address *x = a->from, *y = b->from;
    while (*x < a->end) {
        int64_t lo = (int64_t)*x + band->least;
        if (lo >= b->end) {
            return false;
        }
        while (y[7] < lo) {
            y += 8;
        }
        if (*y >= b->end) {
            return false;
        }
        __m256i u = load(x), v = load(y);
        __m256i w = _mm256_blendv_epi8(v, far, not_below(v, end_b));
        __m256i near =
            _mm256_andnot_si256(not_below(u, end_a), each_with_each(u, w, &l));
        if (!_mm256_testz_si256(near, near)) {
            return true;
        }
        int64_t next_x = x[8] < a->end ? x[8] : INT64_MAX / 2;
        int64_t next_y = y[8] < b->end ? y[8] : INT64_MAX / 2;
        size_t past_x = below(u, next_y - band->most);
        size_t past_y = below(v, next_x + band->least);
        x += past_x + (past_x + past_y == 0);
        y += past_y;
    }
    return false;
}

static bool match_avx2(const struct near_places *a, const struct near_places *b,
                       const struct near_band *band)
{
    return band->apart ? match(a, b, band, true) : match(a, b, band, false);
}

const struct near_kernels near_kernels_avx2 = {seek_avx2, match_avx2};
