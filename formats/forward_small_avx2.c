/* Eight ids of the small coding at a time: their widths by one permutation, where each begins by adding them up, then
 * a shuffle, a shift and a mask by lane as for PFor blocks. */
#include <immintrin.h>

#include "formats/forward_layout.h"

static inline __m128i load16(const void *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

static inline __m256i load32(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

/* Where each of four values begins in its half, from the widths: those before it added up. */
static inline __m256i add_up(__m256i width)
{
    __m256i sum = _mm256_add_epi32(width, _mm256_slli_si256(width, 4));
    return _mm256_add_epi32(sum, _mm256_slli_si256(sum, 8));
}

/* Lanes are whole bytes of a half: those of the byte in which each value begins and the three behind it. */
static inline __m256i four_bytes(__m256i byte)
{
    const __m256i spread =
        _mm256_setr_epi8(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12, 0, 0, 0, 0,
                         4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12);
    return _mm256_add_epi32(_mm256_shuffle_epi8(byte, spread),
                            _mm256_set1_epi32(0x03020100));
}

uint32_t forward_small_ids_avx2(const struct forward_widths *restrict w,
                                const uint8_t *restrict classes,
                                const uint8_t *restrict data, size_t n,
                                uint32_t *restrict out, size_t *restrict bits)
{
    const __m256i widths = load32(w->width), masks = load32(w->mask),
                  firsts = load32(w->first);
    const __m256i lanes = _mm256_setr_epi32(0, 3, 6, 9, 12, 15, 18, 21);
    const __m256i seven = _mm256_set1_epi32(7);
    __m256i most = _mm256_setzero_si256();
    size_t pos = 0;
    for (size_t i = 0; i < n; i += 8, classes += 3) {
        /* A permutation looks at three bits and no more. */
        __m256i class =
            _mm256_srlv_epi32(_mm256_set1_epi32((int)load_u32(classes)), lanes);
        __m256i width = _mm256_permutevar8x32_epi32(widths, class);
        __m256i mask = _mm256_permutevar8x32_epi32(masks, class);
        __m256i first = _mm256_permutevar8x32_epi32(firsts, class);
        if (n - i < 8) { /* the classes beyond n are not any */
            __m256i inside =
                _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n - i)),
                                   _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
            width = _mm256_and_si256(width, inside);
            mask = _mm256_and_si256(mask, inside);
            first = _mm256_and_si256(first, inside);
        }
        __m256i ends = add_up(width);
        size_t second = pos + (unsigned)_mm256_extract_epi32(ends, 3);
        __m256i bytes =
            _mm256_inserti128_si256(_mm256_castsi128_si256(load16(data + pos / 8)),
                                    load16(data + second / 8), 1);
        __m256i odd = _mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_set1_epi32((int)(pos % 8))),
            _mm_set1_epi32((int)(second % 8)), 1);
        __m256i at = _mm256_add_epi32(_mm256_sub_epi32(ends, width), odd);
        __m256i v = _mm256_shuffle_epi8(bytes, four_bytes(_mm256_srli_epi32(at, 3)));
        v = _mm256_srlv_epi32(v, _mm256_and_si256(at, seven));
        v = _mm256_add_epi32(_mm256_and_si256(v, mask), first);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), v);
        most = _mm256_max_epu32(most, v);
        pos = second + (unsigned)_mm256_extract_epi32(ends, 7);
    }
    *bits = pos;
    __m128i max =
        _mm_max_epu32(_mm256_castsi256_si128(most), _mm256_extracti128_si256(most, 1));
    max = _mm_max_epu32(max, _mm_shuffle_epi32(max, 0x4e));
    max = _mm_max_epu32(max, _mm_shuffle_epi32(max, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(max);
}

/* --- encoding -------------------------------------------------------------------------------- */

/* The last id of each class but the highest, in all lanes; kept in registers, or they would be read again behind each
 * byte that is written. */
struct bounds {
    __m256i last[FORWARD_CLASSES - 1];
};

#define LAST(c) _mm256_set1_epi32((int)w->first[(c) + 1] - 1)

static inline struct bounds bounds_of(const struct forward_widths *w)
{
    return (struct bounds){
        {LAST(0), LAST(1), LAST(2), LAST(3), LAST(4), LAST(5), LAST(6)}};
}

#define ABOVE(c) _mm256_cmpgt_epi32(ids, b.last[c])

/* Classes of eight ids, a lane each: each bound that an id is above takes one away. */
static inline __m256i classes_of(struct bounds b, __m256i ids)
{
    _Static_assert((int)FORWARD_CLASSES == 8, "bounds");
    __m256i x = _mm256_add_epi32(ABOVE(0), ABOVE(1));
    __m256i y = _mm256_add_epi32(ABOVE(2), ABOVE(3));
    __m256i z = _mm256_add_epi32(ABOVE(4), ABOVE(5));
    x = _mm256_add_epi32(_mm256_add_epi32(x, y), _mm256_add_epi32(z, ABOVE(6)));
    return _mm256_sub_epi32(_mm256_setzero_si256(), x);
}

/* Three bits of each lane. */
static inline uint32_t pack(__m256i class)
{
    const __m256i bytes =
        _mm256_setr_epi8(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0,
                         4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    class = _mm256_shuffle_epi8(class, bytes);
    __m128i both = _mm_unpacklo_epi32(_mm256_castsi256_si128(class),
                                      _mm256_extracti128_si256(class, 1));
    return (uint32_t)_pext_u64((uint64_t)_mm_cvtsi128_si64(both),
                               UINT64_C(0x0707070707070707));
}

/* What goes out of eight ids, and how many bits each has. */
struct group {
    uint64_t values[4], bits[4];
};

/* Values of eight ids: true if they go out four at a time, which are numbers 0 and 2; else two at a time. */
static inline bool join(__m256i widths, __m256i firsts, __m256i ids, __m256i class,
                        struct group *out)
{
    const __m256i low = _mm256_set1_epi64x(0xffffffff);
    __m256i width = _mm256_permutevar8x32_epi32(widths, class);
    __m256i value = _mm256_sub_epi32(ids, _mm256_permutevar8x32_epi32(firsts, class));
    __m256i width_a = _mm256_and_si256(width, low);
    __m256i b = _mm256_sllv_epi64(_mm256_srli_epi64(value, 32), width_a);
    __m256i two = _mm256_or_si256(_mm256_and_si256(value, low), b);
    __m256i bits = _mm256_add_epi64(width_a, _mm256_srli_epi64(width, 32));
    __m256i sum = _mm256_add_epi64(bits, _mm256_unpackhi_epi64(bits, bits));
    __m256i most = _mm256_set1_epi64x(FORWARD_BITS_MAX);
    /* Of each half the lower lane has the sum of both. */
    int over = _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(sum, most)));
    bool fit = (over & 5) == 0;
    if (fit) {
        __m256i upper = _mm256_sllv_epi64(_mm256_unpackhi_epi64(two, two), bits);
        two = _mm256_or_si256(two, upper);
        bits = sum;
    }
    _mm256_storeu_si256((__m256i *)(void *)out->values, two);
    _mm256_storeu_si256((__m256i *)(void *)out->bits, bits);
    return fit;
}

