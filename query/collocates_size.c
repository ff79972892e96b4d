/* How often words stand in the whole archive, and how many there are. */
#include <stdlib.h>

#include "formats/reconstruct.h"
#include "query/collocates.h"

enum {
    AT_ONCE = 4096 /* tokens */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "collocates: no memory for occurrences of words");
}

struct bytes collocates_term(const struct collocates *c, uint32_t row)
{
    return c->options.by_surface ? values_get(&c->terms, c->rows.items[row].term)
                                 : values_get(&c->words, row);
}

uint64_t collocates_size(const struct collocates *c, bool all)
{
    uint64_t n = 0;
    for (size_t i = 0; i < c->snapshot->n_segments; i++) {
        n += c->snapshot->segments[i]
                 .counts[all ? SEGMENT_ARTICLE_TOKENS : SEGMENT_HOMES];
    }
    return n;
}

/* Adds n for each token of the stream's [from, from + len). */
static int count_stream(const struct segment *s, address from, uint32_t len, uint32_t n,
                        uint64_t *counts, struct err *err)
{
    surface_id ids[AT_ONCE];
    int rc = 0;
    for (uint32_t done = 0; done < len && rc == 0; done += AT_ONCE) {
        uint32_t step = len - done < AT_ONCE ? len - done : AT_ONCE;
        rc = reconstruct_stream(s, from + done, step, ids, NULL, err);
        for (uint32_t i = 0; i < step && rc == 0; i++) {
            counts[ids[i]] += n;
        }
    }
    return rc;
}

static int count_wording(const struct segment *s, wording_id id, piece_vec *pieces,
                         uint64_t *counts, struct err *err)
{
    article_id first;
    uint32_t n = 0;
    int rc = articles_of_wording(&s->articles, id, &first, &n, err);
    if (rc == 0) {
        rc = wordings_pieces(&s->wordings, id, pieces, err);
    }
    for (size_t i = 0; rc == 0 && i < pieces->len; i++) {
        rc = count_stream(s, pieces->items[i].start, pieces->items[i].own, n, counts,
                          err);
    }
    return rc;
}

/* Counts every surface of a segment in all articles. */
static int count_all(const struct collocates *c, const struct segment *s,
                     uint64_t **out, struct err *err)
{
    piece_vec pieces = {0};
    *out = calloc((size_t)s->surfaces.n_surfaces + 1, sizeof **out);
    int rc = *out ? 0 : no_memory(err);
    for (wording_id w = 0; w < s->wordings.n_wordings && rc == 0; w++) {
        rc = count_wording(s, w, &pieces, *out, err);
        rc = rc ? rc : deadline_tick(c->deadline, w, err);
    }
    vec_release(&pieces);
    return rc;
}

/* The surfaces of a term, to c->forms. */
static int find_forms(struct collocates *c, const struct segment *s, term_id term,
                      struct err *err)
{
    size_t n = 0;
    int rc = surfaces_of_term(&s->surfaces, term, NULL, 0, &n, err);
    vec_reset(&c->forms);
    if (rc == 0 && !vec_reserve(&c->forms, n)) {
        rc = no_memory(err);
    }
    if (rc == 0) {
        rc = surfaces_of_term(&s->surfaces, term, c->forms.items, n, &n, err);
    }
    c->forms.len = rc == 0 ? n : 0;
    return rc;
}

/* The occurrences of the row's forms in a segment whose surfaces are counted. */
static int sum_forms(struct collocates *c, size_t segment, const struct term_entry *e,
                     uint32_t row, bool all, uint64_t *sum, struct err *err)
{
    const struct segment *s = &c->snapshot->segments[segment];
    struct collocates_counts *counts = &c->counts.items[segment];
    int rc = find_forms(c, s, e->id, err);
    for (size_t i = 0; i < c->forms.len && rc == 0; i++) {
        surface_id id = c->forms.items[i];
        struct bytes text = {0};
        if (c->options.by_surface) {
            rc = surfaces_get(&s->surfaces, id, &text, err);
        }
        if (rc == 0 &&
            (!c->options.by_surface || bytes_equal(text, values_get(&c->words, row)))) {
            *sum += all ? counts->all[id] : counts->written.counts[id];
        }
    }
    return rc;
}

static int make_counts(struct collocates *c, size_t segment, bool all, struct err *err)
{
    struct collocates_counts *counts = &c->counts.items[segment];
    int rc = 0;
    if (all && !counts->all) {
        rc = count_all(c, &c->snapshot->segments[segment], &counts->all, err);
    } else if (!all && !counts->written.counts) {
        rc = written_count_all(&counts->written, err);
    }
    return rc;
}

int collocates_occurrences(struct collocates *c, uint32_t row, bool all, uint64_t *out,
                           struct err *err)
{
    struct bytes term = collocates_term(c, row);
    uint64_t sum = 0;
    for (size_t i = 0; i < c->snapshot->n_segments; i++) {
        struct term_entry e;
        uint64_t n = 0;
        int rc = terms_find(&c->snapshot->segments[i].terms, term, 0, &e, err);
        if (rc == ITER_END) {
            continue;
        }
        if (rc == 0 && (all || c->options.by_surface)) {
            rc = make_counts(c, i, all, err);
            rc = rc ? rc : sum_forms(c, i, &e, row, all, &sum, err);
        } else if (rc == 0) {
            rc = written_occurrences(&c->counts.items[i].written, &e, &n, err);
        }
        if (rc) {
            return rc;
        }
        sum += n;
    }
    *out = sum;
    return 0;
}
