#include "query/diff.h"

#include <stdlib.h>
#include <string.h>

enum {
    GAP_CELLS =
        1
        << 16, /* words of one side times words of the other, up to which a gap is looked into */
    ODD_WORDS = 3, /* fewer equal words are odd ... */
    ODD_SHARE = 4  /* ... where so many times more around them are not */
};

struct diff {
    struct diff_words a, b;
    diff_hunks *out;
    diff_hunks gap;    /* of one gap */
    uint16_t *lengths; /* table of common subsequences; GAP_CELLS and the borders */
    bool failed;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to compare two texts");
}

/* --- hunks --------------------------------------------------------------------------- */

static void put(struct diff *d, diff_hunks *out, struct diff_hunk h)
{
    if (h.from[0] == h.to[0] && h.from[1] == h.to[1])
        return;
    if (out->len > 0 && out->items[out->len - 1].equal == h.equal)
        memcpy(out->items[out->len - 1].to, h.to, sizeof h.to);
    else
        d->failed |= !vec_push(out, h);
}

static void put_pair(struct diff *d, diff_hunks *out, bool equal, uint32_t a0,
                     uint32_t a1, uint32_t b0, uint32_t b1)
{
    put(d, out, (struct diff_hunk){{a0, b0}, {a1, b1}, equal});
}

/* --- gaps ---------------------------------------------------------------------------- */

/* lengths[i * (nb + 1) + k]: of the longest common subsequence of a[i..) and b[k..). */
static void fill_table(const struct diff *d, uint32_t a0, uint32_t na, uint32_t b0,
                       uint32_t nb)
{
    size_t row = (size_t)nb + 1;
    memset(d->lengths + na * row, 0, row * sizeof *d->lengths);
    for (uint32_t i = na; i-- > 0;) {
        uint16_t *at = d->lengths + i * row;
        const uint16_t *below = at + row;
        at[nb] = 0;
        for (uint32_t k = nb; k-- > 0;) {
            if (d->a.words[a0 + i] == d->b.words[b0 + k])
                at[k] = (uint16_t)(below[k + 1] + 1);
            else
                at[k] = below[k] > at[k + 1] ? below[k] : at[k + 1];
        }
    }
}

static void walk_table(struct diff *d, uint32_t a0, uint32_t na, uint32_t b0,
                       uint32_t nb)
{
    size_t row = (size_t)nb + 1;
    uint32_t i = 0, k = 0;
    while (i < na && k < nb) {
        const uint16_t *at = d->lengths + i * row + k;
        if (d->a.words[a0 + i] == d->b.words[b0 + k]) {
            put_pair(d, &d->gap, true, a0 + i, a0 + i + 1, b0 + k, b0 + k + 1);
            i++;
            k++;
        } else if (at[row] >= at[1]) {
            put_pair(d, &d->gap, false, a0 + i, a0 + i + 1, b0 + k, b0 + k);
            i++;
        } else {
            put_pair(d, &d->gap, false, a0 + i, a0 + i, b0 + k, b0 + k + 1);
            k++;
        }
    }
    put_pair(d, &d->gap, false, a0 + i, a0 + na, b0 + k, b0 + nb);
}

static uint32_t larger_side(const struct diff_hunk *h)
{
    uint32_t a = h->to[0] - h->from[0], b = h->to[1] - h->from[1];
    return a > b ? a : b;
}

/* A few equal words between much that is not say nothing: "the" stands everywhere. */
static bool is_odd(const struct diff *d, size_t i)
{
    const struct diff_hunk *h = &d->gap.items[i];
    uint32_t n = h->to[0] - h->from[0], around = 0;
    if (!h->equal || n >= ODD_WORDS)
        return false;
    if (i > 0)
        around += larger_side(h - 1);
    if (i + 1 < d->gap.len)
        around += larger_side(h + 1);
    return around > n * ODD_SHARE;
}

static void put_gap(struct diff *d, uint32_t a0, uint32_t a1, uint32_t b0, uint32_t b1)
{
    uint32_t na = a1 - a0, nb = b1 - b0;
    if (na == 0 || nb == 0 || (uint64_t)na * nb > GAP_CELLS) {
        put_pair(d, d->out, false, a0, a1, b0, b1);
        return;
    }
    vec_reset(&d->gap);
    fill_table(d, a0, na, b0, nb);
    walk_table(d, a0, na, b0, nb);
    for (size_t i = 0; i < d->gap.len; i++) {
        struct diff_hunk h = d->gap.items[i];
        if (is_odd(d, i))
            h.equal = false;
        put(d, d->out, h);
    }
}

/* --- the chain of runs --------------------------------------------------------------- */

