/* Sixteen grams at a time. A gram is two numbers of 64 bits, which permutations bring together for eight places of a text; what
 * follows are their hashes as compare_gram_hash has them, and their numbers, which have 32 bits here. */
#include <immintrin.h>

#include "text/compare_index_wide.h"

enum {
    LANES = 16, /* terms of a register, and grams of a step */
    HALF = 8,
    BLOCK = 64,                              /* grams that are put together */
    BEHIND = LANES - HALF - COMPARE_GRAM + 1 /* grams that are read behind a block */
};

_Static_assert(COMPARE_GRAM == 4 &&
                   COMPARE_STRIDE_MAX * (HALF - 1) + COMPARE_GRAM <= 3 * LANES,
               "eight grams lie in three registers");

/* Where the terms of eight grams stand that begin `stride` apart. */
struct places {
    __m512i low, high;               /* of a gram's first two terms, of its others */
    __mmask16 third_low, third_high; /* those in the third register */
    uint32_t stride;
    __m128i shift; /* of a hash */
};

static inline struct places places_of(const struct compare_index *x, uint32_t stride)
{
    const __m512i gram =
        _mm512_set_epi32(7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0);
    const __m512i second = _mm512_set1_epi64(INT64_C(1) << 32);
    const __m512i third = _mm512_set1_epi32(2 * LANES);
    struct places p = {.stride = stride};
    p.low = _mm512_add_epi32(_mm512_mullo_epi32(gram, _mm512_set1_epi32((int)stride)),
                             second);
    p.high = _mm512_add_epi32(p.low, _mm512_set1_epi32(2));
    p.third_low = _mm512_cmpge_epu32_mask(p.low, third);
    p.third_high = _mm512_cmpge_epu32_mask(p.high, third);
    p.shift = _mm_cvtsi32_si128((int)x->shift - 2 * COMPARE_FILTER_BITS);
    return p;
}

static inline __m256i numbers_of(const struct places *p, __m512i low, __m512i high)
{
    const __m512i by_low = _mm512_set1_epi64((int64_t)0x9e3779b97f4a7c15u);
    const __m512i by_high = _mm512_set1_epi64((int64_t)0xd6e8feb86659fd93u);
    __m512i hash = _mm512_add_epi64(_mm512_mullo_epi64(low, by_low),
                                    _mm512_mullo_epi64(high, by_high));
    return _mm512_cvtepi64_epi32(_mm512_srl_epi64(hash, p->shift));
}

/* The numbers of eight grams side by side; LANES terms are read. */
static inline __m256i numbers_beside(const struct places *p, const uint32_t *terms)
{
    __m512i t = _mm512_loadu_si512(terms);
    return numbers_of(p, _mm512_permutexvar_epi32(p->low, t),
                      _mm512_permutexvar_epi32(p->high, t));
}

/* Of eight that stand apart; 3 * LANES terms are read. */
static inline __m256i numbers_apart(const struct places *p, const uint32_t *terms)
{
    __m512i a = _mm512_loadu_si512(terms);
    __m512i b = _mm512_loadu_si512(terms + LANES);
    __m512i c = _mm512_loadu_si512(terms + 2 * LANES);
    __m512i low = _mm512_permutex2var_epi32(a, p->low, b);
    __m512i high = _mm512_permutex2var_epi32(a, p->high, b);
    return numbers_of(p, _mm512_mask_permutexvar_epi32(low, p->third_low, p->low, c),
                      _mm512_mask_permutexvar_epi32(high, p->third_high, p->high, c));
}

static inline __m512i numbers_at(const struct places *p, const uint32_t *terms)
{
    const uint32_t *half = terms + HALF * p->stride;
    __m256i a, b;
    if (p->stride == 1) {
        a = numbers_beside(p, terms);
        b = numbers_beside(p, half);
    } else {
        a = numbers_apart(p, terms);
        b = numbers_apart(p, half);
    }
    return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
}

