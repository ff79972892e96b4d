#include "indexer/merge_sort.h"

#include <string.h>

#include "indexer/merge_source.h"

enum {
    LINE = 64 / sizeof(address) /* addresses of a cache line */
};

/* --- counting ----------------------------------------------------------------------------- */

static void count_part(struct merge_state *s, struct merge_reader r, bool *good)
{
    uint32_t terms[MERGE_READ], places[MERGE_READ];
    for (size_t n; (n = merge_read_some(s, &r, terms, places, good)) > 0;)
        for (size_t i = 0; i < n; i++)
            s->ends[terms[i]]++;
}

int merge_count_terms(struct merge_state *s, bool joined, struct err *err)
{
    bool good = true;
    memset(s->ends, 0, merge_n_counts(s) * sizeof *s->ends);
    for (size_t k = 0; good && k < s->n_sources; k++) {
        const struct merge_source *x = &s->sources[k];
        struct invert_part parts[INVERT_PARTS];
        const uint8_t *postings;
        int rc = merge_postings(s, x, &postings, err);
        if (rc != 0)
            return rc;
        merge_parts(s, x, parts);
        for (unsigned i = 0; i < INVERT_PARTS; i++)
            if (!joined || parts[i].joined)
                count_part(s, merge_read_part(postings, &parts[i]), &good);
    }
    return good ? 0 : merge_damaged(err);
}

/* --- sorting ------------------------------------------------------------------------------ */

/* Stores an address, and asks for the line that the term's next ones will be written to: lists are too many for the processor to see
 * that each goes on, and all of them together as large as its second cache. */
static inline void put_sorted(address *sorted, uint32_t at, address value)
{
    sorted[at] = value;
    __builtin_prefetch(sorted + at + LINE, 1);
}

/* Where the next posting of a part goes; moves its term's counter on. */
static inline __attribute__((always_inline)) uint32_t next_place(
    const uint8_t *posting, unsigned width, unsigned low, unsigned bits, uint8_t slice,
    uint32_t *last, uint32_t *place, uint32_t *ends)
{
    uint32_t v = merge_load_posting(posting, width);
    merge_step(last, place, v, width, slice, low);
    return ends[posting_term(v, *place, low, bits)]++;
}

/* Puts the addresses of a part where ends[] of their terms says. Eight counters are moved on before the first address is
 * stored, and all eight places stay in registers: a counter that is read right behind a store whose place is not known yet
 * makes the processor guess whether the two are one, and here it is wrong often. Slices come from far memory, and the processor's own reading
 * ahead ends with each page. */
