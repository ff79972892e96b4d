/* One span right behind another: phrases too long for one look-up, and those with joined
 * entries of several lengths. */
#include <assert.h>

#include "query/span.h"

/* Orders out[from..] by len and drops equal spans; the runs are tiny. */
static void settle(struct hits *out, size_t from)
{
    struct hit *v = out->list.items + from;
    size_t n = out->list.len - from, kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = kept;
        struct hit h = v[i];
        while (k > 0 && v[k - 1].len > h.len) {
            k--;
        }
        if (k > 0 && v[k - 1].len == h.len) {
            continue;
        }
        for (size_t m = kept; m > k; m--) {
            v[m] = v[m - 1];
        }
        v[k] = h;
        kept++;
    }
    out->list.len = from + kept;
}

int span_join(const struct hits *a, const struct hits *b, int32_t overlap,
              struct span_bounds bounds, struct hits *out, struct err *err)
{
    const struct hit *y = b->list.items;
    size_t n_y = b->list.len, at = 0, unit = 0, group = 0;
    vec_reset(&out->list);
    for (size_t i = 0; i < a->list.len; i++) {
        const struct hit *x = &a->list.items[i];
        assert(x->parts == 0 && (int64_t)x->len > overlap);
        uint64_t want = (uint64_t)((int64_t)x->first + x->len - overlap);
        while (unit + 1 < bounds.n && bounds.starts[unit + 1] <= x->first) {
            unit++;
        }
        if (i > 0 && x->first != x[-1].first) {
            settle(out, group);
            group = out->list.len;
        }
        if (unit + 1 < bounds.n && want >= bounds.starts[unit + 1]) {
            continue;
        }
        while (at < n_y && y[at].first < want) {
            at++;
        }
        while (at > 0 && y[at - 1].first >= want) {
            at--;
        }
        for (size_t k = at; k < n_y && y[k].first == want; k++) {
            struct hit h = {x->first, (uint32_t)(want - x->first) + y[k].len, 0};
            if (!vec_push(&out->list, h)) {
                return err_set(err, ERR_NOMEM, "query: no memory for hits");
            }
        }
    }
    settle(out, group);
    return 0;
}

int span_pad(const struct hits *a, uint32_t before, uint32_t behind,
             struct span_bounds bounds, struct hits *out, struct err *err)
{
    size_t unit = 0;
    vec_reset(&out->list);
    for (size_t i = 0; i < a->list.len; i++) {
        const struct hit *x = &a->list.items[i];
        assert(x->parts == 0);
        while (unit + 1 < bounds.n && bounds.starts[unit + 1] <= x->first) {
            unit++;
        }
        uint32_t end = unit + 1 < bounds.n ? bounds.starts[unit + 1] : bounds.end;
        if (x->first - bounds.starts[unit] < before ||
            (uint64_t)x->first + x->len + behind > end) {
            continue;
        }
        struct hit h = {x->first - before, before + x->len + behind, 0};
        if (!vec_push(&out->list, h)) {
            return err_set(err, ERR_NOMEM, "query: no memory for hits");
        }
    }
    return 0;
}
