#include "query/words.h"

#include <stdlib.h>

#include "query/dictionary.h"
#include "query/values.h"
#include "query/written.h"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM,
                   "query: no memory for the words of the archive; a larger --memory "
                   "helps");
}

static const struct segment *segment_of(const struct words *w, size_t i)
{
    return &w->snapshot->segments[i];
}

static void free_lists(uint32_t **lists, size_t n)
{
    for (size_t i = 0; lists && i < n; i++) {
        free(lists[i]);
    }
    free(lists);
}

void words_release(struct words *w)
{
    size_t n = w->snapshot ? w->snapshot->n_segments : 0;
    free_lists(w->of_id, n);
    free_lists(w->of_surface, n);
    vec_release(&w->places);
    *w = (struct words){0};
}

/* --- several segments ------------------------------------------------------------------------- */

static int make_lists(struct words *w, struct err *err)
{
    size_t n = w->snapshot->n_segments;
    w->of_id = calloc(n, sizeof *w->of_id);
    if (!w->of_id) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        const struct segment *s = segment_of(w, i);
        size_t ids = w->by_surface ? s->surfaces.n_surfaces : s->terms.n_terms;
        w->of_id[i] = calloc(ids + 1, sizeof **w->of_id);
        if (!w->of_id[i]) {
            return no_memory(err);
        }
    }
    return 0;
}

/* The dictionaries side by side: equal words come together. */
static int number_terms(struct words *w, struct err *err)
{
    struct dictionary d = {0};
    int rc = dictionary_open(&d, w->snapshot, NULL, 0, w->deadline, err);
    while (rc == 0 && (rc = dictionary_next(&d, err)) == 0) {
        const struct dictionary_part *first = &d.parts.items[0];
        if (first->entry.span > 0) {
            continue;
        }
        vec_foreach(const struct dictionary_part, p, &d.parts) {
            w->of_id[p->segment][p->entry.id] = (uint32_t)w->places.len;
        }
        struct words_place place = {first->segment, first->entry.id};
        if (!vec_push(&w->places, place)) {
            rc = no_memory(err);
        }
    }
    dictionary_release(&d);
    return rc == ITER_END ? 0 : rc;
}

static int number_surfaces(struct words *w, struct err *err)
{
    struct values values = {0};
    int rc = 0;
    for (uint32_t i = 0; i < w->snapshot->n_segments && rc == 0; i++) {
        const struct surfaces *s = &segment_of(w, i)->surfaces;
        for (surface_id id = 0; id < s->n_surfaces && rc == 0; id++) {
            struct bytes text;
            uint32_t number = 0;
            rc = deadline_tick(w->deadline, id, err);
            rc = rc ? rc : surfaces_get(s, id, &text, err);
            rc = rc ? rc : values_put(&values, text, &number, err);
            w->of_id[i][id] = number;
            struct words_place place = {i, id};
            if (rc == 0 && number == w->places.len && !vec_push(&w->places, place)) {
                rc = no_memory(err);
            }
        }
    }
    values_release(&values);
    return rc;
}

int words_open(struct words *w, const struct snapshot *snapshot, bool by_surface,
               const struct deadline *deadline, struct err *err)
{
    int rc = 0;
    *w = (struct words){
        .snapshot = snapshot, .deadline = deadline, .by_surface = by_surface};
    w->of_surface = calloc(snapshot->n_segments + 1, sizeof *w->of_surface);
    if (!w->of_surface) {
        return no_memory(err);
    }
    if (snapshot->n_segments == 1) {
        const struct segment *s = segment_of(w, 0);
        w->n = by_surface ? s->surfaces.n_surfaces : s->terms.n_terms;
        return 0;
    }
    rc = make_lists(w, err);
    if (rc == 0) {
        rc = by_surface ? number_surfaces(w, err) : number_terms(w, err);
    }
    w->n = (uint32_t)w->places.len;
    return rc;
}

/* --- by segment --------------------------------------------------------------------------------- */

static uint32_t number_of(const struct words *w, uint32_t segment, uint32_t id)
{
    return w->of_id ? w->of_id[segment][id] : id;
}

