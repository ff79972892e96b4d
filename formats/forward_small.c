/* The small coding of the token stream: an id in one of eight widths of bits, the class of each in three bits. */
#include <assert.h>
#include <string.h>

#include "base/cpu.h"
#include "formats/forward_layout.h"

/* Of words by rank, as news has them, these come within a hundredth of the best eight (docs/format/forward.md).
 * The last class takes what the segment's number of surfaces asks for. */
static const uint8_t widths[FORWARD_CLASSES - 1] = {3, 5, 7, 9, 10, 12, 14};

bool forward_small_widths(struct forward_widths *w, uint32_t n_surfaces)
{
    uint32_t first = 0;
    if (n_surfaces > FORWARD_SMALL_MAX)
        return false;
    for (size_t c = 0; c < FORWARD_CLASSES; c++) {
        uint32_t width = c < FORWARD_CLASSES - 1 ? widths[c] : 0;
        while (c == FORWARD_CLASSES - 1 && first + (1U << width) < n_surfaces)
            width++;
        w->width[c] = width;
        w->first[c] = first;
        w->mask[c] = (1U << width) - 1;
        first += 1U << width;
    }
    for (size_t c = 0; c < sizeof w->two; c++)
        w->two[c] =
            (uint8_t)(w->width[c % FORWARD_CLASSES] + w->width[c / FORWARD_CLASSES]);
    return true;
}

/* Classes of eight ids, of which the first lie lowest. */
static uint32_t load_classes(const uint8_t *classes, size_t i)
{
    return load_u32(classes + i / 8 * FORWARD_CLASS_BITS);
}

size_t forward_small_ids_len(const struct forward_widths *w, const uint8_t *classes,
                             size_t n)
{
    size_t bits = 0, i = 0;
    for (; i + 8 <= n; i += 8) {
        uint32_t c = load_classes(classes, i);
        bits += (size_t)w->two[c & 63] + w->two[c >> 6 & 63] + w->two[c >> 12 & 63] +
                w->two[c >> 18 & 63];
    }
    for (uint32_t c = i < n ? load_classes(classes, i) : 0; i < n; i++) {
        bits += w->width[c & 7];
        c >>= FORWARD_CLASS_BITS;
    }
    return bits;
}

uint32_t forward_small_ids_scalar(const struct forward_widths *restrict w,
                                  const uint8_t *restrict classes,
                                  const uint8_t *restrict data, size_t n,
                                  uint32_t *restrict out, size_t *restrict bits)
{
    uint32_t most = 0, c = 0;
    size_t pos = 0;
    for (size_t i = 0; i < n; i++) {
        c = i % 8 ? c >> FORWARD_CLASS_BITS : load_classes(classes, i);
        unsigned class = c & 7;
        uint32_t id =
            w->first[class] + (load_u32(data + pos / 8) >> pos % 8 & w->mask[class]);
        out[i] = id;
        most = id > most ? id : most;
        pos += w->width[class];
    }
    *bits = pos;
    return most;
}

forward_small_kernel *forward_small_ids(void)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return forward_small_ids_avx2;
#endif
    return forward_small_ids_scalar;
}

/* --- encoding -------------------------------------------------------------------------------- */

uint8_t *forward_small_put_ids_scalar(const struct forward_widths *w,
                                      const surface_id *ids, size_t n, uint8_t *out)
{
    size_t len = coding_bits_len(n, FORWARD_CLASS_BITS);
    struct forward_bits bits = {.data = out + len};
    memset(out, 0, len);
    for (size_t i = 0; i < n; i++) {
        unsigned class = 0;
        for (unsigned c = 1; c < FORWARD_CLASSES; c++)
            class += ids[i] >= w->first[c];
        assert(ids[i] - w->first[class] <= w->mask[class]);
        coding_bits_set(out, i, FORWARD_CLASS_BITS, class);
        forward_put_bits(&bits, ids[i] - w->first[class], w->width[class]);
    }
    return bits.data + (bits.used > 0);
}

uint8_t *forward_small_put_ids(const struct forward_widths *w, const surface_id *ids,
                               size_t n, uint8_t *out)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return forward_small_put_ids_avx512(w, ids, n, out);
