/* Sixteen postings at a time. */
#include <immintrin.h>

#include "indexer/frequent_postings.h"

enum {
    LANES = 16,
    BYTES = LANES * POSTING_FREQUENT,
    ASKED_AHEAD = 1024 /* bytes of the slice */
};

/* What goes from one step to the next: the last postings, and their places. */
struct lanes {
    __m512i postings, places;
};

static inline __m512i all(uint32_t v)
{
    return _mm512_set1_epi32((int)v);
}

static struct lanes begin(const struct frequent_postings *p)
{
    return (struct lanes){all(p->last), all(p->place)};
}

static void end(struct frequent_postings *p, const struct lanes *l)
{
    uint32_t postings[LANES], places[LANES];
    _mm512_storeu_si512(postings, l->postings);
    _mm512_storeu_si512(places, l->places);
    p->last = postings[LANES - 1];
    p->place = places[LANES - 1];
}

/* Of each lane the sum of all up to it. */
static inline __m512i sums(__m512i v)
{
    const __m512i zero = _mm512_setzero_si512();
    v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, LANES - 1));
    v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, LANES - 2));
    v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, LANES - 4));
    return _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, LANES - 8));
}

/* Reads the next sixteen, and asks for what is read later: slices come from far memory. Returns the numbers, above which other bits
 * stand. */
static inline __m512i read_some(const uint8_t *at, struct lanes *l)
{
    _mm_prefetch((const char *)at + ASKED_AHEAD, _MM_HINT_T0);
    __m512i postings = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)at));
    __m512i before = _mm512_alignr_epi32(postings, l->postings, LANES - 1);
    __m512i gaps = _mm512_and_si512(_mm512_sub_epi32(postings, before),
                                    all((1U << FREQUENT_POSTINGS_LOW) - 1));
    __m512i place = _mm512_permutexvar_epi32(all(LANES - 1), l->places);
    l->places = _mm512_add_epi32(place, sums(gaps));
    l->postings = postings;
    return _mm512_srli_epi32(_mm512_xor_si512(postings, l->places),
                             FREQUENT_POSTINGS_LOW);
}

address *frequent_postings_take_avx512(struct frequent_postings *p, address base,
                                       address *out)
{
    struct lanes l = begin(p);
    for (; p->left >= LANES; p->left -= LANES, p->at += BYTES) {
        __mmask16 own = _mm512_testn_epi32_mask(read_some(p->at, &l),
                                                all(FREQUENT_POSTINGS_NUMBER));
        _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(
                                     own, _mm512_add_epi32(l.places, all(base))));
        out += _mm_popcnt_u32(own);
    }
    end(p, &l);
    return out;
}
