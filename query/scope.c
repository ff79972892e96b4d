#include "query/scope.h"

#include "query/story_table.h"

enum {
    /* The beginnings of all stories are decoded when more than one story in so many has a
     * hit, of one part of the query or of several; else a walk steps from one story to the next. */
    SCOPE_WALK_RATIO = 4
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for stories");
}

void scope_release(struct scope *s)
{
    vec_release(&s->stories);
}

/* --- windows ------------------------------------------------------------------------------ */

int scope_window_range(struct scope_window *w, const struct segment *segment,
                       story_id from, story_id to, struct err *err)
{
    struct story_view first, last;
    int rc = wordings_story(&segment->wordings, from, &first, err);
    if (rc == 0) {
        rc = wordings_story(&segment->wordings, to - 1, &last, err);
    }
    if (rc == 0) {
        w->segment = segment;
        w->from = from;
        w->to = to;
        w->lo = first.start;
        w->hi = last.end;
        w->walked = 0;
        vec_reset(&w->starts);
    }
    return rc;
}

int scope_window_set(struct scope_window *w, const struct segment *segment,
                     story_id from, uint64_t addresses, struct err *err)
{
    const struct wordings *words = &segment->wordings;
    struct story_view first;
    story_id to = words->n_stories;
    int rc = wordings_story(words, from, &first, err);
    if (rc) {
        return rc;
    }
    uint64_t target = first.start + addresses;
    if (target < words->n_addresses) {
        rc = wordings_story_of(words, (address)target, &to, err);
        if (rc == 0 && to <= from) {
            to = from + 1;
        }
    }
    return rc ? rc : scope_window_range(w, segment, from, to, err);
}

int scope_window_end(struct scope_window *w, story_id to, struct err *err)
{
    return w->to > to ? scope_window_range(w, w->segment, w->from, to, err) : 0;
}

int scope_window_one(struct scope_window *w, const struct segment *segment, story_id id,
                     struct err *err)
{
    return scope_window_range(w, segment, id, id + 1, err);
}

void scope_window_release(struct scope_window *w)
{
    vec_release(&w->starts);
}

/* True when a story before the window begins at the same address: an empty one. */
static int follows_empty(const struct scope_window *w, bool *out, struct err *err)
{
    struct story_view view;
    *out = false;
    if (w->from == 0) {
        return 0;
    }
    int rc = wordings_story(&w->segment->wordings, w->from - 1, &view, err);
    *out = rc == 0 && view.start == w->lo;
    return rc;
}

/* Where each of the window's stories begins: they ascend. */
static int ask_each(const struct scope_window *w, address *starts, size_t n,
                    struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct story_view view;
        int rc =
            wordings_story(&w->segment->wordings, w->from + (story_id)i, &view, err);
        if (rc) {
            return rc;
        }
        starts[i] = view.start;
        if (starts[i] < (i ? starts[i - 1] : w->lo) || view.start > w->hi) {
            return section_corrupt(&w->segment->wordings.section, 0, err,
                                   "wordings: story %u is out of order",
                                   w->from + (story_id)i);
        }
    }
    return 0;
}

/* Empty stories at the window's edges begin outside [lo, hi), or share lo
 * with others: then each story is asked. */
int scope_window_starts(struct scope_window *w, struct err *err)
{
    const struct wordings *words = &w->segment->wordings;
    size_t n_stories = w->to - w->from, n = 0;
    bool odd;
    if (w->starts.len) {
        return 0;
    }
    if (!vec_reserve(&w->starts, n_stories + 1)) {
        return no_memory(err);
    }
    address *starts = w->starts.items;
    int rc = follows_empty(w, &odd, err);
    if (rc == 0 && !odd) {
        rc = wordings_starts(words, w->lo, w->hi, starts, n_stories, &n, err);
    }
    /* those that were read in one go ascend */
    if (rc == 0 && n != n_stories) {
        rc = ask_each(w, starts, n_stories, err);
    }
    if (rc == 0) {
        starts[n_stories] = w->hi;
        w->starts.len = n_stories + 1;
    }
    return rc;
}

int scope_all(struct scope_window *w, struct scope *out, struct err *err)
{
    size_t n = w->to - w->from;
    vec_reset(&out->stories);
    int rc = scope_window_starts(w, err);
    if (rc) {
        return rc;
    }
    if (!vec_reserve(&out->stories, n)) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        out->stories.items[i] = (struct scope_story){
            w->from + (story_id)i, w->starts.items[i], w->starts.items[i + 1]};
    }
    out->stories.len = n;
    return 0;
}

/* --- narrowing ---------------------------------------------------------------------------- */

/* Hits in the order of stories[0..n): calls for each story are in ascending order. */
static int of_hits_within(const struct scope *within, address_vec *hits, uint32_t width,
                          struct scope *out, struct err *err)
{
    size_t kept = 0, i = 0;
    for (size_t k = 0; k < within->stories.len && i < hits->len; k++) {
        struct scope_story s = within->stories.items[k];
        size_t before = kept;
        while (i < hits->len && hits->items[i] < s.start) {
            i++;
        }
        for (; i < hits->len && hits->items[i] < s.end; i++) {
            hits->items[kept] = hits->items[i];
            kept += (uint64_t)hits->items[i] + width <= s.end;
        }
        if (kept > before && !vec_push(&out->stories, s)) {
            return no_memory(err);
        }
    }
    hits->len = kept;
    return 0;
}

