#include "query/timeline_pair.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "query/bars.h"
#include "query/calendar.h"
#include "query/cooc_bins.h"
#include "query/picture.h"
#include "query/table.h"

enum {
    FIRST,
    SECOND,
    UNIT,
    BIN,
    FROM,
    TO,
    OBSERVED,
    EXPECTED,
    F1,
    F2,
    SIZE,
    LOG_DICE,
    SHARE,
    PER_MILLION,
    STORIES,
    ARTICLES,
    OBSERVED_ALL,
    MODE,
    COLUMNS
};

enum {
    BAR_LEAST = 10, /* columns of a bar */
    BAR_MOST = 50,
    BESIDE = 56 /* columns of what stands beside it */
};

static const struct table_column columns[COLUMNS] = {
    [FIRST] = {.name = "a", .flags = TABLE_WIDE},
    [SECOND] = {.name = "b", .flags = TABLE_WIDE},
    [UNIT] = {.name = "unit"},
    [BIN] = {.name = "bin", .flags = TABLE_NULLABLE},
    [FROM] = {.name = "from", .flags = TABLE_NULLABLE},
    [TO] = {.name = "to", .flags = TABLE_NULLABLE},
    [OBSERVED] = {.name = "O", .kind = TABLE_UINT},
    [EXPECTED] = {.name = "E",
                  .kind = TABLE_REAL,
                  .digits = 3,
                  .flags = TABLE_NULLABLE},
    [F1] = {.name = "f1", .kind = TABLE_UINT},
    [F2] = {.name = "f2", .kind = TABLE_UINT},
    [SIZE] = {.name = "N", .kind = TABLE_UINT},
    [LOG_DICE] = {.name = "logDice",
                  .kind = TABLE_REAL,
                  .digits = 3,
                  .flags = TABLE_NULLABLE},
    [SHARE] = {.name = "share",
               .kind = TABLE_REAL,
               .digits = 4,
               .flags = TABLE_NULLABLE},
    [PER_MILLION] = {.name = "per_million",
                     .kind = TABLE_REAL,
                     .digits = 3,
                     .flags = TABLE_NULLABLE},
    [STORIES] = {.name = "stories", .kind = TABLE_UINT},
    [ARTICLES] = {.name = "articles", .kind = TABLE_UINT},
    [OBSERVED_ALL] = {.name = "O_all", .kind = TABLE_UINT},
    [MODE] = {.name = "mode"}};

static const struct table_schema schema = {
    "stemma.timeline-pair/1", "stemma.timeline-pair-list/1", columns, COLUMNS};

struct pair {
    const struct timeline *t;
    struct cooc_given given;
    struct session *session;
    struct cooc_options options;
    struct timeline_days days;
    struct queries queries;
    struct cooc cooc;
    struct cooc_bins bins;
    enum bins_unit unit;
    int32_t first; /* the first bin */
    size_t n;
    VEC(const struct cooc_bin *) at; /* by bin; NULL: nothing is there */
    const struct cooc_bin *undated;
};

static bool is_all(const struct pair *p)
{
    return p->given.shown.copies == SHOWN_ALL;
}

/* --- bins ------------------------------------------------------------------------------------- */

static bool is_empty(const struct cooc_bin *b)
{
    return b->totals[0].all == 0 && b->totals[1].all == 0;
}

/* The bins that either query is in. */
static bool find_range(const struct pair *p, int32_t *first, int32_t *last)
{
    bool any = false;
    vec_foreach(const struct cooc_bin, b, &p->bins.bins) {
        if (b->value == GROUPING_NONE || is_empty(b)) {
            continue;
        }
        *first = !any || b->value < *first ? b->value : *first;
        *last = !any || b->value > *last ? b->value : *last;
        any = true;
    }
    return any;
}

static int count_by(struct pair *p, enum bins_unit unit, struct err *err)
{
    static const enum grouping_field fields[] = {[BINS_DAY] = GROUPING_DAY,
                                                 [BINS_WEEK] = GROUPING_WEEK,
                                                 [BINS_MONTH] = GROUPING_MONTH,
                                                 [BINS_YEAR] = GROUPING_YEAR};
    p->unit = unit;
    cooc_bins_release(&p->bins);
    return cooc_bins_count(&p->bins, &p->cooc, fields[unit], err);
}

