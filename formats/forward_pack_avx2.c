/* Encoding of forward blocks with AVX2 and BMI2: classes of eight ids at a time, and PEXT that closes up the nibbles of two
 * ids at once. */
#include <immintrin.h>
#include <string.h>

#include "formats/forward_layout.h"

#define BITS(c)     ((c) == 3 ? 28U : 8U + 4U * (c))
#define MASK(c)     ((UINT64_C(1) << BITS(c)) - 1)
#define TWO_BITS(c) (BITS((c)&3) + BITS((c) >> 2))
#define TWO_MASK(c) (MASK((c)&3) | MASK((c) >> 2) << 32)
#define FOUR(m, c)  m((c)), m((c) + 1), m((c) + 2), m((c) + 3)
#define ALL(m)      FOUR(m, 0U), FOUR(m, 4U), FOUR(m, 8U), FOUR(m, 12U)

/* Of two ids, by their classes. */
static const uint64_t masks[16] = {ALL(TWO_MASK)};
static const uint8_t widths[16] = {ALL(TWO_BITS)};

/* Nibbles that go out, one or none of them waiting for its byte. */
struct nibbles {
    uint8_t *data;
    uint64_t left;
    unsigned used; /* bits of left: 0 or 4 */
};

static inline void put(struct nibbles *w, uint64_t bits, unsigned width)
{
    uint64_t all = bits << w->used | w->left;
    unsigned used = w->used + width;
    store_u64(w->data, all);
    w->data += used / 8;
    w->left = all >> (used & ~7U);
    w->used = used % 8;
}

/* Classes of eight ids, two bits each. */
static inline unsigned classes_of(__m256i ids)
{
    const __m256i bytes =
        _mm256_setr_epi8(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0,
                         4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    /* Each comparison that holds takes one away. */
    __m256i class = _mm256_add_epi32(_mm256_cmpgt_epi32(ids, _mm256_set1_epi32(0xff)),
                                     _mm256_cmpgt_epi32(ids, _mm256_set1_epi32(0xfff)));
    class = _mm256_add_epi32(class, _mm256_cmpgt_epi32(ids, _mm256_set1_epi32(0xffff)));
    class = _mm256_shuffle_epi8(_mm256_sub_epi32(_mm256_setzero_si256(), class), bytes);
    __m128i both = _mm_unpacklo_epi32(_mm256_castsi256_si128(class),
                                      _mm256_extracti128_si256(class, 1));
    return (unsigned)_pext_u64((uint64_t)_mm_cvtsi128_si64(both),
                               UINT64_C(0x0303030303030303));
}

static inline unsigned load_classes(const surface_id *ids)
{
    return classes_of(_mm256_loadu_si256((const __m256i *)(const void *)ids));
}

static inline uint64_t load_two(const surface_id *ids)
{
    uint64_t two;
    memcpy(&two, ids, sizeof two);
    return two;
}

/* The last ids, fewer than eight. */
static void put_last(const surface_id *ids, size_t n, uint8_t *classes,
                     struct nibbles *w)
{
    surface_id last[8] = {0};
    memcpy(last, ids, n * sizeof *ids);
    unsigned c = load_classes(last);
    for (size_t i = 0; i < n; i += 4)
        classes[i / 4] = (uint8_t)(c >> 2 * i);
    for (size_t i = 0; i < n; i += 2) {
        unsigned two = c >> 2 * i & 15;
        if (i + 1 < n)
            put(w, _pext_u64(load_two(last + i), masks[two]), widths[two]);
        else
            put(w, last[i], BITS(two & 3));
    }
}

uint8_t *forward_put_ids_avx2(const surface_id *ids, size_t n, uint8_t *out)
{
    struct nibbles w = {.data = out + (n + 3) / 4};
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        unsigned c = load_classes(ids + i);
        store_u16(out + i / 4, (uint16_t)c);
        for (unsigned k = 0; k < 8; k += 2) {
            unsigned two = c >> 2 * k & 15;
            put(&w, _pext_u64(load_two(ids + i + k), masks[two]), widths[two]);
        }
    }
    if (i < n)
        put_last(ids + i, n - i, out + i / 4, &w);
    return w.data + (w.used > 0);
}
