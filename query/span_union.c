/* The union of two lists of hits, and of many. */
#include <assert.h>
#include <stdlib.h>

#include "query/span.h"
#include "query/window.h"

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

enum {
    BITS_LISTS = 3, /* so many lists are united by bits, */
    BITS_GAP = 64   /* where their hits have a smaller mean gap */
};

/* Words and phrases of one width without gaps are told by where they begin: a set of bits puts any number of lists
 * together at once. False: they are not such, or there is no memory for it. */
static bool unite_by_bits(const struct hits *const *lists, size_t n, struct hits *room)
{
    uint64_t total = 0, lo = UINT64_MAX, hi = 0;
    uint32_t len = 0;
    for (size_t i = 0; i < n; i++) {
        const struct hits *h = lists[i];
        if (h->list.len) {
            uint32_t first = h->list.items[0].first;
            uint32_t last = h->list.items[h->list.len - 1].first;
            lo = first < lo ? first : lo;
            hi = last > hi ? last : hi;
            len = h->list.items[0].len;
            total += h->list.len;
        }
    }
    if (n < BITS_LISTS || total == 0 || (hi - lo) / BITS_GAP > total) {
        return false;
    }
    size_t n_words = window_words((size_t)(hi - lo) + 1), n_hits = 0;
    uint64_t *bits = calloc(n_words, sizeof *bits);
    bool alike = bits;
    for (size_t i = 0; i < n && alike; i++) {
        vec_foreach(const struct hit, x, &lists[i]->list) {
            uint32_t bit = x->first - (uint32_t)lo;
            alike = alike && x->len == len && x->parts == 0;
            bits[bit / 64] |= UINT64_C(1) << (bit % 64);
        }
    }
    vec_reset(&room->list);
    alike = alike && vec_reserve(&room->list, (size_t)window_count(bits, n_words));
    for (size_t i = 0; i < n_words && alike; i++) {
        for (uint64_t left = bits[i]; left; left &= left - 1) {
            uint32_t bit = (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(left);
            room->list.items[n_hits++] = (struct hit){(uint32_t)lo + bit, len, 0};
        }
    }
    room->list.len = n_hits;
    free(bits);
    return alike;
}

int span_union_all(const struct hits *const *lists, size_t n, struct span_unions *u,
                   struct hits *room, const struct hits **out, struct err *err)
{
    if (n == 0) {
        vec_reset(&room->list);
        *out = room;
        return 0;
    }
    if (unite_by_bits(lists, n, room)) {
        *out = room;
        return 0;
    }
    return unite(lists, n, u, 0, room, out, err);
}
