#include "query/vega.h"

#include <math.h>

#include "query/label.h"

enum {
    WIDTH = 720,
    HEIGHT = 280,
    STEP = 28,          /* pixels a cell */
    MATRIX_LEAST = 420, /* pixels of a line above a small one */
    SUBTITLE = 11       /* size of text */
};

static void put(struct output *o, const char *key, const char *value)
{
    output_json_str(o, key, bytes_str(value));
}

static void put_real(struct output *o, const char *key, double value)
{
    if (isfinite(value))
        output_json_real(o, key, value);
    else
        output_json_null(o, key);
}

/* {"field":...,"type":...: what is closed by output_close(o, '}'). */
static void open_channel(struct output *o, const char *channel, const char *field,
                         const char *type)
{
    output_open(o, channel, '{');
    put(o, "field", field);
    put(o, "type", type);
}

static void put_title(struct output *o, struct bytes title)
{
    output_json_opt(o, "title", title);
}

/* A list of lines: Vega-Lite does not break text by itself. */
static void put_lines(struct output *o, const char *key, struct bytes text,
                      double width)
{
    struct buf clean = {0};
    label_clean(&clean, text);
    struct bytes rest = buf_bytes(&clean);
    output_open(o, key, '[');
    while (rest.len > 0) {
        size_t n = label_line(rest, SUBTITLE, width);
        output_json_str(o, NULL, bytes_of(rest.data, n));
        while (n < rest.len && rest.data[n] == ' ')
            n++;
        rest = bytes_of(rest.data + n, rest.len - n);
    }
    output_close(o, ']');
    o->buf.failed |= clean.failed;
    buf_release(&clean);
}

/* What both have: schema, title over its subtitle, the note for those who do not see it. */
static void open_spec(struct output *o, const struct picture_head *head, double width)
{
    output_open(o, NULL, '{');
    put(o, "$schema", "https://vega.github.io/schema/vega-lite/v5.json");
    if (head->note.len > 0)
        output_json_str(o, "description", head->note);
    if (head->title.len > 0) {
        output_open(o, "title", '{');
        output_json_str(o, "text", head->title);
        if (head->subtitle.len > 0)
            put_lines(o, "subtitle", head->subtitle, width);
        put(o, "anchor", "start");
        output_close(o, '}');
    }
}

static void put_tooltip(struct output *o, const char *field, const char *type)
{
    open_channel(o, NULL, field, type);
    output_close(o, '}');
}

/* --- timelines --------------------------------------------------------------------------- */

static int put_points(const struct picture_timeline *t, struct output *o,
                      struct err *err)
{
    int rc = 0;
    output_open(o, "data", '{');
    output_open(o, "values", '[');
    for (size_t s = 0; s < t->n_series; s++) {
        for (size_t b = 0; b < t->n_bins && rc == 0; b++) {
            output_open(o, NULL, '{');
            output_json_str(o, "bin", t->bins[b]);
            output_json_str(o, "series", t->series[s].name);
            put_real(o, "value", t->series[s].values[b]);
            output_close(o, '}');
            rc = output_flush_large(o, err);
        }
    }
    output_close(o, ']');
    output_close(o, '}');
    return rc;
}

static void put_axes(const struct picture_timeline *t, struct output *o)
{
    open_channel(o, "x", "bin", "ordinal");
    put_title(o, t->unit);
    output_json_null(o, "sort");
    output_open(o, "axis", '{');
    output_json_bool(o, "labelOverlap", true);
    output_close(o, '}');
    output_close(o, '}');
    open_channel(o, "y", "value", "quantitative");
    put_title(o, t->value);
    output_close(o, '}');
}

/* A colour and dashes for each series, in the order they were asked for. */
static void put_series(struct output *o)
{
    static const char *const channels[] = {"color", "strokeDash"};
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
        open_channel(o, channels[i], "series", "nominal");
        output_json_null(o, "title");
        output_json_null(o, "sort");
        output_close(o, '}');
    }
}