/* The heaviest chain of runs that ascends in b too: a Fenwick tree over the runs by their place in b, of
 * the best chain that ends there (Fenwick 1994). */
struct chain {
    const struct compare_run *runs;
    size_t n;
    uint32_t *rank; /* by run: place in b among the runs, from 1 */
    uint32_t *best; /* tree: run + 1 with the best chain; 0: none */
    uint64_t *weight;
    uint32_t *before; /* run + 1 */
};

static int compare_places(const void *x, const void *y)
{
    const uint64_t *p = x, *q = y;
    return (*p > *q) - (*p < *q);
}

static int rank_runs(struct chain *c, struct err *err)
{
    uint64_t *keys = calloc(c->n, sizeof *keys);
    if (!keys)
        return no_memory(err);
    for (size_t i = 0; i < c->n; i++)
        keys[i] = (uint64_t)c->runs[i].b << 32 | i;
    qsort(keys, c->n, sizeof *keys, compare_places);
    for (size_t i = 0; i < c->n; i++)
        c->rank[(uint32_t)keys[i]] = (uint32_t)i + 1;
    free(keys);
    return 0;
}

/* Makes c->before; returns the last run of the heaviest chain + 1. */
static uint32_t find_chain(struct chain *c)
{
    uint32_t last = 0;
    for (size_t i = 0; i < c->n; i++) {
        uint32_t run = (uint32_t)i + 1, found = 0;
        for (size_t at = c->rank[i] - 1; at > 0; at -= at & -at) {
            uint32_t x = c->best[at];
            if (x > 0 && (found == 0 || c->weight[x - 1] > c->weight[found - 1]))
                found = x;
        }
        c->before[i] = found;
        c->weight[i] = c->runs[i].len + (found ? c->weight[found - 1] : 0);
        for (size_t at = c->rank[i]; at <= c->n; at += at & -at) {
            uint32_t x = c->best[at];
            if (x == 0 || c->weight[i] > c->weight[x - 1])
                c->best[at] = run;
        }
        if (last == 0 || c->weight[i] > c->weight[last - 1])
            last = run;
    }
    return last;
}

/* Marks the runs of the chain in keep[0..n). */
static int choose_runs(const struct compare_run *runs, size_t n, bool *keep,
                       struct err *err)
{
    struct chain c = {.runs = runs,
                      .n = n,
                      .rank = calloc(n + 1, sizeof *c.rank),
                      .best = calloc(n + 1, sizeof *c.best),
                      .weight = calloc(n + 1, sizeof *c.weight),
                      .before = calloc(n + 1, sizeof *c.before)};
    int rc = 0;
    if (!c.rank || !c.best || !c.weight || !c.before) {
        rc = no_memory(err);
        goto out;
    }
    rc = n > 0 ? rank_runs(&c, err) : ITER_END;
    if (rc != 0)
        goto out;
    for (uint32_t run = find_chain(&c); run > 0; run = c.before[run - 1])
        keep[run - 1] = true;
out:
    free(c.rank);
    free(c.best);
    free(c.weight);
    free(c.before);
    return rc == ITER_END ? 0 : rc;
}

/* ------------------------------------------------------------------------------------- */

static void put_all(struct diff *d, const struct compare_run *runs, const bool *keep,
                    size_t n_runs)
{
    uint32_t at_a = 0, at_b = 0;
    for (size_t i = 0; i < n_runs; i++) {
        const struct compare_run *r = &runs[i];
        if (!keep[i])
            continue;
        put_gap(d, at_a, r->a, at_b, r->b);
        put_pair(d, d->out, true, r->a, r->a + r->len, r->b, r->b + r->len);
        at_a = r->a + r->len;
        at_b = r->b + r->len;
    }
    put_gap(d, at_a, d->a.n, at_b, d->b.n);
}

int diff_make(struct diff_words a, struct diff_words b, const struct compare_run *runs,
              size_t n_runs, diff_hunks *out, struct err *err)
{
    /* A row and a column more than cells: (x + 1)(y + 1) <= xy + x + y + 1 <= 2 xy + 2. */
    struct diff d = {.a = a,
                     .b = b,
                     .out = out,
                     .lengths =
                         malloc((2 * (size_t)GAP_CELLS + 2) * sizeof *d.lengths)};
    bool *keep = calloc(n_runs + 1, sizeof *keep);
    int rc = 0;
    vec_reset(out);
    if (!d.lengths || !keep) {
        rc = no_memory(err);
        goto out;
    }
    rc = choose_runs(runs, n_runs, keep, err);
    if (rc != 0)
        goto out;
    put_all(&d, runs, keep, n_runs);
    rc = d.failed ? no_memory(err) : 0;
out:
    free(keep);
    free(d.lengths);
    vec_release(&d.gap);
    return rc;
}
