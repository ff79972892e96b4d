#include "indexer/invert.h"

#include <assert.h>
#include <string.h>

#include "formats/coding.h"

enum {
    LINE = 64,                 /* bytes of a cache line */
    PARTITIONS_OF_TERMS = 1024 /* that many terms alone should make, at most */
};

static unsigned local_bits(uint32_t n_terms)
{
    unsigned bits = INVERT_LOCAL_BITS;
    while (bits < INVERT_LOCAL_BITS_MAX && n_terms >> bits > PARTITIONS_OF_TERMS)
        bits++;
    return bits;
}

/* Ends a partition before term t, unless one ends there already. */
static bool cut(struct partitions *p, term_id t)
{
    return p->bounds.items[p->bounds.len - 1] == t || vec_push(&p->bounds, t);
}

int invert_partition(struct partitions *p, const uint64_t *term_counts,
                     uint32_t n_terms, uint32_t n, struct err *err)
{
    uint64_t total = 0, sum = 0;
    bool good = true;
    for (uint32_t t = 0; t < n_terms; t++)
        total += term_counts[t] + 1;
    uint64_t share = total / (n ? n : 1) + 1;
    p->local_bits = local_bits(n_terms);
    vec_reset(&p->bounds);
    good = vec_push(&p->bounds, 0);
    for (uint32_t t = 0; good && t < n_terms; t++) {
        uint64_t weight = term_counts[t] + 1;
        uint32_t terms = t - p->bounds.items[p->bounds.len - 1];
        if (weight >= share || terms >> p->local_bits > 0) {
            good = cut(p, t);
            sum = 0;
        }
        sum += weight;
        if (good && sum >= share) {
            good = cut(p, t + 1);
            sum = 0;
        }
    }
    good = good && cut(p, n_terms);
    if (good && invert_n_partitions(p) > INVERT_PLACES >> p->local_bits)
        return err_set(err, ERR_LIMIT, "postings: %u different terms",
                       (unsigned)n_terms);
    return good ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

void run_release(struct run *r)
{
    buf_release(&r->bytes);
    vec_release(&r->ends);
}

/* Puts a posting where ends[] of its partition says. A place without its partition, shifted up, is the term's part of
 * the entry. What the partition's next entries will be written to is asked for: there are too many partitions for the
 * processor to see that each goes on. */
static inline void put(term_place place, uint32_t offset, unsigned bits, uint32_t *ends,
                       uint8_t *out)
{
    uint8_t *at = out + 4 * (size_t)ends[place >> bits]++;
    __builtin_prefetch(at + LINE, 1);
    store_u32(at, place << (32 - bits) | offset);
}

/* As put, of a token that may have no posting. */
static inline void put_token(term_place place, size_t offset, unsigned bits,
                             uint32_t *ends, uint8_t *out)
{
    if (place != INVERT_NONE)
        put(place, (uint32_t)offset, bits, ends, out);
}

/* The halves in turn, each with counters of its own: where a counter that was written just now may be read again, the processor waits
 * for it, and of two at a time it need not. */
static void scatter(const struct postings *in, unsigned bits, uint32_t *ends[2],
                    uint8_t *out)
{
    uint32_t *first = ends[0], *second = ends[1];
    const term_place *a = in->places, *b = a + in->half;
    size_t half = in->half, n_b = in->n - half, n = half < n_b ? half : n_b;
    for (size_t i = 0; i < n; i++) {
        put_token(a[i], i, bits, first, out);
        put_token(b[i], half + i, bits, second, out);
    }
    for (size_t i = n; i < half; i++)
        put_token(a[i], i, bits, first, out);
    for (size_t i = n; i < n_b; i++)
        put_token(b[i], half + i, bits, second, out);
    for (size_t i = 0; i < in->n_extras; i++)
        put(in->extras[i].place, in->extras[i].at - in->base, bits, second, out);
}

int invert_run(const struct partitions *p, const struct postings *in, struct run *out,
               struct err *err)
{
    uint32_t n_partitions = invert_n_partitions(p), sum = 0;
    assert(in->n <= invert_tokens_max(p) && in->half <= in->n);
    vec_reset(&out->ends);
    buf_reset(&out->bytes);
    out->base = in->base;
    if (!vec_reserve(&out->ends, n_partitions) ||
        !buf_reserve(&out->bytes, 4 * (in->n + in->n_extras)))
        return err_set(err, ERR_NOMEM, "postings: out of memory");
    uint32_t *first = in->counts[0], *second = out->ends.items;
    memcpy(second, in->counts[1], n_partitions * sizeof *second);
    for (size_t i = 0; i < in->n_extras; i++)
        second[in->extras[i].place >> p->local_bits]++;
    for (uint32_t i = 0; i < n_partitions; i++) {
        uint32_t n_first = first[i], n_second = second[i];
        first[i] = sum;
        second[i] = sum + n_first;
        sum += n_first + n_second;
    }
    scatter(in, p->local_bits, (uint32_t *[2]){first, second}, out->bytes.data);
    for (uint32_t i = 0; i < n_partitions; i++)
        second[i] *= 4;
    out->ends.len = n_partitions;
    out->bytes.len = 4 * (size_t)sum;
    return 0;
}
