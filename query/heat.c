#include "query/heat.h"

#include <math.h>
#include <stdlib.h>

#include "query/label.h"
#include "query/scale.h"
#include "query/terminal.h"
#include "query/width.h"

enum {
    NAME_MOST = 24, /* columns of a row's name; longer ones are cut */
    GAP = 2,
    MARK = 3, /* a blank and two shades behind a number; in colour blanks around it */
    SHADES = 5,
    /* the 256 colours: 24 greys from 232 on behind a cube of 6 x 6 x 6 from 16 on */
    CUBE = 16
};

/* What is printed of a cell: its shade, a blank, its number. */
struct heat {
    struct output *o;
    const struct picture_matrix *m;
    struct scale
        scale; /* of distances from 0; it begins there if there is anything below */
    bool colour, blocks;
    unsigned label;  /* width of the rows' names */
    unsigned *cells; /* by column, with the gap */
    struct buf line, text;
};

static unsigned columns_of(struct bytes clean)
{
    return (unsigned)width_text(clean);
}

static void blanks(struct buf *out, unsigned n)
{
    while (n-- > 0)
        buf_put_u8(out, ' ');
}

/* A name in h->text, cut to `most` columns; its width. */
static unsigned clean_name(struct heat *h, struct bytes name, unsigned most)
{
    buf_reset(&h->text);
    label_clean(&h->text, name);
    unsigned width = columns_of(buf_bytes(&h->text));
    if (width <= most)
        return width;
    while (h->text.len > 0 && columns_of(buf_bytes(&h->text)) + 1 > most) {
        h->text.len--;
        while (h->text.len > 0 && (h->text.data[h->text.len] & 0xC0) == 0x80)
            h->text.len--;
    }
    buf_put_str(&h->text, h->blocks ? "\u2026" : "~");
    return columns_of(buf_bytes(&h->text));
}

static double value_at(const struct heat *h, size_t row, size_t column)
{
    if (h->m->symmetric && row == column)
        return (double)NAN;
    return h->m->values[row * h->m->n_columns + column];
}

static unsigned spell(struct heat *h, double value)
{
    buf_reset(&h->text);
    if (isfinite(value))
        scale_spell(&h->text, value, h->m->digits);
    else
        buf_put_u8(&h->text, '-');
    return (unsigned)h->text.len;
}

static void measure(struct heat *h)
{
    const struct picture_matrix *m = h->m;
    for (size_t r = 0; r < m->n_rows; r++) {
        unsigned width = clean_name(h, m->rows[r], NAME_MOST);
        h->label = width > h->label ? width : h->label;
    }
    bool below = false;
    for (size_t c = 0; c < m->n_columns; c++) {
        unsigned most = 0, name = clean_name(h, m->columns[c], NAME_MOST);
        for (size_t r = 0; r < m->n_rows; r++) {
            unsigned width = spell(h, value_at(h, r, c));
            scale_add(&h->scale, fabs(value_at(h, r, c)));
            below = below || value_at(h, r, c) < 0;
            most = width > most ? width : most;
        }
        most += MARK;
        h->cells[c] = GAP + (name > most ? name : most);
    }
    if (below)
        scale_add(&h->scale, 0);
}

/* Behind a name; the terminal's own colours are left for what is missing. */
static void put_colour(struct heat *h, double value)
{
    static const uint8_t above[SHADES] = {189, 153, 111, 69, 25},
                         below[SHADES] = {223, 216, 209, 166, 130};
    unsigned at = (unsigned)(scale_share(&h->scale, fabs(value)) * (SHADES - 1) + 0.5);
    bool dark = at + 2 >= SHADES;
    buf_printf(&h->line, "\033[%s;48;5;%um", dark ? "97" : "30",
               (unsigned)(value < 0 ? below : above)[at]);
}

static void put_shade(struct heat *h, double value)
{
    static const char *const with_blocks[SHADES] = {"", "\u2591", "\u2592", "\u2593",
                                                    "\u2588"},
                             *const without[SHADES] = {"", ".", ":", "+", "#"};
    double share = scale_share(&h->scale, fabs(value));
    unsigned at = value == 0 ? 0 : 1 + (unsigned)(share * (SHADES - 1.000001));
    const char *shade =
        (h->blocks ? with_blocks : without)[at < SHADES ? at : SHADES - 1];
    buf_put_u8(&h->line, ' ');
    buf_put_str(&h->line, at > 0 ? shade : " ");
    buf_put_str(&h->line, at > 0 ? shade : " ");
}

static void put_cell(struct heat *h, size_t row, size_t column)
{
    double value = value_at(h, row, column);
    bool is = isfinite(value);
    unsigned n = spell(h, value), width = h->cells[column] - GAP;
    blanks(&h->line, GAP);
    if (is && h->colour)
        put_colour(h, value);
    blanks(&h->line, width - n - (h->colour ? 1 : MARK));
    buf_put_bytes(&h->line, buf_bytes(&h->text));
    if (h->colour)
        buf_put_u8(&h->line, ' ');
    if (is && h->colour)
        buf_put_str(&h->line, "\033[0m");
    else if (is)
        put_shade(h, value);
    else if (!h->colour)
        blanks(&h->line, MARK);
}

static int end_line(struct heat *h, struct err *err)
{
    while (h->line.len > 0 && h->line.data[h->line.len - 1] == ' ')
        h->line.len--;
    buf_put_u8(&h->line, '\n');
    buf_put_bytes(&h->o->buf, buf_bytes(&h->line));
    int rc =
        h->line.failed || h->text.failed ? err_set(err, ERR_NOMEM, "out of memory") : 0;
    buf_reset(&h->line);
    return rc ? rc : output_flush_large(h->o, err);
}

/* The rows with the columns [from, to). */
static int put_block(struct heat *h, size_t from, size_t to, struct err *err)
{
    const struct picture_matrix *m = h->m;
    blanks(&h->line, h->label);
    for (size_t c = from; c < to; c++) {
        unsigned n = clean_name(h, m->columns[c], NAME_MOST);
        blanks(&h->line, h->cells[c] - n);
        buf_put_bytes(&h->line, buf_bytes(&h->text));
    }
    int rc = end_line(h, err);
    for (size_t r = 0; r < m->n_rows && rc == 0; r++) {
        unsigned n = clean_name(h, m->rows[r], NAME_MOST);
        buf_put_bytes(&h->line, buf_bytes(&h->text));
        blanks(&h->line, h->label - n);
        for (size_t c = from; c < to; c++)
            put_cell(h, r, c);
        rc = end_line(h, err);
    }
    return rc;
}

int heat_put(struct output *o, const struct picture_matrix *m, unsigned width,
             bool colour, bool blocks, struct err *err)
{
    struct heat h = {.o = o, .m = m, .colour = colour, .blocks = blocks};
    h.cells = calloc(m->n_columns + 1, sizeof *h.cells);
    int rc = h.cells ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        measure(&h);
    for (size_t from = 0, to; from < m->n_columns && rc == 0; from = to) {
        unsigned used = h.label;
        for (to = from; to < m->n_columns; to++) {
            if (width > 0 && to > from && used + h.cells[to] > width)
                break;
            used += h.cells[to];
        }
        if (from > 0)
            output_put(o, "\n");
        rc = put_block(&h, from, to, err);
    }
    buf_release(&h.line);
    buf_release(&h.text);
    free(h.cells);
    return rc;
}
