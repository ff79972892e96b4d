#include "indexer/merge_source.h"

#include <stdlib.h>

#include "base/prefetch.h"

enum {
    ASKED = 1024 /* bytes of a slice */
};

bool merge_reads_again(size_t batch, uint64_t bytes)
{
    return bytes > 2 * sizeof(address) * (uint64_t)batch;
}

int merge_open_sources(struct merge_state *s, struct err *err)
{
    const struct runs *runs = s->runs;
    uint32_t first = 2 * s->partition, end = first + 2;
    size_t n = runs->list.len;
    uint64_t bytes = runs->open ? runs_bytes_all(runs, first, end) : 0;
    bool again = merge_reads_again(merge_batch_of(s->out), bytes);
    s->sources = calloc(n + 1, sizeof *s->sources);
    s->slices = malloc((again ? runs_bytes_most(runs, first, end) : bytes) + 1);
    s->ends =
        merge_is_alone(s) ? NULL : calloc(2 * merge_n_counts(s) + 1, sizeof *s->ends);
    s->frequent_ends = calloc(merge_n_frequent_max(s), sizeof *s->frequent_ends);
    if (!s->sources || !s->slices || (!s->ends && !merge_is_alone(s)) ||
        !s->frequent_ends)
        return merge_no_memory(err);
    uint8_t *at = s->slices;
    for (size_t i = 0; i < n; i++) {
        const struct run *run = &runs->list.items[i];
        size_t len = runs_bytes(runs, i, first, end);
        size_t most = (size_t)invert_postings_max(run, s->partitions, s->partition);
        struct merge_source x = {NULL, most, run->base, i};
        if (!again || !runs_is_spilled(runs, i)) {
            struct bytes slice;
            int rc = runs_slices(runs, i, first, end, at, &slice, err);
            if (rc != 0)
                return rc;
            x.postings = slice.data;
            if (slice.data == at)
                at += slice.len;
        }
        if (len > 0)
            s->sources[s->n_sources++] = x;
    }
    return 0;
}

size_t merge_n_postings(const struct merge_state *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_sources; i++)
        n += s->sources[i].n;
    return n;
}

int merge_postings(struct merge_state *s, const struct merge_source *x,
                   const uint8_t **out, struct err *err)
{
    struct bytes slice = {x->postings, 0};
    int rc = x->postings ? 0
                         : runs_slices(s->runs, x->run, 2 * s->partition,
                                       2 * s->partition + 2, s->slices, &slice, err);
    *out = slice.data;
    return rc;
}

void merge_ask_for(const struct merge_state *s, size_t k)
{
    const uint8_t *next = k < s->n_sources ? s->sources[k].postings : NULL;
    if (next)
        for (size_t at = 0; at < ASKED; at += 64)
            prefetch_read(next + at);
}

void merge_parts(const struct merge_state *s, const struct merge_source *x,
                 struct invert_part *parts)
{
    invert_parts(&s->runs->list.items[x->run], s->partitions, s->partition, parts);
}

bool merge_places_fit(const struct merge_state *s, const uint8_t *postings,
                      const struct invert_part *part)
{
    const uint8_t *p = postings + part->at;
    bool fit = true;
    for (size_t i = 0; part->width == POSTING_WIDE && i < part->n; i++)
        fit &= posting_place(load_u32(p + POSTING_WIDE * i), part->slice,
                             posting_low(s->local_bits)) < part->tokens;
    return fit;
}

/* The number in the partition of what postings of a part say: n_terms of fillers, and of what is no term, for which *good becomes false. */
static uint32_t term_of(const struct merge_state *s, const struct invert_part *part,
                        uint32_t number, unsigned bits, bool *good)
{
    uint32_t n = part->frequent ? s->n_frequent : s->n_terms;
    if (number < n)
        return part->frequent ? s->frequent[number] - s->first_term : number;
    *good &= number == posting_filler(bits) && part->width < POSTING_WIDE;
    return s->n_terms;
}

size_t merge_read_some(const struct merge_state *s, struct merge_reader *r,
                       uint32_t *terms, uint32_t *places, bool *good)
{
    const unsigned low = posting_low(s->local_bits), width = r->part.width;
    const unsigned bits =
        r->part.frequent ? posting_frequent_bits(s->local_bits) : s->local_bits;
    size_t n = r->left < MERGE_READ ? r->left : MERGE_READ;
    for (size_t i = 0; i < n; i++, r->at += width) {
        uint32_t v = merge_load_posting(r->at, width);
        merge_step(&r->last, &r->place, v, width, r->part.slice, low);
        terms[i] =
            term_of(s, &r->part, posting_term(v, r->place, low, bits), bits, good);
        *good &= r->place < r->part.tokens;
        places[i] = r->place;
    }
    r->left -= n;
    return n;
}