uint8_t *forward_small_put_ids_avx2(const struct forward_widths *w,
                                    const surface_id *ids, size_t n, uint8_t *out)
{
    struct forward_bits to = {.data = out + coding_bits_len(n, FORWARD_CLASS_BITS)};
    const __m256i widths = load32(w->width), firsts = load32(w->first);
    const struct bounds bounds = bounds_of(w);
    struct group g;
    size_t i = 0;
    for (; i + 8 <= n; i += 8, out += 3) {
        __m256i v = load32(ids + i), class = classes_of(bounds, v);
        uint32_t packed = pack(class);
        store_u16(out, (uint16_t)packed);
        out[2] = (uint8_t)(packed >> 16);
        size_t step = join(widths, firsts, v, class, &g) ? 2 : 1;
        for (size_t k = 0; k < 4; k += step)
            forward_put_bits(&to, g.values[k], (unsigned)g.bits[k]);
    }
    if (i < n) {
        surface_id last[8] = {0};
        size_t left = n - i;
        __builtin_memcpy(last, ids + i, left * sizeof *last);
        __m256i v = load32(last), class = classes_of(bounds, v);
        uint32_t packed = pack(class);
        for (size_t k = 0; k < coding_bits_len(left, FORWARD_CLASS_BITS); k++)
            out[k] = (uint8_t)(packed >> 8 * k);
        for (size_t k = 0; k < left; k++, packed >>= FORWARD_CLASS_BITS)
            forward_put_bits(&to, last[k] - w->first[packed & 7], w->width[packed & 7]);
    }
    return to.data + (to.used > 0);
}
