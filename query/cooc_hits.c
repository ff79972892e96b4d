#include "query/cooc_hits.h"

#include <assert.h>
#include <string.h>

#include "query/leaf.h"
#include "query/places.h"

static_assert((int)LEAF_WIDTH_MAX <= (int)UINT8_MAX, "the width of a hit is a byte");

typedef VEC(struct cooc_entry) entry_vec;

struct taking {
    struct cooc_hits *hits;
    const struct cooc_taking *how;
    entry_vec
        others; /* entries of wordings; ascending, but not with those of addresses */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "cooc: no memory for the hits of all queries; fewer or rarer "
                   "queries or a larger --memory helps");
}

void cooc_hits_release(struct cooc_hits *h)
{
    vec_release(&h->entries);
    vec_release(&h->addresses);
    vec_release(&h->wordings);
    vec_release(&h->spans);
    vec_release(&h->passages);
    vec_release(&h->articles);
}

/* --- stories of one wording ----------------------------------------------------------------- */

static int add_simple(void *arg, const struct places_story *story, struct err *err)
{
    const struct taking *t = arg;
    struct cooc_hits *h = t->hits;
    size_t n = t->how->no_addresses ? 0 : story->n_hits;
    struct cooc_entry e = {.segment = (uint16_t)story->segment,
                           .story = story->story,
                           .n = (uint32_t)n,
                           .width = (uint8_t)story->width,
                           .whole = true};
    if (!vec_reserve(&h->addresses, n) || !vec_push(&h->entries, e)) {
        return no_memory(err);
    }
    if (n > 0) {
        memcpy(h->addresses.items + h->addresses.len, story->hits,
               n * sizeof *story->hits);
    }
    h->addresses.len += n;
    return 0;
}

/* --- others --------------------------------------------------------------------------------- */

static bool put_articles(struct cooc_hits *h, const struct wording_match *m,
                         struct cooc_wording *w)
{
    if (!m->articles) {
        return true;
    }
    w->articles = h->articles.len + 1;
    for (uint32_t i = 0; i < m->n_articles; i++) {
        if (!vec_push(&h->articles, m->articles[i])) {
            return false;
        }
    }
    return true;
}

static bool put_wording(struct cooc_hits *h, const struct wording_match *m,
                        bool is_only)
{
    struct cooc_wording w = {.wording = m->wording,
                             .first_article = m->first_article,
                             .n_articles = m->n_articles,
                             .n_spans = (uint32_t)m->n_spans,
                             .spans = h->spans.len};
    if (!put_articles(h, m, &w) || !vec_reserve(&h->spans, m->n_spans + 1)) {
        return false;
    }
    for (size_t i = 0; i < m->n_spans; i++) {
        h->spans.items[h->spans.len++] = m->spans[i];
    }
    if (!is_only) {
        w.passages = h->passages.len + 1;
        if (!vec_reserve(&h->passages, m->n_spans + 1)) {
            return false;
        }
        for (size_t i = 0; i < m->n_spans; i++) {
            h->passages.items[h->passages.len++] = m->passages[i];
        }
    }
    return vec_push(&h->wordings, w);
}

static int add_other(void *arg, const struct story_match *match, struct err *err)
{
    struct taking *t = arg;
    struct cooc_hits *h = t->hits;
    struct cooc_entry e = {.segment = (uint16_t)match->segment,
                           .story = match->story,
                           .n = (uint32_t)match->n_wordings,
                           .whole =
                               match->n_wordings == 1 && !match->wordings->articles};
    bool is_only = match->n_wordings == 1 && match->hits == match->wordings->n_spans;
    for (size_t i = 0; i < match->n_wordings; i++) {
        if (!put_wording(h, &match->wordings[i], is_only)) {
            return no_memory(err);
        }
    }
    return vec_push(&t->others, e) ? 0 : no_memory(err);
}

static bool is_before(const struct cooc_entry *a, const struct cooc_entry *b)
{
    return a->segment != b->segment ? a->segment < b->segment : a->story < b->story;
}

