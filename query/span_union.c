/* The union of two lists of hits, and of many. */
#include <assert.h>

#include "query/span.h"

int span_union(const struct hits *a, const struct hits *b, struct hits *out,
               struct err *err)
{
    const struct hit *x = a->list.items, *x_end = x + a->list.len;
    const struct hit *y = b->list.items, *y_end = y + b->list.len;
    vec_reset(&out->list);
    if (!vec_reserve(&out->list, a->list.len + b->list.len)) {
        return err_set(err, ERR_NOMEM, "query: no memory for %zu hits",
                       a->list.len + b->list.len);
    }
    struct hit *to = out->list.items;
    while (x < x_end && y < y_end) {
        uint64_t kx = (uint64_t)x->first << 32 | x->len;
        uint64_t ky = (uint64_t)y->first << 32 | y->len;
        *to++ = kx <= ky ? *x : *y;
        x += kx <= ky;
        y += ky <= kx;
    }
    while (x < x_end) {
        *to++ = *x++;
    }
    while (y < y_end) {
        *to++ = *y++;
    }
    out->list.len = (size_t)(to - out->list.items);
    return 0;
}

void span_unions_release(struct span_unions *u)
{
    for (size_t i = 0; i < SPAN_UNIONS_LEVELS; i++) {
        span_hits_release(&u->level[i][0]);
        span_hits_release(&u->level[i][1]);
    }
}

/* Halves are united first, so that no hit is copied more often than there are levels. */
static int unite(const struct hits *const *lists, size_t n, struct span_unions *u,
                 size_t level, struct hits *to, const struct hits **out,
                 struct err *err)
{
    const struct hits *left, *right;
    if (n == 1) {
        *out = lists[0];
        return 0;
    }
    assert(level < SPAN_UNIONS_LEVELS);
    struct hits *room = u->level[level];
    int rc = unite(lists, n / 2, u, level + 1, &room[0], &left, err);
    if (rc == 0) {
        rc = unite(lists + n / 2, n - n / 2, u, level + 1, &room[1], &right, err);
    }
    *out = to;
    return rc ? rc : span_union(left, right, to, err);
}

int span_union_all(const struct hits *const *lists, size_t n, struct span_unions *u,
                   struct hits *room, const struct hits **out, struct err *err)
{
    if (n == 0) {
        vec_reset(&room->list);
        *out = room;
        return 0;
    }
    return unite(lists, n, u, 0, room, out, err);
}