/* Counts by the bins that are asked for, or by the shortest that make a timeline one can look at. */
static int count_bins(struct pair *p, struct err *err)
{
    static const enum bins_unit given[] = {[TIMELINE_AUTO] = BINS_DAY,
                                           [TIMELINE_YEAR] = BINS_YEAR,
                                           [TIMELINE_MONTH] = BINS_MONTH,
                                           [TIMELINE_WEEK] = BINS_WEEK,
                                           [TIMELINE_DAY] = BINS_DAY};
    int32_t first = 0, last = 0;
    int rc = count_by(p, given[p->t->bin], err);
    if (rc || p->t->bin != TIMELINE_AUTO || !find_range(p, &first, &last)) {
        return rc;
    }
    first = p->days.has_first ? p->days.first : first;
    last = p->days.has_last ? p->days.last : last;
    enum bins_unit unit = timeline_unit(first, last);
    return unit == BINS_DAY ? 0 : count_by(p, unit, err);
}

/* Puts the bins that follow one another in order. */
static int order_bins(struct pair *p, struct err *err)
{
    int32_t first = 0, last = -1;
    bool any = find_range(p, &first, &last);
    if (p->days.has_first && (any || p->days.has_last)) {
        first = bins_of(p->unit, p->days.first);
    }
    if (p->days.has_last && (any || p->days.has_first)) {
        last = bins_of(p->unit, p->days.last);
    }
    p->first = first;
    p->n = last >= first ? (size_t)((int64_t)last - first) + 1 : 0;
    if (p->n > TIMELINE_BINS_MAX) {
        return err_set(err, ERR_USAGE,
                       "a timeline has at most %d bins, not %zu: give --from and --to, "
                       "or a longer --bin",
                       TIMELINE_BINS_MAX, p->n);
    }
    for (size_t i = 0; i < p->n; i++) {
        if (!vec_push(&p->at, NULL)) {
            return err_set(err, ERR_NOMEM, "query: no memory for a timeline");
        }
    }
    vec_foreach(const struct cooc_bin, b, &p->bins.bins) {
        int64_t at = (int64_t)b->value - first;
        if (b->value == GROUPING_NONE) {
            p->undated = is_empty(b) ? NULL : b;
        } else if (at >= 0 && (uint64_t)at < p->n) {
            p->at.items[at] = b;
        }
    }
    return 0;
}

/* --- values ----------------------------------------------------------------------------------- */

static struct measures_counts counts_of(const struct pair *p, const struct cooc_bin *b)
{
    struct measures_counts m = {0};
    if (b) {
        bool all = is_all(p);
        m.o = all ? b->pairs[0].o.all : b->pairs[0].o.once;
        m.f1 = all ? b->totals[0].all : b->totals[0].once;
        m.f2 = all ? b->totals[1].all : b->totals[1].once;
        m.n = all ? b->size.all : b->size.once;
    }
    m.near = p->options.scope == COOC_WINDOW ? m.f1 * 2 * p->options.window : m.f1;
    return m;
}

static double per_million(const struct measures_counts *m)
{
    return m->n > 0 ? 1e6 * (double)m->o / (double)m->n : (double)NAN;
}

static double charted(const struct pair *p, const struct measures_counts *m)
{
    return p->t->relative ? per_million(m) : (double)m->o;
}

static void name_value(const struct pair *p, struct buf *out)
{
    buf_put_str(out, p->options.scope == COOC_WINDOW
                         ? "pairs of hits"
                         : cooc_run_size_name(p->options.scope));
    buf_put_str(out, p->options.scope == COOC_WINDOW ? "" : " with both");
    if (p->t->relative) {
        buf_printf(out, " per million %s", cooc_run_size_name(p->options.scope));
    }
    if (is_all(p)) {
        buf_put_str(out, " (all copies)");
    }
}

/* --- rows --------------------------------------------------------------------------------------- */

static void put_day(struct table *table, size_t column, int32_t day)
{
    char text[CALENDAR_TEXT_MAX];
    int n = calendar_format(day, UINT32_MAX, text);
    table_text(table, column, bytes_of(text, (size_t)n));
}

static void put_real(struct table *table, size_t column, double value)
{
    if (isfinite(value)) {
        table_real(table, column, value);
    }
}

