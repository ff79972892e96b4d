#include "query/collocates.h"

#include <stdlib.h>
#include <string.h>

#include "query/collocates_parts.h"
#include "query/places.h"

int collocates_no_memory(const struct collocates *c, struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "collocates: no memory for more than %zu words near hits; a smaller "
                   "window or a larger --memory helps",
                   c->rows.len);
}

int collocates_open(struct collocates *c, const struct snapshot *snapshot,
                    const struct collocates_options *options,
                    const struct deadline *deadline, struct err *err)
{
    *c = (struct collocates){.snapshot = snapshot,
                             .deadline = deadline,
                             .options = *options,
                             .lone = snapshot->n_segments == 1};
    int rc = outlets_open(&c->outlets, snapshot, err);
    if (rc) {
        return rc;
    }
    if (!vec_reserve(&c->counts, snapshot->n_segments) ||
        !vec_push(&c->rows, (struct collocate){0}) ||
        !vec_push(&c->more, (struct collocate_more){0})) {
        return collocates_no_memory(c, err);
    }
    for (size_t i = 0; i < snapshot->n_segments; i++) {
        c->counts.items[c->counts.len++] =
            (struct collocates_counts){.written.segment = &snapshot->segments[i]};
    }
    return 0;
}

void collocates_release(struct collocates *c)
{
    vec_foreach(struct collocates_counts, n, &c->counts) {
        written_release(&n->written);
        free(n->more);
    }
    vec_release(&c->counts);
    vec_release(&c->rows);
    vec_release(&c->more);
    values_release(&c->words);
    values_release(&c->terms);
    if (c->snapshot) {
        outlets_release(&c->outlets);
    }
    free(c->row_of);
    free(c->term_rows);
    scope_release(&c->scope);
    carriers_release(&c->carriers);
    vec_release(&c->starts);
    vec_release(&c->breaks);
    vec_release(&c->runs);
    vec_release(&c->pairs);
    vec_release(&c->surfaces);
    vec_release(&c->forms);
    arena_release(&c->texts);
    *c = (struct collocates){0};
}

static int take_simple(void *arg, const struct places_story *s, struct err *err)
{
    struct collocates_simple story = {
        .segment = s->segment,
        .start = s->start,
        .end = s->end,
        .match = {.first_article = s->first_article, .n_articles = s->n_articles},
        .n_hits = s->n_hits,
        .hits = s->hits,
        .width = s->width};
    return collocates_add_simple(arg, &story, err);
}

int collocates_run(struct collocates *c, struct plan *plan,
                   struct engine_totals *totals, struct err *err)
{
    struct places_options how = {.engine = {.want_spans = true,
                                            .want_passages = true,
                                            .story = collocates_add,
                                            .arg = c},
                                 .simple = take_simple,
                                 .arg = c};
    return places_run(plan, &how, totals, err);
}

int collocates_find_outlets(struct collocates *c, uint32_t segment,
                            const struct wording_match *match, uint64_t *bits,
                            bool *whole, struct err *err)
{
    int rc = outlets_find(&c->outlets, segment, match, err);
    *bits = 0;
    *whole = true;
    vec_foreach(uint32_t, number, &c->outlets.found) {
        if (*number < COLLOCATES_BITS) {
            *bits |= UINT64_C(1) << *number;
        } else {
            *whole = false;
        }
    }
    return rc;
}

int collocates_put_outlets(struct collocates *c, uint32_t row, struct err *err)
{
    struct collocate *r = &c->rows.items[row];
    struct collocate_more *m = &c->more.items[row];
    struct outlets_set set = {r->outlets, m->sources};
    int rc = outlets_add(&c->outlets, &set, row, err);
    r->outlets = set.first;
    m->sources = set.more;
    return rc;
}

/* --- rows ----------------------------------------------------------------------------------- */

static int push_row(struct collocates *c, uint32_t id, uint32_t term, uint32_t *out,
                    struct err *err)
{
    *out = (uint32_t)c->rows.len;
    if (c->rows.len >= UINT32_MAX || !vec_push(&c->more, (struct collocate_more){0}) ||
        !vec_push(&c->rows, (struct collocate){.id = id, .term = term})) {
        return collocates_no_memory(c, err);
    }
    return 0;
}

/* The row of a text, in an archive of several segments: rows are in step with `words`. */
static int row_of_text(struct collocates *c, const struct segment *s, term_id id,
                       surface_id surface, uint32_t *out, struct err *err)
{
    struct term_entry e;
    uint32_t number = 0, term = 0;
    int rc = terms_get(&s->terms, id, &e, err);
    struct bytes word = bytes_of(e.key, rc ? 0 : e.key_len);
    if (rc == 0 && c->options.by_surface) {
        rc = values_put(&c->terms, word, &term, err);
        rc = rc ? rc : surfaces_get(&s->surfaces, surface, &word, err);
    }
    rc = rc ? rc : values_put(&c->words, word, &number, err);
    if (rc) {
        return rc;
    }
    *out = number + 1;
    return number + 1 < c->rows.len ? 0 : push_row(c, number, term, out, err);
}

