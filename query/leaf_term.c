#include "query/leaf_term.h"

#include <stdlib.h>
#include <string.h>

#include "query/window.h"

enum {
    BITS_GAP =
        512 /* mean gap of addresses up to which bits put them in order sooner than sorting */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for addresses");
}

/* Ascending order, by bytes from the lowest (Knuth, TAOCP 3, 5.2.5); spare has room for n.
 * Returns where the result is: v or spare. */
static address *sort(address *v, size_t n, address *spare)
{
    for (unsigned shift = 0; shift < 32; shift += 8) {
        size_t count[257] = {0};
        for (size_t i = 0; i < n; i++) {
            count[(v[i] >> shift & 255) + 1]++;
        }
        if (n == 0 || count[(v[0] >> shift & 255) + 1] == n) {
            continue; /* all alike in this byte */
        }
        for (size_t i = 1; i < 257; i++) {
            count[i] += count[i - 1];
        }
        for (size_t i = 0; i < n; i++) {
            spare[count[v[i] >> shift & 255]++] = v[i];
        }
        address *other = v;
        v = spare;
        spare = other;
    }
    return v;
}

/* Sorts v[0..*n) and drops repetitions by a set of bits over the addresses from lo to hi. */
static int settle_by_bits(address *v, size_t *n, address lo, address hi,
                          struct err *err)
{
    size_t n_words = window_words((size_t)(hi - lo) + 1);
    uint64_t *bits = calloc(n_words, sizeof *bits);
    if (!bits) {
        return no_memory(err);
    }
    uint8_t *bytes =
        (uint8_t *)bits; /* neighbours seldom share one, so stores do not wait */
    for (size_t i = 0; i < *n; i++) {
        uint32_t bit = v[i] - lo;
        bytes[bit / 8] |= (uint8_t)(1U << (bit % 8));
    }
    *n = window_extract(bits, n_words, lo, v);
    free(bits);
    return 0;
}

/* Sorts list[from..] and drops repetitions (which only a damaged index can have). */
static int settle(address_vec *list, size_t from, address_vec *spare, struct err *err)
{
    size_t n = list->len - from, kept = 0;
    address *v = list->items + from;
    size_t i = 1;
    while (i < n && v[i - 1] < v[i]) {
        i++;
    }
    if (i >= n) {
        return 0;
    }
    address lo = v[0], hi = v[0];
    for (i = 1; i < n; i++) {
        lo = v[i] < lo ? v[i] : lo;
        hi = v[i] > hi ? v[i] : hi;
    }
    if ((hi - lo) / BITS_GAP <= n) {
        int rc = settle_by_bits(v, &n, lo, hi, err);
        list->len = from + n;
        return rc;
    }
    vec_reset(spare);
    if (!vec_reserve(spare, n)) {
        return no_memory(err);
    }
    const address *sorted = sort(v, n, spare->items);
    for (i = 0; i < n; i++) {
        if (kept == 0 || sorted[i] != v[kept - 1]) {
            v[kept++] = sorted[i];
        }
    }
    list->len = from + kept;
    return 0;
}

static int open_entry(const struct leaf_term *t, const struct leaf_entry *e,
                      const struct segment *segment, struct address_cursor *c,
                      struct err *err)
{
    const struct section *lists =
        t->is_pair ? &segment->bigrams.section : &segment->pos;
    if (e->n_inline) {
        addresses_open_inline(c, e->inline_list, e->n_inline);
        return 0;
    }
    return addresses_open(c, lists, e->pos, e->count, err);
}

static int fill_one(struct address_cursor *c, address lo, address hi, address_vec *out,
                    struct err *err)
{
    size_t room = hi - lo < c->count ? hi - lo : c->count, n;
    if (!vec_reserve(out, room)) {
        return no_memory(err);
    }
    int rc = addresses_fill(c, lo, hi, out->items + out->len, room, &n, err);
    if (rc == 0) {
        out->len += n;
    }
    return rc;
}

