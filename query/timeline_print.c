/* A timeline as text: bins down, queries beside each other, bars of one scale. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "query/bars.h"
#include "query/print.h"
#include "query/terminal.h"
#include "query/timeline.h"
#include "query/width.h"

enum {
    NUMBER_MAX = 24,
    GAP = 2,       /* blanks between columns */
    BAR_LEAST = 4, /* columns; where there is no room for so many there are no bars */
    BAR_MOST = 60
};

struct chart {
    const struct timeline *t;
    struct output *o;
    const struct queries *queries;
    bool articles, blocks;
    double most;       /* the longest bar */
    unsigned label;    /* width of the first column */
    unsigned *numbers; /* widths by query */
    unsigned bar;      /* width; 0: none */
    struct buf line;
};

/* A bin's or the undated articles' counts. */
struct cell {
    const struct engine_totals *totals;
    const struct timeline_words *words;
};

static struct cell cell_at(const struct timeline *t, size_t query, size_t bin)
{
    const struct timeline_series *s = &t->series.items[query];
    if (bin == t->n)
        return (struct cell){&s->undated, &t->undated};
    return (struct cell){&s->points.items[bin].totals,
                         t->relative ? &t->words.items[bin] : &t->undated};
}

static double value_of(const struct chart *c, struct cell cell)
{
    double relative;
    if (!c->t->relative)
        return (double)timeline_value(c->t, cell.totals, c->articles);
    relative = timeline_per_million(c->t, cell.totals, cell.words);
    return relative < 0 ? 0 : relative;
}

static int spell(const struct chart *c, struct cell cell, char out[NUMBER_MAX])
{
    if (!c->t->relative)
        return snprintf(out, NUMBER_MAX, "%" PRIu64,
                        timeline_value(c->t, cell.totals, c->articles));
    double relative = timeline_per_million(c->t, cell.totals, cell.words);
    if (relative < 0)
        return snprintf(out, NUMBER_MAX, "-");
    return snprintf(out, NUMBER_MAX, "%.2f", relative);
}

static bool has_undated(const struct timeline *t)
{
    vec_foreach(const struct timeline_series, s, &t->series) {
        if (s->undated.articles > 0)
            return true;
    }
    return false;
}

static int label_of(const struct timeline *t, size_t bin, char out[BINS_TEXT_MAX])
{
    if (bin == t->n)
        return snprintf(out, BINS_TEXT_MAX, "(undated)");
    return bins_format(t->unit, t->first + (int32_t)bin, out);
}

/* Bars share what the numbers leave. */
static void measure(struct chart *c)
{
    const struct timeline *t = c->t;
    char text[NUMBER_MAX], label[BINS_TEXT_MAX];
    size_t n = t->n + has_undated(t);
    unsigned used, width = c->o->width ? c->o->width : TERMINAL_WIDTH;
    unsigned queries = (unsigned)t->series.len;
    c->label = (unsigned)snprintf(label, sizeof label, "%s", bins_name(t->unit));
    for (size_t b = 0; b < n; b++) {
        unsigned len = (unsigned)label_of(t, b, label);
        c->label = len > c->label ? len : c->label;
    }
    used = c->label;
    if (!c->numbers || queries == 0)
        return;
    for (size_t q = 0; q < queries; q++) {
        c->numbers[q] = 4; /* "hits" */
        for (size_t b = 0; b < n; b++) {
            struct cell cell = cell_at(t, q, b);
            unsigned len = (unsigned)spell(c, cell, text);
            c->numbers[q] = len > c->numbers[q] ? len : c->numbers[q];
            if (b < t->n && value_of(c, cell) > c->most)
                c->most = value_of(c, cell);
        }
        used += GAP + c->numbers[q] + GAP;
    }
    c->bar = used < width ? (width - used) / queries : 0;
    c->bar = c->bar > BAR_MOST ? BAR_MOST : c->bar < BAR_LEAST ? 0 : c->bar;
}

static void blanks(struct buf *out, uint64_t n)
{
    while (n-- > 0)
        buf_put_u8(out, ' ');
}

