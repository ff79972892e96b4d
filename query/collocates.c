#include "query/collocates.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/huge.h"
#include "query/collocates_parts.h"
#include "query/places.h"

enum {
    HITS_A_STORY = 16 /* the table of stories is made for a hit in so many at least */
};

static_assert(COLLOCATES_BITS <= 8 * sizeof((struct collocate){0}.outlets),
              "a row has no bit for each of these outlets");

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
        !vec_push(&c->rows, (struct collocate){0}) || !vec_push(&c->ids, 0)) {
        return collocates_no_memory(c, err);
    }
    for (size_t i = 0; i < snapshot->n_segments; i++) {
        c->counts.items[c->counts.len++] =
            (struct collocates_counts){.written.segment = &snapshot->segments[i]};
    }
    return collocates_is_phrases(c)
               ? collocates_phrases_open(&c->phrases, snapshot, options->words,
                                         options->by_surface, deadline, err)
               : 0;
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
    vec_release(&c->ids);
    vec_release(&c->terms_of);
    values_release(&c->words);
    values_release(&c->terms);
    if (c->snapshot) {
        outlets_release(&c->outlets);
    }
    huge_free(c->row_of, c->table_bytes);
    story_table_free(c->table);
    scope_release(&c->scope);
    carriers_release(&c->carriers);
    vec_release(&c->starts);
    vec_release(&c->breaks);
    vec_release(&c->runs);
    vec_release(&c->pairs);
    vec_release(&c->surfaces);
    vec_release(&c->forms);
    arena_release(&c->texts);
    if (collocates_is_phrases(c)) {
        collocates_phrases_release(&c->phrases);
    }
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
        .n_ahead = s->n_ahead,
        .hits = s->hits,
        .width = s->width};
    return collocates_add_simple(arg, &story, err);
}

/* Where the stories of a segment are, if there are many hits. */
static int find_table(void *arg, uint32_t segment, uint64_t hits,
                      const struct story_table **out, struct err *err)
{
    struct collocates *c = arg;
    const struct segment *s = &c->snapshot->segments[segment];
    uint32_t n = s->wordings.n_stories;
    int rc = 0;
    *out = NULL;
    if (n == 0 || hits * HITS_A_STORY < n) {
        return 0;
    }
    if (c->table_of != segment + 1) {
        story_table_free(c->table);
        c->table = NULL;
        rc = story_table_new(s, &c->table, err);
        c->table_of = rc == 0 ? segment + 1 : 0;
    }
    *out = c->table;
    return rc;
}

int collocates_run_parts(struct collocates *c, struct plan *plan,
                         int (*next)(void *arg, struct places_part *out), void *arg,
                         struct engine_totals *totals, struct err *err)
{
    struct places_options how = {.engine = {.want_spans = true,
                                            .want_passages = true,
                                            .story = collocates_add,
                                            .arg = c},
                                 .simple = take_simple,
                                 .arg = c,
                                 .next = next,
                                 .next_arg = arg,
                                 .table = find_table,
                                 .table_arg = c};
    int rc = collocates_is_phrases(c) ? engine_run(plan, &how.engine, totals, err)
                                      : places_run(plan, &how, totals, err);
    return rc ? rc : collocates_flush(c, err);
}

int collocates_run(struct collocates *c, struct plan *plan,
                   struct engine_totals *totals, struct err *err)
{
    return collocates_run_parts(c, plan, NULL, NULL, totals, err);
}

int collocates_find_outlets(struct collocates *c, uint32_t segment,
                            const struct wording_match *match, uint32_t *bits,
                            bool *whole, struct err *err)
{
    int rc = outlets_find(&c->outlets, segment, match, err);
    *bits = 0;
    *whole = true;
    vec_foreach(uint32_t, number, &c->outlets.found) {
        if (*number < COLLOCATES_BITS) {
            *bits |= UINT32_C(1) << *number;
        } else {
            *whole = false;
        }
    }
    return rc;
}

int collocates_put_outlets(struct collocates *c, uint32_t row, struct err *err)
{
    return outlets_add(&c->outlets, &c->more.items[row].outlets, row, err);
}

/* --- rows ----------------------------------------------------------------------------------- */

static int push_row(struct collocates *c, uint32_t id, uint32_t *out, struct err *err)
{
    *out = (uint32_t)c->rows.len;
    if (c->rows.len >= UINT32_MAX || !vec_push(&c->ids, id) ||
        !vec_push(&c->rows, (struct collocate){0})) {
        return collocates_no_memory(c, err);
    }
    return 0;
}

