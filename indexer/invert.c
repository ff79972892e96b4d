#include "indexer/invert.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "formats/coding.h"

enum {
    LINE = 64,           /* bytes of a cache line */
    WIDE = 4,            /* bytes of a posting */
    NARROW = 2,          /* of one whose term is alone */
    PAD = WIDE - NARROW, /* what the last narrow one is written over */
    BLOCK = 1 << 16,     /* tokens that a narrow one tells apart */
    /* A frequent word is alone: one with this part of a partition's share, and of all. */
    SHARE_ALONE = 2,
    TOTAL_ALONE = 256,
    PARTITIONS_OF_TERMS = 1024 /* that many terms alone should make, at most */
};

static unsigned local_bits(uint32_t n_terms)
{
    unsigned bits = INVERT_LOCAL_BITS;
    while (bits < INVERT_LOCAL_BITS_MAX && n_terms >> bits > PARTITIONS_OF_TERMS)
        bits++;
    return bits;
}

void invert_release(struct partitions *p)
{
    vec_release(&p->bounds);
    vec_release(&p->narrow);
}

/* Ends a partition before term t, unless one ends there already. */
static bool cut(struct partitions *p, term_id t, bool narrow)
{
    return p->bounds.items[p->bounds.len - 1] == t ||
           (vec_push(&p->bounds, t) && vec_push(&p->narrow, narrow));
}

