/* Rows with their words, and how often these stand in the whole archive. */
#include <string.h>

#include "query/collocates_parts.h"

enum {
    /* To look an entry of the dictionary up costs so many times what it costs to go on to the next. */
    WALK_RATIO = 8
};

struct finding {
    struct collocates *c;
    uint64_t least;
    bool all;
    collocates_words *out;
};

static uint64_t observations(const struct finding *f, uint32_t row)
{
    const struct collocates *c = f->c;
    return c->rows.items[row].o + (f->all ? c->more.items[row].o : 0);
}

/* What copies add to a term's occurrences, or a surface's. */
static uint64_t more(const struct finding *f, size_t segment, uint32_t id)
{
    return f->all ? f->c->counts.items[segment].more[id] : 0;
}

static int push(struct finding *f, const struct collocates_word *w, struct err *err)
{
    return vec_push(f->out, *w)
               ? 0
               : err_set(err, ERR_NOMEM, "collocates: no memory for its rows");
}

/* --- one segment ---------------------------------------------------------------------------- */

static int keep(struct finding *f, struct bytes text, struct bytes *out,
                struct err *err)
{
    *out = arena_copy(&f->c->texts, text);
    return out->data ? 0
                     : err_set(err, ERR_NOMEM, "collocates: no memory for its words");
}

/* The row of a term, by its entry. */
static int push_entry(struct finding *f, uint32_t row, const struct term_entry *e,
                      struct err *err)
{
    struct collocates_word w = {.row = row, .o = observations(f, row)};
    int rc = keep(f, bytes_of(e->key, e->key_len), &w.word, err);
    w.term = w.word;
    w.f2 = e->occurrences + more(f, 0, e->id);
    return rc ? rc : push(f, &w, err);
}

/* The dictionary is read through. */
static int walk_entries(struct finding *f, struct err *err)
{
    const struct collocates *c = f->c;
    const struct terms *terms = &c->snapshot->segments[0].terms;
    uint32_t n_terms = c->snapshot->segments[0].surfaces.n_terms;
    struct terms_iter it;
    const struct term_entry *e;
    int rc = terms_seek(terms, (struct bytes){0}, &it, err);
    for (uint64_t i = 0; rc == 0 && (rc = terms_next(&it, &e, err)) == 0; i++) {
        uint32_t row = e->id < n_terms ? c->term_rows[e->id] : 0;
        if (row != 0 && observations(f, row) >= f->least) {
            rc = push_entry(f, row, e, err);
        }
        rc = rc ? rc : deadline_tick(c->deadline, i, err);
    }
    return rc == ITER_END ? 0 : rc;
}

static int get_entries(struct finding *f, struct err *err)
{
    const struct collocates *c = f->c;
    struct term_entry e;
    int rc = 0;
    for (uint32_t row = 1; row < c->rows.len && rc == 0; row++) {
        if (observations(f, row) < f->least) {
            continue;
        }
        rc = terms_get(&c->snapshot->segments[0].terms, c->rows.items[row].id, &e, err);
        rc = rc ? rc : push_entry(f, row, &e, err);
        rc = rc ? rc : deadline_tick(c->deadline, row, err);
    }
    return rc;
}

static int get_surfaces(struct finding *f, struct err *err)
{
    const struct collocates *c = f->c;
    const struct segment *s = &c->snapshot->segments[0];
    const struct collocates_counts *n = &c->counts.items[0];
    struct term_entry e;
    term_id term;
    int rc = 0;
    for (uint32_t row = 1; row < c->rows.len && rc == 0; row++) {
        struct collocates_word w = {.row = row, .o = observations(f, row)};
        surface_id id = c->rows.items[row].id;
        if (w.o < f->least) {
            continue;
        }
        rc = surfaces_get(&s->surfaces, id, &w.word, err);
        rc = rc ? rc : surfaces_term(&s->surfaces, id, &term, err);
        rc = rc ? rc : terms_get(&s->terms, term, &e, err);
        rc = rc ? rc : keep(f, bytes_of(e.key, e.key_len), &w.term, err);
        w.f2 = rc ? 0 : n->written.counts[id] + more(f, 0, id);
        rc = rc ? rc : push(f, &w, err);
        rc = rc ? rc : deadline_tick(c->deadline, row, err);
    }
    return rc;
}

