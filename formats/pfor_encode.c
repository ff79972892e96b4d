/* Encoder of PFor blocks with the scalar kernels. */
#include <assert.h>
#include <string.h>

#include "base/cpu.h"
#include "formats/pfor_layout.h"
#include "formats/pfor_pack.h"

/* above[w]: how many values are wider than w bits. Returns the largest value. */
static uint32_t count_above(const uint32_t *values, size_t n, uint8_t above[33])
{
    uint8_t even[33] = {0},
            odd[33] = {0}; /* two, for neighbours are alike and would wait in turn */
    uint32_t max = 0;
    for (size_t i = 0; i < n; i++) {
        (i % 2 ? odd : even)[coding_width32(values[i])]++;
        max = values[i] > max ? values[i] : max;
    }
    unsigned more = 0;
    for (unsigned width = 33; width-- > 0;) {
        above[width] = (uint8_t)more;
        more += (unsigned)even[width] + odd[width];
    }
    return max;
}

void pfor_plan_scalar(const uint32_t *values, size_t n, struct pfor_plan *plan)
{
    uint8_t above[33];
    uint32_t max = count_above(values, n, above);
    unsigned width = coding_width32(max);
    *plan = (struct pfor_plan){.width = width, .bytes = coding_bits_len(n, width)};
    while (width-- > 0 && above[width] <= PFOR_EXCEPTIONS_MAX) {
        unsigned high_width = coding_width32((max >> width) - 1);
        size_t exceptions = above[width];
        size_t bytes =
            coding_bits_len(n, width) + pfor_exceptions_len(exceptions, n, high_width);
        if (bytes < plan->bytes)
            *plan = (struct pfor_plan){width, high_width, exceptions, bytes, 0};
    }
    plan->varints = n + above[7] + above[14] + above[21] + above[28];
}

void pfor_gaps_scalar(const uint32_t *values, size_t n, uint32_t before, uint32_t *gaps)
{
    for (size_t i = 0; i < n; i++) {
        gaps[i] = values[i] - before - 1;
        before = values[i];
    }
}

/* A bit string built front to back, fewer than 32 bits in hand. */
struct bit_writer {
    uint8_t *p;
    uint64_t acc;
    unsigned used;
};

static inline void put_bits(struct bit_writer *w, uint32_t v, unsigned width)
{
    w->acc |= (uint64_t)v << w->used;
    w->used += width;
    if (w->used >= 32) {
        store_u32(w->p, (uint32_t)w->acc);
        w->p += 4;
        w->acc >>= 32;
        w->used -= 32;
    }
}

static uint8_t *end_bits(struct bit_writer *w)
{
    for (; w->used > 0; w->used -= w->used < 8 ? w->used : 8) {
        *w->p++ = (uint8_t)w->acc;
        w->acc >>= 8;
    }
    return w->p;
}

/* Four values of at most 15 bits, side by side. */
static inline uint64_t four(const uint32_t *v, unsigned width, uint32_t mask)
{
    return (uint64_t)(v[0] & mask) | (uint64_t)(v[1] & mask) << width |
           (uint64_t)(v[2] & mask) << 2 * width | (uint64_t)(v[3] & mask) << 3 * width;
}

/* Eight values fill `width` bytes, so that whole eights of small widths are two stores that wait for
 * nothing; what a store writes too far the next one overwrites. */
uint8_t *pfor_pack_scalar(const uint32_t *values, size_t n, unsigned width,
                          uint8_t *out)
{
    uint32_t mask = (uint32_t)((UINT64_C(1) << width) - 1);
    size_t i = 0;
    for (; width <= 15 && n - i >= 8; i += 8, out += width) {
        uint64_t low = four(values + i, width, mask),
                 high = four(values + i + 4, width, mask);
        store_u64(out, low);
        if (width % 2 == 0)
            store_u64(out + width / 2, high);
        else /* the half byte that the first four end with */
            store_u64(out + width / 2, high << 4 | low >> (4 * width - 4));
    }
    struct bit_writer rest = {.p = out};
    for (; i < n; i++)
        put_bits(&rest, values[i] & mask, width);
    return end_bits(&rest);
}