int invert_partition(struct partitions *p, const uint64_t *term_counts,
                     uint32_t n_terms, uint32_t n, struct err *err)
{
    uint64_t total = 0, sum = 0;
    bool good = true;
    for (uint32_t t = 0; t < n_terms; t++)
        total += term_counts[t] + 1;
    uint64_t share = total / (n ? n : 1) + 1;
    uint64_t frequent = share / SHARE_ALONE + 1;
    if (frequent < total / TOTAL_ALONE)
        frequent = total / TOTAL_ALONE;
    p->local_bits = local_bits(n_terms);
    p->term_counts = term_counts;
    vec_reset(&p->bounds);
    vec_reset(&p->narrow);
    good = vec_push(&p->bounds, 0);
    for (uint32_t t = 0; good && t < n_terms; t++) {
        uint64_t weight = term_counts[t] + 1;
        uint32_t terms = t - p->bounds.items[p->bounds.len - 1];
        bool alone = weight >= frequent && term_counts[t] > 0;
        if (alone || terms >> p->local_bits > 0) {
            good = cut(p, t, false);
            sum = 0;
        }
        sum += weight;
        if (good && (alone || sum >= share)) {
            good = cut(p, t + 1, alone);
            sum = 0;
        }
    }
    good = good && cut(p, n_terms, false);
    if (good && invert_n_partitions(p) > INVERT_PLACES >> p->local_bits)
        return err_set(err, ERR_LIMIT, "postings: %u different terms",
                       (unsigned)n_terms);
    return good ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

void run_release(struct run *r)
{
    buf_release(&r->bytes);
    vec_release(&r->ends);
    vec_release(&r->words);
}

/* --- slices of narrow postings ---------------------------------------------------------------
 *
 * For each half a u32 for each block of 2^16 tokens, as many as the longer one has: where its postings end in the slice. Then those
 * of the first half, two bytes each, and of the second; two bytes of no interest behind each, for a posting is written
 * as four bytes and the next one overwrites two of them. */

static size_t n_blocks(size_t n, size_t half)
{
    size_t longer = half > n - half ? half : n - half;
    return (longer + BLOCK - 1) / BLOCK;
}

static size_t head_bytes(size_t n, size_t half)
{
    return 2 * sizeof(uint32_t) * n_blocks(n, half);
}

uint64_t invert_postings_max(const struct partitions *p, uint32_t partition,
                             uint64_t bytes)
{
    return bytes / (p->narrow.items[partition] ? NARROW : WIDE);
}

/* The postings of [from, to) of a slice; `first` is the place in the chunk of the first token of their block. */
static address *widen(const uint8_t *from, const uint8_t *to, address base,
                      uint32_t first, address *out)
{
    for (const uint8_t *p = from; p < to; p += NARROW)
        *out++ = base + first + (uint16_t)(load_u16(p) - first);
    return out;
}

int invert_narrow(const struct run *run, struct bytes slice, address *out, size_t *n,
                  struct err *err)
{
    size_t blocks = n_blocks(run->n, run->half), at = head_bytes(run->n, run->half);
    const address *begin = out;
    bool good = slice.len >= at;
    for (size_t i = 0; good && i < 2 * blocks; i++) {
        size_t end = load_u32(slice.data + sizeof(uint32_t) * i);
        size_t first = i < blocks ? i * BLOCK : run->half + (i - blocks) * BLOCK;
        if (i == blocks)
            at += PAD;
        good = at <= end && end <= slice.len - PAD && (end - at) % NARROW == 0;
        if (good)
            out = widen(slice.data + at, slice.data + end, run->base, (uint32_t)first,
                        out);
        at = end;
    }
    *n = (size_t)(out - begin);
    return good && at + (blocks > 0 ? PAD : 0) == slice.len
               ? 0
               : err_set(err, ERR_CORRUPT, "postings: a run that was not written so");
}

/* Where the postings of each partition's halves go, and in the upper 32 bits how far one moves that on. */
struct cursors {
    uint64_t *of[2];
};

/* Lays out the slices: cursors to their halves, ends[] behind them. The second half's counts are in ends[]. Returns the bytes. */
static size_t lay_out(const struct partitions *p, const struct postings *in,
                      const struct cursors *to, uint32_t *ends)
{
    size_t sum = 0, head = head_bytes(in->n, in->half);
    for (uint32_t i = 0; i < invert_n_partitions(p); i++) {
        bool narrow = p->narrow.items[i];
        uint64_t width = narrow ? NARROW : WIDE;
        size_t pad = narrow ? PAD : 0;
        sum += narrow ? head : 0;
        to->of[0][i] = width << 32 | sum;
        sum += width * in->counts[0][i] + pad;
        to->of[1][i] = width << 32 | sum;
        sum += width * ends[i] + pad;
        ends[i] = (uint32_t)sum;
    }
    return sum;
}

/* Notes where the postings of block number k end in slices of narrow ones. */
static void note(const struct partitions *p, size_t k, size_t blocks,
                 const struct cursors *c, const uint32_t *ends, uint8_t *out)
{
    for (uint32_t i = 0; i < invert_n_partitions(p); i++) {
        uint32_t begin = i ? ends[i - 1] : 0;
        if (!p->narrow.items[i])
            continue;
        store_u32(out + begin + 4 * k, (uint32_t)c->of[0][i] - begin);
        store_u32(out + begin + 4 * (blocks + k), (uint32_t)c->of[1][i] - begin);
    }
}

/* --- runs -------------------------------------------------------------------------------- */

/* Where the next posting of a place goes: where its partition's cursor says. What the partition's next entries will be written to
 * is asked for: there are too many partitions for the processor to see that each goes on. */
static inline uint8_t *next(term_place place, unsigned bits, uint64_t *cursors,
                            uint8_t *out)
{
    uint64_t cursor = cursors[place >> bits];
    uint8_t *at = out + (uint32_t)cursor;
    cursors[place >> bits] = cursor + (cursor >> 32);
    __builtin_prefetch(at + LINE, 1);
    return at;
}

/* A place without its partition, shifted up, is the term's part of the entry; of a term that is alone it is 0. */
static inline uint32_t entry(term_place place, size_t offset, unsigned bits)
{
    return place << (32 - bits) | (uint32_t)offset;
}

static inline void put(term_place place, size_t offset, unsigned bits,
                       uint64_t *cursors, uint8_t *out)
{
    store_u32(next(place, bits, cursors, out), entry(place, offset, bits));
}

/* As put, of a token that may have no posting. */
static inline void put_token(term_place place, size_t offset, unsigned bits,
                             uint64_t *cursors, uint8_t *out)
{
    if (place != INVERT_NONE)
        put(place, offset, bits, cursors, out);
}

/* Two tokens of either half, i and i + 1. Those of one partition are stored in their order: a narrow posting's store reaches into the
 * next one's room. */
static inline void put_four(const struct postings *in, size_t i, unsigned bits,
                            uint64_t *first, uint64_t *second, uint8_t *out)
{
    const term_place *places = in->places + i, *others = places + in->half;
    term_place a = places[0], b = others[0], c = places[1], d = others[1];
    size_t k = in->half + i;
    if ((a | b | c | d) >= INVERT_PLACES) { /* some have none */
        put_token(a, i, bits, first, out);
        put_token(b, k, bits, second, out);
        put_token(c, i + 1, bits, first, out);
        put_token(d, k + 1, bits, second, out);
        return;
    }
    uint8_t *at_a = next(a, bits, first, out), *at_b = next(b, bits, second, out);
    uint8_t *at_c = next(c, bits, first, out), *at_d = next(d, bits, second, out);
    store_u32(at_a, entry(a, i, bits));
    store_u32(at_b, entry(b, k, bits));
    store_u32(at_c, entry(c, i + 1, bits));
    store_u32(at_d, entry(d, k + 1, bits));
}

/* Tokens [from, to) of both halves in turn, each with cursors of its own, and four cursors moved on before the first posting is
 * stored: where one that was written just now, or that the store before may have changed, is read, the processor waits for it. */
static void scatter(const struct postings *in, unsigned bits, const struct cursors *c,
                    size_t from, size_t to, uint8_t *out)
{
    uint64_t *first = c->of[0], *second = c->of[1];
    const term_place *a = in->places, *b = a + in->half;
    size_t half = in->half, n_a = half < to ? half : to;
    size_t n_b = in->n - half < to ? in->n - half : to, n = n_a < n_b ? n_a : n_b;
    for (; from + 2 <= n; from += 2)
        put_four(in, from, bits, first, second, out);
    for (size_t i = from; i < n_a; i++)
        put_token(a[i], i, bits, first, out);
    for (size_t i = from; i < n_b; i++)
        put_token(b[i], half + i, bits, second, out);
}

static void scatter_all(const struct partitions *p, const struct postings *in,
                        const struct cursors *c, const uint32_t *ends, uint32_t *words,
                        uint8_t *out)
{
    const unsigned bits = p->local_bits;
    size_t blocks = n_blocks(in->n, in->half);
    for (size_t k = 0; k < blocks; k++) {
        scatter(in, bits, c, k * BLOCK, (k + 1) * BLOCK, out);
        note(p, k, blocks, c, ends, out);
    }
    for (uint32_t i = 0; i < invert_n_partitions(p); i++)
        words[i] = (uint32_t)c->of[1][i];
    for (size_t i = 0; i < in->n_extras; i++)
        put(in->extras[i].place, in->extras[i].at - in->base, bits, c->of[1], out);
}

int invert_run(const struct partitions *p, const struct postings *in, struct run *out,
               struct err *err)
{
    uint32_t n_partitions = invert_n_partitions(p);
    assert(in->n <= invert_tokens_max(p) && in->half <= in->n);
    uint64_t *cursors = malloc(2 * (size_t)n_partitions * sizeof *cursors);
    const struct cursors c = {{cursors, cursors ? cursors + n_partitions : NULL}};
    int rc = 0;
    vec_reset(&out->ends);
    vec_reset(&out->words);
    buf_reset(&out->bytes);
    out->base = in->base;
    out->n = (uint32_t)in->n;
    out->half = (uint32_t)in->half;
    if (!cursors || !vec_reserve(&out->ends, n_partitions) ||
        !vec_reserve(&out->words, n_partitions)) {
        rc = err_set(err, ERR_NOMEM, "postings: out of memory");
        goto done;
    }
    uint32_t *ends = out->ends.items;
    memcpy(ends, in->counts[1], n_partitions * sizeof *ends);
    for (size_t i = 0; i < in->n_extras; i++)
        ends[in->extras[i].place >> p->local_bits]++;
    size_t len = lay_out(p, in, &c, ends);
    if (!buf_reserve(&out->bytes, len)) {
        rc = err_set(err, ERR_NOMEM, "postings: out of memory");
        goto done;
    }
    scatter_all(p, in, &c, ends, out->words.items, out->bytes.data);
    out->ends.len = out->words.len = n_partitions;
    out->bytes.len = len;
done:
    free(cursors);
    return rc;
}
