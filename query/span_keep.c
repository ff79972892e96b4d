/* Operators that keep some spans of one list: NOT-NEAR and ATLEAST. */
#include <stdlib.h>

#include "query/span.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for hits");
}

/* Number of spans that begin before `at`. */
static size_t count_before(const struct hits *h, uint64_t at)
{
    size_t lo = 0, hi = h->list.len;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (h->list.items[mid].first < at) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static uint32_t unit_end(struct span_bounds bounds, size_t unit)
{
    return unit + 1 < bounds.n ? bounds.starts[unit + 1] : bounds.end;
}

/* Of the b that begin before the widened span's end, one must reach over its beginning: that
 * which ends last. */
int span_not_near(const struct hits *a, const struct hits *b, uint32_t distance,
                  struct span_bounds bounds, struct hits *out, struct err *err)
{
    size_t n = b->list.len, unit = 0;
    uint32_t *ends = malloc((n + 1) * sizeof *ends); /* the last of all b up to each */
    vec_reset(&out->list);
    if (!ends || !vec_reserve(&out->list, a->list.len)) {
        free(ends);
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t end = b->list.items[i].first + b->list.items[i].len;
        ends[i] = i > 0 && ends[i - 1] > end ? ends[i - 1] : end;
    }
    vec_foreach(struct hit, x, &a->list) {
        while (unit + 1 < bounds.n && bounds.starts[unit + 1] <= x->first) {
            unit++;
        }
        uint32_t begin = bounds.starts[unit], end = unit_end(bounds, unit);
        uint64_t hi = (uint64_t)x->first + x->len + distance;
        uint32_t lo = x->first - begin < distance ? begin : x->first - distance;
        size_t k = count_before(b, hi < end ? hi : end);
        if (k == 0 || ends[k - 1] <= lo) {
            out->list.items[out->list.len++] = *x;
        }
    }
    free(ends);
    return 0;
}

int span_atleast(const struct hits *a, uint32_t least, struct span_bounds bounds,
                 struct hits *out, struct err *err)
{
    size_t at = 0;
    vec_reset(&out->list);
    if (!vec_reserve(&out->list, a->list.len)) {
        return no_memory(err);
    }
    for (size_t unit = 0; at < a->list.len; unit++) {
        size_t from = at;
        while (at < a->list.len && (unit + 1 >= bounds.n ||
                                    a->list.items[at].first < unit_end(bounds, unit))) {
            at++;
        }
        for (size_t i = from; at - from >= least && i < at; i++) {
            out->list.items[out->list.len++] = a->list.items[i];
        }
    }
    return 0;
}