/* A bin, or what is undated (bin p->n). */
static int put_row(const struct pair *p, struct table *t, size_t at, struct err *err)
{
    const struct cooc_bin *b = at < p->n ? p->at.items[at] : p->undated;
    struct measures_counts m = counts_of(p, b);
    int32_t bin = p->first + (int32_t)at;
    char text[BINS_TEXT_MAX];
    table_text(t, FIRST, queries_get(&p->queries, 0));
    table_text(t, SECOND, queries_get(&p->queries, 1));
    table_text(t, UNIT, bytes_str(bins_name(p->unit)));
    if (at < p->n) {
        table_text(t, BIN, bytes_of(text, (size_t)bins_format(p->unit, bin, text)));
        put_day(t, FROM, bins_first(p->unit, bin));
        put_day(t, TO, bins_last(p->unit, bin));
    }
    table_uint(t, OBSERVED, m.o);
    put_real(t, EXPECTED, measures_expected(&m));
    table_uint(t, F1, m.f1);
    table_uint(t, F2, m.f2);
    table_uint(t, SIZE, m.n);
    put_real(t, LOG_DICE, measures_log_dice(&m));
    put_real(t, SHARE, m.f1 > 0 ? (double)m.o / (double)m.f1 : (double)NAN);
    put_real(t, PER_MILLION, per_million(&m));
    table_uint(t, STORIES, b ? b->pairs[0].stories : 0);
    table_uint(t, ARTICLES, b ? b->pairs[0].articles : 0);
    table_uint(t, OBSERVED_ALL, b ? b->pairs[0].o.all : 0);
    table_text(t, MODE, bytes_str(shown_copies_name(p->given.shown.copies)));
    return table_row(t, err);
}

static int put_rows(const struct pair *p, struct err *err)
{
    struct table t = {0};
    int rc = table_begin(&t, p->session, &schema, err);
    struct output *o = rc == 0 ? table_list(&t) : NULL;
    if (o) {
        output_json_str(o, "within", bytes_str(cooc_run_scope_name(p->options.scope)));
    }
    if (o && p->options.scope == COOC_WINDOW) {
        output_json_uint(o, "window", p->options.window);
    } else if (o) {
        output_json_null(o, "window");
    }
    for (size_t i = 0; i < p->n + (p->undated != NULL) && rc == 0; i++) {
        rc = put_row(p, &t, i, err);
    }
    rc = rc ? rc : table_end(&t, err);
    table_release(&t);
    return rc;
}

/* --- for people ----------------------------------------------------------------------------------- */

static int put_line(const struct pair *p, size_t at, double most, unsigned width,
                    struct err *err)
{
    struct output *o = &p->session->output;
    const struct cooc_bin *b = at < p->n ? p->at.items[at] : p->undated;
    struct measures_counts m = counts_of(p, b);
    double value = charted(p, &m), dice = measures_log_dice(&m);
    char text[BINS_TEXT_MAX] = "(undated)";
    if (at < p->n) {
        bins_format(p->unit, p->first + (int32_t)at, text);
    }
    output_printf(o, "%-10s %8" PRIu64 " %9" PRIu64 " %9" PRIu64, text, m.o, m.f1,
                  m.f2);
    if (isfinite(dice)) {
        output_printf(o, " %8.3f", dice);
    } else {
        output_printf(o, " %8s", "-");
    }
    if (p->t->relative && isfinite(value)) {
        output_printf(o, " %9.1f", value);
    } else if (p->t->relative) {
        output_printf(o, " %9s", "-");
    }
    if (isfinite(value) && value > 0 && most > 0 && at < p->n) {
        output_put(o, "  ");
        bars_put(&o->buf, value / most, width, bars_blocks(), false);
    }
    output_put(o, "\n");
    return output_flush_large(o, err);
}

static int print(const struct pair *p, struct err *err)
{
    struct output *o = &p->session->output;
    struct buf name = {0};
    unsigned width = o->width > BESIDE + BAR_LEAST ? o->width - BESIDE : BAR_LEAST * 2;
    double most = 0;
    int rc = 0;
    width = width < BAR_MOST ? width : BAR_MOST;
    for (size_t i = 0; i < p->n; i++) {
        struct measures_counts m = counts_of(p, p->at.items[i]);
        double value = charted(p, &m);
        most = isfinite(value) && value > most ? value : most;
    }
    output_style(o, "1");
    output_printf(o, "%-10s %8s %9s %9s %8s%s", bins_name(p->unit), "O", "f1", "f2",
                  "logDice", p->t->relative ? "  relative" : "");
    output_style(o, NULL);
    output_put(o, "\n");
    for (size_t i = 0; i < p->n + (p->undated != NULL) && rc == 0; i++) {
        rc = put_line(p, i, most, width, err);
    }
    name_value(p, &name);
    output_text(o, queries_get(&p->queries, 0));
    output_put(o, " and ");
    output_text(o, queries_get(&p->queries, 1));
    output_put(o, ": ");
    output_text(o, buf_bytes(&name));
    output_put(o, "\n");
    buf_release(&name);
    return rc;
}

