#include "text/compare_align.h"

#include <stdlib.h>

enum {
    /* The first look probes every fifth word: it meets every run of STRIDE + COMPARE_GRAM - 1. */
    STRIDE = COMPARE_STRIDE_MAX,
    SMALL = 256, /* tokens of a text that is looked at more closely */
    SMALL_STRIDE = 2,
    DENSE = 8, /* this part of the shorter text in runs, and all are looked for */
    IN_LINE =
        2, /* as they are when so many are in line with the one before: a noisy copy */
    LINE_SLACK = 8, /* tokens they may be off */
    DIGITS = 256,   /* of the sort by length */
    FEW = 32        /* runs that are sorted one by one */
};

#define NO_DIAGONAL (INT64_MAX / 2)

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to compare two texts");
}

static uint32_t least(uint32_t x, uint32_t y)
{
    return x < y ? x : y;
}

static uint32_t common_length(const struct compare_text *a, uint32_t i,
                              const struct compare_text *b, uint32_t j)
{
    uint32_t most = least(a->n - i, b->n - j);
    uint32_t len = 0;
    while (len < most && a->terms[i + len] == b->terms[j + len]) {
        len++;
    }
    return len;
}

/* The longest run that begins at b's token j, given the first place of its gram in a. Of equally long ones the one
 * that goes on where the run before it left off (diagonal), then the earliest. */
static struct compare_run longest_at(struct compare *c, const struct compare_text *a,
                                     const struct compare_text *b, uint32_t place,
                                     uint32_t j, int64_t diagonal)
{
    struct compare_run best = {place, j, 0};
    int64_t on = (int64_t)j - diagonal;
    if (on >= 0 && on < a->n) {
        best =
            (struct compare_run){(uint32_t)on, j, common_length(a, (uint32_t)on, b, j)};
    }
    c->steps += best.len;
    for (uint32_t k = 0; place != COMPARE_NOWHERE && k < COMPARE_PLACES;
         k++, place = compare_index_next(&c->index, place)) {
        uint32_t len =
            COMPARE_GRAM + common_length(a, place + COMPARE_GRAM, b, j + COMPARE_GRAM);
        c->steps += len;
        if (len > best.len) {
            best = (struct compare_run){place, j, len};
        }
    }
    return best;
}

/* The longest run through b's token j. What the run before (that began at b's `least_b`) held may belong to this one too. */
static struct compare_run run_around(struct compare *c, const struct compare_text *a,
                                     const struct compare_text *b, uint32_t place,
                                     uint32_t j, int64_t diagonal, uint32_t least_b)
{
    struct compare_run run = longest_at(c, a, b, place, j, diagonal);
    while (run.a > 0 && run.b > least_b && a->terms[run.a - 1] == b->terms[run.b - 1]) {
        run.a--;
        run.b--;
        run.len++;
        c->steps++;
    }
    return run;
}

/* Every run, those of COMPARE_GRAM words too. Of runs that begin at one token of b the longest. */
static int find_all(struct compare *c, const struct compare_text *a,
                    const struct compare_text *b, struct err *err)
{
    const struct compare_index *x = &c->index;
    int64_t diagonal = NO_DIAGONAL;
    uint32_t least_b = 0;
    vec_reset(&c->raw.v);
    for (uint32_t j = 0; (j = compare_index_probe(x, b, j, 1)) != COMPARE_NOWHERE;) {
        uint32_t place = compare_index_find(x, b->terms + j);
        if (place == COMPARE_NOWHERE) {
            j++;
            continue;
        }
        struct compare_run run = run_around(c, a, b, place, j, diagonal, least_b);
        if (!vec_push(&c->raw.v, run)) {
            return no_memory(err);
        }
        diagonal = (int64_t)run.b - run.a;
        least_b = run.b;
        j = run.b + run.len - COMPARE_GRAM +
            1; /* another run may begin in its last words */
    }
    return 0;
}

/* What the first look has met so far. */
struct look {
    uint32_t total, longest;
    uint32_t end; /* of the last run, in b */
    uint32_t
        in_line; /* runs at about the place where the one before them lets expect them */
    int64_t diagonal;
};

static void see(struct look *k, const struct compare_run *run)
{
    int64_t diagonal = (int64_t)run->b - run->a;
    int64_t apart = diagonal - k->diagonal;
    k->in_line += k->total > 0 && apart >= -LINE_SLACK && apart <= LINE_SLACK;
    k->diagonal = diagonal;
    k->total += run->b + run->len - (run->b > k->end ? run->b : k->end);
    k->end = run->b + run->len;
    k->longest = run->len > k->longest ? run->len : k->longest;
}

