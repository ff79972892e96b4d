/* Decoder of PFor blocks with the scalar kernels. */
#include "formats/pfor.h"

#include <assert.h>
#include <string.h>

#include "base/bits.h"
#include "base/cpu.h"
#include "formats/pfor_layout.h"

/* Of a block that is no varints. */
struct plan {
    unsigned width, high_width;
    size_t exceptions;
};

static void unpack_scalar(const uint8_t *restrict in, size_t n, unsigned width,
                          uint32_t *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint32_t)coding_bits_get(in, i, width);
}

static void prefix_scalar(uint32_t *values, size_t n, uint32_t base)
{
    uint32_t last = base;
    for (size_t i = 0; i < n; i++) {
        last += values[i] + 1;
        values[i] = last;
    }
}

static void expand_scalar(const uint8_t *restrict bitmap,
                          const uint32_t *restrict highs, size_t n, unsigned width,
                          uint32_t *restrict values)
{
    for (size_t word = 0; word * 64 < n; word++)
        for (uint64_t bits = load_u64(bitmap + 8 * word); bits != 0; bits &= bits - 1)
            values[word * 64 + (unsigned)__builtin_ctzll(bits)] += (*highs++ + 1)
                                                                   << width;
}

static void gaps_scalar(const struct pfor_gaps *g, size_t n, uint32_t base,
                        uint32_t *restrict out)
{
    uint32_t high[PFOR_BLOCK + 8] = {0};
    unpack_scalar(g->lows, n, g->width, out);
    if (g->highs) {
        size_t exceptions = 0;
        for (size_t i = 0; i < sizeof g->bitmap; i++)
            exceptions += (size_t)__builtin_popcount(g->bitmap[i]);
        unpack_scalar(g->highs, exceptions, g->high_width, high);
        expand_scalar(g->bitmap, high, n, g->width, out);
    }
    prefix_scalar(out, n, base);
}

static bool positions_scalar(const uint8_t *in, size_t n_positions, size_t n,
                             uint8_t *bitmap)
{
    uint64_t next = 0;
    memset(bitmap, 0, PFOR_BLOCK / 8);
    for (size_t i = 0; i < n_positions; i++) {
        uint64_t at = coding_bits_get(in, i, PFOR_POSITION_BITS);
        if (at < next || at >= n)
            return false;
        bitmap[at / 8] |= (uint8_t)(1U << (at % 8));
        next = at + 1;
    }
    return true;
}

static size_t block_none(const uint8_t *in, size_t len, uint32_t base, uint32_t *out)
{
    (void)in;
    (void)len;
    (void)base;
    (void)out;
    return 0;
}

const struct pfor_kernels pfor_kernels_scalar = {unpack_scalar, prefix_scalar,
                                                 expand_scalar, positions_scalar,
                                                 gaps_scalar,   block_none};

const struct pfor_kernels *pfor_kernels(void)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return &pfor_kernels_avx2;
#endif
    return &pfor_kernels_scalar;
}

static size_t decode_varints(const uint8_t *in, size_t len, size_t n, uint32_t *out)
{
    struct cursor c = cursor_of(in, len);
    (void)cursor_u8(&c);
    for (size_t i = 0; i < n; i++)
        out[i] = cursor_varint32(&c);
    return c.failed ? 0 : (size_t)(c.p - in);
}

/* What is where in a block that is no varints. */
struct parts {
    struct plan plan;
    const uint8_t *lows, *positions, *highs;
    size_t len;
};

/* Reads byte 0 and what follows it up to the packed values; false for what no encoder writes. */
static bool read_plan(const uint8_t *in, size_t len, size_t n, struct plan *plan,
                      size_t *head_len)
{
    plan->width = in[0] & PFOR_HEAD_WIDTH;
    plan->exceptions = 0;
    *head_len = 1;
    if (in[0] & PFOR_HEAD_EXCEPTIONS) {
        if (len < 3)
            return false;
        plan->exceptions = in[1];
        plan->high_width = in[2];
        *head_len = 3;
        if (plan->exceptions == 0 || plan->exceptions > n ||
            plan->width + plan->high_width > 32)
            return false;
    }
    return plan->width <= 32;
}

/* False for what no encoder writes, and for a block longer than len (> 0). */
static bool find_parts(const uint8_t *in, size_t len, size_t n, struct parts *p)
{
    size_t head;
    if ((in[0] & PFOR_HEAD_VARINT) || !read_plan(in, len, n, &p->plan, &head))
        return false;
    size_t low_len = coding_bits_len(n, p->plan.width);
    p->len = head + low_len;
    p->lows = in + head;
    if (p->plan.exceptions) {
        size_t e = p->plan.exceptions;
        p->positions = p->lows + low_len;
        p->highs = p->positions + pfor_positions_len(e, n);
        p->len += pfor_exceptions_len(e, n, p->plan.high_width) - 2;
    }
    return p->len <= len;
}

