#include "query/leaf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "query/window.h"

void leaf_init(struct leaf *leaf, const struct segment *segment, uint32_t width,
               struct leaf_term *terms, size_t n_terms, uint32_t window)
{
    assert(width >= 1 && width <= LEAF_WIDTH_MAX && n_terms >= 1);
    assert(window >= 1 && window <= WINDOW_ADDRESSES);
    for (size_t i = 1; i < n_terms; i++) {
        for (size_t k = i; k > 0 && terms[k].count < terms[k - 1].count; k--) {
            struct leaf_term swap = terms[k];
            terms[k] = terms[k - 1];
            terms[k - 1] = swap;
        }
    }
    *leaf = (struct leaf){.segment = segment,
                          .width = width,
                          .window = window,
                          .terms = terms,
                          .n_terms = n_terms};
}

void leaf_rest(struct leaf *leaf)
{
    for (size_t i = 0; i < leaf->n_terms; i++) {
        leaf_term_release(&leaf->terms[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        free(leaf->bits[i]);
        leaf->bits[i] = NULL;
    }
    seams_release(&leaf->seams);
}

void leaf_release(struct leaf *leaf)
{
    leaf_rest(leaf);
    leaf->n_terms = 0;
}

uint64_t leaf_work(const struct leaf *leaf)
{
    uint64_t work = 0, most = leaf->terms[0].count * LEAF_GALLOP_RATIO;
    for (size_t i = 0; i < leaf->n_terms; i++) {
        work += leaf->terms[i].count < most ? leaf->terms[i].count : most;
    }
    return work;
}

uint64_t leaf_cost(const struct leaf *leaf)
{
    return leaf->terms[0].count;
}

static int open_terms(struct leaf *leaf, struct err *err)
{
    for (size_t i = 0; i < leaf->n_terms; i++) {
        int rc = leaf_term_open(&leaf->terms[i], leaf->segment, err);
        if (rc) {
            return rc;
        }
    }
    return 0;
}

static int need_bits(struct leaf *leaf, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!leaf->bits[i]) {
            leaf->bits[i] = malloc(window_words(leaf->window) * sizeof(uint64_t));
        }
        if (!leaf->bits[i]) {
            return err_set(err, ERR_NOMEM, "query: no memory for a window");
        }
    }
    return 0;
}

int leaf_next(struct leaf *leaf, address from, address *out, struct err *err)
{
    struct leaf_term *t = &leaf->terms[0];
    if (leaf->next_known && leaf->next_from <= from && from <= leaf->next) {
        *out = leaf->next;
        return 0;
    }
    if (leaf_cost(leaf) == 0) {
        return ITER_END;
    }
    int rc = leaf_term_open(t, leaf->segment, err);
    if (rc) {
        return rc;
    }
    if (!leaf_term_few(t)) {
        *out = from; /* asking every list costs more than a look at the window */
        return 0;
    }
    /* From the story's first token on, not from where the place can stand first: a seam may repeat it further on. */
    address a;
    rc = leaf_term_seek(t, from, &a, err);
    if (rc == 0 && a - from >= t->shift) {
        leaf->next_known = true;
        leaf->next_from = from;
        leaf->next = a - t->shift;
    }
    if (rc == 0) {
        *out = a - from >= t->shift ? a - t->shift : from;
    }
    return rc;
}

/* a moved right by `shift`, not beyond the last address. */
static address moved(address a, uint32_t shift)
{
    return a > UINT32_MAX - shift ? UINT32_MAX : a + shift;
}

/* Sets of bits pay where unions of dense lists of like sizes meet, and for the union of many: to gallop
 * with the addresses of one list through another costs less whatever their sizes are. */
static bool wants_bits(const struct leaf *leaf)
{
    const struct leaf_term *t = leaf->terms;
    uint64_t n_tokens = leaf->segment->counts[SEGMENT_TOKENS];
    if (t[0].count * LEAF_DENSE_GAP < n_tokens) {
        return false;
    }
    if (leaf->n_terms == 1) {
        return t[0].n_entries > 1;
    }
    return (t[0].n_entries > 1 || t[1].n_entries > 1) &&
           t[1].count < t[0].count * LEAF_GALLOP_RATIO;
}

const char *leaf_method(const struct leaf *leaf)
{
    if (leaf_cost(leaf) == 0) {
        return "none";
    }
    if (wants_bits(leaf)) {
        return "bits";
    }
    return leaf->n_terms > 1 ? "gallop" : "copy";
}

/* One window [lo, hi): bit i of each set is a span that begins at lo + i. Terms from
 * *n_done on are left to the caller. */
