#include "query/axis_units.h"

/* What is asked for. */
struct finder {
    struct axis_units *u;
    const struct carriers *c;
    const struct marks *marks;
    bool sentences;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for sentences");
}

void axis_units_reset(struct axis_units *u)
{
    u->found = false;
}

void axis_units_release(struct axis_units *u)
{
    vec_release(&u->starts);
    vec_release(&u->breaks);
}

/* Appends the marks of the stream in [lo, hi) as places of an axis on which lo is at `at`. */
static int add_marks(struct finder *f, address lo, address hi, uint32_t at,
                     struct err *err)
{
    struct axis_units *u = f->u;
    size_t room = hi - lo, n = 0;
    if (!vec_reserve(&u->starts, room)) {
        return no_memory(err);
    }
    uint32_t *to = u->starts.items + u->starts.len;
    int rc = marks_fill(f->marks, lo, hi, to, room, &n, err);
    if (rc) {
        return rc;
    }
    for (size_t i = 0; i < n; i++) {
        to[i] = at + (to[i] - lo);
    }
    u->starts.len += n;
    return 0;
}

/* Does the break begin what is asked for? */
static bool begins(const struct finder *f, const struct word_break *b)
{
    return b->brk == 2 || (f->sentences && b->brk == 1);
}

/* Puts the wording's own breaks in the place of the stream's, among starts[from..). */
static int mend(struct finder *f, const struct carriers_unit *unit, size_t from,
                struct err *err)
{
    struct axis_units *u = f->u;
    size_t n = u->starts.len, at = from, old = from;
    int rc = wordings_breaks(&f->c->segment->wordings, unit->wording, &u->breaks, err);
    if (rc || u->breaks.len == 0) {
        return rc;
    }
    /* the old ones move to the end, then all are merged into their place */
    size_t more = u->breaks.len;
    if (!vec_reserve(&u->starts, more)) {
        return no_memory(err);
    }
    uint32_t *v = u->starts.items;
    for (size_t i = n; i > from; i--) {
        v[i - 1 + more] = v[i - 1];
    }
    old += more;
    n += more;
    vec_foreach(struct word_break, b, &u->breaks) {
        uint32_t place = unit->start + b->at;
        while (old < n && v[old] < place) {
            v[at++] = v[old++];
        }
        old += old < n && v[old] == place;
        if (begins(f, b) && place < unit->end) {
            v[at++] = place;
        }
    }
    while (old < n) {
        v[at++] = v[old++];
    }
    u->starts.len = at;
    return 0;
}

static int add_unit(struct finder *f, const struct carriers_unit *unit, struct err *err)
{
    const struct carriers *c = f->c;
    const struct carriers_story *story = &c->stories.items[unit->story];
    size_t from = f->u->starts.len;
    uint32_t at = unit->start;
    int rc = 0;
    if (story->simple) {
        const struct scope_story *s = &c->scope->stories.items[unit->story];
        rc = add_marks(f, s->start, s->end, at, err);
    }
    for (uint32_t i = 0; i < unit->n_pieces && rc == 0; i++) {
        const struct piece *p = &c->pieces.items[unit->first_piece + i];
        rc = add_marks(f, p->start, p->start + p->own, at, err);
        at += p->own;
    }
    if (rc == 0 && !story->simple) {
        rc = mend(f, unit, from, err);
    }
    if (rc || unit->start == unit->end) {
        return rc;
    }
    /* a wording may begin in the midst of a sentence of the stream */
    size_t n = f->u->starts.len;
    if (n > from && f->u->starts.items[from] == unit->start) {
        return 0;
    }
    if (!vec_push(&f->u->starts, unit->start)) {
        return no_memory(err);
    }
    for (; n > from; n--) {
        f->u->starts.items[n] = f->u->starts.items[n - 1];
    }
    f->u->starts.items[from] = unit->start;
    return 0;
}

int axis_units_find(struct axis_units *u, const struct carriers *c, bool sentences,
                    struct span_bounds *out, struct err *err)
{
    const struct segment *s = c->segment;
    struct finder f = {u, c, sentences ? &s->sentences : &s->paragraphs, sentences};
    size_t n_units = c->units.len;
    if (!u->found) {
        vec_reset(&u->starts);
        for (size_t i = 0; i < n_units; i++) {
            int rc = add_unit(&f, &c->units.items[i], err);
            if (rc == 0 && !c->plain && u->starts.len > CARRIERS_HITS_MAX) {
                rc = err_set(err, ERR_LIMIT,
                             "query: more than %d sentences near each other",
                             CARRIERS_HITS_MAX);
            }
            if (rc) {
                return rc;
            }
        }
        u->found = true;
    }
    *out = (struct span_bounds){u->starts.items, u->starts.len,
                                n_units ? c->units.items[n_units - 1].end : 0};
    return 0;
}
