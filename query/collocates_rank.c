#include "query/collocates_rank.h"

#include <math.h>
#include <stdlib.h>

#include "query/collocates_parts.h"

enum {
    /* To ask for one row after another pays while they are fewer than one in so many. */
    ASK_RATIO = 8
};

struct ranking {
    struct collocates *c;
    const struct collocates_order *order;
    collocates_ranking *out;
    struct measures_counts counts; /* o and f2 are a row's own */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "collocates: no memory for its rows");
}

static int compare_words(const void *a, const void *b)
{
    const struct collocates_ranked *x = a, *y = b;
    return bytes_compare(x->word, y->word);
}

static int compare_counts(const void *a, const void *b)
{
    const struct collocates_ranked *x = a, *y = b;
    if (x->counts.o != y->counts.o) {
        return x->counts.o > y->counts.o ? -1 : 1;
    }
    return compare_words(a, b);
}

static int compare_values(const void *a, const void *b)
{
    const struct collocates_ranked *x = a, *y = b;
    if (x->value > y->value || x->value < y->value) {
        return x->value > y->value ? -1 : 1;
    }
    return compare_counts(a, b);
}

static double value_of(const struct ranking *r, const struct measures_counts *n)
{
    double value = measures_value(r->order->measure, n);
    if (r->order->measure == MEASURES_G2 && (double)n->o < measures_expected(n)) {
        value = -value;
    }
    return isnan(value) ? (double)-INFINITY : value;
}

static int push(struct ranking *r, const struct collocates_word *w, struct err *err)
{
    struct collocates_ranked row = {
        .row = w->row, .word = w->word, .counts = r->counts};
    if (r->order->hides && r->order->hides(r->order->arg, w->term)) {
        return 0;
    }
    row.counts.o = w->o;
    row.counts.f2 = w->f2;
    row.value = value_of(r, &row.counts);
    return vec_push(r->out, row) ? 0 : no_memory(err);
}

/* --- the first ones ------------------------------------------------------------------------- */

/* A row and what its value is at most. */
struct bound {
    double most;
    uint32_t row;
};
typedef VEC(struct bound) bound_vec;

/* A word stands in each of the stories where it was seen, once at least; with this for its occurrences no measure but G2 is
 * less than with those it has. A little more, for the last digit of logarithms. */
static double most_of(const struct ranking *r, uint32_t row)
{
    struct collocates_row of;
    struct measures_counts n = r->counts;
    collocates_row(r->c, row, &of);
    n.o = r->order->all ? of.o_all : of.o;
    n.f2 = r->order->all ? of.articles : of.stories;
    if (r->order->sort == COLLOCATES_BY_COUNT) {
        return (double)n.o;
    }
    double value = value_of(r, &n);
    return value + fabs(value) * 1e-9 + 1e-9;
}

static void sift_down(struct bound *heap, size_t n, size_t i)
{
    struct bound b = heap[i];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= n) {
            break;
        }
        child += child + 1 < n && heap[child + 1].most > heap[child].most;
        if (heap[child].most <= b.most) {
            break;
        }
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = b;
}

/* A heap whose first is greatest. */
static int find_bounds(const struct ranking *r, bound_vec *out, struct err *err)
{
    const struct collocates *c = r->c;
    for (uint32_t row = 1; row < c->rows.len; row++) {
        if (collocates_o(c, row, r->order->all) >= r->order->least &&
            !vec_push(out, (struct bound){most_of(r, row), row})) {
            return no_memory(err);
        }
    }
    for (size_t i = out->len / 2; i > 0; i--) {
        sift_down(out->items, out->len, i - 1);
    }
    return 0;
}

/* Of the `want` greatest values so far the least is first: a heap turned round. */
static void keep_value(struct bound *heap, size_t *n, size_t want, double value)
{
    if (*n == want && value <= -heap[0].most) {
        return;
    }
    if (*n == want) {
        heap[0].most = -value;
        sift_down(heap, *n, 0);
        return;
    }
    size_t i = (*n)++;
    for (; i > 0 && heap[(i - 1) / 2].most < -value; i = (i - 1) / 2) {
        heap[i] = heap[(i - 1) / 2];
    }
    heap[i] = (struct bound){.most = -value};
}

/* Rows are asked in the order of their bounds, until what is left cannot be among the first. *done is false if that would be
 * most of them. */
static int find_first(struct ranking *r, uint64_t *n_rows, bool *done, struct err *err)
{
    bound_vec bounds = {0};
    VEC(struct bound) best = {0};
    size_t want = (size_t)r->order->want, n_best = 0, asked = 0;
    int rc = find_bounds(r, &bounds, err);
    size_t left = bounds.len, most = left / ASK_RATIO + want;
    *n_rows = left;
    *done = false;
    if (rc == 0 && !vec_reserve(&best, want)) {
        rc = no_memory(err);
    }
    while (rc == 0 && left > 0 && asked < most) {
        struct bound b = bounds.items[0];
        struct collocates_word w;
        if (n_best == want && b.most < -best.items[0].most) {
            break;
        }
        bounds.items[0] = bounds.items[--left];
        sift_down(bounds.items, left, 0);
        rc = collocates_get_word(r->c, b.row, r->order->all, &w, err);
        rc = rc ? rc : push(r, &w, err);
        if (rc == 0) {
            const struct collocates_ranked *row = &r->out->items[r->out->len - 1];
            keep_value(best.items, &n_best, want,
                       r->order->sort == COLLOCATES_BY_COUNT ? (double)row->counts.o
                                                             : row->value);
        }
        rc = rc ? rc : deadline_tick(r->c->deadline, asked++, err);
    }
    *done = left == 0 || (n_best == want && bounds.items[0].most < -best.items[0].most);
    vec_release(&bounds);
    vec_release(&best);
    return rc;
}

static int find_all(struct ranking *r, uint64_t *n_rows, struct err *err)
{
    collocates_words words = {0};
    vec_reset(r->out);
    int rc = collocates_find_words(r->c, r->order->least, r->order->all, &words, err);
    for (size_t i = 0; i < words.len && rc == 0; i++) {
        rc = push(r, &words.items[i], err);
    }
    vec_release(&words);
    *n_rows = r->out->len;
    return rc;
}

int collocates_rank(struct collocates *c, const struct collocates_order *order,
                    collocates_ranking *out, uint64_t *n_rows, struct err *err)
{
    struct ranking r = {.c = c, .order = order, .out = out};
    bool done = false;
    int rc = 0;
    r.counts = (struct measures_counts){.f1 = order->f1,
                                        .n = collocates_size(c, order->all),
                                        .near = order->all ? c->near_all : c->near};
    vec_reset(out);
    if (order->want > 0 && !order->hides && order->sort != COLLOCATES_BY_WORD &&
        order->want < c->rows.len &&
        (order->sort == COLLOCATES_BY_COUNT || order->measure != MEASURES_G2)) {
        rc = find_first(&r, n_rows, &done, err);
    }
    if (rc == 0 && !done) {
        rc = find_all(&r, n_rows, err);
    }
    if (rc == 0 && out->len > 1) {
        qsort(out->items, out->len, sizeof *out->items,
              order->sort == COLLOCATES_BY_WORD    ? compare_words
              : order->sort == COLLOCATES_BY_COUNT ? compare_counts
                                                   : compare_values);
    }
    return rc;
}