/* --- a picture -------------------------------------------------------------------------------------- */

struct drawn {
    struct bytes *names;
    char (*texts)[BINS_TEXT_MAX];
    double *values;
    struct buf title, subtitle, value;
};

static int draw(const struct pair *p, struct drawn *d, enum picture_kind kind,
                struct err *err)
{
    const struct cooc_pair *whole = &p->cooc.pairs[0];
    for (size_t i = 0; i < p->n; i++) {
        struct measures_counts m = counts_of(p, p->at.items[i]);
        int len = bins_format(p->unit, p->first + (int32_t)i, d->texts[i]);
        d->names[i] = bytes_of(d->texts[i], (size_t)len);
        d->values[i] = charted(p, &m);
    }
    buf_put_bytes(&d->title, queries_get(&p->queries, 0));
    buf_put_str(&d->title, " and ");
    buf_put_bytes(&d->title, queries_get(&p->queries, 1));
    buf_printf(&d->title, " together, by %s", bins_name(p->unit));
    buf_printf(&d->subtitle,
               "%" PRIu64 " in %" PRIu64 " stories (%" PRIu64 " in %" PRIu64
               " articles), by %s",
               whole->o.once, whole->stories, whole->o.all, whole->articles,
               cooc_run_scope_name(p->options.scope));
    name_value(p, &d->value);
    if (d->title.failed || d->subtitle.failed || d->value.failed) {
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    struct picture_series series = {buf_bytes(&d->value), d->values};
    struct picture_timeline picture = {
        .head = {.title = buf_bytes(&d->title), .subtitle = buf_bytes(&d->subtitle)},
        .unit = bytes_str(bins_name(p->unit)),
        .value = buf_bytes(&d->value),
        .bins = d->names,
        .n_bins = p->n,
        .series = &series,
        .n_series = 1};
    return picture_timeline_put(kind, &picture, &p->session->output, err);
}

static int put_picture(const struct pair *p, enum picture_kind kind, struct err *err)
{
    struct drawn d = {.names = calloc(p->n + 1, sizeof *d.names),
                      .texts = calloc(p->n + 1, sizeof *d.texts),
                      .values = calloc(p->n + 1, sizeof *d.values)};
    int rc = d.names && d.texts && d.values
                 ? draw(p, &d, kind, err)
                 : err_set(err, ERR_NOMEM, "query: no memory for a timeline");
    free(d.names);
    free(d.texts);
    free(d.values);
    buf_release(&d.title);
    buf_release(&d.subtitle);
    buf_release(&d.value);
    return rc;
}

/* --- the command -------------------------------------------------------------------------------------- */

static int find(struct pair *p, int n, char **words, struct err *err)
{
    int rc = timeline_read_days(p->t, &p->days, err);
    p->given.days = &p->days;
    rc = rc ? rc : cooc_run_scope(&p->given, &p->options, err);
    rc = rc ? rc : cooc_run_list(&p->given, n, words, &p->queries, err);
    if (rc == 0 && p->queries.items.len != 2) {
        rc = err_set(err, ERR_USAGE, "--pair takes two queries, not %zu",
                     p->queries.items.len);
    }
    rc = rc ? rc
            : cooc_run(&p->cooc, p->session, &p->queries, &p->options, &p->given, err);
    rc = rc ? rc : count_bins(p, err);
    return rc ? rc : order_bins(p, err);
}

int timeline_pair(const struct timeline *t, const struct cooc_given *given,
                  struct session *s, int n, char **words, struct err *err)
{
    struct pair p = {.t = t, .given = *given, .session = s};
    enum picture_kind kind;
    int rc = find(&p, n, words, err);
    if (rc == 0 && picture_of_format(s->format, &kind)) {
        rc = put_picture(&p, kind, err);
    } else if (rc == 0) {
        rc = s->format == OUTPUT_TEXT && !s->fields && !s->null ? print(&p, err)
                                                                : put_rows(&p, err);
    }
    bool found = rc == 0 && p.cooc.pairs[0].o.once > 0;
    vec_release(&p.at);
    cooc_bins_release(&p.bins);
    cooc_release(&p.cooc);
    queries_release(&p.queries);
    return rc < 0 ? rc : !found;
}