static int find_lone(struct finding *f, struct err *err)
{
    const struct collocates *c = f->c;
    size_t n = 0;
    if (c->rows.len == 1) {
        return 0;
    }
    if (c->options.by_surface) {
        return get_surfaces(f, err);
    }
    for (uint32_t row = 1; row < c->rows.len; row++) {
        n += observations(f, row) >= f->least;
    }
    return n * WALK_RATIO > c->snapshot->segments[0].terms.n_terms
               ? walk_entries(f, err)
               : get_entries(f, err);
}

/* --- several -------------------------------------------------------------------------------- */

/* The surfaces of a term, to c->forms. */
static int find_forms(struct collocates *c, const struct segment *s, term_id term,
                      struct err *err)
{
    size_t n = 0;
    int rc = surfaces_of_term(&s->surfaces, term, NULL, 0, &n, err);
    vec_reset(&c->forms);
    if (rc == 0 && !vec_reserve(&c->forms, n + 1)) {
        rc = collocates_no_memory(c, err);
    }
    if (rc == 0) {
        rc = surfaces_of_term(&s->surfaces, term, c->forms.items, n, &n, err);
    }
    c->forms.len = rc == 0 ? n : 0;
    return rc;
}

/* The occurrences of the surface that is the word, among those of a term. */
static int add_surface(struct finding *f, size_t segment, const struct term_entry *e,
                       struct collocates_word *w, struct err *err)
{
    struct collocates *c = f->c;
    const struct segment *s = &c->snapshot->segments[segment];
    const struct collocates_counts *n = &c->counts.items[segment];
    int rc = find_forms(c, s, e->id, err);
    vec_foreach(surface_id, id, &c->forms) {
        struct bytes text = {0};
        rc = rc ? rc : surfaces_get(&s->surfaces, *id, &text, err);
        if (rc == 0 && bytes_equal(text, w->word)) {
            w->f2 += n->written.counts[*id] + more(f, segment, *id);
        }
    }
    return rc;
}

static int add_segment(struct finding *f, size_t segment, struct collocates_word *w,
                       struct err *err)
{
    const struct collocates *c = f->c;
    struct term_entry e;
    int rc = terms_find(&c->snapshot->segments[segment].terms, w->term, 0, &e, err);
    if (rc) {
        return rc == ITER_END ? 0 : rc;
    }
    if (c->options.by_surface) {
        return add_surface(f, segment, &e, w, err);
    }
    w->f2 += e.occurrences + more(f, segment, e.id);
    return 0;
}

static int find_many(struct finding *f, struct err *err)
{
    const struct collocates *c = f->c;
    int rc = 0;
    for (uint32_t row = 1; row < c->rows.len && rc == 0; row++) {
        const struct collocate *r = &c->rows.items[row];
        struct collocates_word w = {.row = row, .o = observations(f, row)};
        if (w.o < f->least) {
            continue;
        }
        w.word = values_get(&c->words, r->id);
        w.term = c->options.by_surface ? values_get(&c->terms, r->term) : w.word;
        for (size_t i = 0; i < c->snapshot->n_segments && rc == 0; i++) {
            rc = add_segment(f, i, &w, err);
        }
        rc = rc ? rc : push(f, &w, err);
        rc = rc ? rc : deadline_tick(c->deadline, row, err);
    }
    return rc;
}

int collocates_find_words(struct collocates *c, uint64_t least, bool all,
                          collocates_words *out, struct err *err)
{
    struct finding f = {.c = c, .least = least, .all = all, .out = out};
    int rc = 0;
    for (size_t i = 0; i < c->snapshot->n_segments && rc == 0 && c->rows.len > 1; i++) {
        rc = collocates_weigh(c, i, all, err);
    }
    if (rc) {
        return rc;
    }
    return c->lone ? find_lone(&f, err) : find_many(&f, err);
}