static inline __attribute__((always_inline)) uint32_t sort_part(
    struct merge_reader r, unsigned width, unsigned low, unsigned bits, address base,
    uint32_t *restrict ends, address *restrict sorted)
{
    const uint8_t *p = r.at, *end = p + width * r.left;
    uint32_t last = r.last, place = r.place;
    const uint8_t slice = r.part.slice;
    for (; end - p >= 8 * width; p += 8 * width) {
        __builtin_prefetch(p + MERGE_ASKED_AHEAD);
        uint32_t a = next_place(p, width, low, bits, slice, &last, &place, ends),
                 at_a = place;
        uint32_t b = next_place(p + width, width, low, bits, slice, &last, &place,
                                ends),
                 at_b = place;
        uint32_t c = next_place(p + 2 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_c = place;
        uint32_t d = next_place(p + 3 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_d = place;
        uint32_t e = next_place(p + 4 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_e = place;
        uint32_t f = next_place(p + 5 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_f = place;
        uint32_t g = next_place(p + 6 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_g = place;
        uint32_t h = next_place(p + 7 * width, width, low, bits, slice, &last, &place,
                                ends),
                 at_h = place;
        put_sorted(sorted, a, base + at_a);
        put_sorted(sorted, b, base + at_b);
        put_sorted(sorted, c, base + at_c);
        put_sorted(sorted, d, base + at_d);
        put_sorted(sorted, e, base + at_e);
        put_sorted(sorted, f, base + at_f);
        put_sorted(sorted, g, base + at_g);
        put_sorted(sorted, h, base + at_h);
    }
    for (; p < end; p += width) {
        uint32_t at = next_place(p, width, low, bits, slice, &last, &place, ends);
        sorted[at] = base + place;
    }
    return place;
}

/* A part whose terms' numbers take so many bits in its slices. Returns the place of the last posting. */
static inline __attribute__((always_inline)) uint32_t sort_part_of(
    const struct invert_part *part, const uint8_t *postings, unsigned bits,
    address base, uint32_t *ends, address *sorted)
{
    const unsigned low = posting_low(bits), few = posting_frequent_bits(bits);
    struct merge_reader r = merge_read_part(postings, part);
    if (part->width == POSTING_SHORT)
        return sort_part(r, POSTING_SHORT, low, bits, base, ends, sorted);
    if (part->width == POSTING_FREQUENT)
        return sort_part(r, POSTING_FREQUENT, low, few, base, ends, sorted);
    return sort_part(r, POSTING_WIDE, low, part->frequent ? few : bits, base, ends,
                     sorted);
}

/* All parts of a source. Numbers of terms have the same width in nearly all archives, and then shifts by it are known beforehand. */
static int sort_source(struct merge_state *s, const struct merge_source *x,
                       const uint8_t *postings, struct err *err)
{
    struct invert_part parts[INVERT_PARTS];
    bool good = true;
    merge_parts(s, x, parts);
    for (unsigned i = 0; i < INVERT_PARTS; i++) {
        const struct invert_part *part = &parts[i];
        uint32_t *ends = part->frequent ? s->frequent_ends : s->ends, last;
        address *sorted = s->scratch->sorted.items;
        if (s->local_bits == INVERT_LOCAL_BITS)
            last =
                sort_part_of(part, postings, INVERT_LOCAL_BITS, x->base, ends, sorted);
        else
            last = sort_part_of(part, postings, s->local_bits, x->base, ends, sorted);
        good &= part->n == 0 ||
                (last < part->tokens && merge_places_fit(s, postings, part));
    }
    return good ? 0 : merge_damaged(err);
}

/* The same of terms [from, to) only. */
static int sort_some(struct merge_state *s, const struct merge_source *x,
                     const uint8_t *postings, uint32_t from, uint32_t to,
                     struct err *err)
{
    uint32_t terms[MERGE_READ], places[MERGE_READ];
    struct invert_part parts[INVERT_PARTS];
    bool good = true;
    merge_parts(s, x, parts);
    for (unsigned k = 0; k < INVERT_PARTS; k++) {
        struct merge_reader r = merge_read_part(postings, &parts[k]);
        for (size_t n; (n = merge_read_some(s, &r, terms, places, &good)) > 0;)
            for (size_t i = 0; i < n; i++)
                if (terms[i] >= from && terms[i] < to)
                    s->scratch->sorted.items[s->ends[terms[i]]++] = x->base + places[i];
    }
    return good ? 0 : merge_damaged(err);
}

/* Gives frequent words the counters that their postings tell by, or, if they are sorted, takes these back; what is no word has the
 * room behind all others. */
static void move_frequent(struct merge_state *s, uint32_t behind, bool back)
{
    for (uint32_t i = 0; i < s->n_frequent; i++) {
        uint32_t *end = &s->ends[s->frequent[i] - s->first_term];
        if (back)
            *end = s->frequent_ends[i];
        else
            s->frequent_ends[i] = *end;
    }
    for (uint32_t i = s->n_frequent; !back && i < merge_n_frequent_max(s); i++)
        s->frequent_ends[i] = behind;
}

/* For n addresses, and none that are there. */
static bool make_room(struct merge_scratch *scratch, size_t n)
{
    if (scratch->sorted.cap < n)
        vec_release(&scratch->sorted);
    vec_reset(&scratch->sorted);
    return vec_reserve(&scratch->sorted, n);
}

int merge_sort_terms(struct merge_state *s, uint32_t from, uint32_t to, size_t spare,
                     struct err *err)
{
    uint32_t sum = 0, *begin = merge_begins(s);
    int rc = 0;
    for (uint32_t t = from; t < to; t++) {
        begin[t] = sum;
        sum += s->ends[t];
        s->ends[t] = begin[t];
    }
    if (!make_room(s->scratch, sum + spare + 1))
        return merge_no_memory(err);
    bool all = from == 0 && to == s->n_terms;
    for (size_t t = to; all && t < merge_n_counts(s); t++)
        s->ends[t] = begin[t] = sum;
    begin[all ? merge_n_counts(s) : to] = sum;
    move_frequent(s, sum, false);
    for (size_t k = 0; rc == 0 && k < s->n_sources; k++) {
        const struct merge_source *x = &s->sources[k];
        const uint8_t *postings;
        rc = merge_postings(s, x, &postings, err);
        if (rc != 0)
            return rc;
        merge_ask_for(s, k + 1);
        rc = all ? sort_source(s, x, postings, err)
                 : sort_some(s, x, postings, from, to, err);
    }
    if (all)
        move_frequent(s, sum, true);
    return rc;
}

/* --- without counting --------------------------------------------------------------------- */

/* Sets ends[] to what the terms have in all texts, of which copies are not posted, and to the joined entries, which are counted. False:
 * that is much more than the n postings. */
static bool expect_terms(struct merge_state *s, size_t n)
{
    const uint64_t *counts = s->partitions->term_counts + s->first_term;
    uint64_t sum = 0, most = n + n / MERGE_SPARE_SHARE;
    for (uint32_t t = 0; t < s->n_terms && sum <= most; t++) {
        sum += s->ends[t] + counts[t];
        s->ends[t] += (uint32_t)counts[t];
    }
    return sum <= most;
}

/* Whether no term has got more than there was room for, and nothing but fillers lies behind them all. */
static bool had_room(const struct merge_state *s)
{
    bool had = true;
    const uint32_t *begin = merge_begins(s);
    uint32_t behind = begin[merge_n_counts(s)];
    for (size_t t = 0; t < merge_n_counts(s) - 1; t++)
        had &= s->ends[t] <= begin[t + 1];
    for (uint32_t i = s->n_frequent; i < merge_n_frequent_max(s) - 1; i++)
        had &= s->frequent_ends[i] == behind;
    return had;
}

int merge_sort_expected(struct merge_state *s, bool *done, struct err *err)
{
    size_t n = merge_n_postings(s);
    *done = false;
    if (n > merge_batch_of(s->out) || s->runs->open)
        return 0;
    int rc = merge_count_terms(s, true, err);
    if (rc != 0 || !expect_terms(s, n))
        return rc;
    rc = merge_sort_terms(s, 0, s->n_terms, n, err);
    *done = rc == 0 && had_room(s);
    return rc;
}