int collocates_new_row(struct collocates *c, surface_id surface, uint32_t *out,
                       struct err *err)
{
    const struct segment *s = &c->snapshot->segments[c->segment - 1];
    bool by_surface = c->options.by_surface;
    term_id term;
    int rc = surfaces_term(&s->surfaces, surface, &term, err);
    if (rc) {
        return rc;
    }
    uint32_t row = by_surface ? 0 : c->term_rows[term];
    if (row == 0) {
        rc = c->lone ? push_row(c, by_surface ? surface : term, 0, &row, err)
                     : row_of_text(c, s, term, surface, &row, err);
    }
    if (rc) {
        return rc;
    }
    if (!by_surface) {
        c->term_rows[term] = row;
    }
    *out = c->row_of[surface] = row;
    return 0;
}

int collocates_turn(struct collocates *c, uint32_t segment, struct err *err)
{
    const struct segment *s = &c->snapshot->segments[segment];
    if (c->segment == segment + 1) {
        return 0;
    }
    free(c->row_of);
    free(c->term_rows);
    /* one more: that of a token that stands elsewhere (collocates_near.c) */
    c->row_of = calloc((size_t)s->surfaces.n_surfaces + 1, sizeof *c->row_of);
    c->term_rows = calloc((size_t)s->surfaces.n_terms + 1, sizeof *c->term_rows);
    c->segment = segment + 1;
    memset(c->block_of, 0, sizeof c->block_of);
    return c->row_of && c->term_rows ? 0 : collocates_no_memory(c, err);
}

void collocates_new_story(struct collocates *c)
{
    if (c->n_stories == UINT32_MAX) {
        vec_foreach(struct collocate, r, &c->rows) {
            r->last_story = 0;
        }
        c->n_stories = 0;
    }
    c->n_stories++;
}

uint32_t collocates_n_rows(const struct collocates *c)
{
    return (uint32_t)c->rows.len - 1;
}

void collocates_row(const struct collocates *c, uint32_t row,
                    struct collocates_row *out)
{
    const struct collocate *r = &c->rows.items[row];
    const struct collocate_more *m = &c->more.items[row];
    const struct outlets_set set = {r->outlets, m->sources};
    *out = (struct collocates_row){.o = r->o,
                                   .o_all = r->o + m->o,
                                   .articles = r->stories + m->articles,
                                   .stories = r->stories,
                                   .sources = outlets_count(&set)};
}

/* --- windows -------------------------------------------------------------------------------- */

int collocates_look(struct collocates *c, uint64_t words, struct err *err)
{
    c->looked_at += words;
    if (c->looked_at < COLLOCATES_LOOK_AFTER) {
        return 0;
    }
    c->looked_at = 0;
    return deadline_check(c->deadline, err);
}

int collocates_add_marks(struct collocates *c, address lo, address hi, uint32_t at,
                         struct err *err)
{
    const struct segment *s = &c->snapshot->segments[c->segment - 1];
    const struct marks *marks =
        c->options.within == AST_WITHIN_SENTENCE ? &s->sentences : &s->paragraphs;
    size_t n = 0;
    if (!vec_reserve(&c->starts, hi - lo)) {
        return collocates_no_memory(c, err);
    }
    uint32_t *to = c->starts.items + c->starts.len;
    int rc = marks_fill(marks, lo, hi, to, hi - lo, &n, err);
    for (size_t i = 0; i < n && rc == 0; i++) {
        to[i] = at + (to[i] - lo);
    }
    c->starts.len += rc == 0 ? n : 0;
    return rc;
}

/* How many units begin at the token or before it. */
static size_t units_to(const struct collocates *c, uint32_t token)
{
    size_t lo = 0, hi = c->starts.len;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->starts.items[mid] <= token) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

struct collocates_window collocates_window_of(const struct collocates *c,
                                              uint32_t first, uint32_t end,
                                              uint32_t len)
{
    struct collocates_window w = {0, len};
    if (c->options.within != AST_WITHIN_WORDS) {
        size_t before = units_to(c, first), behind = units_to(c, end - 1);
        w.lo = before > 0 ? c->starts.items[before - 1] : 0;
        w.hi = behind < c->starts.len ? c->starts.items[behind] : len;
    }
    if (first - w.lo > c->options.left) {
        w.lo = first - c->options.left;
    }
    if (w.hi - end > c->options.right) {
        w.hi = end + c->options.right;
    }
    return w;
}