/* A bit for each number whose gram may be there. */
static inline uint32_t may_have(const struct compare_index *x, __m512i numbers)
{
    const __m512i one = _mm512_set1_epi32(1), bit = _mm512_set1_epi32(31);
    __m512i other = _mm512_srli_epi32(numbers, COMPARE_FILTER_BITS);
    __m512i bits =
        _mm512_or_si512(_mm512_sllv_epi32(one, _mm512_and_si512(numbers, bit)),
                        _mm512_sllv_epi32(one, _mm512_and_si512(other, bit)));
    __m512i slots = _mm512_srli_epi32(numbers, 2 * COMPARE_FILTER_BITS);
    /* By halves: a gather of sixteen is a macro, and GCC warns of its mask, if nothing is optimised. */
    __m256i low = _mm256_i32gather_epi32(
        (const int *)x->slots, _mm512_castsi512_si256(slots), sizeof *x->slots);
    __m256i high = _mm256_i32gather_epi32(
        (const int *)x->slots, _mm512_extracti64x4_epi64(slots, 1), sizeof *x->slots);
    __m512i filters = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    return _mm512_testn_epi32_mask(_mm512_andnot_si512(filters, bits), bits);
}

uint32_t compare_index_wide_probe(const struct compare_index *x, const uint32_t *terms,
                                  uint32_t grams, uint32_t from, uint32_t stride)
{
    const struct places p = places_of(x, stride);
    const uint32_t end = grams + COMPARE_GRAM - 1; /* tokens */
    const uint32_t reach = HALF * stride + (stride == 1 ? LANES : 3U * LANES);
    for (; end >= reach && from <= end - reach; from += LANES * stride) {
        uint32_t may = may_have(x, numbers_at(&p, terms + from));
        if (may != 0) {
            return from + stride * _tzcnt_u32(may);
        }
    }
    for (; from < grams; from += stride) {
        if (compare_index_may_have(x, compare_index_number(x, terms + from))) {
            return from;
        }
    }
    return COMPARE_NOWHERE;
}

/* Puts BLOCK grams from `at` on, the last of them first. What a slot gets is made beforehand. */
static void put_block(struct compare_index *x, const struct places *p, uint32_t at)
{
    const __m256i one = _mm256_set1_epi32(1), bit = _mm256_set1_epi32(31);
    const __m512i step = _mm512_set1_epi64((int64_t)HALF << 32);
    uint32_t slots[BLOCK], *next = x->next + at;
    uint64_t news[BLOCK]; /* bits of the filter, and the head above them */
    __m512i heads = _mm512_add_epi64(_mm512_set_epi64(8, 7, 6, 5, 4, 3, 2, 1),
                                     _mm512_set1_epi64(at));
    heads = _mm512_slli_epi64(heads, 32);
    for (uint32_t k = 0; k < BLOCK; k += HALF) {
        __m256i numbers = numbers_beside(p, x->terms + at + k);
        __m256i other = _mm256_srli_epi32(numbers, COMPARE_FILTER_BITS);
        __m256i bits =
            _mm256_or_si256(_mm256_sllv_epi32(one, _mm256_and_si256(numbers, bit)),
                            _mm256_sllv_epi32(one, _mm256_and_si256(other, bit)));
        _mm256_storeu_epi32(slots + k,
                            _mm256_srli_epi32(numbers, 2 * COMPARE_FILTER_BITS));
        _mm512_storeu_si512(news + k,
                            _mm512_or_si512(heads, _mm512_cvtepu32_epi64(bits)));
        heads = _mm512_add_epi64(heads, step);
    }
    for (uint32_t k = BLOCK; k-- > 0;) {
        uint64_t slot;
        memcpy(&slot, &x->slots[slots[k]], sizeof slot);
        next[k] = (uint32_t)(slot >> 32) - 1;
        slot = (uint32_t)slot | news[k];
        memcpy(&x->slots[slots[k]], &slot, sizeof slot);
    }
}

void compare_index_wide_fill(struct compare_index *x, uint32_t grams)
{
    const struct places p = places_of(x, 1);
    uint32_t blocks = grams < BEHIND ? 0 : (grams - BEHIND) / BLOCK;
    for (uint32_t i = grams; i-- > blocks * BLOCK;) {
        compare_index_put(x, i, compare_index_number(x, x->terms + i));
    }
    while (blocks-- > 0) {
        put_block(x, &p, blocks * BLOCK);
    }
}