/* All beginnings are known: one pass over both lists. */
static int of_hits_merge(const struct scope_window *w, address_vec *hits,
                         uint32_t width, struct scope *out, struct err *err)
{
    const address *starts = w->starts.items;
    size_t n_stories = w->to - w->from, kept = 0, i = 0, k = 0;
    while (i < hits->len) {
        k = story_starts_gallop(starts, n_stories, k, hits->items[i]);
        if (k == n_stories) {
            break;
        }
        struct scope_story s = {w->from + (story_id)k, starts[k], starts[k + 1]};
        size_t before = kept;
        for (; i < hits->len && hits->items[i] < s.end; i++) {
            hits->items[kept] = hits->items[i];
            kept += (uint64_t)hits->items[i] + width <= s.end;
        }
        if (kept > before && !vec_push(&out->stories, s)) {
            return no_memory(err);
        }
    }
    hits->len = kept;
    return 0;
}

int scope_story_of(struct marks_walk *walk, const struct wordings *words, address a,
                   struct scope_story *out, struct err *err)
{
    uint64_t id = 0, start = 0, end = 0;
    int rc = marks_walk_to(walk, a, &id, &start, &end, err);
    if (rc < 0) {
        return rc;
    }
    end = id + 1 < words->n_stories ? end : words->n_addresses;
    if (rc == ITER_END || id >= words->n_stories || a < start || a >= end ||
        end > words->n_addresses) {
        return section_corrupt(&words->section, 0, err,
                               "wordings: address %u is in no story", a);
    }
    *out = (struct scope_story){(story_id)id, (address)start, (address)end};
    return 0;
}

void scope_places_begin(struct scope_places *p, const struct wordings *words)
{
    p->words = words;
    marks_near_begin(&p->near, &words->starts);
}

int scope_place_of(struct scope_places *p, story_id id, struct scope_story *out,
                   struct err *err)
{
    uint64_t start = 0, end = p->words->n_addresses;
    int rc = marks_near_pair(&p->near, id, &start, &end, err);
    if (rc == 0 && (start > end || end > p->words->n_addresses)) {
        rc = section_corrupt(&p->words->section, 0, err,
                             "wordings: story %u is out of order", (unsigned)id);
    }
    if (rc == 0) {
        *out = (struct scope_story){id, (address)start, (address)end};
    }
    return rc;
}

/* Few hits: a walk from story to story. */
static int of_hits_walk(const struct scope_window *w, address_vec *hits, uint32_t width,
                        struct scope *out, struct err *err)
{
    const struct wordings *words = &w->segment->wordings;
    struct marks_walk walk;
    size_t kept = 0, i = 0;
    marks_walk_begin(&walk, &words->starts);
    while (i < hits->len) {
        struct scope_story s = {0};
        int rc = scope_story_of(&walk, words, hits->items[i], &s, err);
        if (rc) {
            return rc;
        }
        size_t before = kept;
        for (; i < hits->len && hits->items[i] < s.end; i++) {
            hits->items[kept] = hits->items[i];
            kept += (uint64_t)hits->items[i] + width <= s.end;
        }
        if (kept > before && !vec_push(&out->stories, s)) {
            return no_memory(err);
        }
    }
    hits->len = kept;
    return 0;
}

int scope_of_hits(struct scope_window *w, const struct scope *within, address_vec *hits,
                  uint32_t width, struct scope *out, struct err *err)
{
    vec_reset(&out->stories);
    if (within) {
        return of_hits_within(within, hits, width, out, err);
    }
    w->walked += hits->len;
    if (w->starts.len == 0 && w->walked * SCOPE_WALK_RATIO < w->to - w->from) {
        return of_hits_walk(w, hits, width, out, err);
    }
    int rc = scope_window_starts(w, err);
    return rc ? rc : of_hits_merge(w, hits, width, out, err);
}

int scope_union(const struct scope *a, const struct scope *b, struct scope *out,
                struct err *err)
{
    size_t i = 0, k = 0;
    vec_reset(&out->stories);
    if (!vec_reserve(&out->stories, a->stories.len + b->stories.len)) {
        return no_memory(err);
    }
    while (i < a->stories.len || k < b->stories.len) {
        const struct scope_story *x = i < a->stories.len ? &a->stories.items[i] : NULL;
        const struct scope_story *y = k < b->stories.len ? &b->stories.items[k] : NULL;
        const struct scope_story *s = !y || (x && x->id <= y->id) ? x : y;
        out->stories.items[out->stories.len++] = *s;
        i += x && x->id == s->id;
        k += y && y->id == s->id;
    }
    return 0;
}

int scope_intersect(const struct scope *a, const struct scope *b, struct scope *out,
                    struct err *err)
{
    size_t k = 0;
    vec_reset(&out->stories);
    for (size_t i = 0; i < a->stories.len; i++) {
        story_id id = a->stories.items[i].id;
        while (k < b->stories.len && b->stories.items[k].id < id) {
            k++;
        }
        if (k < b->stories.len && b->stories.items[k].id == id &&
            !vec_push(&out->stories, a->stories.items[i])) {
            return no_memory(err);
        }
    }
    return 0;
}