int words_of_segment(struct words *w, uint32_t segment, const uint32_t **out,
                     struct err *err)
{
    const struct segment *s = segment_of(w, segment);
    uint32_t *list = w->of_surface[segment];
    int rc = 0;
    if (!list) {
        list = malloc(((size_t)s->surfaces.n_surfaces + 1) * sizeof *list);
        if (!list) {
            return no_memory(err);
        }
        w->of_surface[segment] = list;
        for (surface_id id = 0; id < s->surfaces.n_surfaces && rc == 0; id++) {
            term_id term = id;
            if (!w->by_surface) {
                rc = surfaces_term(&s->surfaces, id, &term, err);
            }
            if (rc == 0 && !w->by_surface && term >= s->terms.n_terms) {
                rc = section_corrupt(&s->surfaces.section, 0, err,
                                     "surfaces: surface %u has no term", id);
            }
            list[id] = rc == 0 ? number_of(w, segment, term) : 0;
        }
    }
    if (rc) {
        free(list);
        w->of_surface[segment] = NULL;
    }
    *out = w->of_surface[segment];
    return rc;
}

int words_get(const struct words *w, uint32_t number, struct words_entry *out,
              struct err *err)
{
    struct words_place at = {0, number};
    term_id term = number;
    int rc = 0;
    if (w->of_id) {
        at = w->places.items[number];
        term = at.id;
    }
    const struct segment *s = segment_of(w, at.segment);
    if (w->by_surface) {
        rc = surfaces_get(&s->surfaces, at.id, &out->text, err);
        rc = rc ? rc : surfaces_term(&s->surfaces, at.id, &term, err);
    }
    rc = rc ? rc : terms_get(&s->terms, term, &out->term, err);
    if (rc == 0 && !w->by_surface) {
        out->text = bytes_of(out->term.key, out->term.key_len);
    }
    return rc;
}

/* Numbers of terms are given in their order. Damage is told by who reads the words. */
int words_compare(const struct words *w, uint32_t a, uint32_t b)
{
    struct bytes x = {0}, y = {0};
    struct err err = {0};
    if (w->by_surface && a != b) {
        struct words_place p = {0, a}, q = {0, b};
        if (w->of_id) {
            p = w->places.items[a];
            q = w->places.items[b];
        }
        (void)surfaces_get(&segment_of(w, p.segment)->surfaces, p.id, &x, &err);
        (void)surfaces_get(&segment_of(w, q.segment)->surfaces, q.id, &y, &err);
        int order = bytes_compare(x, y);
        if (order) {
            return order;
        }
    }
    return a < b ? -1 : a > b;
}

/* --- occurrences --------------------------------------------------------------------------------- */

static int add_terms(const struct words *w, uint32_t segment, uint64_t *out,
                     struct err *err)
{
    struct terms_iter it;
    const struct term_entry *e;
    uint64_t n = 0;
    int rc = terms_seek(&segment_of(w, segment)->terms, bytes_str(""), &it, err);
    while (rc == 0 && (rc = terms_next(&it, &e, err)) == 0) {
        if (e->span == 0) {
            out[number_of(w, segment, e->id)] += e->occurrences;
        }
        rc = deadline_tick(w->deadline, n++, err);
    }
    return rc == ITER_END ? 0 : rc;
}

static int add_surfaces(const struct words *w, uint32_t segment, uint64_t *out,
                        struct err *err)
{
    const struct segment *s = segment_of(w, segment);
    struct written written = {.segment = s};
    int rc = deadline_check(w->deadline, err);
    rc = rc ? rc : written_count_all(&written, err);
    for (surface_id id = 0; id < s->surfaces.n_surfaces && rc == 0; id++) {
        out[number_of(w, segment, id)] += written.counts[id];
    }
    written_release(&written);
    return rc;
}

int words_occurrences(const struct words *w, uint64_t *out, struct err *err)
{
    int rc = 0;
    for (uint32_t i = 0; i < w->snapshot->n_segments && rc == 0; i++) {
        rc = w->by_surface ? add_surfaces(w, i, out, err) : add_terms(w, i, out, err);
    }
    return rc;
}