#endif
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return forward_small_put_ids_avx2(w, ids, n, out);
#endif
    return forward_small_put_ids_scalar(w, ids, n, out);
}

/* --- separators ------------------------------------------------------------------------------ */

/* One exception is: tokens since the one before, by a Rice code (Rice, Plaunt 1971), then its number by an
 * exponential Golomb code (Teuhola 1978). What is in unary is zeros and a one. */
enum {
    GAP_BITS = FORWARD_GAP_BITS,
    SEP_BITS = FORWARD_SEP_BITS,
    GAP_ZEROS_MAX = FORWARD_BLOCK >> GAP_BITS,
    SEP_ZEROS_MAX = 31
};

/* Of x in [1, 2^53), by the exponent of its floating-point number (IEEE 754): the instruction that finds a highest bit takes
 * several times as long on some processors. */
static unsigned log_of(uint64_t x)
{
    double number = (double)(int64_t)x;
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return (unsigned)(bits >> 52) - 1023;
}

uint8_t *forward_small_put_seps_scalar(const sep_id *seps, const uint8_t *places,
                                       size_t n, uint8_t *out)
{
    struct forward_bits bits = {.data = out};
    unsigned from = 0;
    for (size_t k = 0; k < n; k++) {
        unsigned gap = places[k] - from, zeros = gap >> GAP_BITS;
        uint64_t low = gap & ((1U << GAP_BITS) - 1);
        uint64_t where = (1 | low << 1) << zeros;
        unsigned where_len = zeros + 1 + GAP_BITS;
        from = places[k] + 1U;
        uint64_t x = (uint64_t)seps[k] - 1 + (1U << SEP_BITS);
        unsigned log = log_of(x);
        zeros = log - SEP_BITS;
        uint64_t one = UINT64_C(1) << zeros, rest = x ^ UINT64_C(1) << log;
        unsigned len = zeros + 1 + log;
        if (where_len + len <= FORWARD_BITS_MAX) { /* of nearly all */
            uint64_t which = rest << (zeros + 1) | one;
            forward_put_bits(&bits, which << where_len | where, where_len + len);
        } else {
            forward_put_bits(&bits, where, where_len);
            forward_put_bits(&bits, one, zeros + 1);
            forward_put_bits(&bits, rest, log);
        }
    }
    return bits.data + (bits.used > 0);
}

uint8_t *forward_small_put_seps(const sep_id *seps, const uint8_t *places, size_t n,
                                uint8_t *out)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return forward_small_put_seps_avx512(seps, places, n, out);
#endif
    return forward_small_put_seps_scalar(seps, places, n, out);
}

static uint64_t bits_at(const uint8_t *p, size_t pos)
{
    return load_u64(p + pos / 8) >> pos % 8;
}

/* Takes a one and the zeros before it; false if they are too many. */
static bool take_zeros(const uint8_t *p, size_t *pos, unsigned max, unsigned *zeros)
{
    uint64_t bits = bits_at(p, *pos) | UINT64_C(1) << (max + 1);
    *zeros = (unsigned)__builtin_ctzll(bits);
    *pos += *zeros + 1;
    return *zeros <= max;
}

bool forward_small_get_seps(const uint8_t *p, const uint8_t *end, size_t n, size_t e,
                            uint32_t n_seps, sep_id *out)
{
    size_t pos = 0, most = 8 * (size_t)(end - p), at = 0;
    memset(out, 0, n * sizeof *out);
    for (size_t k = 0; k < e; k++) {
        unsigned zeros;
        if (pos >= most || !take_zeros(p, &pos, GAP_ZEROS_MAX, &zeros))
            return false;
        at += (zeros << GAP_BITS) + (bits_at(p, pos) & ((1U << GAP_BITS) - 1));
        pos += GAP_BITS;
        if (at >= n || pos >= most || !take_zeros(p, &pos, SEP_ZEROS_MAX, &zeros))
            return false;
        unsigned log = zeros + SEP_BITS;
        if (pos + log > most)
            return false;
        uint64_t low = bits_at(p, pos) & ((UINT64_C(1) << log) - 1);
        uint64_t sep = (UINT64_C(1) << log) + low - (1U << SEP_BITS) + 1;
        pos += log;
        if (sep >= n_seps)
            return false;
        out[at++] = (sep_id)sep;
    }
    return true;
}
