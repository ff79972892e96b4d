/* Stories of several wordings: what is near a hit is told by the homes of words, each wording by itself. */
#include <stdlib.h>

#include "formats/reconstruct.h"
#include "query/collocates_parts.h"

/* The wording of a match whose hits are looked at. */
struct at_hand {
    struct collocates *c;
    const struct segment *segment;
    const struct wording_match *match;
    size_t unit;   /* of the carriers; only in stories of several wordings */
    uint32_t from; /* on their axis */
    uint32_t len;  /* tokens */
};

/* --- words ---------------------------------------------------------------------------------- */

/* The word was met in a story, or in a wording of it, for the first time. */
static int meet(struct at_hand *h, uint32_t row, struct err *err)
{
    struct collocates *c = h->c;
    struct collocate *r = &c->rows.items[row];
    struct collocate_more *m = &c->more.items[row];
    if (r->last_story != c->n_stories) {
        r->last_story = c->n_stories;
        r->stories++;
        m->articles--;
    }
    if (m->last_wording == c->n_wordings) {
        return 0;
    }
    m->last_wording = c->n_wordings;
    m->articles += h->match->n_articles;
    return collocates_put_outlets(c, row, err);
}

/* One observation in each of the articles. */
static int observe(struct at_hand *h, struct collocates_pair pair, struct err *err)
{
    struct collocates *c = h->c;
    int rc = pair.row < c->more.len ? 0 : collocates_need_more(c, err);
    if (rc) {
        return rc;
    }
    c->more.items[pair.row].o_copies += h->match->n_articles;
    c->near_all += h->match->n_articles;
    return vec_push(&c->pairs, pair) ? meet(h, pair.row, err)
                                     : collocates_no_memory(c, err);
}

/* Those of a run of homes. */
static int observe_run(struct at_hand *h, struct span run, uint32_t passage,
                       struct err *err)
{
    struct collocates *c = h->c;
    vec_reset(&c->surfaces);
    if (!vec_reserve(&c->surfaces, run.len)) {
        return collocates_no_memory(c, err);
    }
    int rc = reconstruct_stream(h->segment, run.first, run.len, c->surfaces.items, NULL,
                                err);
    for (uint32_t i = 0; i < run.len && rc == 0; i++) {
        surface_id surface = c->surfaces.items[i];
        struct collocates_pair pair = {
            .passage = passage, .homes = {run.first + i}, .row = c->row_of[surface]};
        rc = pair.row ? 0 : collocates_new_row(c, surface, &pair.row, err);
        rc = rc ? rc : observe(h, pair, err);
    }
    return rc;
}