/* Puts the others between the entries of addresses, from the last on. */
static int merge(struct cooc_hits *h, const entry_vec *others, struct err *err)
{
    size_t n = h->entries.len, m = others->len;
    if (m == 0) {
        return 0;
    }
    if (!vec_reserve(&h->entries, m)) {
        return no_memory(err);
    }
    struct cooc_entry *v = h->entries.items;
    h->entries.len += m;
    while (m > 0) {
        if (n > 0 && is_before(&others->items[m - 1], &v[n - 1])) {
            n--;
            v[n + m] = v[n];
        } else {
            m--;
            v[n + m] = others->items[m];
        }
    }
    return 0;
}

int cooc_hits_take(struct cooc_hits *h, struct plan *plan,
                   const struct cooc_taking *how, struct err *err)
{
    struct taking t = {.hits = h, .how = how};
    struct places_options options = {.engine = {.want_spans = true,
                                                .want_passages = true,
                                                .story = add_other,
                                                .arg = &t},
                                     .simple = add_simple,
                                     .arg = &t,
                                     .table = how->table,
                                     .table_arg = how->arg};
    int rc = places_run(plan, &options, NULL, err);
    rc = rc ? rc : merge(h, &t.others, err);
    vec_release(&t.others);
    return rc;
}

/* --- units ---------------------------------------------------------------------------------- */

/* Entries of addresses that follow one another, of one segment and width. */
struct run {
    size_t entry, end; /* of entries; those of wordings may be among them */
    size_t from, n;    /* of addresses */
    size_t segment;
    uint32_t width; /* 0: there is none */
};

/* The run from an entry on. */
static struct run run_from(const struct cooc_hits *h, size_t entry, size_t from)
{
    struct run r = {.entry = entry, .end = entry, .from = from};
    for (; r.end < h->entries.len; r.end++) {
        const struct cooc_entry *e = &h->entries.items[r.end];
        if (e->width > 0 && r.width > 0 &&
            (e->width != r.width || e->segment != r.segment)) {
            break;
        }
        if (e->width > 0) {
            r.segment = e->segment;
            r.width = e->width;
            r.n += e->n;
        }
    }
    return r;
}

/* Keeps the units of a run whose hits end in the unit they begin in, from *kept on: lasts are those of their last tokens. */
static void keep_whole(struct cooc_hits *h, const struct run *r, const uint32_t *lasts,
                       size_t *kept)
{
    address *units = h->addresses.items;
    size_t i = 0;
    for (size_t k = r->entry; k < r->end; k++) {
        struct cooc_entry *e = &h->entries.items[k];
        size_t end = e->width > 0 ? i + e->n : i, before = *kept;
        for (; i < end; i++) {
            uint32_t unit = units[r->from + i];
            units[*kept] = unit;
            *kept += r->width == 1 || unit == lasts[i];
        }
        e->n = e->width > 0 ? (uint32_t)(*kept - before) : e->n;
    }
}

int cooc_hits_to_units(struct cooc_hits *h, const struct marks_ranks *ranks,
                       struct err *err)
{
    VEC(uint32_t) lasts = {0};
    size_t kept = 0, from = 0;
    int rc = 0;
    for (size_t entry = 0; entry < h->entries.len && rc == 0;) {
        struct run r = run_from(h, entry, from);
        address *at = h->addresses.items + from;
        if (r.width > 1) {
            vec_reset(&lasts);
            rc = vec_reserve(&lasts, r.n) ? 0 : no_memory(err);
            rc = rc ? rc
                    : marks_ranks_of(&ranks[r.segment], at, r.n, r.width - 1,
                                     lasts.items, err);
        }
        if (rc == 0 && r.n > 0) {
            rc = marks_ranks_of(&ranks[r.segment], at, r.n, 0, at, err);
        }
        if (rc == 0 && (r.width > 1 || kept < from)) {
            keep_whole(h, &r, lasts.items, &kept);
        } else {
            kept += r.n;
        }
        from += r.n;
        entry = r.end;
    }
    h->addresses.len = kept;
    vec_release(&lasts);
    return rc;
}
