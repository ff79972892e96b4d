/* The twin of collocates_count.c: a row is one register. */
#include <assert.h>
#include <immintrin.h>
#include <stddef.h>

#include "query/collocates_count.h"

static_assert(sizeof(struct collocate) == 16 && offsetof(struct collocate, o) == 0 &&
                  offsetof(struct collocate, last_story) == 4 &&
                  offsetof(struct collocate, stories) == 8 &&
                  offsetof(struct collocate, outlets) == 12,
              "lanes 0 to 3 of a row");

void collocates_count_avx2(struct collocate *rows, const uint32_t *v, size_t n,
                           uint32_t story, uint32_t outlets)
{
    const __m128i counted = _mm_setr_epi32(1, 0, 1, 0);
    const __m128i seen_in = _mm_setr_epi32(0, 0, 0, (int)outlets);
    const __m128i at_hand = _mm_set1_epi32((int)story);
    /* lane 1 goes to lane 2, and nothing to the others */
    const __m128i to_stories =
        _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, 4, 5, 6, 7, -1, -1, -1, -1);
    for (size_t i = 0; i < n; i++) {
        __m128i *at = (__m128i *)(void *)&rows[v[i]];
        __m128i row = _mm_loadu_si128(at);
        __m128i again = _mm_shuffle_epi8(_mm_cmpeq_epi32(row, at_hand), to_stories);
        row = _mm_add_epi32(_mm_add_epi32(row, counted), again); /* -1: known */
        row = _mm_blend_epi32(_mm_or_si128(row, seen_in), at_hand, 2);
        _mm_storeu_si128(at, row);
    }
}