/* Sequences among the tokens [lo, hi). */
static int observe_phrases(struct at_hand *h, uint32_t lo, uint32_t hi,
                           uint32_t passage, struct err *err)
{
    struct collocates *c = h->c;
    const struct story_text *t = &c->phrases.text;
    uint32_t n = c->phrases.n;
    int rc = 0;
    if (hi > t->len) {
        return section_corrupt(&h->segment->wordings.section, 0, err,
                               "wordings: a hit beyond its wording");
    }
    for (uint32_t i = lo; i + n <= hi && rc == 0; i++) {
        struct collocates_pair pair = {.passage = passage};
        rc = collocates_phrases_row(&c->phrases, i, &pair.row, err);
        if (rc || pair.row == 0) {
            continue;
        }
        for (uint32_t k = 0; k < n; k++) {
            pair.homes[k] = t->homes ? t->homes[i + k] : i + k;
        }
        rc = collocates_need_row(c, pair.row, err);
        rc = rc ? rc : observe(h, pair, err);
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
    if (collocates_is_phrases(c)) {
        return observe_phrases(h, lo, hi, passage, err);
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

/* --- units ---------------------------------------------------------------------------------- */

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
            return collocates_no_memory(c, err);
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
    int rc = 0;
    vec_reset(&c->starts);
    if (c->options.within == AST_WITHIN_WORDS) {
        return 0;
    }
    if (c->view.simple) {
        return collocates_add_marks(c, c->view.start, c->view.end, 0, err);
    }
    const struct carriers_unit *u = &c->carriers.units.items[h->unit];
    uint32_t at = 0;
    for (uint32_t i = 0; i < u->n_pieces && rc == 0; i++) {
        const struct piece *p = &c->carriers.pieces.items[u->first_piece + i];
        rc = collocates_add_marks(c, p->start, p->start + p->own, at, err);
        at += p->own;
    }
    return rc ? rc : mend(h, err);
}

static int add_hit(struct at_hand *h, struct span hit, uint32_t passage,
                   struct err *err)
{
    uint32_t end = hit.first + hit.len;
    if (end > h->len || end <= hit.first) {
        return section_corrupt(&h->segment->wordings.section, 0, err,
                               "wordings: a hit beyond its wording");
    }
    struct collocates_window w = collocates_window_of(h->c, hit.first, end, h->len);
    int rc = observe_tokens(h, w.lo, hit.first, passage, err);
    rc = rc ? rc : observe_tokens(h, end, w.hi, passage, err);
    return rc ? rc : collocates_look(h->c, (uint64_t)1 + w.hi - w.lo, err);
}

/* --- stories -------------------------------------------------------------------------------- */

/* The story's wordings, laid out. */
static int turn_to_story(struct collocates *c, const struct story_match *m,
                         struct err *err)
{
    const struct segment *s = &c->snapshot->segments[m->segment];
    int rc = collocates_turn(c, m->segment, err);
    if (rc == 0) {
        rc = wordings_story(&s->wordings, m->story, &c->view, err);
    }
    if (rc || c->view.simple) {
        return rc;
    }
    vec_reset(&c->scope.stories);
    if (!vec_push(&c->scope.stories,
                  (struct scope_story){m->story, c->view.start, c->view.end})) {
        return collocates_no_memory(c, err);
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

static int add_wording(struct at_hand *h, uint32_t segment, struct err *err)
{
    const struct wording_match *w = h->match;
    uint32_t bits;
    bool whole;
    int rc = find_unit(h, err);
    if (rc == 0) {
        rc = find_units(h, err);
    }
    if (rc == 0) {
        rc = collocates_find_outlets(h->c, segment, w, &bits, &whole, err);
    }
    if (rc == 0 && collocates_is_phrases(h->c)) {
        rc = story_text_wording(&h->c->phrases.text, w->wording, err);
        rc = rc ? rc : story_text_sentences(&h->c->phrases.text, w->wording, err);
    }
    h->c->n_wordings++;
    for (size_t i = 0; i < w->n_spans && rc == 0; i++) {
        rc = add_hit(h, w->spans[i], w->passages[i], err);
    }
    return rc;
}

static int compare_pairs(const void *a, const void *b)
{
    const struct collocates_pair *x = a, *y = b;
    if (x->passage != y->passage) {
        return x->passage < y->passage ? -1 : 1;
    }
    for (size_t i = 0; i < COLLOCATES_WORDS_MAX; i++) {
        if (x->homes[i] != y->homes[i]) {
            return x->homes[i] < y->homes[i] ? -1 : 1;
        }
    }
    return 0;
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
            c->more.items[p[i].row].o++;
            c->more.items[p[i].row].o_copies--;
            c->near++;
        }
    }
}

/* A story of one wording, told once, has each hit as a passage of its own. */
static int add_one_wording(struct collocates *c, const struct story_match *match,
                           struct err *err)
{
    const struct wording_match *w = &match->wordings[0];
    struct collocates_simple s = {.segment = match->segment,
                                  .start = c->view.start,
                                  .end = c->view.end,
                                  .match = *w,
                                  .n_hits = w->n_spans,
                                  .spans = w->spans};
    return collocates_add_simple(c, &s, err);
}

int collocates_add(void *arg, const struct story_match *match, struct err *err)
{
    struct collocates *c = arg;
    if (match->hits == 0) {
        return 0;
    }
    int rc = collocates_flush(c, err);
    rc = rc ? rc : turn_to_story(c, match, err);
    if (rc == 0 && c->view.simple && match->n_wordings == 1 &&
        !collocates_is_phrases(c)) {
        rc = add_one_wording(c, match, err);
        return rc ? rc : collocates_flush(c, err);
    }
    if (rc == 0 && collocates_is_phrases(c)) {
        rc = story_text_story(&c->phrases.text, match->segment, match->story, err);
    }
    vec_reset(&c->pairs);
    collocates_new_story(c);
    for (size_t i = 0; i < match->n_wordings && rc == 0; i++) {
        struct at_hand h = {.c = c,
                            .segment = &c->snapshot->segments[match->segment],
                            .match = &match->wordings[i]};
        rc = h.match->n_spans > 0 ? add_wording(&h, match->segment, err) : 0;
    }
    if (rc == 0) {
        count_pairs(c);
    }
    return rc;
}
