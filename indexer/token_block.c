#include "indexer/token_block.h"

#include <assert.h>
#include <string.h>

#include "base/cpu.h"
#include "base/endian.h"
#include "formats/coding.h"

enum {
    HEADER = 3
};

/* Bytes of a number, less one. */
static inline unsigned length_code(uint32_t v)
{
    return (31 - (unsigned)__builtin_clz(v | 1)) >> 3;
}

uint8_t *token_block_put_quads(const uint32_t *v, size_t n_quads, uint8_t *lengths,
                               uint8_t *out)
{
    for (size_t i = 0; i < n_quads; i++, v += 4) {
        unsigned codes = 0;
        for (unsigned k = 0; k < 4; k++) {
            unsigned code = length_code(v[k]);
            store_u32(out, v[k]);
            out += code + 1;
            codes |= code << 2 * k;
        }
        lengths[i] = (uint8_t)codes;
    }
    return out;
}

static uint8_t *put_quads(const uint32_t *v, size_t n_quads, uint8_t *lengths,
                          uint8_t *out)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return token_block_put_quads_avx512(v, n_quads, lengths, out);
#endif
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return token_block_put_quads_avx2(v, n_quads, lengths, out);
#endif
    return token_block_put_quads(v, n_quads, lengths, out);
}

/* The separators' numbers, of which nearly always all take one byte: they are written so, and again if some do not. */
static uint8_t *put_seps(const struct token_block *b, uint8_t *out)
{
    uint32_t all = 0;
    for (size_t i = 0; i < b->n_seps; i++) {
        all |= b->seps[i];
        out[i] = (uint8_t)b->seps[i];
    }
    if (all < 0x80)
        return out + b->n_seps;
    for (size_t i = 0; i < b->n_seps; i++)
        out += coding_put_varint35(out, b->seps[i]);
    return out;
}

uint8_t *token_block_put(struct token_block *b, uint8_t *out)
{
    size_t n_quads = (b->n + 3) / 4;
    uint8_t *lengths = out + HEADER, *at = lengths + n_quads;
    assert(b->n >= 1 && b->n <= TOKEN_BLOCK && b->n_seps <= b->n);
    for (size_t i = b->n; i < 4 * n_quads; i++)
        b->surfaces[i] = 0;
    at = put_quads(b->surfaces, n_quads, lengths, at);
    memcpy(at, b->places, b->n_seps);
    uint8_t *seps = at;
    at = put_seps(b, at + b->n_seps);
    out[0] = (uint8_t)b->n_seps;
    store_u16(out + 1, (uint16_t)(at - seps));
    return at;
}

/* Eight bytes that tell lengths, from quad i on; behind the last quad there are zeros. */
static uint64_t codes_from(const uint8_t *lengths, size_t i, size_t n_quads)
{
    uint64_t codes = load_u64(lengths + i);
    return n_quads - i < 8 ? codes & ((UINT64_C(1) << 8 * (n_quads - i)) - 1) : codes;
}

/* The sum of 32 codes of two bits. */
static size_t sum_codes(uint64_t codes)
{
    uint64_t twos = (codes & UINT64_C(0x3333333333333333)) +
                    (codes >> 2 & UINT64_C(0x3333333333333333));
    uint64_t fours = (twos & UINT64_C(0x0F0F0F0F0F0F0F0F)) +
                     (twos >> 4 & UINT64_C(0x0F0F0F0F0F0F0F0F));
    return fours * UINT64_C(0x0101010101010101) >> 56;
}

/* Of each code its lower bit, where it is that of four bytes. */
static uint64_t fours_of(uint64_t codes)
{
    return codes & codes >> 1 & UINT64_C(0x5555555555555555);
}

static bool has_longest(const uint8_t *lengths, size_t n_quads)
{
    uint64_t fours = 0;
    for (size_t i = 0; i < n_quads; i += 8)
        fours |= fours_of(codes_from(lengths, i, n_quads));
    return fours != 0;
}

size_t token_block_longest(const uint8_t *block, size_t n, uint16_t at[TOKEN_BLOCK])
{
    const uint8_t *lengths = block + HEADER;
    size_t n_quads = (n + 3) / 4, from = HEADER + n_quads, found = 0;
    if (!has_longest(lengths, n_quads))
        return 0;
    for (size_t i = 0; i < n_quads; i += 8) {
        uint64_t codes = codes_from(lengths, i, n_quads);
        for (uint64_t fours = fours_of(codes); fours; fours &= fours - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(fours);
            uint64_t before = codes & ((UINT64_C(1) << bit) - 1);
            at[found++] = (uint16_t)(from + bit / 2 + sum_codes(before));
        }
        from += 32 + sum_codes(codes);
    }
    return found;
}

