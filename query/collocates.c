#include "query/collocates.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "formats/reconstruct.h"

enum {
    SET_LEAST = 1024, /* slots */
    LOOK_AFTER =
        1
        << 16 /* words, between two looks at the clock: sentences may be of any length */
};

/* The wording of a match whose hits are looked at. */
struct at_hand {
    struct collocates *c;
    const struct segment *segment;
    const struct wording_match *match;
    size_t unit;   /* of the carriers; only in stories of several wordings */
    uint32_t from; /* on their axis */
    uint32_t len;  /* tokens */
    bool once;     /* every observation is a passage of its own */
};

static int no_memory(const struct collocates *c, struct err *err)
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
    *c = (struct collocates){
        .snapshot = snapshot, .deadline = deadline, .options = *options};
    c->cache = provenance_cache_new();
    if (!c->cache || !vec_reserve(&c->counts, snapshot->n_segments)) {
        return no_memory(c, err);
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
        free(n->all);
    }
    vec_release(&c->counts);
    vec_release(&c->rows);
    values_release(&c->words);
    values_release(&c->terms);
    values_release(&c->sources);
    free(c->row_of);
    scope_release(&c->scope);
    carriers_release(&c->carriers);
    vec_release(&c->starts);
    vec_release(&c->breaks);
    vec_release(&c->runs);
    vec_release(&c->pairs);
    vec_release(&c->surfaces);
    vec_release(&c->outlets);
    vec_release(&c->forms);
    provenance_cache_free(c->cache);
    free(c->outlets_of.slots);
    *c = (struct collocates){0};
}

/* --- outlets -------------------------------------------------------------------------------- */

static uint64_t *slot_of(const struct collocates_set *s, uint64_t key)
{
    size_t at = (size_t)hash64(&key, sizeof key, hash_process_seed()) & (s->cap - 1);
    while (s->slots[at] != 0 && s->slots[at] != key) {
        at = (at + 1) & (s->cap - 1);
    }
    return &s->slots[at];
}

/* Adds a key, not 0; *added: it was not there. False when out of memory. */
static bool set_add(struct collocates_set *s, uint64_t key, bool *added)
{
    if (s->n >= s->cap / 2) {
        struct collocates_set more = {.n = s->n,
                                      .cap = s->cap ? s->cap * 2 : SET_LEAST};
        more.slots = calloc(more.cap, sizeof *more.slots);
        if (!more.slots) {
            return false;
        }
        for (size_t i = 0; i < s->cap; i++) {
            if (s->slots[i] != 0) {
                *slot_of(&more, s->slots[i]) = s->slots[i];
            }
        }
        free(s->slots);
        *s = more;
    }
    uint64_t *slot = slot_of(s, key);
    *added = *slot == 0;
    s->n += *added;
    *slot = key;
    return true;
}

/* The outlets of the articles that match, each once; those without one have none. */
static int find_outlets(struct at_hand *h, struct err *err)
{
    struct collocates *c = h->c;
    int rc = 0;
    vec_reset(&c->outlets);
    for (uint32_t i = 0; i < h->match->n_articles && rc == 0; i++) {
        struct bytes name = {0};
        uint32_t number;
        rc = provenance_text(&h->segment->provenance, c->cache, PROVENANCE_OUTLET,
                             engine_article(h->match, i), &name, err);
        if (rc || name.len == 0) {
            continue;
        }
        rc = values_put(&c->sources, name, &number, err);
        bool known = false;
        vec_foreach(uint32_t, o, &c->outlets) {
            known |= *o == number + 1;
        }
        if (rc == 0 && !known && !vec_push(&c->outlets, number + 1)) {
            rc = no_memory(c, err);
        }
    }
    return rc;
}

static int add_outlets(struct collocates *c, uint32_t row, struct err *err)
{
    struct collocate *r = &c->rows.items[row];
    vec_foreach(uint32_t, outlet, &c->outlets) {
        bool added = false;
        if (*outlet == r->last_source) {
            continue;
        }
        if (!set_add(&c->outlets_of, (uint64_t)(row + 1) << 32 | *outlet, &added)) {
            return no_memory(c, err);
        }
        r->sources += added;
        r->last_source = *outlet;
    }
    return 0;
}

