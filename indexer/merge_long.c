#include "indexer/merge_long.h"

#include "indexer/frequent_postings.h"
#include "indexer/merge_list.h"
#include "indexer/merge_source.h"

/* Puts the address of a frequent word's next posting to out, which a filler's is written over; returns where the next one goes. */
static inline __attribute__((always_inline)) address *take_one(
    struct merge_reader *r, unsigned width, unsigned bits, address base, address *out)
{
    const unsigned low = posting_low(bits);
    uint32_t v = merge_load_posting(r->at, width);
    merge_step(&r->last, &r->place, v, width, r->part.slice, low);
    r->at += width;
    r->left--;
    *out = base + r->place;
    return out + (posting_term(v, r->place, low, posting_frequent_bits(bits)) == 0);
}

/* All of a word that lies alone. A step of one would be half loop. */
static inline __attribute__((always_inline)) address *take_alone(
    struct merge_reader *of, unsigned width, unsigned bits, address base, address *out)
{
    struct merge_reader r = *of;
    while (r.left >= 4) {
        __builtin_prefetch(r.at + MERGE_ASKED_AHEAD);
        out = take_one(&r, width, bits, base, out);
        out = take_one(&r, width, bits, base, out);
        out = take_one(&r, width, bits, base, out);
        out = take_one(&r, width, bits, base, out);
    }
    while (r.left > 0)
        out = take_one(&r, width, bits, base, out);
    *of = r;
    return out;
}

/* The same of most archives' frequent words, many at a time where the processor can. */
static address *take_frequent(struct merge_reader *r, address base, address *out)
{
    struct frequent_postings p = {r->at, r->left, r->last, r->place};
    out = frequent_postings_take(&p, base, out);
    r->at = p.at;
    r->left = p.left;
    r->last = p.last;
    r->place = p.place;
    return take_alone(r, POSTING_FREQUENT, INVERT_LOCAL_BITS, base, out);
}

/* Adds a source of a word that is alone to what is in hand, which is encoded once it is `most`. */
static int take_all(struct merge_state *s, const struct merge_source *x,
                    const uint8_t *postings, size_t most, struct err *err)
{
    struct invert_part parts[INVERT_PARTS];
    merge_parts(s, x, parts);
    const struct invert_part *part = &parts[INVERT_PARTS - 1];
    struct merge_reader r = merge_read_part(postings, part);
    if (!vec_reserve(&s->scratch->sorted, part->n + FREQUENT_POSTINGS_SLACK))
        return merge_no_memory(err);
    address *out = s->scratch->sorted.items + s->scratch->sorted.len;
    if (part->width == POSTING_FREQUENT && s->local_bits == INVERT_LOCAL_BITS)
        out = take_frequent(&r, x->base, out);
    else
        out = take_alone(&r, part->width, s->local_bits, x->base, out);
    s->scratch->sorted.len = (size_t)(out - s->scratch->sorted.items);
    if (part->n > 0 &&
        (r.place >= part->tokens || !merge_places_fit(s, postings, part)))
        return merge_damaged(err);
    return s->scratch->sorted.len > most ? merge_put_part(s, err) : 0;
}

/* Adds those of a part that are of term number `local`, as long as less than `most` is in hand. */
static int take_part(struct merge_state *s, uint32_t local, address base,
                     struct merge_reader r, size_t most, bool *good, struct err *err)
{
    uint32_t terms[MERGE_READ], places[MERGE_READ];
    int rc = 0;
    for (size_t n; rc == 0 && (n = merge_read_some(s, &r, terms, places, good)) > 0;) {
        for (size_t i = 0; rc == 0 && *good && i < n; i++) {
            if (terms[i] != local)
                continue;
            if (s->scratch->sorted.len == most)
                rc = merge_put_part(s, err);
            s->scratch->sorted.items[s->scratch->sorted.len++] = base + places[i];
        }
    }
    return rc;
}

/* The same of a source. */
static int take_own(struct merge_state *s, uint32_t local, const struct merge_source *x,
                    const uint8_t *postings, size_t most, struct err *err)
{
    struct invert_part parts[INVERT_PARTS];
    bool good = true;
    int rc = 0;
    merge_parts(s, x, parts);
    for (unsigned i = 0; rc == 0 && i < INVERT_PARTS; i++)
        rc = take_part(s, local, x->base, merge_read_part(postings, &parts[i]), most,
                       &good, err);
    return rc == 0 && !good ? merge_damaged(err) : rc;
}

int merge_put_long_term(struct merge_state *s, uint32_t local, size_t part,
                        struct err *err)
{
    int rc = 0;
    part = part > TERMS_INLINE_MAX ? part : TERMS_INLINE_MAX + 1;
    merge_begin_term(s);
    vec_reset(&s->scratch->sorted);
    if (!vec_reserve(&s->scratch->sorted, part))
        return merge_no_memory(err);
    for (size_t k = 0; rc == 0 && k < s->n_sources; k++) {
        const struct merge_source *x = &s->sources[k];
        const uint8_t *postings;
        rc = merge_postings(s, x, &postings, err);
        if (rc == 0)
            merge_ask_for(s, k + 1);
        if (rc == 0)
            rc = merge_is_alone(s) ? take_all(s, x, postings, part, err)
                                   : take_own(s, local, x, postings, part, err);
    }
    s->list = s->scratch->sorted.items;
    s->n_list = s->scratch->sorted.len;
    return rc == 0 && s->encoded + s->n_list > 0
               ? merge_put_term(s, s->first_term + local, err)
               : rc;
}
