/* Pairs of words are what proximity is mostly asked for, and of common ones there are many: the two lists are merged, with the
 * last word of each that may still begin a pair. */
#include "query/span_near_words.h"

enum {
    NONE = -1
};

struct merge {
    struct span_reach reach;
    struct span_bounds bounds;
    size_t unit; /* in which the last pair that was tried ends */
    struct span_pool *pool;
    struct hits *out;
};

/* A list, and the last place of it that is passed and may begin a pair. */
struct words {
    const struct hit *at, *end;
    int64_t last; /* NONE: none */
};

bool span_near_are_words(const struct hits *hits)
{
    uint32_t other = 0;
    vec_foreach(const struct hit, h, &hits->list) {
        other |= (h->len ^ 1) | h->parts;
    }
    return other == 0;
}

/* Units hold what begins before the first of them too. */
static bool in_one_unit(struct merge *m, int64_t left, uint32_t right)
{
    while (m->unit + 1 < m->bounds.n && m->bounds.starts[m->unit + 1] <= right) {
        m->unit++;
    }
    return m->bounds.n == 0 || (int64_t)m->bounds.starts[m->unit] <= left;
}

static bool reaches(struct merge *m, int64_t left, uint32_t right)
{
    return left != NONE && (int64_t)right - left <= (int64_t)m->reach.distance &&
           in_one_unit(m, left, right);
}

static bool put(struct merge *m, uint32_t left, uint32_t right)
{
    struct span_pool *pool = m->pool;
    if (!vec_reserve(&pool->runs, 2) || !vec_reserve(&pool->ends, 1) ||
        !vec_reserve(&m->out->list, 1)) {
        return false;
    }
    pool->runs.items[pool->runs.len++] = (struct span){left, 1};
    pool->runs.items[pool->runs.len++] = (struct span){right, 1};
    pool->ends.items[pool->ends.len++] = (uint32_t)pool->runs.len;
    m->out->list.items[m->out->list.len++] =
        (struct hit){left, right - left + 1, (uint32_t)pool->ends.len};
    return true;
}

/* Passes the words before `to`: the first of them ends no pair, so none does, and only the last may begin one. */
static void pass(struct words *w, uint64_t to)
{
    const struct hit *at = w->at + 1;
    while (at < w->end && at->first < to) {
        at++;
    }
    w->last = at[-1].first;
    w->at = at;
}

static uint64_t next_of(const struct words *w)
{
    return w->at < w->end ? w->at->first : UINT64_MAX;
}

/* Both lists have a word at the place: of two pairs the shorter is taken, of equals that with a on the left. */
static int64_t left_of_both(struct merge *m, const struct words *a,
                            const struct words *b, uint32_t place)
{
    int64_t left = reaches(m, a->last, place) ? a->last : NONE;
    bool turned = !m->reach.ordered && reaches(m, b->last, place);
    return turned && b->last > left ? b->last : left;
}

int span_near_words(const struct hits *a_hits, const struct hits *b_hits,
                    struct span_reach reach, struct span_bounds bounds,
                    struct span_pool *pool, struct hits *out, struct err *err)
{
    struct merge m = {.reach = reach, .bounds = bounds, .pool = pool, .out = out};
    const struct hit *a_items = a_hits->list.items, *b_items = b_hits->list.items;
    struct words a = {a_items, a_items + a_hits->list.len, NONE};
    struct words b = {b_items, b_items + b_hits->list.len, NONE};
    while (a.at < a.end || b.at < b.end) {
        uint64_t x = next_of(&a), y = next_of(&b), place = x < y ? x : y;
        int64_t left;
        if (x == y) {
            left = left_of_both(&m, &a, &b, (uint32_t)place);
        } else if (x < y) {
            left = !reach.ordered && reaches(&m, b.last, (uint32_t)x) ? b.last : NONE;
        } else {
            left = reaches(&m, a.last, (uint32_t)y) ? a.last : NONE;
        }
        if (left != NONE) { /* nothing up to the pair's end begins another */
            if (!put(&m, (uint32_t)left, (uint32_t)place)) {
                return err_set(err, ERR_NOMEM, "query: no memory for hits");
            }
            a.last = b.last = NONE;
            a.at += x == place;
            b.at += y == place;
        } else if (x == y) {
            a.last = b.last = (int64_t)place;
            a.at++;
            b.at++;
        } else if (x < y) {
            pass(&a, y);
        } else {
            pass(&b, x);
        }
    }
    return 0;
}
