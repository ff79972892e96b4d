#include "query/written.h"

#include <stdlib.h>

#include "formats/forward.h"

enum {
    /* An entry that is so large a part of the stream has its forms counted by reading all of it, once for
     * all such entries. */
    LARGE_PART = 64
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for the forms of words");
}

void written_release(struct written *w)
{
    vec_release(&w->repeated);
    free(w->counts);
    w->counts = NULL;
}

/* --- what stands twice --------------------------------------------------------------------------- */

static bool push_range(struct written *w, address from, address to)
{
    return from >= to || vec_push(&w->repeated, (struct written_range){from, to});
}

static int add_block(struct written *w, const struct block *b, struct err *err)
{
    address end = b->start + b->len;
    uint32_t seam = b->len < SEAM ? b->len : SEAM;
    address lead = b->lead_home == (address)ADDRESS_NONE ? b->start : b->start + seam;
    address tail = b->tail_home == (address)ADDRESS_NONE ? end : end - seam;
    bool ok = tail <= lead ? push_range(w, b->start, end)
                           : push_range(w, b->start, lead) && push_range(w, tail, end);
    return ok ? 0 : no_memory(err);
}

static int find_repeated(struct written *w, struct err *err)
{
    const struct wordings *words = &w->segment->wordings;
    block_vec blocks = {0};
    story_id id = 0;
    int rc = 0;
    while (!w->open && rc == 0 && id < words->n_stories) {
        rc = wordings_next_complex(words, id, &id, err);
        if (rc == 0)
            rc = wordings_blocks(words, id, &blocks, err);
        for (size_t i = 0; i < blocks.len && rc == 0; i++)
            rc = add_block(w, &blocks.items[i], err);
        id++;
    }
    vec_release(&blocks);
    rc = rc == ITER_END ? 0 : rc;
    w->open |= rc == 0;
    return rc;
}

/* The first range at or behind `i` that ends behind a. */
static size_t range_behind(const struct written *w, size_t i, address a)
{
    size_t lo = i, hi = w->repeated.len;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (w->repeated.items[mid].to <= a)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

int written_occurrences(struct written *w, const struct term_entry *e, uint64_t *out,
                        struct err *err)
{
    struct address_cursor cursor;
    uint32_t width = e->span > 0 ? e->span : 1;
    address a, from = 0;
    size_t i = 0;
    int rc = find_repeated(w, err);
    *out = e->occurrences;
    if (rc != 0 || w->repeated.len == 0)
        return rc;
    rc = segment_addresses(w->segment, e, &cursor, err);
    while (rc == 0 && i < w->repeated.len) {
        const struct written_range *r = &w->repeated.items[i];
        from = from < r->from ? r->from : from;
        rc = addresses_seek(&cursor, from, &a, err);
        if (rc != 0)
            break;
        if (a >= r->from && a < r->to) {
            *out -= (uint64_t)a + width <= r->to;
            from = a + 1;
        } else {
            from = a;
        }
        i = range_behind(w, i, from);
    }
    return rc == ITER_END ? 0 : rc;
}

/* --- forms ------------------------------------------------------------------------------------------ */

int written_count_all(struct written *w, struct err *err)
{
    const struct forward *f = &w->segment->forward;
    struct forward_reader reader;
    surface_id ids[FORWARD_BLOCK];
    int rc = 0;
    /* One more: that of tokens that stand elsewhere. */
    w->counts = calloc((size_t)f->n_surfaces + 1, sizeof *w->counts);
    if (!w->counts)
        return no_memory(err);
    forward_reader_begin(&reader, f);
    for (uint64_t at = 0; at < f->n_tokens && rc == 0; at += FORWARD_BLOCK) {
        uint64_t left = f->n_tokens - at;
        size_t n = left < FORWARD_BLOCK ? (size_t)left : FORWARD_BLOCK;
        bool elsewhere;
        rc = forward_reader_block(&reader, at / FORWARD_BLOCK, ids, &elsewhere, err);
        for (size_t i = 0; i < n && rc == 0; i++)
            w->counts[ids[i] < f->n_surfaces ? ids[i] : f->n_surfaces]++;
    }
    if (rc != 0) {
        free(w->counts);
        w->counts = NULL;
    }
    return rc;
}

typedef VEC(surface_id) surface_vec;

static int surfaces_of(const struct written *w, term_id term, surface_vec *out,
                       struct err *err)
{
    size_t n = 0;
    const struct surfaces *surfaces = &w->segment->surfaces;
    int rc = surfaces_of_term(surfaces, term, NULL, 0, &n, err);
    if (rc == 0 && !vec_reserve(out, n + 1))
        rc = no_memory(err);
    if (rc == 0)
        rc = surfaces_of_term(surfaces, term, out->items, n, &n, err);
    out->len = rc == 0 ? n : 0;
    return rc;
}

/* Index in ids, ascending, or their number. */
static size_t place_of(const surface_vec *ids, surface_id id)
{
    size_t lo = 0, hi = ids->items ? ids->len : 0;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (ids->items[mid] < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return ids->items && lo < ids->len && ids->items[lo] == id ? lo : ids->len;
}

/* Of one entry, by its addresses. */
static int count_entry(const struct written *w, const struct term_entry *e,
                       const surface_vec *ids, struct written_form *forms,
                       struct err *err)
{
    struct address_cursor cursor;
    address a, from = 0;
    surface_id id = 0;
    int rc = segment_addresses(w->segment, e, &cursor, err);
    while (rc == 0 && (rc = addresses_seek(&cursor, from, &a, err)) == 0) {
        rc = forward_read(&w->segment->forward, a, 1, &id, NULL, err);
        size_t at = rc == 0 ? place_of(ids, id) : ids->len;
        if (at < ids->len)
            forms[at].occurrences++;
        if (a == UINT32_MAX)
            break;
        from = a + 1;
    }
    return rc == ITER_END ? 0 : rc;
}

int written_forms_of(struct written *w, const struct term_entry *e, written_forms *out,
                     struct err *err)
{
    surface_vec ids = {0};
    int rc = 0;
    if (e->span > 0)
        return 0;
    if (!w->counts && e->occurrences > w->segment->forward.n_tokens / LARGE_PART)
        rc = written_count_all(w, err);
    if (rc == 0)
        rc = surfaces_of(w, e->id, &ids, err);
    size_t from = out->len;
    for (size_t i = 0; ids.items && i < ids.len && rc == 0; i++) {
        struct written_form form = {.occurrences =
                                        w->counts ? w->counts[ids.items[i]] : 0};
        rc = surfaces_get(&w->segment->surfaces, ids.items[i], &form.surface, err);
        if (rc == 0 && !vec_push(out, form))
            rc = no_memory(err);
    }
    if (rc == 0 && !w->counts && out->items)
        rc = count_entry(w, e, &ids, out->items + from, err);
    vec_release(&ids);
    return rc;
}
