#include "query/story_text.h"

#include "formats/reconstruct.h"

static int no_memory(struct err *err)
{
    return err_set(
        err, ERR_NOMEM,
        "query: no memory for the words of a story; a larger --memory helps");
}

void story_text_init(struct story_text *t, const struct snapshot *snapshot,
                     struct words *words)
{
    *t = (struct story_text){.snapshot = snapshot, .words = words};
}

void story_text_release(struct story_text *t)
{
    scope_release(&t->scope);
    carriers_release(&t->carriers);
    axis_units_release(&t->sentences);
    vec_release(&t->stream);
    vec_release(&t->own_tokens);
    vec_release(&t->own_homes);
    vec_release(&t->own_starts);
    vec_release(&t->runs);
    *t = (struct story_text){0};
}

static const struct segment *segment_of(const struct story_text *t)
{
    return &t->snapshot->segments[t->segment];
}

static int read_stream(struct story_text *t, struct err *err)
{
    uint32_t n = t->view.end - t->view.start;
    vec_reset(&t->stream);
    if (!vec_reserve(&t->stream, (size_t)n + 1)) {
        return no_memory(err);
    }
    const struct segment *s = segment_of(t);
    uint32_t *to = t->stream.items, n_surfaces = s->surfaces.n_surfaces;
    /* only stories of several wordings have tokens that stand elsewhere */
    int rc = t->view.simple ? forward_read(&s->forward, t->view.start, n, to, NULL, err)
                            : reconstruct_stream(s, t->view.start, n, to, NULL, err);
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        if (to[i] >= n_surfaces) {
            return section_corrupt(&s->forward.section, 0, err,
                                   "token stream: token %u is nowhere",
                                   t->view.start + i);
        }
        to[i] = t->of_surface[to[i]];
    }
    t->stream.len = rc == 0 ? n : 0;
    return rc;
}

static int lay_out(struct story_text *t, struct err *err)
{
    vec_reset(&t->scope.stories);
    axis_units_reset(&t->sentences);
    t->bounds = (struct span_bounds){0};
    if (!vec_push(&t->scope.stories,
                  (struct scope_story){t->view.id, t->view.start, t->view.end})) {
        return no_memory(err);
    }
    return carriers_lay_out(&t->carriers, segment_of(t), &t->scope, err);
}

int story_text_story(struct story_text *t, uint32_t segment, story_id story,
                     struct err *err)
{
    t->segment = segment;
    int rc = words_of_segment(t->words, segment, &t->of_surface, err);
    rc = rc ? rc : wordings_story(&segment_of(t)->wordings, story, &t->view, err);
    rc = rc ? rc : read_stream(t, err);
    return rc || t->view.simple ? rc : lay_out(t, err);
}

/* NULL: it is one of another story. */
static const struct carriers_unit *unit_of(const struct story_text *t,
                                           wording_id wording)
{
    size_t unit = wording - t->view.first_wording;
    bool good = wording >= t->view.first_wording && unit < t->carriers.units.len;
    return good ? &t->carriers.units.items[unit] : NULL;
}

static int bad_wording(const struct story_text *t, struct err *err)
{
    return section_corrupt(&segment_of(t)->wordings.section, 0, err,
                           "wordings: a wording of another story");
}

/* Tokens and homes of a wording that is made of pieces. */
static int put_together(struct story_text *t, const struct carriers_unit *u,
                        struct err *err)
{
    uint32_t len = u->end - u->start, at = 0, n = t->view.end - t->view.start;
    struct span all = {u->start, len};
    vec_reset(&t->own_tokens);
    vec_reset(&t->own_homes);
    vec_reset(&t->runs);
    if (!vec_reserve(&t->own_tokens, (size_t)len + 1) ||
        !vec_reserve(&t->own_homes, (size_t)len + 1)) {
        return no_memory(err);
    }
    int rc = len > 0
                 ? carriers_homes(&t->carriers, (size_t)(u - t->carriers.units.items),
                                  &all, 1, &t->runs, err)
                 : 0;
    for (size_t r = 0; r < t->runs.len && rc == 0; r++) {
        struct span run = t->runs.items[r];
        address home = run.first - t->view.start;
        if (run.first < t->view.start || home > n || run.len > n - home ||
            run.len > len - at) {
            return section_corrupt(&segment_of(t)->wordings.section, 0, err,
                                   "wordings: a home lies outside story %u",
                                   t->view.id);
        }
        for (uint32_t i = 0; i < run.len; i++, at++) {
            t->own_tokens.items[at] = t->stream.items[home + i];
            t->own_homes.items[at] = home + i;
        }
    }
    t->tokens = t->own_tokens.items;
    t->homes = t->own_homes.items;
    t->len = at;
    return rc;
}

int story_text_wording(struct story_text *t, wording_id wording, struct err *err)
{
    const struct carriers_unit *u = NULL;
    t->n_starts = 0;
    if (t->view.simple) {
        t->tokens = t->stream.items;
        t->homes = NULL;
        t->len = (uint32_t)t->stream.len;
        return 0;
    }
    u = unit_of(t, wording);
    return u ? put_together(t, u, err) : bad_wording(t, err);
}

/* --- sentences ------------------------------------------------------------------------------------ */

static int simple_sentences(struct story_text *t, struct err *err)
{
    size_t n = 0;
    vec_reset(&t->own_starts);
    if (!vec_reserve(&t->own_starts, t->stream.len + 1)) {
        return no_memory(err);
    }
    uint32_t *to = t->own_starts.items;
    int rc = marks_fill(&segment_of(t)->sentences, t->view.start, t->view.end, to,
                        t->stream.len, &n, err);
    for (size_t i = 0; i < n && rc == 0; i++) {
        to[i] -= t->view.start;
    }
    t->starts = to;
    t->n_starts = rc == 0 ? n : 0;
    return rc;
}

/* Index of the first bound at or behind a place of the axis. */
static size_t bound_at(const struct span_bounds *b, uint32_t place)
{
    size_t lo = 0, hi = b->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (b->starts[mid] < place) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

int story_text_sentences(struct story_text *t, wording_id wording, struct err *err)
{
    const struct carriers_unit *u = NULL;
    if (t->view.simple) {
        return simple_sentences(t, err);
    }
    u = unit_of(t, wording);
    if (!u) {
        return bad_wording(t, err);
    }
    int rc = axis_units_find(&t->sentences, &t->carriers, true, &t->bounds, err);
    if (rc) {
        return rc;
    }
    size_t from = bound_at(&t->bounds, u->start), to = bound_at(&t->bounds, u->end);
    vec_reset(&t->own_starts);
    if (!vec_reserve(&t->own_starts, to - from + 1)) {
        return no_memory(err);
    }
    for (size_t i = from; i < to; i++) {
        t->own_starts.items[t->own_starts.len++] = t->bounds.starts[i] - u->start;
    }
    t->starts = t->own_starts.items;
    t->n_starts = t->own_starts.len;
    return 0;
}