/* Probes some words only: c->raw has every run of a length that the stride cannot miss, and some shorter ones. *dense:
 * so much is the same, or so much in line, that every run is wanted; then what c->raw has is not to be used. */
static int look_over(struct compare *c, const struct compare_limits *l,
                     const struct compare_text *a, const struct compare_text *b,
                     struct look *look, bool *dense, struct err *err)
{
    uint32_t stride = b->n < SMALL ? SMALL_STRIDE : STRIDE;
    uint32_t much = least(a->n, b->n) / DENSE;
    uint32_t least_b = 0;
    *look = (struct look){0};
    *dense = least(a->n, b->n) < l->short_text;
    for (uint32_t j = 0; !*dense;) {
        j = compare_index_probe(&c->index, b, j, stride);
        if (j == COMPARE_NOWHERE) {
            break;
        }
        uint32_t place = compare_index_find(&c->index, b->terms + j);
        if (place == COMPARE_NOWHERE) {
            j += stride;
            continue;
        }
        struct compare_run run = run_around(c, a, b, place, j, NO_DIAGONAL, least_b);
        if (!vec_push(&c->raw.v, run)) {
            return no_memory(err);
        }
        see(look, &run);
        least_b = run.b;
        j = run.b + run.len;
        *dense = look->total >= much || look->in_line >= IN_LINE;
    }
    return 0;
}

int compare_find_runs(struct compare *c, const struct compare_limits *l,
                      const struct compare_text *a, const struct compare_text *b,
                      bool *hopeless, struct err *err)
{
    struct look look;
    bool dense;
    vec_reset(&c->raw.v);
    int rc = look_over(c, l, a, b, &look, &dense, err);
    *hopeless = rc == 0 && !dense && look.longest < l->excerpt_run &&
                look.total < l->excerpt_covered * 2 / 5;
    return rc == 0 && dense ? find_all(c, a, b, err) : rc;
}

/* --- one token, one partner ----------------------------------------------------------- */

static void sort_few(struct compare_run *runs, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct compare_run r = runs[i];
        size_t at = i;
        for (; at > 0 && runs[at - 1].len < r.len; at--) {
            runs[at] = runs[at - 1];
        }
        runs[at] = r;
    }
}

/* One pass of a radix sort by the eight bits of the length at `shift`, the greatest first, stable. */
static void sort_pass(const struct compare_run *from, struct compare_run *to, size_t n,
                      unsigned shift)
{
    size_t at[DIGITS + 1] = {0};
    for (size_t i = 0; i < n; i++) {
        at[DIGITS - (from[i].len >> shift) % DIGITS]++;
    }
    for (size_t i = 1; i <= DIGITS; i++) {
        at[i] += at[i - 1];
    }
    for (size_t i = 0; i < n; i++) {
        to[at[DIGITS - 1 - (from[i].len >> shift) % DIGITS]++] = from[i];
    }
}

/* c->raw, longest first; equal ones as they were found. False: no memory. */
static bool sort_by_length(struct compare *c)
{
    size_t n = c->raw.v.len;
    uint32_t longest = 0;
    if (n <= FEW) {
        sort_few(c->raw.v.items, n);
        return true;
    }
    if (!vec_reserve(&c->spare.v, n)) {
        return false;
    }
    vec_foreach(const struct compare_run, r, &c->raw.v) {
        longest = r->len > longest ? r->len : longest;
    }
    for (unsigned shift = 0; shift < 32 && longest >> shift > 0; shift += 8) {
        sort_pass(c->raw.v.items, c->spare.v.items, n, shift);
        struct compare_run_vec sorted = c->spare;
        c->spare = c->raw;
        c->raw = sorted;
        c->raw.v.len = n;
        c->spare.v.len = 0;
    }
    return true;
}

/* Room for n tokens of one side; where it is new, or `all`, none has a partner. */
static bool hold_partners(struct compare *c, int side, uint32_t n, bool all)
{
    size_t cap = c->partner_cap[side];
    if (n > cap) {
        free(c->partner[side]);
        c->partner_cap[side] = 0;
        c->partner[side] = malloc((size_t)n * sizeof **c->partner);
        if (!c->partner[side]) {
            return false;
        }
        c->partner_cap[side] = n;
    }
    if (n > cap || (all && cap > 0)) {
        memset(c->partner[side], 0xff, c->partner_cap[side] * sizeof **c->partner);
    }
    return true;
}