int collocates_need_row(struct collocates *c, uint32_t row, struct err *err)
{
    int rc = 0;
    while (c->rows.len <= row && rc == 0) {
        uint32_t ignored;
        rc = push_row(c, 0, &ignored, err);
    }
    return rc;
}

int collocates_need_more(struct collocates *c, struct err *err)
{
    size_t n = c->rows.len - c->more.len;
    if (!vec_reserve(&c->more, n)) {
        return collocates_no_memory(c, err);
    }
    memset(c->more.items + c->more.len, 0, n * sizeof *c->more.items);
    c->more.len = c->rows.len;
    return 0;
}

int collocates_row_of_id(struct collocates *c, uint32_t id, uint32_t *out,
                         struct err *err)
{
    uint32_t *known = c->options.by_surface ? &c->row_of[id] : &c->term_rows[id];
    int rc = *known ? 0 : push_row(c, id, known, err);
    *out = *known;
    return rc;
}

int collocates_row_of_word(struct collocates *c, struct bytes word, struct bytes term,
                           uint32_t *out, struct err *err)
{
    uint32_t number = 0, of = 0;
    int rc = c->options.by_surface ? values_put(&c->terms, term, &of, err) : 0;
    rc = rc ? rc : values_put(&c->words, word, &number, err);
    if (rc) {
        return rc;
    }
    *out = number + 1;
    if (number + 1 < c->rows.len) {
        return 0;
    }
    if (c->options.by_surface && !vec_push(&c->terms_of, of)) {
        return collocates_no_memory(c, err);
    }
    return push_row(c, number, out, err);
}

/* The row of a text, in an archive of several segments. */
static int row_of_text(struct collocates *c, const struct segment *s, term_id id,
                       surface_id surface, uint32_t *out, struct err *err)
{
    struct term_entry e;
    int rc = terms_get(&s->terms, id, &e, err);
    struct bytes term = bytes_of(e.key, rc ? 0 : e.key_len), word = term;
    if (rc == 0 && c->options.by_surface) {
        rc = surfaces_get(&s->surfaces, surface, &word, err);
    }
    return rc ? rc : collocates_row_of_word(c, word, term, out, err);
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
        rc = c->lone ? push_row(c, by_surface ? surface : term, &row, err)
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
    huge_free(c->row_of, c->table_bytes);
    /* one more: that of a token that stands elsewhere (collocates_near.c) */
    size_t n_surfaces = (size_t)s->surfaces.n_surfaces + 1;
    c->table_bytes = (n_surfaces + s->surfaces.n_terms + 1) * sizeof *c->row_of;
    c->row_of = huge_alloc(c->table_bytes);
    c->term_rows = c->row_of ? c->row_of + n_surfaces : NULL;
    c->segment = segment + 1;
    c->n_surfaces = s->forward.n_surfaces;
    forward_reader_begin(&c->reader, &s->forward);
    memset(c->block_of, 0, sizeof c->block_of);
    return c->row_of ? 0 : collocates_no_memory(c, err);
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
    struct collocate_more m = {0};
    if (row < c->more.len) {
        m = c->more.items[row];
    }
    m.outlets.first |= r->outlets;
    *out = (struct collocates_row){.o = r->o + m.o,
                                   .o_all = r->o + m.o + m.o_copies,
                                   .articles = r->stories + m.articles,
                                   .stories = r->stories,
                                   .sources = outlets_count(&m.outlets)};
}

int collocates_add_up(struct collocates *c, struct err *err)
{
    int rc = collocates_need_more(c, err);
    for (size_t i = 0; i < c->rows.len && rc == 0; i++) {
        c->more.items[i].o += c->rows.items[i].o;
        c->rows.items[i].o = 0;
    }
    c->near_added = c->near;
    return rc;
}

/* --- windows -------------------------------------------------------------------------------- */

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

void collocates_units_of(const struct collocates *c, uint32_t first, uint32_t end,
                         uint32_t *lo, uint32_t *hi)
{
    size_t before = units_to(c, first), behind = units_to(c, end - 1);
    *lo = before > 0 ? c->starts.items[before - 1] : 0;
    if (behind < c->starts.len) {
        *hi = c->starts.items[behind];
    }
}
