#include "indexer/invert.h"

#include <assert.h>
#include <string.h>

#include "formats/coding.h"

int invert_partition(struct partitions *p, const uint64_t *term_counts,
                     uint32_t n_terms, uint32_t n, struct err *err)
{
    uint64_t total = 0, sum = 0;
    for (uint32_t t = 0; t < n_terms; t++)
        total += term_counts[t] + 1;
    uint64_t share = total / (n ? n : 1) + 1;
    vec_reset(&p->bounds);
    if (!vec_push(&p->bounds, 0))
        return err_set(err, ERR_NOMEM, "out of memory");
    for (uint32_t t = 0; t < n_terms; t++) {
        sum += term_counts[t] + 1;
        if (sum < share && t + 1 < n_terms)
            continue;
        if (!vec_push(&p->bounds, t + 1))
            return err_set(err, ERR_NOMEM, "out of memory");
        sum = 0;
    }
    return 0;
}

void invert_release(struct invert *scratch)
{
    vec_release(&scratch->starts);
    vec_release(&scratch->sorted);
}

void run_release(struct run *r)
{
    buf_release(&r->bytes);
    vec_release(&r->ends);
}

/* Counting sort of the addresses by term; starts[t] ends as the end of t's addresses. */
static void sort(uint32_t *starts, uint32_t n_terms, const struct postings *in,
                 address *sorted)
{
    memset(starts, 0, n_terms * sizeof *starts);
    for (size_t i = 0; i < in->n; i++) {
        if (in->terms[i] != INVERT_NONE)
            starts[in->terms[i]]++;
    }
    for (size_t i = 0; i < in->n_extras; i++)
        starts[in->extras[i].term]++;
    uint32_t sum = 0;
    for (uint32_t t = 0; t < n_terms; t++) {
        uint32_t count = starts[t];
        starts[t] = sum;
        sum += count;
    }
    for (size_t i = 0; i < in->n; i++) {
        if (in->terms[i] != INVERT_NONE)
            sorted[starts[in->terms[i]]++] = in->base + (address)i;
    }
    for (size_t i = 0; i < in->n_extras; i++)
        sorted[starts[in->extras[i].term]++] = in->extras[i].at;
}

/* Terms [from, to), of which those before end at `at` in sorted; bytes go to out, which has
 * room. Returns the new end of out. */
static uint8_t *encode(const uint32_t *ends, term_id from, term_id to, uint32_t at,
                       const address *sorted, address base, uint8_t *out)
{
    term_id last = from;
    for (term_id t = from; t < to; t++) {
        uint32_t end = ends[t];
        if (end == at)
            continue;
        out += coding_put_varint35(out, t - last);
        out += coding_put_varint35(out, end - at);
        last = t;
        address before = base;
        for (; at < end; at++) {
            out += coding_put_varint35(out, sorted[at] - before);
            before = sorted[at];
        }
    }
    return out;
}

int invert_run(struct invert *scratch, const struct partitions *p,
               const struct postings *in, struct run *out, struct err *err)
{
    uint32_t n_partitions = invert_n_partitions(p);
    term_id n_terms = p->bounds.items[n_partitions];
    vec_reset(&out->ends);
    buf_reset(&out->bytes);
    vec_reset(&scratch->starts);
    vec_reset(&scratch->sorted);
    if (!vec_reserve(&scratch->starts, n_terms) ||
        !vec_reserve(&scratch->sorted, in->n + in->n_extras) ||
        !vec_reserve(&out->ends, n_partitions))
        return err_set(err, ERR_NOMEM, "postings: out of memory");
    uint32_t *starts = scratch->starts.items;
    sort(starts, n_terms, in, scratch->sorted.items);
    out->base = in->base;
    uint32_t at = 0;
    for (uint32_t i = 0; i < n_partitions; i++) {
        term_id from = p->bounds.items[i], to = p->bounds.items[i + 1];
        uint32_t count = starts[to - 1] - at;
        /* Each posting takes a varint of 32 bits at most, and brings at most one term; 8 bytes are
         * written for each. */
        if (!buf_reserve(&out->bytes, (size_t)count * 15 + 8))
            return err_set(err, ERR_NOMEM, "postings: out of memory");
        uint8_t *begin = out->bytes.data + out->bytes.len;
        if (count > 0)
            out->bytes.len += (size_t)(encode(starts, from, to, at,
                                              scratch->sorted.items, in->base, begin) -
                                       begin);
        at = starts[to - 1];
        out->ends.items[out->ends.len++] = (uint32_t)out->bytes.len;
    }
    assert(at <= in->n + in->n_extras);
    return 0;
}
