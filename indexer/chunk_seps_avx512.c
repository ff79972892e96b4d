/* Sixteen separators at a time: what is known of them in lanes, of which those that are kept are moved together. */
#include <immintrin.h>

#include "indexer/chunk_seps.h"

enum {
    LANES = 16
};

static inline __m512i all(uint32_t v)
{
    return _mm512_set1_epi32((int)v);
}

/* The lanes from n on. */
static inline __mmask16 from(uint32_t n)
{
    return (__mmask16)~_bzhi_u32(0xffff, n < LANES ? n : LANES);
}

static inline uint32_t count(__mmask16 lanes)
{
    return (uint32_t)_mm_popcnt_u32(lanes);
}

static inline __m512i look_up(const uint32_t *known, __m512i numbers)
{
    const int *table = (const int *)(const void *)known;
    __m256i low = _mm256_i32gather_epi32(table, _mm512_castsi512_si256(numbers), 4);
    __m256i high =
        _mm256_i32gather_epi32(table, _mm512_extracti64x4_epi64(numbers, 1), 4);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

/* Writes the lanes of v, in a register first: compression to memory is slow on some processors. */
static inline size_t put(address *out, size_t n, __mmask16 lanes, __m512i v)
{
    _mm512_storeu_si512(out + n, _mm512_maskz_compress_epi32(lanes, v));
    return n + count(lanes);
}

void chunk_seps_put_avx512(const uint32_t *known, const struct chunk_seps_of *in,
                           struct chunk_seps *out)
{
    const __m128i bits = _mm_set1_epi8(FORWARD_BLOCK - 1);
    const __m128i open = _mm_set1_epi8((char)in->open);
    struct chunk_seps to = *out;
    for (uint32_t k = in->from; k < in->to; k += LANES) {
        const struct token_block *b = in->block;
        __mmask16 some = (__mmask16)~from(in->to - k);
        __mmask16 marked = in->marked > k ? some & from(in->marked - k) : some;
        __m512i what = look_up(
            known, _mm512_maskz_mov_epi32(some, _mm512_loadu_si512(b->seps + k)));
        what = _mm512_maskz_mov_epi32(some, what);
        __m512i seps = _mm512_srli_epi32(what, CHUNK_SEPS_SHIFT);
        __mmask16 others = _mm512_test_epi32_mask(seps, seps);
        __m128i places = _mm_loadu_si128((const void *)(b->places + k));
        __m128i in_block = _mm_add_epi8(places, open);
        /* Of those behind the open block the highest bit is set. */
        to.n_inside += count(others & (__mmask16)~_mm_movepi8_mask(in_block));
        in_block = _mm_maskz_compress_epi8(others, _mm_and_si128(in_block, bits));
        _mm_storeu_si128((void *)(to.places + to.n), in_block);
        to.n = (uint32_t)put(to.seps, to.n, others, seps);
        __m512i at = _mm512_add_epi32(_mm512_cvtepu8_epi32(places), all(in->at));
        to.n_sentences = put(
            to.sentences, to.n_sentences,
            _mm512_mask_test_epi32_mask(marked, what, all(CHUNK_SEPS_SENTENCE)), at);
        to.n_paragraphs = put(
            to.paragraphs, to.n_paragraphs,
            _mm512_mask_test_epi32_mask(marked, what, all(CHUNK_SEPS_PARAGRAPH)), at);
    }
    *out = to;
}
