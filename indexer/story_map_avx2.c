/* Stories of ascending addresses, eight at a time. */
#include <immintrin.h>

#include "indexer/story_map.h"

enum {
    LANES = 8,
    DENSE = 6, /* addresses for each story of the stream */
    ALL_BORDERS = STORY_MAP_SHIFT_MAX * STORY_MAP_BORDERS
};

static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256(p);
}

/* Loads one by one and not a gather, which takes twice the time of them on processors where it is many small steps. */
static inline __m256 blocks_of(const struct story_map *m, const address *list,
                               unsigned a, unsigned b, unsigned c, unsigned d)
{
    const uint64_t *blocks = m->blocks;
    const unsigned shift = m->shift;
    return _mm256_castsi256_ps(_mm256_setr_epi64x(
        (long long)blocks[list[a] >> shift], (long long)blocks[list[b] >> shift],
        (long long)blocks[list[c] >> shift], (long long)blocks[list[d] >> shift]));
}

/* The blocks of eight addresses: the lower halves, what is said of borders, and the upper ones, stories. */
static inline void look_up(const struct story_map *m, const address *list,
                           __m256i *borders, __m256i *stories)
{
    /* Addresses 0, 1, 4 and 5, then the others: their halves come to lie in order. */
    __m256 a = blocks_of(m, list, 0, 1, 4, 5);
    __m256 b = blocks_of(m, list, 2, 3, 6, 7);
    *borders = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88));
    *stories = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xDD));
}

/* Moves the lanes of `which` to out, which has room for all; returns how many. */
static inline size_t put(__m256i v, unsigned which, story_id *out)
{
    uint64_t bytes = _pdep_u64(which, 0x0101010101010101u) * 0xff;
    uint64_t lanes = _pext_u64(0x0706050403020100u, bytes);
    __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)lanes));
    _mm256_storeu_si256((void *)out, _mm256_permutevar8x32_epi32(v, order));
    return (size_t)_mm_popcnt_u32(which);
}

/* Bits of the lanes, which ascend, that are not below an address. */
static inline unsigned not_below(__m256i at, __m256i end)
{
    __m256i more = _mm256_cmpeq_epi32(_mm256_max_epu32(at, end), at);
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(more));
}

/* Lists with many addresses a story: what lies in the same one is passed over. */
static size_t list_dense(const struct story_map *m, const address *list, size_t n,
                         story_id last, story_id *out)
{
    const address *starts = m->starts;
    story_id story = last == UINT32_MAX ? 0 : last;
    size_t n_out = 0;
    for (size_t i = 0; i < n;) {
        while (starts[story + 1] <= list[i])
            story++;
        out[n_out] = story;
        n_out += story != last;
        last = story;
        const __m256i end = _mm256_set1_epi32((int)starts[story + 1]);
        unsigned behind = 0;
        for (; i + LANES <= n && behind == 0; i += LANES)
            behind = not_below(load(list + i), end);
        if (behind != 0)
            i -= LANES - _tzcnt_u32(behind);
        else
            while (i < n && list[i] < starts[story + 1])
                i++;
    }
    return n_out;
}

size_t story_map_list_avx2(const struct story_map *m, const address *list, size_t n,
                           story_id last, story_id *out)
{
    const struct story_map map = *m;
    const __m256i in_block = _mm256_set1_epi32((1 << map.shift) - 1),
                  border = _mm256_set1_epi32((1 << STORY_MAP_SHIFT_MAX) - 1),
                  turned = _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6);
    size_t i = 0, n_out = 0;
    if (n / DENSE >= m->n)
        return list_dense(m, list, n, last, out);
    for (; i + LANES <= n; i += LANES) {
        __m256i at = load(list + i), borders, stories;
        look_up(&map, list + i, &borders, &stories);
        /* The bit above the borders: there are more of them. */
        __m256i more = _mm256_slli_epi32(borders, 31 - ALL_BORDERS);
        if (_mm256_movemask_ps(_mm256_castsi256_ps(more))) {
            n_out += story_map_list_scalar(&map, list + i, LANES, last, out + n_out);
            last = n_out > 0 ? out[n_out - 1] : last;
            continue;
        }
        __m256i place = _mm256_and_si256(at, in_block);
        for (int k = 0; k < STORY_MAP_BORDERS; k++) {
            __m256i before = _mm256_and_si256(borders, border);
            stories = _mm256_sub_epi32(stories, _mm256_cmpgt_epi32(place, before));
            borders = _mm256_srli_epi32(borders, STORY_MAP_SHIFT_MAX);
        }
        __m256i those_before =
            _mm256_blend_epi32(_mm256_permutevar8x32_epi32(stories, turned),
                               _mm256_set1_epi32((int)last), 1);
        unsigned same = (unsigned)_mm256_movemask_ps(
            _mm256_castsi256_ps(_mm256_cmpeq_epi32(stories, those_before)));
        last = (story_id)_mm256_extract_epi32(stories, 7);
        n_out += put(stories, ~same & 0xff, out + n_out);
    }
    return n_out + story_map_list_scalar(&map, list + i, n - i, last, out + n_out);
}