int vega_timeline_put(const struct picture_timeline *t, struct output *o,
                      struct err *err)
{
    bool lines = t->n_series > 1;
    open_spec(o, &t->head, WIDTH);
    output_json_uint(o, "width", WIDTH);
    output_json_uint(o, "height", HEIGHT);
    int rc = put_points(t, o, err);
    output_open(o, "mark", '{');
    put(o, "type", lines ? "line" : "bar");
    if (lines)
        output_json_bool(o, "point", true);
    output_close(o, '}');
    output_open(o, "encoding", '{');
    put_axes(t, o);
    if (lines)
        put_series(o);
    output_open(o, "tooltip", '[');
    put_tooltip(o, "bin", "ordinal");
    put_tooltip(o, "series", "nominal");
    put_tooltip(o, "value", "quantitative");
    output_close(o, ']');
    output_close(o, '}');
    output_close(o, '}');
    return rc;
}

/* --- matrices ---------------------------------------------------------------------------- */

static bool has_value(const struct picture_matrix *m, size_t row, size_t column)
{
    return isfinite(m->values[row * m->n_columns + column]) &&
           !(m->symmetric && row == column);
}

static int put_cells(const struct picture_matrix *m, struct output *o, struct err *err)
{
    int rc = 0;
    output_open(o, "data", '{');
    output_open(o, "values", '[');
    for (size_t r = 0; r < m->n_rows; r++) {
        for (size_t c = 0; c < m->n_columns && rc == 0; c++) {
            if (!has_value(m, r, c))
                continue;
            output_open(o, NULL, '{');
            output_json_str(o, "row", m->rows[r]);
            output_json_str(o, "column", m->columns[c]);
            output_json_real(o, "value", m->values[r * m->n_columns + c]);
            output_close(o, '}');
            rc = output_flush_large(o, err);
        }
    }
    output_close(o, ']');
    output_close(o, '}');
    return rc;
}

/* Rows and columns of which no cell has a value stand there too. */
static void put_names(struct output *o, const char *channel, const char *field,
                      const struct bytes *names, size_t n)
{
    open_channel(o, channel, field, "ordinal");
    output_json_null(o, "title");
    output_open(o, "scale", '{');
    output_open(o, "domain", '[');
    for (size_t i = 0; i < n; i++)
        output_json_str(o, NULL, names[i]);
    output_close(o, ']');
    output_close(o, '}');
    output_close(o, '}');
}

static void put_colour(const struct picture_matrix *m, struct output *o)
{
    bool below = false;
    for (size_t r = 0; r < m->n_rows; r++)
        for (size_t c = 0; c < m->n_columns; c++)
            below =
                below || (has_value(m, r, c) && m->values[r * m->n_columns + c] < 0);
    open_channel(o, "color", "value", "quantitative");
    put_title(o, m->value);
    output_open(o, "scale", '{');
    put(o, "scheme", below ? "blueorange" : "blues");
    if (below) {
        output_json_bool(o, "reverse", true);
        output_json_uint(o, "domainMid", 0);
    }
    output_close(o, '}');
    output_close(o, '}');
}

static void put_step(struct output *o, const char *key)
{
    output_open(o, key, '{');
    output_json_uint(o, "step", STEP);
    output_close(o, '}');
}

int vega_matrix_put(const struct picture_matrix *m, struct output *o, struct err *err)
{
    size_t width = m->n_columns * STEP;
    open_spec(o, &m->head, (double)(width < MATRIX_LEAST ? MATRIX_LEAST : width));
    put_step(o, "width");
    put_step(o, "height");
    int rc = put_cells(m, o, err);
    put(o, "mark", "rect");
    output_open(o, "encoding", '{');
    put_names(o, "x", "column", m->columns, m->n_columns);
    put_names(o, "y", "row", m->rows, m->n_rows);
    put_colour(m, o);
    output_open(o, "tooltip", '[');
    put_tooltip(o, "row", "ordinal");
    put_tooltip(o, "column", "ordinal");
    put_tooltip(o, "value", "quantitative");
    output_close(o, ']');
    output_close(o, '}');
    output_close(o, '}');
    return rc;
}
