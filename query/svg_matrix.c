#include "query/svg_matrix.h"

#include <math.h>
#include <stdio.h>

#include "query/label.h"
#include "query/scale.h"
#include "query/svg.h"

enum {
    CELL_LEAST = 8, /* pixels a column; where there is no room the picture is wider */
    CELL_MOST = 96,
    ROW_LEAST = 22,
    ROW_MOST = 34,
    ROW_NAME = 230, /* pixels of a row's name */
    COLUMN_NAME = 170,
    NEAR_SLANTING = 20, /* pixels from name to name, at least */
    NEAR_STANDING = 15,
    WIDTH_LEAST = 600,
    NUMBER = 11, /* the smallest size of numbers in cells */
    LEGEND_NAME = 200,
    LEGEND = 50, /* height */
    SWATCH = 52,
    SWATCHES = 5
};

/* A slanted name takes so much of its length in each direction. */
#define SLANT 0.7072

struct map {
    struct svg svg;
    const struct picture_matrix *m;
    struct scale values;
    struct scale distances; /* from 0; it begins there if there is anything below */
    double width;           /* of the picture */
    double left, top, cell, row;
    double column_name;   /* pixels of the longest one */
    unsigned turn;        /* degrees, of the columns' names: 0, 45 or 90 */
    size_t every;         /* column that is named */
    unsigned number_size; /* of the numbers in cells; 0: they have none */
    unsigned digits;      /* of these: fewer where that makes room */
    struct buf text;
};

struct colour {
    double red, green, blue;
};

/* --- colours ----------------------------------------------------------------------------- */

/* From light to dark over three points, so that grey shows the same order; what is below 0 has its own hue. */
static struct colour colour_of(const struct map *m, double value)
{
    static const struct colour above[] = {{237, 244, 250},
                                          {122, 178, 219},
                                          {8, 58, 112}},
                               below[] = {
                                   {252, 241, 228}, {236, 164, 98}, {115, 52, 6}};
    const struct colour *ramp = value < 0 ? below : above;
    double share = scale_share(&m->distances, fabs(value)) * 2;
    const struct colour *from = &ramp[share < 1 ? 0 : 1], *to = from + 1;
    share = share < 1 ? share : share - 1;
    return (struct colour){from->red + (to->red - from->red) * share,
                           from->green + (to->green - from->green) * share,
                           from->blue + (to->blue - from->blue) * share};
}

/* Whether white is read better on it than black, by the weights of ITU-R BT.601. */
static bool is_dark(struct colour c)
{
    return 0.299 * c.red + 0.587 * c.green + 0.114 * c.blue < 120;
}

static void put_colour(struct map *m, double x, double y, double w, double h,
                       double value)
{
    struct colour c = colour_of(m, value);
    buf_printf(&m->svg.o->buf,
               "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
               "fill=\"#%02x%02x%02x\"",
               x, y, w, h, (unsigned)(c.red + 0.5), (unsigned)(c.green + 0.5),
               (unsigned)(c.blue + 0.5));
}

/* White in a thin line: no shade of the ramp is. */
static void put_missing(struct map *m, double x, double y, double w, double h)
{
    buf_printf(&m->svg.o->buf,
               "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
               "fill=\"#ffffff\" stroke=\"#c8c8c8\" stroke-width=\"0.8\"/>\n",
               x + 0.5, y + 0.5, w - 1, h - 1);
}

/* In black and white the hue does not tell what is below 0, where no number does. */
static void put_hatch(struct map *m, double x, double y, double w, double h)
{
    buf_printf(&m->svg.o->buf,
               "<path d=\"M%.1f %.1fl%.1f %.1f\" stroke=\"#ffffff\" "
               "stroke-width=\"1.6\"/>\n",
               x, y + h, w, -h);
}

/* --- measures ---------------------------------------------------------------------------- */

static struct bytes cleaned(struct map *m, struct bytes text)
{
    buf_reset(&m->text);
    label_short(&m->text, text);
    return buf_bytes(&m->text);
}

static double widest(struct map *m, const struct bytes *names, size_t n, double most)
{
    double width = 0;
    for (size_t i = 0; i < n; i++) {
        double w = label_width(cleaned(m, names[i]), SVG_TEXT);
        width = w > width ? w : width;
    }
    return width < most ? width : most;
}

/* The widest number in letters of size 1. */
static double widest_number(struct map *m, unsigned digits)
{
    double width = 0;
    for (size_t i = 0; i < m->m->n_rows * m->m->n_columns; i++) {
        if (!isfinite(m->m->values[i]))
            continue;
        buf_reset(&m->text);
        scale_spell(&m->text, m->m->values[i], digits);
        double w = label_width(buf_bytes(&m->text), 1);
        width = w > width ? w : width;
    }
    return width;
}