static int end_line(struct chart *c, struct err *err)
{
    while (c->line.len > 0 && c->line.data[c->line.len - 1] == ' ')
        c->line.len--;
    buf_put_u8(&c->line, '\n');
    buf_put_bytes(&c->o->buf, buf_bytes(&c->line));
    int rc = buf_check(&c->line, err);
    buf_reset(&c->line);
    return rc ? rc : output_flush_large(c->o, err);
}

/* As much of a query as fits above its column. */
static void put_query(struct chart *c, struct bytes query, unsigned width)
{
    struct buf safe = {0};
    size_t len;
    log_sanitise(&safe, query, false);
    for (len = safe.len; width_text(bytes_of(safe.data, len)) > width && len > 0;) {
        len--;
        while (len > 0 && (safe.data[len] & 0xC0) == 0x80)
            len--;
    }
    buf_put(&c->line, safe.data, len);
    blanks(&c->line, width - width_text(bytes_of(safe.data, len)));
    c->line.failed |= safe.failed;
    buf_release(&safe);
}

const char *timeline_value_name(const struct timeline *t, bool articles)
{
    bool all = t->shown.copies == SHOWN_ALL;
    if (t->relative)
        return all ? "hits (all copies) per million words" : "hits per million words";
    if (articles)
        return all ? "articles" : "stories";
    return all ? "hits (all copies)" : "hits";
}

static int put_head(struct chart *c, struct err *err)
{
    const struct timeline *t = c->t;
    size_t queries = t->series.len;
    output_style(c->o, "1");
    buf_put_str(&c->line, bins_name(t->unit));
    blanks(&c->line, c->label - c->line.len);
    for (size_t q = 0; q < queries; q++) {
        blanks(&c->line, GAP);
        if (queries == 1)
            buf_put_str(&c->line, timeline_value_name(c->t, c->articles));
        else
            put_query(c, queries_get(c->queries, q), c->numbers[q] + GAP + c->bar);
    }
    int rc = end_line(c, err);
    output_style(c->o, NULL);
    return rc;
}

static int put_line(struct chart *c, size_t bin, struct err *err)
{
    const struct timeline *t = c->t;
    char text[NUMBER_MAX], label[BINS_TEXT_MAX];
    int len = label_of(t, bin, label);
    buf_put_str(&c->line, label);
    blanks(&c->line, c->label - (unsigned)len);
    for (size_t q = 0; q < t->series.len; q++) {
        struct cell cell = cell_at(t, q, bin);
        double value = value_of(c, cell);
        len = spell(c, cell, text);
        blanks(&c->line, GAP + c->numbers[q] - (unsigned)len);
        buf_put_str(&c->line, text);
        if (c->bar == 0)
            continue;
        blanks(&c->line, GAP);
        bars_put(&c->line, bin < t->n && c->most > 0 ? value / c->most : 0, c->bar,
                 c->blocks, true);
    }
    return end_line(c, err);
}

int timeline_print(const struct timeline *t, struct session *s,
                   const struct queries *queries, struct err *err)
{
    struct chart c = {.t = t,
                      .o = &s->output,
                      .queries = queries,
                      .articles = timeline_by_articles(t),
                      .blocks = bars_blocks(),
                      .numbers = calloc(t->series.len + 1, sizeof(unsigned))};
    int rc = c.numbers ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0 && (t->n > 0 || has_undated(t))) {
        measure(&c);
        rc = put_head(&c, err);
    }
    for (size_t b = 0; b < t->n + has_undated(t) && rc == 0; b++)
        rc = put_line(&c, b, err);
    if (rc == 0 && t->series.len > 1)
        output_printf(c.o, "%s\n", timeline_value_name(t, c.articles));
    for (size_t q = 0; q < t->series.len && rc == 0; q++) {
        if (t->series.len > 1) {
            output_text(c.o, queries_get(queries, q));
            output_put(c.o, ": ");
        }
        print_totals(c.o, &t->series.items[q].totals);
        output_put(c.o, "\n");
    }
    buf_release(&c.line);
    free(c.numbers);
    return rc;
}
