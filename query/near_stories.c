#include "query/near_stories.h"

#include <stdlib.h>

enum {
    STEPS = 4
};

/* The address behind all: no story reaches it. */
#define BEHIND UINT32_MAX

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for addresses");
}

static int open_word(const struct near_word *w, const struct segment *segment,
                     struct address_cursor **out, struct err *err)
{
    int rc = 0;
    *out = malloc(w->n * sizeof **out);
    if (!*out) {
        return no_memory(err);
    }
    for (size_t i = 0; i < w->n && rc == 0; i++) {
        const struct leaf_entry *e = w->entries[i];
        if (e->n_inline > 0) {
            addresses_open_inline(&(*out)[i], e->inline_list, e->n_inline);
        } else {
            rc = addresses_open(&(*out)[i], &segment->pos, e->pos, e->count, err);
        }
    }
    return rc;
}

int near_stories_open(struct near_stories *n, const struct segment *segment,
                      const struct near_word *a, const struct near_word *b,
                      struct near_reach reach, struct err *err)
{
    const struct near_word *words[2] = {a, b};
    int rc = 0;
    *n = (struct near_stories){.reach = reach};
    for (size_t i = 0; i < 2 && rc == 0; i++) {
        n->n[i] = words[i]->n;
        for (size_t k = 0; k < words[i]->n; k++) {
            n->widths[i][k] = words[i]->widths[k];
        }
        rc = words[i]->n ? open_word(words[i], segment, &n->cursors[i], err) : 0;
    }
    return rc;
}

void near_stories_close(struct near_stories *n)
{
    free(n->cursors[0]);
    free(n->cursors[1]);
    *n = (struct near_stories){0};
}

/* As addresses_seek, for growing lo that is often reached in a few steps from the last address that was given. */
static inline int step(struct address_cursor *c, address lo, address *out,
                       struct err *err)
{
    const address *v = c->values + c->at;
    if (c->block != UINT32_MAX && c->at > 0 && v[-1] < lo && v[STEPS] >= lo &&
        c->values[c->in_block - 1] >= lo) {
        uint32_t steps = 0;
        for (uint32_t i = 0; i < STEPS; i++) {
            steps += v[i] < lo;
        }
        c->at += steps;
        *out = v[steps];
        return 0;
    }
    return addresses_seek(c, lo, out, err);
}

/* The first address >= lo; BEHIND if there is none. */
static inline int seek(struct address_cursor *c, uint64_t lo, address *out,
                       struct err *err)
{
    int rc = lo < BEHIND ? step(c, (address)lo, out, err) : ITER_END;
    if (rc == ITER_END) {
        *out = BEHIND;
        return 0;
    }
    return rc;
}

/* Has the story an x of a and a y of b, which takes `width` tokens, with x + least <= y <= x + most? Whatever is passed is
 * too far before all that follow in the other list. */
static int is_before(struct address_cursor *a, struct address_cursor *b, uint32_t width,
                     uint64_t least, uint64_t most, const struct scope_story *s,
                     bool *found, struct err *err)
{
    address x, y;
    int rc = seek(a, s->start, &x, err);
    *found = false;
    rc = rc ? rc : seek(b, x + least, &y, err);
    while (rc == 0 && x < s->end && (uint64_t)y + width <= s->end) {
        if (y < x + least) {
            rc = seek(b, x + least, &y, err);
        } else if (y > x + most) {
            rc = seek(a, y - most, &x, err);
        } else {
            *found = true;
            return 0;
        }
    }
    return rc;
}

/* The same for two words of one token in any order: both directions at once. Where b is the rarer one, much of a is never asked for. */
static int is_beside(struct address_cursor *a, struct address_cursor *b,
                     uint32_t distance, const struct scope_story *s, bool *found,
                     struct err *err)
{
    address x, y, next_x, next_y;
    int rc = seek(b, s->start, &y, err);
    *found = false;
    if (rc || y >= s->end) {
        return rc;
    }
    rc = seek(a, y - s->start > distance ? y - distance : s->start, &x, err);
    while (rc == 0 && x < s->end && y < s->end && !*found) {
        if (x < y) {
            *found = y - x <= distance;
            rc = *found ? 0 : seek(a, y - distance, &x, err);
        } else if (y < x) {
            *found = x - y <= distance;
            rc = *found ? 0 : seek(b, x - distance, &y, err);
        } else { /* one token that is both: the next of each may be near it */
            rc = seek(a, (uint64_t)x + 1, &next_x, err);
            rc = rc ? rc : seek(b, (uint64_t)y + 1, &next_y, err);
            *found = rc == 0 && ((next_x < s->end && next_x - y <= distance) ||
                                 (next_y < s->end && next_y - x <= distance));
            x = rc ? x : next_x;
            y = rc ? y : next_y;
        }
    }
    return rc;
}

static int look(struct near_stories *n, size_t i, size_t k, const struct scope_story *s,
                bool *found, struct err *err)
{
    struct address_cursor *a = &n->cursors[0][i], *b = &n->cursors[1][k];
    uint32_t wide_a = n->widths[0][i], wide_b = n->widths[1][k];
    uint64_t distance = n->reach.distance;
    address first;
    bool turned = a->count < b->count;
    int rc = 0;
    *found = false;
    if (n->n[0] * n->n[1] > 1) {
        rc = seek(turned ? a : b, s->start, &first, err);
        if (rc || first >= s->end) {
            return rc; /* the other list is not asked, nor turned back */
        }
    }
    if (wide_a == 1 && wide_b == 1 && !n->reach.ordered) {
        return is_beside(turned ? b : a, turned ? a : b, n->reach.distance, s, found,
                         err);
    }
    rc = is_before(a, b, wide_b, wide_a, distance + wide_a - 1, s, found, err);
    if (rc || *found || n->reach.ordered) {
        return rc;
    }
    return is_before(b, a, wide_a, wide_b, distance + wide_b - 1, s, found, err);
}

int near_stories_keep(struct near_stories *n, struct scope_story *stories,
                      size_t *n_stories, struct err *err)
{
    size_t kept = 0;
    int rc = 0;
    for (size_t i = 0; i < *n_stories && rc == 0 && n->reach.distance > 0; i++) {
        bool found = false;
        for (size_t k = 0; k < n->n[0] * n->n[1] && rc == 0 && !found; k++) {
            rc = look(n, k / n->n[1], k % n->n[1], &stories[i], &found, err);
        }
        if (found) {
            stories[kept++] = stories[i];
        }
    }
    *n_stories = rc ? 0 : kept;
    return rc;
}
