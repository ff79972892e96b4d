#include "query/timeline_picture.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "query/scale.h"

enum {
    TITLE_QUERIES = 4,  /* those that a title names, */
    TOTALS_QUERIES = 12 /* and those whose totals stand below it */
};

/* What a picture of a timeline is made of. */
struct work {
    const struct timeline *t;
    const struct queries *queries;
    bool articles; /* are counted */
    struct bytes *bins;
    char (*names)[BINS_TEXT_MAX];
    struct picture_series *series;
    double *values; /* of all series, one behind the other */
    struct buf title, subtitle, note;
};

static void work_release(struct work *w)
{
    free(w->bins);
    free(w->names);
    free(w->series);
    free(w->values);
    buf_release(&w->title);
    buf_release(&w->subtitle);
    buf_release(&w->note);
}

static double value_of(const struct work *w, const struct timeline_series *s,
                       size_t bin)
{
    const struct engine_totals *totals = &s->points.items[bin].totals;
    if (!w->t->relative)
        return (double)timeline_value(w->t, totals, w->articles);
    double value = timeline_per_million(w->t, totals, &w->t->words.items[bin]);
    return value < 0 ? (double)NAN : value;
}

static int fill(struct work *w, struct err *err)
{
    const struct timeline *t = w->t;
    size_t n = t->n + 1, series = t->series.len + 1;
    w->bins = calloc(n, sizeof *w->bins);
    w->names = calloc(n, sizeof *w->names);
    w->series = calloc(series, sizeof *w->series);
    w->values = calloc(n * series, sizeof *w->values);
    if (!w->bins || !w->names || !w->series || !w->values)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t b = 0; b < t->n; b++) {
        int len = bins_format(t->unit, t->first + (int32_t)b, w->names[b]);
        w->bins[b] = bytes_of(w->names[b], (size_t)len);
    }
    for (size_t s = 0; s < t->series.len; s++) {
        double *values = w->values + s * t->n;
        for (size_t b = 0; b < t->n; b++)
            values[b] = value_of(w, &t->series.items[s], b);
        w->series[s] = (struct picture_series){queries_get(w->queries, s), values};
    }
    return 0;
}

static void put_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
    scale_spell(out, (double)n, 0);
    buf_put_u8(out, ' ');
    buf_put_str(out, n == 1 ? one : many);
}

static void put_title(struct work *w)
{
    size_t n = w->t->series.len, named = n > TITLE_QUERIES ? TITLE_QUERIES - 1 : n;
    for (size_t q = 0; q < named; q++) {
        if (q > 0)
            buf_put_str(&w->title, q + 1 == n ? " and " : ", ");
        buf_put_bytes(&w->title, queries_get(w->queries, q));
    }
    if (named < n)
        buf_printf(&w->title, " and %zu more", n - named);
    buf_printf(&w->title, " by %s", bins_name(w->t->unit));
}

/* "12 hits in 3 stories (15 hits in 5 articles)" */
static void put_totals(struct buf *out, const struct engine_totals *t)
{
    put_count(out, t->hits, "hit in ", "hits in ");
    put_count(out, t->stories, "story (", "stories (");
    put_count(out, t->hits_all, "hit in ", "hits in ");
    put_count(out, t->articles, "article)", "articles)");
}

static void put_subtitle(struct work *w)
{
    const struct timeline *t = w->t;
    struct buf *out = &w->subtitle;
    for (size_t q = 0; q < t->series.len && q < TOTALS_QUERIES; q++) {
        const struct engine_totals *totals = &t->series.items[q].totals;
        if (t->series.len == 1) {
            put_totals(out, totals);
            break;
        }
        buf_put_str(out, q > 0 ? "; " : "");
        buf_put_bytes(out, queries_get(w->queries, q));
        buf_put_str(out, ": ");
        put_count(out, totals->hits, "hit in ", "hits in ");
        put_count(out, totals->stories, "story", "stories");
    }
    if (t->series.len > TOTALS_QUERIES)
        buf_put_str(out, "; \u2026");
}

/* What is not in the picture because it has no day. */
static void put_undated(struct work *w)
{
    const struct timeline *t = w->t;
    bool any = false;
    for (size_t q = 0; q < t->series.len; q++) {
        const struct engine_totals *undated = &t->series.items[q].undated;
        if (undated->articles == 0)
            continue;
        buf_put_str(&w->note, any ? "; " : " Not shown, because undated: ");
        any = true;
        if (t->series.len > 1) {
            buf_put_bytes(&w->note, queries_get(w->queries, q));
            buf_put_str(&w->note, ": ");
        }
        put_count(&w->note, undated->hits, "hit in ", "hits in ");
        put_count(&w->note, undated->stories, "story", "stories");
    }
    if (any)
        buf_put_u8(&w->note, '.');
}

static void put_note(struct work *w)
{
    const struct timeline *t = w->t;
    struct buf *out = &w->note;
    const char *unit = bins_name(t->unit);
    switch (t->shown.copies) {
    case SHOWN_ALL: buf_put_str(out, "Every article counts, copies too."); break;
    case SHOWN_ORIGINALS: buf_put_str(out, "Only originals are counted."); break;
    default:
        buf_printf(
            out, "A passage that several articles of a %s carry is counted once in it.",
            unit);
    }
    if (t->relative)
        buf_printf(out, " Rates are of the words that the archive has in the same %s.",
                   unit);
    put_undated(w);
}

static int draw(struct work *w, struct session *s, enum picture_kind kind,
                struct err *err)
{
    put_title(w);
    put_subtitle(w);
    put_note(w);
    if (w->title.failed || w->subtitle.failed || w->note.failed)
        return err_set(err, ERR_NOMEM, "out of memory");
    struct picture_timeline picture = {
        .head = {buf_bytes(&w->title), buf_bytes(&w->subtitle), buf_bytes(&w->note)},
        .unit = bytes_str(bins_name(w->t->unit)),
        .value = bytes_str(timeline_value_name(w->t, w->articles)),
        .bins = w->bins,
        .n_bins = w->t->n,
        .series = w->series,
        .n_series = w->t->series.len};
    return picture_timeline_put(kind, &picture, &s->output, err);
}

int timeline_picture(const struct timeline *t, struct session *s,
                     const struct queries *queries, enum picture_kind kind,
                     struct err *err)
{
    struct work w = {.t = t, .queries = queries, .articles = timeline_by_articles(t)};
    int rc = fill(&w, err);
    if (rc == 0)
        rc = draw(&w, s, kind, err);
    work_release(&w);
    return rc;
}
