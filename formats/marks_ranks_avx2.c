/* The twins of marks_ranks.c with BMI: a select is a deposit of one bit and a count of zeros behind it. */
#include <immintrin.h>

#include "base/endian.h"
#include "formats/marks_ranks.h"

enum {
    SEEN = 57, /* bits that 8 bytes hold from any bit of the first on */
    FEW = 8,   /* values of a bucket that are compared at once */
    NARROW = 7 /* bits of a low part, of which FEW are read at once */
};

/* Where the bit number `nth` of a word stands; 64 where it has no more. */
static inline uint64_t select_bit(uint64_t word, uint64_t nth)
{
    return _tzcnt_u64(_pdep_u64(UINT64_C(1) << nth, word));
}

bool marks_ranks_places_avx2(const struct marks_stretch *s, size_t n, uint32_t *out)
{
    uint64_t word = s->bit / 64, zeros = 0; /* of the words before, from s->bit on */
    uint64_t mask = UINT64_MAX << s->bit % 64;
    size_t found = 1;
    out[0] = (uint32_t)(s->bit - s->bucket);
    for (; word <= s->end / 64 && found < n; word++) {
        uint64_t here = ~load_u64(s->highs + 8 * word) & mask;
        uint64_t up_to = zeros + (uint64_t)_mm_popcnt_u64(here);
        for (; found < n && found * MARKS_RANKS_BUCKETS <= up_to; found++) {
            uint64_t nth = found * MARKS_RANKS_BUCKETS - zeros - 1;
            uint64_t bit = 64 * word + select_bit(here, nth) + 1;
            out[found] = (uint32_t)(bit - s->bucket - found * MARKS_RANKS_BUCKETS);
        }
        zeros = up_to;
        mask = UINT64_MAX;
    }
    return found == n;
}

/* The bytes of a word, below 128, that are more than `wanted`: their top bits. */
static inline uint64_t bytes_above(uint64_t bytes, uint64_t wanted)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    return (bytes + (127 - wanted) * ones) & tops;
}

bool marks_ranks_of_avx2(const struct marks_ranks *r, const address *at, size_t n,
                         uint32_t add, uint32_t *out)
{
    const uint8_t *highs = r->stretch.highs, *lowest = r->stretch.lows;
    const uint64_t end = r->stretch.end, first_bucket = r->stretch.bucket;
    const uint32_t *places = r->places.items;
    const uint32_t width = r->stretch.width;
    const uint64_t low = (UINT64_C(1) << width) - 1;
    const uint64_t lows = low * 0x0101010101010101u;
    for (size_t i = 0; i < n; i++) {
        uint64_t a = (uint64_t)at[i] + add, bucket = a >> width;
        uint64_t nth = (bucket - first_bucket) % MARKS_RANKS_BUCKETS;
        uint64_t place =
            bucket - nth + places[(bucket - first_bucket) / MARKS_RANKS_BUCKETS];
        uint64_t word = load_u64(highs + place / 8) >> place % 8;
        /* the zero that ends the bucket, and how many ones stand right before it */
        uint64_t zero = select_bit(~word, nth);
        uint64_t values = _lzcnt_u64(~(word << (63 - zero % 64) << 1));
        if (zero >= SEEN || values > FEW || width > NARROW || place + zero > end) {
            if (!marks_ranks_of_scalar(r, at + i, 1, add, out + i)) {
                return false;
            }
            continue;
        }
        uint64_t behind = place + zero - bucket; /* values up to the bucket's end */
        uint64_t first = (behind - values) * width;
        uint64_t bytes = _pdep_u64(load_u64(lowest + first / 8) >> first % 8, lows);
        uint64_t above = bytes_above(bytes, a & low);
        out[i] = (uint32_t)(behind - (uint64_t)_mm_popcnt_u64(
                                         _bzhi_u64(above, (uint32_t)(8 * values))));
    }
    return true;
}
