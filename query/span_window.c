/* Several words in any order in one window: "..."~n. */
#include <assert.h>
#include <stdlib.h>

#include "query/span.h"

struct finder {
    const struct hits *const *lists;
    size_t n;
    uint32_t room;
    uint32_t lo; /* no span of the window at hand begins before it */
};

/* Number of spans that begin before `at`. */
static size_t count_before(const struct hits *h, uint32_t at)
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

/* The last beginning, and 1, of a span that ends at `end`, or, unless `exact`, before it; 0:
 * none. */
static uint64_t last_begin(const struct finder *f, size_t item, uint32_t end,
                           bool exact)
{
    const struct hits *h = f->lists[item];
    for (size_t i = count_before(h, end); i > 0; i--) {
        const struct hit *x = &h->list.items[i - 1];
        uint64_t x_end = (uint64_t)x->first + x->len;
        if (x->first < f->lo) {
            break;
        }
        if (x_end == end || (!exact && x_end < end)) {
            return (uint64_t)x->first + 1;
        }
    }
    return 0;
}

/* The last beginning, and 1, of a window that ends at `end` with a span of every list, none over
 * another. Placed from the right to the left, of each set of lists only the way that leaves most
 * room matters. */
static uint64_t window_begin(const struct finder *f, uint32_t end)
{
    uint64_t best[1U << SPAN_WINDOW_LISTS_MAX] = {0};
    for (size_t i = 0; i < f->n; i++) {
        best[1U << i] = last_begin(f, i, end, true);
    }
    for (size_t set = 1; set < (size_t)1 << f->n; set++) {
        for (size_t i = 0; best[set] && i < f->n; i++) {
            size_t more = set | (size_t)1 << i;
            uint64_t begin =
                more == set ? 0 : last_begin(f, i, (uint32_t)(best[set] - 1), false);
            best[more] = begin > best[more] ? begin : best[more];
        }
    }
    return best[((size_t)1 << f->n) - 1];
}

/* Is there a span of the list that begins in [lo, end)? */
static bool has_near(const struct hits *h, uint32_t lo, uint32_t end)
{
    size_t k = count_before(h, end);
    return k > 0 && h->list.items[k - 1].first >= lo;
}

static int compare_end(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Where windows may end: behind spans with one of each list near them. */
static bool find_ends(const struct finder *f, uint32_t **ends, size_t *n)
{
    size_t total = 0;
    *n = 0;
    for (size_t i = 0; i < f->n; i++) {
        total += f->lists[i]->list.len;
    }
    *ends = malloc((total + 1) * sizeof **ends);
    for (size_t i = 0; i < f->n && *ends; i++) {
        vec_foreach(struct hit, x, &f->lists[i]->list) {
            uint32_t end = x->first + x->len, lo = end > f->room ? end - f->room : 0;
            size_t k = 0;
            while (k < f->n && has_near(f->lists[k], lo, end)) {
                k++;
            }
            if (k == f->n) {
                (*ends)[(*n)++] = end;
            }
        }
    }
    if (*ends && *n) {
        qsort(*ends, *n, sizeof **ends, compare_end);
    }
    return *ends != NULL;
}

int span_window(const struct hits *const *lists, size_t n, uint32_t room,
                struct span_bounds bounds, struct hits *out, struct err *err)
{
    struct finder f = {.lists = lists, .n = n, .room = room};
    uint32_t *ends, from = 0;
    size_t n_ends, unit = 0;
    assert(n >= 1 && n <= SPAN_WINDOW_LISTS_MAX);
    vec_reset(&out->list);
    bool ok = find_ends(&f, &ends, &n_ends);
    for (size_t i = 0; i < n_ends && ok; i++) {
        uint32_t end = ends[i];
        while (unit + 1 < bounds.n && bounds.starts[unit + 1] < end) {
            unit++;
        }
        uint32_t begin = end > room ? end - room : 0;
        f.lo = begin > bounds.starts[unit] ? begin : bounds.starts[unit];
        f.lo = f.lo > from ? f.lo : from;
        uint64_t first = f.lo < end ? window_begin(&f, end) : 0;
        if (first) {
            struct hit h = {(uint32_t)(first - 1), end - (uint32_t)(first - 1), 0};
            ok = vec_push(&out->list, h);
            from = end;
        }
    }
    free(ends);
    return ok ? 0 : err_set(err, ERR_NOMEM, "query: no memory for hits");
}
