/* Several words in any order in one window: "..."~n. */
#include <assert.h>
#include <stdlib.h>

#include "query/span_match.h"

struct finder {
    /* Lists that are not the same. Of list i the window must have need[i] spans. */
    const struct hits *lists[SPAN_WINDOW_LISTS_MAX];
    size_t n, need[SPAN_WINDOW_LISTS_MAX];
    size_t n_items, item[SPAN_WINDOW_LISTS_MAX]; /* all lists: which of them each is */
    uint32_t lo; /* no span of the window at hand begins before it */
    /* by list: spans that begin before the end at hand, and how many ends were seen */
    size_t begun[SPAN_WINDOW_LISTS_MAX], ended[SPAN_WINDOW_LISTS_MAX];
    uint32_t
        *ends[SPAN_WINDOW_LISTS_MAX]; /* owned; NULL: they ascend as the spans do */
    /* There is no window before one of these has more than it had. */
    uint32_t lacking;
    size_t had[SPAN_WINDOW_LISTS_MAX];
};

static bool is_same_list(const struct hits *a, const struct hits *b)
{
    size_t n = a->list.len;
    if (n != b->list.len) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const struct hit *x = &a->list.items[i], *y = &b->list.items[i];
        if (x->first != y->first || x->len != y->len) {
            return false;
        }
    }
    return true;
}

/* A word that is asked for twice has its list twice. */
static void finder_init(struct finder *f, const struct hits *const *lists, size_t n)
{
    f->n_items = n;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < f->n && !is_same_list(f->lists[k], lists[i])) {
            k++;
        }
        f->n += k == f->n;
        f->lists[k] = lists[i];
        f->need[k]++;
        f->item[i] = k;
    }
}

/* Number of the first n spans, of which few are to be left out, that begin before `at`. */
static size_t count_before(const struct hits *h, size_t n, uint32_t at)
{
    size_t hi = n, step = 1;
    while (hi > 0 && h->list.items[hi - 1].first >= at) {
        n = hi - 1;
        hi = hi > step ? hi - step : 0;
        step *= 2;
    }
    while (hi < n) {
        size_t mid = hi + (n - hi) / 2;
        if (h->list.items[mid].first < at) {
            hi = mid + 1;
        } else {
            n = mid;
        }
    }
    return hi;
}

/* The last span that ends at `end`, which is not behind the end at hand, or, unless `exact`, before it. */
static const struct hit *last_span(const struct finder *f, size_t item, uint32_t end,
                                   bool exact)
{
    const struct hits *h = f->lists[item];
    for (size_t i = count_before(h, f->begun[item], end); i > 0; i--) {
        const struct hit *x = &h->list.items[i - 1];
        uint64_t x_end = (uint64_t)x->first + x->len;
        if (x->first < f->lo) {
            break;
        }
        if (x_end == end || (!exact && x_end < end)) {
            return x;
        }
    }
    return NULL;
}

/* Its beginning, and 1; 0: there is none. */
static uint64_t last_begin(const struct finder *f, size_t item, uint32_t end,
                           bool exact)
{
    const struct hit *x = last_span(f, item, end, exact);
    return x ? (uint64_t)x->first + 1 : 0;
}

/* The last beginning, and 1, of a window that ends at `end` with a span of every list, none over
 * another. Placed from the right to the left, of each set of lists only the way that leaves most
 * room matters. */
static uint64_t place_all(const struct finder *f, uint32_t end)
{
    uint64_t best[1U << SPAN_WINDOW_LISTS_MAX] = {0};
    for (size_t i = 0; i < f->n_items; i++) {
        best[1U << i] = last_begin(f, f->item[i], end, true);
    }
    for (size_t set = 1; set < (size_t)1 << f->n_items; set++) {
        for (size_t i = 0; best[set] && i < f->n_items; i++) {
            size_t more = set | (size_t)1 << i;
            uint64_t begin = more == set ? 0
                                         : last_begin(f, f->item[i],
                                                      (uint32_t)(best[set] - 1), false);
            best[more] = begin > best[more] ? begin : best[more];
        }
    }
    return best[((size_t)1 << f->n_items) - 1];
}

static bool overlap(const struct hit *a, const struct hit *b)
{
    return a->first < b->first + b->len && b->first < a->first + a->len;
}

/* The last spans of a list that end at `end` or before it, as many as it needs, go to chosen[*n..). False: it has
 * fewer. */
static bool choose_last(const struct finder *f, size_t list, uint32_t end,
                        const struct hit **chosen, size_t *n)
{
    const struct hits *h = f->lists[list];
    size_t left = f->need[list];
    for (size_t i = count_before(h, f->begun[list], end); i > 0 && left > 0; i--) {
        const struct hit *x = &h->list.items[i - 1];
        if (x->first < f->lo) {
            break;
        }
        if ((uint64_t)x->first + x->len <= end) {
            chosen[(*n)++] = x;
            left--;
        }
    }
    return left == 0;
}