/* --- words ---------------------------------------------------------------------------------- */

/* The row of a surface that was not met in this segment. */
static int find_row(struct at_hand *h, surface_id surface, uint32_t *out,
                    struct err *err)
{
    struct collocates *c = h->c;
    struct term_entry e;
    struct bytes word, term;
    term_id id;
    uint32_t row, number = 0;
    int rc = surfaces_term(&h->segment->surfaces, surface, &id, err);
    if (rc == 0) {
        rc = terms_get(&h->segment->terms, id, &e, err);
    }
    if (rc) {
        return rc;
    }
    word = term = bytes_of(e.key, e.key_len);
    if (c->options.by_surface) {
        rc = surfaces_get(&h->segment->surfaces, surface, &word, err);
        rc = rc ? rc : values_put(&c->terms, term, &number, err);
    }
    rc = rc ? rc : values_put(&c->words, word, &row, err);
    if (rc) {
        return rc;
    }
    if (row == c->rows.len && !vec_push(&c->rows, (struct collocate){.term = number})) {
        return no_memory(c, err);
    }
    *out = c->row_of[surface] = row + 1;
    return 0;
}

/* One observation in each of the articles. */
static int observe(struct at_hand *h, surface_id surface, uint32_t passage,
                   address home, struct err *err)
{
    struct collocates *c = h->c;
    uint32_t row = c->row_of[surface];
    int rc = row ? 0 : find_row(h, surface, &row, err);
    if (rc) {
        return rc;
    }
    struct collocate *r = &c->rows.items[--row];
    r->o_all += h->match->n_articles;
    c->near_all += h->match->n_articles;
    if (h->once) {
        r->o++;
        c->near++;
    } else if (!vec_push(&c->pairs, (struct collocates_pair){passage, home, row})) {
        return no_memory(c, err);
    }
    if (r->last_story != c->n_stories) {
        r->last_story = c->n_stories;
        r->stories++;
    }
    if (r->last_wording == c->n_wordings) {
        return 0;
    }
    r->last_wording = c->n_wordings;
    r->articles += h->match->n_articles;
    return add_outlets(c, row, err);
}

/* Those of a run of homes. */
static int observe_run(struct at_hand *h, struct span run, uint32_t passage,
                       struct err *err)
{
    struct collocates *c = h->c;
    vec_reset(&c->surfaces);
    if (!vec_reserve(&c->surfaces, run.len)) {
        return no_memory(c, err);
    }
    int rc = reconstruct_stream(h->segment, run.first, run.len, c->surfaces.items, NULL,
                                err);
    for (uint32_t i = 0; i < run.len && rc == 0; i++) {
        rc = observe(h, c->surfaces.items[i], passage, run.first + i, err);
    }
    return rc;
}

/* Tokens [lo, hi) of the wording. */
static int observe_tokens(struct at_hand *h, uint32_t lo, uint32_t hi, uint32_t passage,
                          struct err *err)
{
    struct collocates *c = h->c;
    int rc = 0;
    if (lo >= hi) {
        return 0;
    }
    if (c->view.simple) {
        return observe_run(h, (struct span){c->view.start + lo, hi - lo}, passage, err);
    }
    struct span tokens = {h->from + lo, hi - lo};
    vec_reset(&c->runs);
    rc = carriers_homes(&c->carriers, h->unit, &tokens, 1, &c->runs, err);
    for (size_t i = 0; i < c->runs.len && rc == 0; i++) {
        rc = observe_run(h, c->runs.items[i], passage, err);
    }
    return rc;
}

/* --- windows -------------------------------------------------------------------------------- */