const uint8_t *token_block_quads(const uint8_t *lengths, const uint8_t *in,
                                 size_t n_quads, uint32_t *out)
{
    for (size_t i = 0; i < 4 * n_quads; i++) {
        unsigned bytes = ((unsigned)lengths[i / 4] >> 2 * (i % 4) & 3U) + 1;
        out[i] = load_u32(in) & UINT32_MAX >> (32 - 8 * bytes);
        in += bytes;
    }
    return in;
}

static const uint8_t *quads(const uint8_t *lengths, const uint8_t *in, size_t n_quads,
                            uint32_t *out)
{
#ifdef STEMMA_AVX2
    if (cpu_has_avx2())
        return token_block_quads_avx2(lengths, in, n_quads, out);
#endif
    return token_block_quads(lengths, in, n_quads, out);
}

/* n_seps places, then their numbers, which end at `end`. */
static bool get_seps(const uint8_t *in, const uint8_t *end, size_t n_seps, size_t n,
                     uint32_t *seps)
{
    struct cursor c = cursor_of(in + n_seps, (size_t)(end - in) - n_seps);
    memset(seps, 0, n * sizeof *seps);
    for (size_t i = 0; i < n_seps; i++) {
        uint32_t sep = c.p < c.end && *c.p < 0x80 ? *c.p++ : cursor_varint32(&c);
        if (in[i] >= n)
            return false;
        seps[in[i]] = sep;
    }
    return !c.failed && c.p == c.end;
}

const uint8_t *token_block_get(const uint8_t *in, size_t n, uint32_t *surfaces,
                               uint32_t *seps)
{
    size_t whole = n / 4, n_quads = (n + 3) / 4, n_seps = in[0],
           bytes = load_u16(in + 1);
    const uint8_t *lengths = in + HEADER;
    assert(n >= 1 && n <= TOKEN_BLOCK);
    if (n_seps > n || bytes < n_seps || bytes > TOKEN_BLOCK * 6)
        return NULL;
    in = quads(lengths, lengths + n_quads, whole, surfaces);
    if (whole < n_quads) {
        uint32_t last[4];
        in = quads(lengths + whole, in, 1, last);
        memcpy(surfaces + 4 * whole, last, (n - 4 * whole) * sizeof *last);
    }
    if (seps && !get_seps(in, in + bytes, n_seps, n, seps))
        return NULL;
    return in + bytes;
}

/* Numbers of separators, one byte each or varints, which end at `end`. */
static bool take_numbers(const uint8_t *in, const uint8_t *end, struct token_block *b)
{
    struct cursor c = cursor_of(in, (size_t)(end - in));
    if (cursor_left(&c) == b->n_seps) {
        uint8_t all = 0;
        for (size_t i = 0; i < b->n_seps; i++) {
            all |= in[i];
            b->seps[i] = in[i];
        }
        return all < 0x80;
    }
    for (size_t i = 0; i < b->n_seps; i++)
        b->seps[i] = c.p < c.end && *c.p < 0x80 ? *c.p++ : cursor_varint32(&c);
    return !c.failed && c.p == c.end;
}

bool token_block_take_seps(const uint8_t *in, const uint8_t *end, struct token_block *b)
{
    unsigned least = 0;
    bool good = true;
    memcpy(b->places, in, b->n_seps);
    for (size_t i = 0; i < b->n_seps; i++) {
        good &= in[i] >= least;
        least = in[i] + 1U;
    }
    return good && least <= b->n && take_numbers(in + b->n_seps, end, b);
}

static bool take_seps(const uint8_t *in, const uint8_t *end, struct token_block *b)
{
#ifdef STEMMA_AVX512
    if (cpu_has_avx512())
        return token_block_take_seps_avx512(in, end, b);
#endif
    return token_block_take_seps(in, end, b);
}

const uint8_t *token_block_take(const uint8_t *in, struct token_block *b)
{
    size_t n_quads = (b->n + 3) / 4, bytes = load_u16(in + 1);
    const uint8_t *lengths = in + HEADER;
    assert(b->n >= 1 && b->n <= TOKEN_BLOCK);
    b->n_seps = in[0];
    if (b->n_seps > b->n || bytes < b->n_seps || bytes > TOKEN_BLOCK * 6)
        return NULL;
    in = quads(lengths, lengths + n_quads, n_quads, b->surfaces);
    return take_seps(in, in + bytes, b) ? in + bytes : NULL;
}