/* A bit for each exception; false if they are not in order or not so many. */
static bool find_exceptions(const struct pfor_kernels *k, const struct parts *p,
                            size_t n, uint8_t bitmap[PFOR_BLOCK / 8])
{
    size_t exceptions = p->plan.exceptions;
    uint64_t words[2] = {0};
    if (pfor_positions_as_bitmap(exceptions, n)) {
        if (n == PFOR_BLOCK) {
            memcpy(bitmap, p->positions, PFOR_BLOCK / 8);
        } else {
            memset(bitmap, 0, PFOR_BLOCK / 8);
            memcpy(bitmap, p->positions, coding_bits_len(n, 1));
            if (n % 8 != 0)
                bitmap[n / 8] &= (uint8_t)((1U << (n % 8)) - 1);
        }
        words[0] = load_u64(bitmap);
        words[1] = load_u64(bitmap + 8);
        return bits_count(words[0]) + bits_count(words[1]) == exceptions;
    }
    return k->positions(p->positions, exceptions, n, bitmap);
}

/* Adds one exception's high part; false when it is not below 2^32. */
static inline bool patch(uint32_t *value, uint64_t high, unsigned width)
{
    uint64_t patched = (high + 1) << width | *value;
    *value = (uint32_t)patched;
    return patched <= UINT32_MAX;
}

/* Adds all highs; where their width leaves room for a value of 2^32, one by one. */
static bool add_exceptions(const struct pfor_kernels *k, const struct parts *p,
                           size_t n, uint32_t *out)
{
    uint8_t bitmap[PFOR_BLOCK / 8];
    uint32_t high[PFOR_BLOCK + 8];
    const struct plan *plan = &p->plan;
    if (!find_exceptions(k, p, n, bitmap))
        return false;
    k->unpack(p->highs, plan->exceptions, plan->high_width, high);
    if (plan->width + plan->high_width < 32) {
        memset(high + plan->exceptions, 0, 8 * sizeof *high);
        k->expand(bitmap, high, n, plan->width, out);
        return true;
    }
    bool good = true;
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        if (bitmap[i / 8] >> (i % 8) & 1)
            good &= patch(&out[i], high[at++], plan->width);
    return good;
}

size_t pfor_decode(const uint8_t *in, size_t len, size_t n, uint32_t *out)
{
    const struct pfor_kernels *k = pfor_kernels();
    struct parts p;
    assert(n >= 1 && n <= PFOR_BLOCK);
    if (len == 0)
        return 0;
    if (in[0] == PFOR_HEAD_VARINT)
        return n < PFOR_BLOCK ? decode_varints(in, len, n, out) : 0;
    if (!find_parts(in, len, n, &p))
        return 0;
    k->unpack(p.lows, n, p.plan.width, out);
    return p.plan.exceptions == 0 || add_exceptions(k, &p, n, out) ? p.len : 0;
}

/* Sums in 64 bits: would the last value pass UINT32_MAX? */
static bool sums_fit(const uint32_t *gaps, size_t n, uint32_t base)
{
    uint64_t last = base == UINT32_MAX ? 0 : (uint64_t)base + 1;
    for (size_t i = 0; i < n; i++)
        last += (uint64_t)gaps[i] + 1;
    return last - 1 <= UINT32_MAX;
}

/* Any block: the gaps, then their sums. */
static size_t decode_large(const struct pfor_kernels *k, const uint8_t *in, size_t len,
                           size_t n, uint32_t base, uint32_t *out)
{
    size_t used = pfor_decode(in, len, n, out);
    if (used == 0 || !sums_fit(out, n, base))
        return 0;
    k->prefix(out, n, base);
    return used;
}

size_t pfor_decode_gaps(const uint8_t *in, size_t len, size_t n, uint32_t base,
                        uint32_t *out)
{
    const struct pfor_kernels *k = pfor_kernels();
    struct pfor_gaps g;
    struct parts p;
    assert(n >= 1 && n <= PFOR_BLOCK);
    if (len == 0)
        return 0;
    if (n == PFOR_BLOCK) {
        size_t used = k->block(in, len, base, out);
        if (used > 0)
            return used;
    }
    if (in[0] == PFOR_HEAD_VARINT)
        return decode_large(k, in, len, n, base, out);
    if (!find_parts(in, len, n, &p))
        return 0;
    unsigned bits = p.plan.width + (p.plan.exceptions ? p.plan.high_width + 1 : 0);
    if (bits > PFOR_GAPS_BITS ||
        (p.plan.exceptions && p.plan.high_width > PFOR_GAPS_HIGH))
        return decode_large(k, in, len, n, base, out);
    g.lows = p.lows;
    g.highs = p.plan.exceptions ? p.highs : NULL;
    g.width = p.plan.width;
    g.high_width = p.plan.high_width;
    if (p.plan.exceptions && !find_exceptions(k, &p, n, g.bitmap))
        return 0;
    k->gaps(&g, n, base, out);
    return base == UINT32_MAX || out[n - 1] > base ? p.len : 0;
}