/* Appends where units begin among the stream's [lo, hi), as tokens of a wording in which lo is at `at`. */
static int add_marks(struct at_hand *h, const struct marks *marks, address lo,
                     address hi, uint32_t at, struct err *err)
{
    struct collocates *c = h->c;
    size_t n = 0;
    if (!vec_reserve(&c->starts, hi - lo)) {
        return no_memory(c, err);
    }
    uint32_t *to = c->starts.items + c->starts.len;
    int rc = marks_fill(marks, lo, hi, to, hi - lo, &n, err);
    for (size_t i = 0; i < n && rc == 0; i++) {
        to[i] = at + (to[i] - lo);
    }
    c->starts.len += rc == 0 ? n : 0;
    return rc;
}

static int compare_starts(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The wording's own breaks in the place of the stream's. */
static int mend(struct at_hand *h, struct err *err)
{
    struct collocates *c = h->c;
    int rc = wordings_breaks(&h->segment->wordings, h->match->wording, &c->breaks, err);
    if (rc || c->breaks.len == 0) {
        return rc;
    }
    size_t kept = 0, b = 0;
    for (size_t i = 0; i < c->starts.len; i++) {
        while (b < c->breaks.len && c->breaks.items[b].at < c->starts.items[i]) {
            b++;
        }
        if (b == c->breaks.len || c->breaks.items[b].at != c->starts.items[i]) {
            c->starts.items[kept++] = c->starts.items[i];
        }
    }
    c->starts.len = kept;
    vec_foreach(struct word_break, k, &c->breaks) {
        bool begins =
            k->brk == 2 || (k->brk == 1 && c->options.within == AST_WITHIN_SENTENCE);
        if (begins && k->at < h->len && !vec_push(&c->starts, k->at)) {
            return no_memory(c, err);
        }
    }
    if (c->starts.len > 1) {
        qsort(c->starts.items, c->starts.len, sizeof *c->starts.items, compare_starts);
    }
    return 0;
}

/* Where the sentences or paragraphs of the wording begin, but for its first. */
static int find_units(struct at_hand *h, struct err *err)
{
    struct collocates *c = h->c;
    const struct marks *marks = c->options.within == AST_WITHIN_SENTENCE
                                    ? &h->segment->sentences
                                    : &h->segment->paragraphs;
    int rc = 0;
    vec_reset(&c->starts);
    if (c->options.within == AST_WITHIN_WORDS) {
        return 0;
    }
    if (c->view.simple) {
        return add_marks(h, marks, c->view.start, c->view.end, 0, err);
    }
    const struct carriers_unit *u = &c->carriers.units.items[h->unit];
    uint32_t at = 0;
    for (uint32_t i = 0; i < u->n_pieces && rc == 0; i++) {
        const struct piece *p = &c->carriers.pieces.items[u->first_piece + i];
        rc = add_marks(h, marks, p->start, p->start + p->own, at, err);
        at += p->own;
    }
    return rc ? rc : mend(h, err);
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

static int add_hit(struct at_hand *h, struct span hit, uint32_t passage,
                   struct err *err)
{
    struct collocates *c = h->c;
    uint32_t end = hit.first + hit.len, lo = 0, hi = h->len;
    if (end > h->len || end <= hit.first) {
        return section_corrupt(&h->segment->wordings.section, 0, err,
                               "wordings: a hit beyond its wording");
    }
    if (c->options.within != AST_WITHIN_WORDS) {
        size_t before = units_to(c, hit.first), behind = units_to(c, end - 1);
        lo = before > 0 ? c->starts.items[before - 1] : 0;
        hi = behind < c->starts.len ? c->starts.items[behind] : h->len;
    }
    if (hit.first - lo > c->options.left) {
        lo = hit.first - c->options.left;
    }
    if (hi - end > c->options.right) {
        hi = end + c->options.right;
    }
    c->looked_at += (uint64_t)1 + hi - lo;
    int rc = observe_tokens(h, lo, hit.first, passage, err);
    return rc ? rc : observe_tokens(h, end, hi, passage, err);
}

/* --- stories -------------------------------------------------------------------------------- */

static int turn_to_segment(struct collocates *c, uint32_t segment, struct err *err)
{
    const struct segment *s = &c->snapshot->segments[segment];
    if (c->segment == segment + 1) {
        return 0;
    }
    free(c->row_of);
    c->row_of = calloc((size_t)s->surfaces.n_surfaces + 1, sizeof *c->row_of);
    c->segment = segment + 1;
    return c->row_of ? 0 : no_memory(c, err);
}

/* The story's wordings, laid out. */
static int turn_to_story(struct collocates *c, const struct story_match *m,
                         struct err *err)
{
    const struct segment *s = &c->snapshot->segments[m->segment];
    int rc = turn_to_segment(c, m->segment, err);
    if (rc == 0) {
        rc = wordings_story(&s->wordings, m->story, &c->view, err);
    }
    if (rc || c->view.simple) {
        return rc;
    }
    vec_reset(&c->scope.stories);
    if (!vec_push(&c->scope.stories,
                  (struct scope_story){m->story, c->view.start, c->view.end})) {
        return no_memory(c, err);
    }
    return carriers_lay_out(&c->carriers, s, &c->scope, err);
}

/* Which of the story's wordings it is. */
static int find_unit(struct at_hand *h, struct err *err)
{
    struct collocates *c = h->c;
    h->len = c->view.end - c->view.start;
    if (c->view.simple) {
        return 0;
    }
    size_t unit = h->match->wording - c->view.first_wording;
    if (h->match->wording < c->view.first_wording || unit >= c->carriers.units.len) {
        return section_corrupt(&h->segment->wordings.section, 0, err,
                               "wordings: a wording of another story");
    }
    h->unit = unit;
    h->from = c->carriers.units.items[unit].start;
    h->len = c->carriers.units.items[unit].end - h->from;
    return 0;
}

static int add_wording(struct at_hand *h, struct err *err)
{
    const struct wording_match *w = h->match;
    int rc = find_unit(h, err);
    if (rc == 0) {
        rc = find_units(h, err);
    }
    if (rc == 0) {
        rc = find_outlets(h, err);
    }
    h->c->n_wordings++;
    for (size_t i = 0; i < w->n_spans && rc == 0; i++) {
        rc = add_hit(h, w->spans[i], w->passages[i], err);
        if (rc == 0 && h->c->looked_at >= LOOK_AFTER) {
            h->c->looked_at = 0;
            rc = deadline_check(h->c->deadline, err);
        }
    }
    return rc;
}

static int compare_pairs(const void *a, const void *b)
{
    const struct collocates_pair *x = a, *y = b;
    if (x->passage != y->passage) {
        return x->passage < y->passage ? -1 : 1;
    }
    return x->home < y->home ? -1 : x->home > y->home;
}

/* Each pair of a passage and a home once. */
static void count_pairs(struct collocates *c)
{
    const struct collocates_pair *p = c->pairs.items;
    size_t n = c->pairs.len;
    if (n > 1) {
        qsort(c->pairs.items, n, sizeof *c->pairs.items, compare_pairs);
    }
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || compare_pairs(&p[i - 1], &p[i]) != 0) {
            c->rows.items[p[i].row].o++;
            c->near++;
        }
    }
}

int collocates_add(void *arg, const struct story_match *match, struct err *err)
{
    struct collocates *c = arg;
    int rc = 0;
    if (match->hits == 0) {
        return 0;
    }
    rc = turn_to_story(c, match, err);
    vec_reset(&c->pairs);
    c->n_stories++;
    for (size_t i = 0; i < match->n_wordings && rc == 0; i++) {
        struct at_hand h = {.c = c,
                            .segment = &c->snapshot->segments[match->segment],
                            .match = &match->wordings[i],
                            .once = c->view.simple && match->n_wordings == 1};
        rc = h.match->n_spans > 0 ? add_wording(&h, err) : 0;
    }
    if (rc == 0) {
        count_pairs(c);
    }
    return rc;
}
