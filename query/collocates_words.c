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
    return collocates_o(f->c, row, f->all);
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

static int keep(struct finding *f, struct bytes text, struct bytes *out,
                struct err *err)
{
    *out = arena_copy(&f->c->texts, text);
    return out->data ? 0
                     : err_set(err, ERR_NOMEM, "collocates: no memory for its words");
}

/* --- one segment ---------------------------------------------------------------------------- */

/* Of a term, by its entry. */
static int set_entry(struct finding *f, const struct term_entry *e,
                     struct collocates_word *w, struct err *err)
{
    int rc = keep(f, bytes_of(e->key, e->key_len), &w->word, err);
    w->term = w->word;
    if (!f->c->options.by_surface) {
        w->f2 = e->occurrences + more(f, 0, e->id);
    }
    return rc;
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
            struct collocates_word w = {.row = row, .o = observations(f, row)};
            rc = set_entry(f, e, &w, err);
            rc = rc ? rc : push(f, &w, err);
        }
        rc = rc ? rc : deadline_tick(c->deadline, i, err);
    }
    return rc == ITER_END ? 0 : rc;
}

static int get_lone(struct finding *f, struct collocates_word *w, struct err *err)
{
    const struct collocates *c = f->c;
    const struct segment *s = &c->snapshot->segments[0];
    uint32_t id = c->ids.items[w->row];
    struct term_entry e;
    term_id term = id;
    int rc = 0;
    if (c->options.by_surface) {
        rc = surfaces_term(&s->surfaces, id, &term, err);
    }
    rc = rc ? rc : terms_get(&s->terms, term, &e, err);
    rc = rc ? rc : set_entry(f, &e, w, err);
    if (rc || !c->options.by_surface) {
        return rc;
    }
    w->f2 = c->counts.items[0].written.counts[id] + more(f, 0, id);
    return surfaces_get(&s->surfaces, id, &w->word, err);
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

static int keep_phrase(struct finding *f, uint32_t row, bool terms, struct bytes *out,
                       struct err *err)
{
    struct buf text = {0};
    int rc = collocates_phrases_text(&f->c->phrases, row, terms, &text, err);
    rc = rc ? rc : keep(f, buf_bytes(&text), out, err);
    buf_release(&text);
    return rc;
}

static int get_phrase(struct finding *f, struct collocates_word *w, struct err *err)
{
    int rc = keep_phrase(f, w->row, false, &w->word, err);
    w->term = w->word;
    w->f2 = f->c->phrases.f2[f->all].items[w->row];
    return rc || !f->c->options.by_surface
               ? rc
               : keep_phrase(f, w->row, true, &w->term, err);
}

static int get_word(struct finding *f, uint32_t row, struct collocates_word *out,
                    struct err *err)
{
    const struct collocates *c = f->c;
    uint32_t number = c->ids.items[row];
    int rc = 0;
    *out = (struct collocates_word){.row = row, .o = observations(f, row)};
    if (collocates_is_phrases(c)) {
        return get_phrase(f, out, err);
    }
    if (c->lone) {
        return get_lone(f, out, err);
    }
    out->word = values_get(&c->words, number);
    out->term = c->options.by_surface ? values_get(&c->terms, c->terms_of.items[number])
                                      : out->word;
    for (size_t i = 0; i < c->snapshot->n_segments && rc == 0; i++) {
        rc = add_segment(f, i, out, err);
    }
    return rc;
}

/* --- all ------------------------------------------------------------------------------------ */

static int weigh(struct collocates *c, bool all, struct err *err)
{
    int rc = collocates_is_phrases(c) ? collocates_phrases_count(&c->phrases, err) : 0;
    for (size_t i = 0; i < c->snapshot->n_segments && rc == 0 && c->rows.len > 1 &&
                       !collocates_is_phrases(c);
         i++) {
        rc = collocates_weigh(c, i, all, err);
    }
    return rc;
}

int collocates_get_word(struct collocates *c, uint32_t row, bool all,
                        struct collocates_word *out, struct err *err)
{
    struct finding f = {.c = c, .all = all};
    int rc = weigh(c, all, err);
    return rc ? rc : get_word(&f, row, out, err);
}

static bool wants_walk(const struct finding *f)
{
    const struct collocates *c = f->c;
    size_t n = 0;
    if (!c->lone || c->options.by_surface || collocates_is_phrases(c)) {
        return false;
    }
    for (uint32_t row = 1; row < c->rows.len; row++) {
        n += observations(f, row) >= f->least;
    }
    return n * WALK_RATIO > c->snapshot->segments[0].terms.n_terms;
}

int collocates_find_words(struct collocates *c, uint64_t least, bool all,
                          collocates_words *out, struct err *err)
{
    struct finding f = {.c = c, .least = least, .all = all, .out = out};
    int rc = weigh(c, all, err);
    if (rc == 0 && wants_walk(&f)) {
        return walk_entries(&f, err);
    }
    for (uint32_t row = 1; row < c->rows.len && rc == 0; row++) {
        struct collocates_word w;
        if (observations(&f, row) < least) {
            continue;
        }
        rc = get_word(&f, row, &w, err);
        rc = rc ? rc : push(&f, &w, err);
        rc = rc ? rc : deadline_tick(c->deadline, row, err);
    }
    return rc;
}