static int find_by_bits(struct leaf *leaf, address lo, address hi, address_vec *out,
                        size_t *n_done, struct err *err)
{
    size_t n_words = window_words(hi - lo), i;
    int rc = need_bits(leaf, 2, err);
    if (rc) {
        return rc;
    }
    for (i = 0; i < leaf->n_terms; i++) {
        struct leaf_term *t = &leaf->terms[i];
        if (i > 0 && t->count >= leaf->terms[0].count * LEAF_GALLOP_RATIO) {
            break;
        }
        uint64_t *set = leaf->bits[i > 0];
        memset(set, 0, n_words * sizeof *set);
        rc = leaf_term_bits(t, moved(lo, t->shift), moved(hi, t->shift), set, err);
        if (rc) {
            return rc;
        }
        if (i > 0) {
            window_and(leaf->bits[0], set, n_words);
        }
    }
    *n_done = i;
    if (!vec_reserve(out, window_count(leaf->bits[0], n_words))) {
        return err_set(err, ERR_NOMEM, "query: no memory for addresses");
    }
    out->len += window_extract(leaf->bits[0], n_words, lo, out->items + out->len);
    return 0;
}

/* Keeps of out[from..] what all terms from `first` on agree to. */
static int keep(struct leaf *leaf, size_t first, address_vec *out, size_t from,
                struct err *err)
{
    size_t n = out->len - from;
    int rc = 0;
    for (size_t i = first; i < leaf->n_terms && n > 0 && rc == 0; i++) {
        rc = leaf_term_few(&leaf->terms[i]) ? 0 : need_bits(leaf, 1, err);
        if (rc == 0) {
            rc = leaf_term_keep(&leaf->terms[i], out->items + from, &n, leaf->bits[0],
                                leaf->window, err);
        }
    }
    out->len = from + n;
    return rc;
}

static int find_in_seams(struct leaf *leaf, address lo, address hi, const address *list,
                         size_t n, struct err *err)
{
    struct seams_leaf wanted = {.segment = leaf->segment,
                                .terms = leaf->terms,
                                .n_terms = leaf->n_terms,
                                .width = leaf->width};
    return seams_find(&leaf->seams, &wanted, lo, hi, list, n, err);
}

/* Makes of a place's addresses out[from..), none below lo, those at which the leaf would begin. */
static void begin_at(address_vec *out, size_t from, address lo, uint32_t shift)
{
    size_t at = from, kept = from;
    while (at < out->len && out->items[at] - lo < shift) {
        at++;
    }
    while (at < out->len) {
        out->items[kept++] = out->items[at++] - shift;
    }
    out->len = kept;
}

/* By the addresses of the rarest place, of which the seams are told before the others thin them out. */
static int find_by_rarest(struct leaf *leaf, address lo, address hi, address_vec *out,
                          struct err *err)
{
    struct leaf_term *t = &leaf->terms[0];
    size_t from = out->len;
    int rc = leaf_term_fill(t, lo, moved(hi, t->shift), out, err);
    if (rc == 0) {
        rc = find_in_seams(leaf, lo, hi, out->items + from, out->len - from, err);
    }
    if (rc) {
        return rc;
    }
    if (t->shift > 0) {
        begin_at(out, from, lo, t->shift);
    }
    return keep(leaf, 1, out, from, err);
}

/* By sets of bits, window by window. */
static int find_by_sets(struct leaf *leaf, address lo, address hi, address_vec *out,
                        struct err *err)
{
    int rc = find_in_seams(leaf, lo, hi, NULL, 0, err);
    while (rc == 0 && lo < hi) {
        address to = hi - lo > leaf->window ? lo + leaf->window : hi;
        size_t from = out->len, n_done;
        rc = find_by_bits(leaf, lo, to, out, &n_done, err);
        if (rc == 0) {
            rc = keep(leaf, n_done, out, from, err);
        }
        lo = to;
    }
    return rc;
}

int leaf_find(struct leaf *leaf, address lo, address hi, address_vec *out,
              struct err *err)
{
    size_t from = out->len;
    if (leaf_cost(leaf) == 0 || lo >= hi) {
        return 0;
    }
    int rc = open_terms(leaf, err);
    if (rc == 0) {
        bool merged = leaf->n_terms == 1 && leaf_term_merged(&leaf->terms[0]);
        rc = merged || !wants_bits(leaf) ? find_by_rarest(leaf, lo, hi, out, err)
                                         : find_by_sets(leaf, lo, hi, out, err);
    }
    return rc ? rc : seams_merge(&leaf->seams, out, from, err);
}