/* Of all lists with their tokens. */
static uint64_t match(struct finder *f)
{
    const struct hits *lists[SPAN_WINDOW_LISTS_MAX];
    size_t begun[SPAN_WINDOW_LISTS_MAX];
    uint32_t lacking;
    for (size_t i = 0; i < f->n_items; i++) {
        lists[i] = f->lists[f->item[i]];
        begun[i] = f->begun[f->item[i]];
    }
    uint64_t found = span_match(lists, begun, f->n_items, f->lo, &lacking);
    for (size_t i = 0; i < f->n_items; i++) {
        f->lacking |= (lacking >> i & 1) << f->item[i];
    }
    for (size_t i = 0; i < f->n; i++) {
        f->had[i] = f->begun[i];
    }
    return found;
}

/* The same as place_all. The last spans of each list are best for it: where they do not lie over one another, as words that
 * differ never do, and one ends the window, no other way needs to be looked at. */
static uint64_t window_begin(struct finder *f, uint32_t end)
{
    const struct hit *last[SPAN_WINDOW_LISTS_MAX] = {0};
    uint32_t begin = end;
    size_t n = 0;
    bool reaches = false, apart = true;
    f->lacking = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (!choose_last(f, i, end, last, &n)) {
            return 0;
        }
    }
    for (size_t i = 0; i < n; i++) {
        reaches = reaches || last[i]->first + last[i]->len == end;
        begin = last[i]->first < begin ? last[i]->first : begin;
        for (size_t k = 0; k < i && apart; k++) {
            apart = !overlap(last[k], last[i]);
        }
    }
    if (reaches && apart) {
        return (uint64_t)begin + 1;
    }
    uint64_t matched = reaches ? match(f) : SPAN_MATCH_WIDE;
    return matched == SPAN_MATCH_WIDE ? place_all(f, end) : matched;
}

static int compare_end(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Ends in order, for lists in which spans of several widths make them another one. */
static bool sort_ends(struct finder *f)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct hit *x = f->lists[i]->list.items;
        size_t n = f->lists[i]->list.len, k = 1;
        while (k < n && x[k - 1].first + x[k - 1].len <= x[k].first + x[k].len) {
            k++;
        }
        if (k >= n) {
            continue;
        }
        f->ends[i] = malloc(n * sizeof *f->ends[i]);
        if (!f->ends[i]) {
            return false;
        }
        for (k = 0; k < n; k++) {
            f->ends[i][k] = x[k].first + x[k].len;
        }
        qsort(f->ends[i], n, sizeof *f->ends[i], compare_end);
    }
    return true;
}

/* The next end of any list; false: there are no more. */
static bool next_end(struct finder *f, uint32_t *end)
{
    bool found = false;
    for (size_t i = 0; i < f->n; i++) {
        const struct hits *h = f->lists[i];
        size_t k = f->ended[i];
        if (k == h->list.len) {
            continue;
        }
        const struct hit *x = &h->list.items[k];
        uint32_t one = f->ends[i] ? f->ends[i][k] : x->first + x->len;
        *end = found && *end < one ? *end : one;
        found = true;
    }
    for (size_t i = 0; found && i < f->n; i++) {
        const struct hit *x = f->lists[i]->list.items;
        size_t n = f->lists[i]->list.len, k = f->ended[i];
        while (k < n && (f->ends[i] ? f->ends[i][k] : x[k].first + x[k].len) == *end) {
            k++;
        }
        f->ended[i] = k;
        for (k = f->begun[i]; k < n && x[k].first < *end; k++) {}
        f->begun[i] = k;
    }
    return found;
}

/* Does each list have as many spans as it needs that begin in [lo, end)? */
static bool all_near(const struct finder *f)
{
    bool more = f->lacking == 0;
    for (size_t i = 0; i < f->n; i++) {
        size_t k = f->begun[i], need = f->need[i];
        if (k < need || f->lists[i]->list.items[k - need].first < f->lo) {
            return false;
        }
        more = more || ((f->lacking >> i & 1) && f->had[i] < k);
    }
    return more;
}

int span_window(const struct hits *const *lists, size_t n, uint32_t room,
                struct span_bounds bounds, struct hits *out, struct err *err)
{
    struct finder f = {0};
    uint32_t end = 0, from = 0;
    size_t unit = 0;
    assert(n >= 1 && n <= SPAN_WINDOW_LISTS_MAX);
    vec_reset(&out->list);
    finder_init(&f, lists, n);
    bool ok = sort_ends(&f);
    while (ok && next_end(&f, &end)) {
        while (unit + 1 < bounds.n && bounds.starts[unit + 1] < end) {
            unit++;
        }
        uint32_t begin = end > room ? end - room : 0;
        f.lo = begin > bounds.starts[unit] ? begin : bounds.starts[unit];
        f.lo = f.lo > from ? f.lo : from;
        uint64_t first = f.lo < end && all_near(&f) ? window_begin(&f, end) : 0;
        if (first) {
            struct hit h = {(uint32_t)(first - 1), end - (uint32_t)(first - 1), 0};
            ok = vec_push(&out->list, h);
            from = end;
        }
    }
    for (size_t i = 0; i < f.n; i++) {
        free(f.ends[i]);
    }
    return ok ? 0 : err_set(err, ERR_NOMEM, "query: no memory for hits");
}