int leaf_term_open(struct leaf_term *t, const struct segment *segment, struct err *err)
{
    bool few = t->n_entries <= LEAF_TERM_FEW;
    struct address_cursor *one = NULL;
    size_t n = 0;
    int rc = 0;
    if (t->opened) {
        return 0;
    }
    for (size_t i = 0; i < t->n_entries; i++) {
        n += few || t->entries[i].count > LEAF_TERM_SHORT;
    }
    t->cursors = calloc(n ? n : 1, sizeof *t->cursors);
    one = few ? NULL : malloc(sizeof *one);
    if (!t->cursors || (!few && !one)) {
        rc = no_memory(err);
    }
    for (size_t i = 0; i < t->n_entries && rc == 0; i++) {
        const struct leaf_entry *e = &t->entries[i];
        if (few || e->count > LEAF_TERM_SHORT) {
            rc = open_entry(t, e, segment, &t->cursors[t->n_cursors++], err);
        } else {
            rc = open_entry(t, e, segment, one, err);
            if (rc == 0) {
                rc = fill_one(one, 0, UINT32_MAX, &t->rest, err);
            }
        }
    }
    if (rc == 0) {
        rc = settle(&t->rest, 0, &t->scratch[0], err);
    }
    free(one);
    t->opened = rc == 0;
    return rc;
}

/* A union of many lists that is asked again and again is read as a whole, once: to move so many cursors takes
 * longer each time than what they have. */
static int merge(struct leaf_term *t, struct err *err)
{
    if (t->n_cursors <= LEAF_TERM_FEW || t->count > LEAF_TERM_MERGED_MAX ||
        ++t->asked < LEAF_TERM_ASKED) {
        return 0;
    }
    for (size_t i = 0; i < t->n_cursors; i++) {
        int rc = fill_one(&t->cursors[i], 0, UINT32_MAX, &t->rest, err);
        if (rc) {
            return rc;
        }
    }
    free(t->cursors);
    t->cursors = NULL;
    t->n_cursors = 0;
    return settle(&t->rest, 0, &t->scratch[0], err);
}

void leaf_term_release(struct leaf_term *t)
{
    free(t->cursors);
    t->cursors = NULL;
    t->n_cursors = 0;
    t->asked = 0;
    t->opened = false;
    vec_release(&t->rest);
    for (size_t i = 0; i < 3; i++) {
        vec_release(&t->scratch[i]);
    }
}

bool leaf_term_few(const struct leaf_term *t)
{
    return t->n_cursors + (t->rest.len > 0) <= LEAF_TERM_FEW;
}

int leaf_term_seek(struct leaf_term *t, address lo, address *out, struct err *err)
{
    bool found = false;
    address best = UINT32_MAX;
    for (size_t i = 0; i < t->n_cursors; i++) {
        address a;
        int rc = addresses_seek(&t->cursors[i], lo, &a, err);
        if (rc < 0) {
            return rc;
        }
        if (rc == 0 && a <= best) {
            best = a;
            found = true;
        }
    }
    size_t at = addresses_lower_bound(t->rest.items, t->rest.len, lo);
    if (at < t->rest.len && t->rest.items[at] <= best) {
        best = t->rest.items[at];
        found = true;
    }
    if (found) {
        *out = best;
    }
    return found ? 0 : ITER_END;
}