static double limit(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

/* Names lie if there is room, else they slant; where they would be too near to each other then, they stand. */
static void turn_names(struct map *m, double room, double columns)
{
    double flat = limit(room / columns, CELL_LEAST, CELL_MOST), reach, slanting;
    m->turn = m->column_name + 8 > flat ? 45 : 0;
    m->cell = flat;
    m->every = 1;
    if (m->turn == 0)
        return;
    reach = m->column_name * SLANT; /* of the last one, to the right */
    slanting = (room - reach) / (columns - 0.5);
    if (slanting < NEAR_SLANTING) {
        m->turn = 90;
        while ((double)m->every * m->cell < NEAR_STANDING)
            m->every++;
    } else {
        m->cell = limit(slanting, CELL_LEAST, CELL_MOST);
    }
}

/* The largest letters in which all numbers fit into their cells, with as many digits as may be. */
static void size_numbers(struct map *m)
{
    for (m->digits = m->m->digits;; m->digits--) {
        double width = widest_number(m, m->digits);
        for (m->number_size = SVG_SMALL; m->number_size >= NUMBER; m->number_size--)
            if (width * m->number_size + 4 <= m->cell)
                return;
        m->number_size = 0;
        if (m->digits == 0)
            return;
    }
}

static void place(struct map *m)
{
    const struct picture_matrix *p = m->m;
    double columns = (double)(p->n_columns > 0 ? p->n_columns : 1);
    double right, reach;
    m->left = SVG_MARGIN + widest(m, p->rows, p->n_rows, ROW_NAME) + 10;
    m->column_name = widest(m, p->columns, p->n_columns, COLUMN_NAME);
    turn_names(m, SVG_WIDTH - SVG_MARGIN - m->left, columns);
    m->row = limit(m->cell * 0.6, ROW_LEAST, ROW_MOST);
    size_numbers(m);
    right = m->left + m->cell * columns + SVG_MARGIN;
    reach = right - m->cell / 2 + (m->turn == 45 ? m->column_name * SLANT : 0);
    m->width = right > reach ? right : reach;
    m->width = m->width < WIDTH_LEAST ? WIDTH_LEAST : m->width;
}

/* Height of the columns' names. */
static double head_of(const struct map *m)
{
    switch (m->turn) {
    case 0: return SVG_TEXT + 14;
    case 45: return m->column_name * SLANT + 22;
    default: return m->column_name + 14;
    }
}

/* --- parts ------------------------------------------------------------------------------- */

static void put_columns(struct map *m)
{
    const struct picture_matrix *p = m->m;
    for (size_t c = 0; c < p->n_columns; c += m->every) {
        double x = m->left + m->cell * ((double)c + 0.5), y = m->top - 7;
        char turn[80];
        struct bytes name = cleaned(m, p->columns[c]);
        if (m->turn == 0) {
            svg_text(&m->svg, x, y,
                     (struct svg_type){SVG_MIDDLE, SVG_TEXT, " fill=\"" SVG_INK "\""},
                     name, COLUMN_NAME);
            continue;
        }
        x += m->turn == 90 ? SVG_TEXT / 3.0 : 0; /* the line of writing is the middle */
        snprintf(turn, sizeof turn, " fill=\"%s\" transform=\"rotate(-%u %.1f %.1f)\"",
                 SVG_INK, m->turn, x, y);
        svg_text(&m->svg, x, y, (struct svg_type){SVG_START, SVG_TEXT, turn}, name,
                 COLUMN_NAME);
    }
}

static void put_hint(struct map *m, size_t row, size_t column, double value)
{
    struct buf *out = &m->svg.o->buf;
    buf_put_str(out, "<title>");
    label_xml(out, cleaned(m, m->m->rows[row]));
    buf_put_str(out, " / ");
    label_xml(out, cleaned(m, m->m->columns[column]));
    buf_put_str(out, ": ");
    scale_spell(out, value, m->m->digits);
    buf_put_str(out, "</title>");
}

static void put_cell(struct map *m, size_t row, size_t column)
{
    double x = m->left + m->cell * (double)column, y = m->top + m->row * (double)row;
    double value = m->m->values[row * m->m->n_columns + column];
    double w = m->cell - 1, h = m->row - 1;
    bool own = m->m->symmetric && row == column;
    if (!isfinite(value) || own) {
        if (!own)
            put_missing(m, x, y, w, h);
        if (!own && m->number_size > 0)
            svg_text(
                &m->svg, x + w / 2, y + h / 2 + 4.5,
                (struct svg_type){SVG_MIDDLE, m->number_size, " fill=\"" SVG_SOFT "\""},
                bytes_str("\u2013"), 0);
        return;
    }
    put_colour(m, x, y, w, h, value);
    buf_put_u8(&m->svg.o->buf, '>');
    put_hint(m, row, column, value);
    buf_put_str(&m->svg.o->buf, "</rect>\n");
    if (m->number_size > 0)
        svg_number(&m->svg, x + w / 2, y + h / 2 + 4.5,
                   (struct svg_type){SVG_MIDDLE, m->number_size,
                                     is_dark(colour_of(m, value)) ? " fill=\"#ffffff\""
                                                                  : " fill=\"" SVG_INK
                                                                    "\""},
                   value, m->digits);
    else if (value < 0)
        put_hatch(m, x, y, w, h);
}

static int put_rows(struct map *m, struct err *err)
{
    const struct picture_matrix *p = m->m;
    int rc = 0;
    for (size_t r = 0; r < p->n_rows && rc == 0; r++) {
        svg_text(&m->svg, m->left - 8, m->top + m->row * ((double)r + 0.5) + 5,
                 (struct svg_type){SVG_END, SVG_TEXT, " fill=\"" SVG_INK "\""},
                 cleaned(m, p->rows[r]), ROW_NAME);
        for (size_t c = 0; c < p->n_columns && rc == 0; c++) {
            put_cell(m, r, c);
            rc = output_flush_large(m->svg.o, err);
        }
    }
    return rc;
}

static void put_swatch(struct map *m, double x, double y, double width, double value,
                       unsigned digits)
{
    put_colour(m, x, y, width - 2, 14, value);
    buf_put_str(&m->svg.o->buf, "/>\n");
    if (value < 0 && m->number_size == 0)
        put_hatch(m, x, y, width - 2, 14);
    svg_number(&m->svg, x + width / 2 - 1, y + 14 + SVG_SMALL + 2,
               (struct svg_type){SVG_MIDDLE, SVG_SMALL, " fill=\"" SVG_SOFT "\""},
               value, digits);
}

/* Values of the legend, from the least to the greatest, in steps that their digits can tell apart; returns how many. */
static unsigned list_values(const struct map *m, double values[SWATCHES],
                            unsigned *digits)
{
    double step = (m->values.most - m->values.least) / (SWATCHES - 1);
    *digits = step >= 10 ? 0 : m->m->digits;
    double shown = step;
    while (*digits < 3 && shown > 0 && shown < 2) {
        ++*digits;
        shown *= 10;
    }
    for (unsigned i = 0; i < SWATCHES; i++)
        values[i] = i + 1 == SWATCHES ? m->values.most : m->values.least + step * i;
    return !m->values.any ? 0 : step > 0 ? SWATCHES : 1;
}

/* What the shades stand for, and what is missing. */
static void put_legend(struct map *m, double y)
{
    double values[SWATCHES], x = SVG_MARGIN, width = SWATCH;
    unsigned digits, n = list_values(m, values, &digits);
    struct bytes value = cleaned(m, m->m->value);
    double name = label_width(value, SVG_SMALL);
    svg_text(&m->svg, x, y + 12,
             (struct svg_type){SVG_START, SVG_SMALL, " fill=\"" SVG_INK "\""}, value,
             LEGEND_NAME);
    x += value.len > 0 ? (name < LEGEND_NAME ? name : LEGEND_NAME) + 12 : 0;
    for (unsigned i = 0; i < n; i++) {
        buf_reset(&m->text);
        scale_spell(&m->text, values[i], digits);
        double need = label_width(buf_bytes(&m->text), SVG_SMALL) + 8;
        width = need > width ? need : width;
    }
    for (unsigned i = 0; i < n; i++)
        put_swatch(m, x + i * width, y, width, values[i], digits);
    x += n * width + 14;
    put_missing(m, x, y, SWATCH / 2.0, 14);
    svg_text(&m->svg, x + SWATCH / 2.0 + 8, y + 12,
             (struct svg_type){SVG_START, SVG_SMALL, " fill=\"" SVG_SOFT "\""},
             bytes_str("no value"), 0);
}

static void describe(const struct picture_matrix *p, struct buf *out)
{
    buf_printf(out, "A heat map of %zu by %zu: ", p->n_rows, p->n_columns);
    buf_put_bytes(out, p->value);
    for (size_t r = 0; r < p->n_rows && r < 20; r++) {
        buf_put_str(out, r == 0 ? ", of " : ", ");
        buf_put_bytes(out, p->rows[r]);
    }
    buf_put_u8(out, 0);
}

static int draw(struct map *m, struct output *o, struct err *err)
{
    struct buf words = {0};
    double head = head_of(m);
    double rows = m->row * (double)m->m->n_rows;
    describe(m->m, &words);
    int rc = buf_check(&words, err);
    if (rc == 0) {
        svg_begin(&m->svg, &m->m->head, (const char *)words.data, m->width,
                  head + rows + 16 + LEGEND, o);
        m->top = m->svg.top + head;
        put_columns(m);
        rc = put_rows(m, err);
        put_legend(m, m->top + rows + 16);
        svg_end(&m->svg, &m->m->head);
    }
    buf_release(&words);
    return rc;
}

int svg_matrix_put(const struct picture_matrix *p, struct output *o, struct err *err)
{
    struct map m = {.m = p};
    for (size_t i = 0; i < p->n_rows * p->n_columns; i++) {
        if (p->symmetric && i / p->n_columns == i % p->n_columns)
            continue;
        scale_add(&m.values, p->values[i]);
        scale_add(&m.distances, fabs(p->values[i]));
    }
    if (m.values.least < 0)
        scale_add(&m.distances, 0);
    m.svg = (struct svg){.o = o};
    place(&m);
    int rc = draw(&m, o, err);
    if (rc == 0 && m.text.failed)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    buf_release(&m.text);
    return rc;
}
