/* Eight segments at a time: an escape's run is what lies between it and the one before it. */
#include <immintrin.h>

#include "formats/map_common.h"

enum {
    LANES = MAP_COMMON_LANES,
    ESCAPE_IN = 2,
    VARINT = 0x80
};

_Static_assert(sizeof(struct offset_segment) == 16, "four in a register");

/* The rests of runs, of which the lowest `n` lanes hold what they have over MAP_RUN_ESCAPE: one byte or two each. */
static inline uint8_t *put_rests(uint8_t *rest, __m512i over, unsigned n)
{
    __mmask8 longer = _mm512_cmpge_epu64_mask(over, _mm512_set1_epi64(VARINT));
    __m512i low = _mm512_mask_or_epi64(over, longer, over, _mm512_set1_epi64(VARINT));
    __m512i both = _mm512_ternarylogic_epi64(
        _mm512_slli_epi64(_mm512_srli_epi64(over, 7), 8), low, _mm512_set1_epi64(0xFF),
        0xF8); /* or, of what the mask lets through */
    __m128i pairs = _mm512_cvtepi64_epi16(both);
    __mmask16 keep = (__mmask16)(0x5555 | _mm_test_epi8_mask(pairs, pairs));
    keep &= (__mmask16)((1u << 2 * n) - 1);
    _mm_storeu_si128((void *)rest, _mm_maskz_compress_epi8(keep, pairs));
    return rest + _mm_popcnt_u32(keep);
}

const struct offset_segment *map_common_avx512(struct map_common *m,
                                               const struct offset_segment *s,
                                               const struct offset_segment *end)
{
    const __m512i evens = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odds = _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
    const __m512i escape = _mm512_set1_epi64((int64_t)ESCAPE_IN << 32 | 1);
    const __m512i over = _mm512_set1_epi64(MAP_RUN_ESCAPE);
    /* In the last lane: where the source goes on, and where the run began that has not ended. */
    __m512i behind = _mm512_set1_epi64((int64_t)m->expected);
    __m512i began = _mm512_set1_epi64((int64_t)(m->expected - m->run));
    for (; end - s >= LANES; s += LANES) {
        __m512i a = _mm512_loadu_si512(s), b = _mm512_loadu_si512(s + LANES / 2);
        __m512i lens = _mm512_permutex2var_epi64(a, evens, b);
        __m512i from = _mm512_permutex2var_epi64(a, odds, b);
        __m512i in = _mm512_srli_epi64(lens, 32);
        __m512i to = _mm512_add_epi64(from, in);
        __mmask8 escapes = _mm512_cmpeq_epi64_mask(lens, escape);
        __mmask8 linear = _mm512_cmpeq_epi64_mask(_mm512_rol_epi64(lens, 32), lens);
        __mmask8 follows =
            _mm512_cmpeq_epi64_mask(from, _mm512_alignr_epi64(to, behind, LANES - 1));
        __m512i ends = _mm512_maskz_compress_epi64(escapes, from);
        __m512i next = _mm512_add_epi64(ends, _mm512_set1_epi64(ESCAPE_IN));
        __m512i runs =
            _mm512_sub_epi64(ends, _mm512_alignr_epi64(next, began, LANES - 1));
        unsigned n = (unsigned)_mm_popcnt_u32(escapes);
        __mmask8 there = (__mmask8)((1u << n) - 1);
        __mmask8 huge =
            _mm512_mask_cmpge_epu64_mask(there, runs, _mm512_set1_epi64(MAP_RUN_MAX));
        if (((escapes | linear) & follows) != 0xFF || huge != 0)
            break;
        _mm_storel_epi64((void *)m->kinds, _mm_setzero_si128());
        _mm_storel_epi64((void *)m->runs, _mm512_cvtusepi64_epi8(runs));
        m->kinds += n;
        m->runs += n;
        __mmask8 longer = _mm512_mask_cmpge_epu64_mask(there, runs, over);
        __m512i rests = _mm512_maskz_compress_epi64(longer, runs);
        m->rest = put_rests(m->rest, _mm512_sub_epi64(rests, over),
                            (unsigned)_mm_popcnt_u32(longer));
        behind = to;
        began =
            n > 0 ? _mm512_permutexvar_epi64(_mm512_set1_epi64(n - 1), next) : began;
    }
    const __m128i b1 = _mm512_extracti32x4_epi32(behind, 3);
    const __m128i b2 = _mm512_extracti32x4_epi32(began, 3);
    m->expected = (uint64_t)_mm_extract_epi64(b1, 1);
    m->run = m->expected - (uint64_t)_mm_extract_epi64(b2, 1);
    return s;
}