int leaf_term_bits(struct leaf_term *t, address lo, address hi, uint64_t *bits,
                   struct err *err)
{
    int rc = merge(t, err);
    for (size_t i = 0; i < t->n_cursors && rc == 0; i++) {
        rc = addresses_fill_bits(&t->cursors[i], lo, hi, bits, err);
    }
    if (rc) {
        return rc;
    }
    for (size_t i = addresses_lower_bound(t->rest.items, t->rest.len, lo);
         i < t->rest.len && t->rest.items[i] < hi; i++) {
        uint32_t bit = t->rest.items[i] - lo;
        bits[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
    return 0;
}

int leaf_term_fill(struct leaf_term *t, address lo, address hi, address_vec *out,
                   struct err *err)
{
    size_t from = out->len;
    if (lo >= hi) {
        return 0;
    }
    int rc = merge(t, err);
    for (size_t i = 0; i < t->n_cursors && rc == 0; i++) {
        rc = fill_one(&t->cursors[i], lo, hi, out, err);
    }
    if (rc) {
        return rc;
    }
    size_t a = addresses_lower_bound(t->rest.items, t->rest.len, lo);
    size_t b = addresses_lower_bound(t->rest.items, t->rest.len, hi);
    if (b > a) {
        if (!vec_reserve(out, b - a)) {
            return no_memory(err);
        }
        memcpy(out->items + out->len, t->rest.items + a, (b - a) * sizeof(address));
        out->len += b - a;
    }
    return t->n_cursors + (b > a) > 1 ? settle(out, from, &t->scratch[0], err) : 0;
}

/* The first at or behind `at` that is no less. */
static size_t gallop(const address_vec *list, size_t at, uint64_t want)
{
    size_t step = 1;
    while (at + step < list->len && list->items[at + step] < want) {
        at += step;
        step *= 2;
    }
    size_t end = at + step < list->len ? at + step + 1 : list->len;
    return want > UINT32_MAX
               ? list->len
               : at + addresses_lower_bound(list->items + at, end - at, (address)want);
}

/* Keeps keys by a few lists: what each of them keeps, together. */
static int keep_by_lists(struct leaf_term *t, address *keys, size_t *n, struct err *err)
{
    address_vec *kept = &t->scratch[1];
    vec_reset(kept);
    for (size_t i = 0; i < t->n_cursors; i++) {
        size_t got;
        if (!vec_reserve(kept, *n)) {
            return no_memory(err);
        }
        int rc = addresses_intersect(&t->cursors[i], keys, *n, t->shift,
                                     kept->items + kept->len, &got, err);
        if (rc) {
            return rc;
        }
        kept->len += got;
    }
    size_t at = 0;
    for (size_t i = 0; i < *n && at < t->rest.len; i++) {
        uint64_t want = (uint64_t)keys[i] + t->shift;
        at = gallop(&t->rest, at, want);
        if (at < t->rest.len && t->rest.items[at] == want && !vec_push(kept, keys[i])) {
            return no_memory(err);
        }
    }
    int rc = settle(kept, 0, &t->scratch[0], err);
    if (rc == 0) {
        if (kept->len) {
            memcpy(keys, kept->items, kept->len * sizeof *keys);
        }
        *n = kept->len;
    }
    return rc;
}

/* Keeps keys by a set of bits of all lists, window by window. */
static int keep_by_bits(struct leaf_term *t, address *keys, size_t *n, uint64_t *bits,
                        uint32_t window, struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n && keys[i] <= UINT32_MAX - t->shift;) {
        address lo = keys[i] + t->shift;
        address hi = UINT32_MAX - lo < window ? UINT32_MAX : lo + window;
        memset(bits, 0, window_words(hi - lo) * sizeof *bits);
        int rc = leaf_term_bits(t, lo, hi, bits, err);
        if (rc) {
            return rc;
        }
        do {
            uint32_t bit = keys[i] + t->shift - lo;
            if (bits[bit / 64] >> (bit % 64) & 1) {
                keys[kept++] = keys[i];
            }
            i++;
        } while (i < *n && keys[i] < hi - t->shift);
    }
    *n = kept;
    return 0;
}

int leaf_term_keep(struct leaf_term *t, address *keys, size_t *n, uint64_t *bits,
                   uint32_t window, struct err *err)
{
    if (t->n_cursors == 1 && t->rest.len == 0) {
        return addresses_intersect(&t->cursors[0], keys, *n, t->shift, keys, n, err);
    }
    if (leaf_term_few(t)) {
        return keep_by_lists(t, keys, n, err);
    }
    return keep_by_bits(t, keys, n, bits, window, err);
}