bool compare_no_partners(struct compare *c, uint32_t n_a, uint32_t n_b)
{
    bool all = c->partners_left;
    c->partners_left = true;
    c->gaps_lost = false;
    vec_reset(&c->gaps);
    return hold_partners(c, 0, n_a, all) && hold_partners(c, 1, n_b, all);
}

static void forget(struct compare *c, int side, uint32_t from, uint32_t len)
{
    memset(c->partner[side] + from, 0xff, (size_t)len * sizeof **c->partner);
}

void compare_forget_partners(struct compare *c)
{
    vec_foreach(const struct compare_run, r, &c->runs.v) {
        forget(c, 0, r->a, r->len);
        forget(c, 1, r->b, r->len);
    }
    vec_foreach(const struct compare_gap, gap, &c->gaps) {
        for (int side = 0; side < 2; side++) {
            forget(c, side, gap->from[side], gap->to[side] - gap->from[side]);
        }
    }
    c->partners_left = c->gaps_lost;
}

static bool is_free(const struct compare *c, uint32_t at_a, uint32_t at_b)
{
    return c->partner[0][at_a] == COMPARE_NOWHERE &&
           c->partner[1][at_b] == COMPARE_NOWHERE;
}

/* Joins what of the run has no partner yet, if a seed of it is left; what it joins, to c->runs. False: no memory. */
static bool join_run(struct compare *c, struct compare_run r)
{
    while (r.len > 0 && !is_free(c, r.a, r.b)) {
        r.a++;
        r.b++;
        r.len--;
    }
    while (r.len > 0 && !is_free(c, r.a + r.len - 1, r.b + r.len - 1)) {
        r.len--;
    }
    if (r.len < COMPARE_GRAM) {
        return true;
    }
    for (uint32_t k = 0; k < r.len;) {
        struct compare_run piece = {r.a + k, r.b + k, 0};
        while (k < r.len && is_free(c, r.a + k, r.b + k)) {
            piece.len++;
            k++;
        }
        compare_make_partners(c, piece);
        if (!vec_push(&c->runs.v, piece)) {
            return false;
        }
        while (k < r.len && !is_free(c, r.a + k, r.b + k)) {
            k++;
        }
    }
    return true;
}

/* c->runs anew, from the partners of a's n tokens. */
static bool collect_runs(struct compare *c, uint32_t n)
{
    const uint32_t *to_b = c->partner[0];
    vec_reset(&c->runs.v);
    for (uint32_t i = 0; i < n;) {
        uint32_t j = to_b[i];
        if (j == COMPARE_NOWHERE) {
            i++;
            continue;
        }
        uint32_t len = 1;
        while (i + len < n && to_b[i + len] == j + len) {
            len++;
        }
        if (!vec_push(&c->runs.v, (struct compare_run){i, j, len})) {
            return false;
        }
        i += len;
    }
    return true;
}

/* A few pieces of runs: ascending in a, those that go on in both texts as one. */
static void order_runs(struct compare_run_vec *runs)
{
    struct compare_run *items = runs->v.items;
    size_t n = runs->v.len, used = 0;
    for (size_t i = 1; i < n; i++) {
        struct compare_run r = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].a > r.a; at--) {
            items[at] = items[at - 1];
        }
        items[at] = r;
    }
    for (size_t i = 0; i < n; i++) {
        struct compare_run *last = items + used - 1;
        if (used > 0 && last->a + last->len == items[i].a &&
            last->b + last->len == items[i].b) {
            last->len += items[i].len;
        } else {
            items[used++] = items[i];
        }
    }
    runs->v.len = used;
}

int compare_pair_tokens(struct compare *c, const struct compare_text *a,
                        const struct compare_text *b, struct err *err)
{
    if (!sort_by_length(c) || !compare_no_partners(c, a->n, b->n)) {
        return no_memory(err);
    }
    vec_reset(&c->runs.v);
    vec_foreach(const struct compare_run, r, &c->raw.v) {
        if (!join_run(c, *r)) {
            return no_memory(err);
        }
        c->steps += r->len;
    }
    if (c->runs.v.len <= FEW) {
        order_runs(&c->runs);
        return 0;
    }
    return collect_runs(c, a->n) ? 0 : no_memory(err);
}
