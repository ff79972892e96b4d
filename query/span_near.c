/* Proximity: the pair that ends first, then the shortest, then on behind its end. */
#include <stdlib.h>

#include "query/span.h"
#include "query/span_near_words.h"

/* Right spans in order of their ends, each with its place among the left spans. */
struct side {
    const struct hit *right; /* those a pair may end with */
    size_t n_right;
    uint32_t
        *order; /* owned; indices of right by (end, first); NULL: they are in order */
    size_t at;
    const struct hit *left;
    size_t n_left, near; /* near: first left span with first >= the right one's first */
    uint32_t left_len_max;
    bool a_left;
};

struct pair {
    const struct hit *left, *right;
    bool a_left;
};

struct search {
    struct side side[2];
    size_t n_sides;
    uint32_t distance;
    bool whole;
    struct span_bounds bounds;
    size_t unit;
    uint32_t from; /* nothing before it may be used: the end of the last pair */
};

static uint64_t end_of(const struct hit *h)
{
    return (uint64_t)h->first + h->len;
}

struct end_key {
    uint64_t end;
    uint32_t index;
};

static int compare_end(const void *a, const void *b)
{
    const struct end_key *x = a, *y = b;
    if (x->end != y->end) {
        return x->end < y->end ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Fills order when the spans' ends do not ascend. */
static bool order_by_end(struct side *s)
{
    size_t i = 1;
    while (i < s->n_right && end_of(&s->right[i - 1]) <= end_of(&s->right[i])) {
        i++;
    }
    if (i >= s->n_right) {
        return true;
    }
    struct end_key *keys = malloc(s->n_right * sizeof *keys);
    s->order = malloc(s->n_right * sizeof *s->order);
    if (keys && s->order) {
        for (i = 0; i < s->n_right; i++) {
            keys[i] = (struct end_key){end_of(&s->right[i]), (uint32_t)i};
        }
        qsort(keys, s->n_right, sizeof *keys, compare_end);
        for (i = 0; i < s->n_right; i++) {
            s->order[i] = keys[i].index;
        }
    }
    bool done = keys && s->order;
    free(keys);
    return done;
}

static bool side_init(struct side *s, const struct hits *left, const struct hits *right,
                      bool a_left)
{
    *s = (struct side){.right = right->list.items,
                       .n_right = right->list.len,
                       .left = left->list.items,
                       .n_left = left->list.len,
                       .a_left = a_left};
    for (size_t i = 0; i < s->n_left; i++) {
        s->left_len_max =
            s->left[i].len > s->left_len_max ? s->left[i].len : s->left_len_max;
    }
    return order_by_end(s);
}

static const struct hit *side_peek(const struct side *s)
{
    if (s->at == s->n_right) {
        return NULL;
    }
    return &s->right[s->order ? s->order[s->at] : s->at];
}

/* The left span for right one y that begins last, of those the shortest; NULL: none. floor:
 * the first token that may be used. */
static const struct hit *best_left(struct side *s, const struct hit *y, uint32_t floor,
                                   uint32_t distance)
{
    while (s->near < s->n_left && s->left[s->near].first < y->first) {
        s->near++;
    }
    while (s->near > 0 && s->left[s->near - 1].first >= y->first) {
        s->near--;
    }
    uint64_t reach = (uint64_t)distance + s->left_len_max;
    const struct hit *best = NULL;
    for (size_t i = s->near; i > 0; i--) {
        const struct hit *x = &s->left[i - 1];
        if (x->first < floor || x->first + reach <= y->first ||
            (best && x->first != best->first)) {
            break;
        }
        uint64_t end = end_of(x);
        if (end <= y->first && end + distance > y->first) {
            best = x;
        }
    }
    return best;
}

static bool better(const struct pair *a, const struct pair *b)
{
    if (!b->left) {
        return true;
    }
    if (a->left->first != b->left->first) {
        return a->left->first > b->left->first;
    }
    if (a->left->len != b->left->len) {
        return a->left->len < b->left->len;
    }
    if (a->right->len != b->right->len) {
        return a->right->len < b->right->len;
    }
    return a->a_left && !b->a_left;
}

/* The best pair among those that end at `end`; steps over all of them. */
static struct pair pairs_at(struct search *s, uint64_t end)
{
    struct pair best = {0};
    for (size_t k = 0; k < s->n_sides; k++) {
        struct side *side = &s->side[k];
        const struct hit *y;
        while ((y = side_peek(side)) && end_of(y) == end) {
            side->at++;
            while (s->unit > 0 && s->bounds.starts[s->unit] > y->first) {
                s->unit--; /* y ends in a later unit than the one it begins in */
            }
            while (s->unit + 1 < s->bounds.n &&
                   s->bounds.starts[s->unit + 1] <= y->first) {
                s->unit++;
            }
            if (s->whole && s->unit + 1 < s->bounds.n &&
                end > s->bounds.starts[s->unit + 1]) {
                continue;
            }
            uint32_t begin = s->bounds.n ? s->bounds.starts[s->unit] : 0;
            uint32_t floor = begin > s->from ? begin : s->from;
            struct pair p = {best_left(side, y, floor, s->distance), y, side->a_left};
            if (p.left && better(&p, &best)) {
                best = p;
            }
        }
    }
    return best;
}

static bool put_parts(struct span_pool *pool, const struct hit *h)
{
    struct span whole;
    const struct span *runs;
    size_t n = span_pool_get(pool, h, &whole, &runs);
    if (!vec_reserve(&pool->runs, n)) {
        return false;
    }
    n = span_pool_get(pool, h, &whole, &runs); /* the pool may have moved */
    for (size_t i = 0; i < n; i++) {
        pool->runs.items[pool->runs.len++] = runs[i];
    }
    return true;
}

static bool put_pair(const struct pair *p, struct span_pool *pool, struct hits *out)
{
    struct hit h = {p->left->first, 0, 0};
    h.len = (uint32_t)(end_of(p->right) - p->left->first);
    if (!put_parts(pool, p->left) || !put_parts(pool, p->right) ||
        !vec_push(&pool->ends, (uint32_t)pool->runs.len)) {
        return false;
    }
    h.parts = (uint32_t)pool->ends.len;
    return vec_push(&out->list, h);
}

int span_near(const struct hits *a, const struct hits *b, struct span_reach reach,
              struct span_bounds bounds, struct span_pool *pool, struct hits *out,
              struct err *err)
{
    struct search s = {.distance = reach.distance,
                       .whole = reach.whole,
                       .bounds = bounds,
                       .n_sides = reach.ordered ? 1 : 2};
    vec_reset(&out->list);
    if (span_near_are_words(a) && span_near_are_words(b)) {
        return span_near_words(a, b, reach, bounds, pool, out, err);
    }
    bool ok = side_init(&s.side[0], a, b, true) && side_init(&s.side[1], b, a, false);
    while (ok) {
        const struct hit *x = side_peek(&s.side[0]);
        const struct hit *y = s.n_sides == 2 ? side_peek(&s.side[1]) : NULL;
        if (!x && !y) {
            break;
        }
        uint64_t end = !y || (x && end_of(x) < end_of(y)) ? end_of(x) : end_of(y);
        struct pair p = pairs_at(&s, end);
        if (p.left) {
            ok = put_pair(&p, pool, out);
            s.from = (uint32_t)end;
        }
    }
    free(s.side[0].order);
    free(s.side[1].order);
    return ok ? 0 : err_set(err, ERR_NOMEM, "query: no memory for hits");
}