uint8_t *pfor_highs_scalar(const uint32_t *values, size_t n,
                           const struct pfor_split *split,
                           uint8_t bitmap[PFOR_BLOCK / 8], uint8_t *out)
{
    uint8_t at[PFOR_BLOCK + 1];
    size_t found = 0;
    for (size_t i = 0; i < n; i++) { /* no branch: exceptions are not foreseen */
        at[found] = (uint8_t)i;
        found += values[i] >> split->width != 0;
    }
    struct bit_writer highs = {.p = out};
    memset(bitmap, 0, PFOR_BLOCK / 8);
    for (size_t k = 0; k < found; k++) {
        bitmap[at[k] / 8] |= (uint8_t)(1U << (at[k] % 8));
        put_bits(&highs, (values[at[k]] >> split->width) - 1, split->high_width);
    }
    return end_bits(&highs);
}

void pfor_positions_scalar(const uint8_t bitmap[PFOR_BLOCK / 8], size_t exceptions,
                           size_t n, uint8_t *out)
{
    struct bit_writer positions = {.p = out};
    if (pfor_positions_as_bitmap(exceptions, n)) {
        memcpy(out, bitmap, pfor_positions_len(exceptions, n));
        return;
    }
    for (uint32_t word = 0; word < 2; word++)
        for (uint64_t bits = load_u64(bitmap + 8 * word); bits != 0; bits &= bits - 1)
            put_bits(&positions, word * 64 + (unsigned)__builtin_ctzll(bits),
                     PFOR_POSITION_BITS);
    (void)end_bits(&positions);
}

const struct pfor_packers pfor_packers_scalar = {
    pfor_plan_scalar, pfor_pack_scalar, pfor_highs_scalar, pfor_positions_scalar,
    pfor_gaps_scalar};
#ifdef STEMMA_AVX2
static const struct pfor_packers packers_avx2 = {pfor_plan_avx2, pfor_pack_avx2,
                                                 pfor_highs_avx2, pfor_positions_scalar,
                                                 pfor_gaps_avx2};
#endif
#ifdef STEMMA_AVX512
static const struct pfor_packers packers_avx512 = {
    pfor_plan_avx512, pfor_pack_avx512, pfor_highs_avx512, pfor_positions_avx512,
    pfor_gaps_avx512};
#endif

const struct pfor_packers *pfor_packers(void)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return &packers_avx512;
#endif
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return &packers_avx2;
#endif
    return &pfor_packers_scalar;
}

/* Positions, then high parts, which are made first: they say what the positions are. */
static uint8_t *put_exceptions(const struct pfor_packers *k, const uint32_t *values,
                               size_t n, const struct pfor_plan *plan, uint8_t *out)
{
    const struct pfor_split split = {plan->width, plan->high_width};
    uint8_t bitmap[PFOR_BLOCK / 8];
    size_t len = pfor_positions_len(plan->exceptions, n);
    uint8_t *end = k->highs(values, n, &split, bitmap, out + len);
    k->positions(bitmap, plan->exceptions, n, out);
    return end;
}

static size_t encode_varints(const uint32_t *values, size_t n, uint8_t *out)
{
    size_t len = 0;
    out[len++] = PFOR_HEAD_VARINT;
    for (size_t i = 0; i < n; i++)
        len += coding_put_varint(out + len, values[i]);
    return len;
}

size_t pfor_encode(const uint32_t *values, size_t n, uint8_t *out)
{
    const struct pfor_packers *k = pfor_packers();
    struct pfor_plan plan;
    assert(n >= 1 && n <= PFOR_BLOCK);
    k->plan(values, n, &plan);
    assert(plan.exceptions <= PFOR_EXCEPTIONS_MAX);
    if (n < PFOR_BLOCK && plan.varints < plan.bytes)
        return encode_varints(values, n, out);
    uint8_t *p = out;
    *p++ = (uint8_t)(plan.width | (plan.exceptions ? PFOR_HEAD_EXCEPTIONS : 0));
    if (plan.exceptions) {
        *p++ = (uint8_t)plan.exceptions;
        *p++ = (uint8_t)plan.high_width;
    }
    p = k->pack(values, n, plan.width, p);
    if (plan.exceptions)
        p = put_exceptions(k, values, n, &plan, p);
    return (size_t)(p - out);
}

void pfor_gaps(const uint32_t *values, size_t n, uint32_t before, uint32_t *gaps)
{
    pfor_packers()->gaps(values, n, before, gaps);
}
