#include "query/layout.h"

#include "text/utf8.h"
#include "query/width.h"

enum {
    GAP = 2,         /* blanks between columns */
    WIDE_LEAST = 10, /* columns that a wide cell keeps on a narrow terminal */
    WIDE_UNBOUNDED =
        60 /* of a wide column that is not the last, where no terminal has a width */
};

static const char ellipsis[] = "…";

void layout_release(struct layout *l)
{
    vec_release(&l->columns);
    vec_release(&l->cells);
    buf_release(&l->text);
}

void layout_cell(struct layout *l, struct bytes text)
{
    struct output safe = {.buf = l->text};
    size_t from = l->text.len;
    output_line(&safe, text);
    l->text = safe.buf;
    struct layout_cell cell = {.from = from, .len = l->text.len - from};
    cell.width =
        (uint32_t)width_text(bytes_of((const char *)l->text.data + from, cell.len));
    if (!vec_push(&l->cells, cell))
        l->failed = true;
}

/* --- widths -------------------------------------------------------------------------------- */

static void measure(struct layout *l)
{
    size_t n = l->columns.len;
    for (size_t i = 0; i < l->cells.len; i++) {
        struct layout_column *c = &l->columns.items[i % n];
        if (l->cells.items[i].width > c->width)
            c->width = l->cells.items[i].width;
    }
}

static uint64_t line_width(const struct layout *l)
{
    uint64_t width = 0;
    vec_foreach(struct layout_column, c, &l->columns)
        width += c->width + GAP;
    return width - GAP;
}

/* The widest of those that give way, NULL where none can give more. */
static struct layout_column *widest(struct layout *l)
{
    struct layout_column *best = NULL;
    vec_foreach(struct layout_column, c, &l->columns) {
        if (c->wide && c->width > WIDE_LEAST && (!best || c->width > best->width))
            best = c;
    }
    return best;
}

/* Wide columns give way to the width of the terminal, the widest first, until they are alike. */
static void fit(struct layout *l)
{
    uint64_t have = line_width(l), want = l->output->width;
    struct layout_column *c;
    while (have > want && (c = widest(l)) != NULL) {
        uint32_t next = WIDE_LEAST; /* the second widest */
        vec_foreach(struct layout_column, other, &l->columns) {
            if (other != c && other->wide && other->width > next)
                next = other->width;
        }
        uint64_t give = c->width > next ? c->width - next : 1;
        give = give < have - want ? give : have - want;
        c->width -= (uint32_t)give;
        have -= give;
    }
}

static void fix(struct layout *l)
{
    measure(l);
    if (l->output->width > 0)
        fit(l);
    for (size_t i = 0; l->output->width == 0 && i + 1 < l->columns.len; i++) {
        struct layout_column *c = &l->columns.items[i];
        if (c->wide && c->width > WIDE_UNBOUNDED)
            c->width = WIDE_UNBOUNDED;
    }
    l->fixed = true;
}

/* --- printing ------------------------------------------------------------------------------- */

static void put_blanks(struct output *o, uint64_t n)
{
    for (; n > 0; n--)
        output_put(o, " ");
}

/* As much of the text as stands in `width` columns with an ellipsis behind it; returns what it takes. */
static uint32_t put_cut(struct output *o, struct bytes text, uint32_t width)
{
    const uint8_t *p = text.data, *end = p + text.len;
    uint32_t taken = 0;
    while (p < end) {
        uint32_t cp;
        size_t n = utf8_decode(p, end, &cp);
        unsigned w = width_character(cp);
        if (taken + w + 1 > width)
            break;
        taken += w;
        p += n;
    }
    buf_put(&o->buf, text.data, (size_t)(p - text.data));
    output_put(o, ellipsis);
    return taken + 1;
}

/* Only a terminal's width cuts; elsewhere a cell that is too long pushes the rest of its row. */
static uint32_t put_text(struct layout *l, const struct layout_cell *cell,
                         const struct layout_column *c)
{
    struct bytes text = bytes_of((const char *)l->text.data + cell->from, cell->len);
    if (c->wide && cell->width > c->width && l->output->width > 0)
        return put_cut(l->output, text, c->width);
    buf_put_bytes(&l->output->buf, text);
    return cell->width;
}

static void put_row(struct layout *l, const struct layout_cell *row)
{
    struct output *o = l->output;
    uint64_t owed = 0; /* blanks, which no line ends with */
    output_style(o, l->head ? "1" : NULL);
    for (size_t i = 0; i < l->columns.len; i++) {
        const struct layout_column *c = &l->columns.items[i];
        uint64_t pad = row[i].width < c->width ? c->width - row[i].width : 0;
        if (row[i].len > 0) {
            put_blanks(o, owed + (c->right ? pad : 0));
            uint32_t width = put_text(l, &row[i], c);
            owed = c->right || width > c->width ? 0 : c->width - width;
        } else {
            owed += c->width;
        }
        owed += GAP;
    }
    output_style(o, NULL);
    output_put(o, "\n");
    l->head = false;
}

static int print_waiting(struct layout *l, struct err *err)
{
    size_t n = l->columns.len;
    if (l->failed || l->text.failed)
        return err_set(err, ERR_NOMEM, "out of memory while a table was laid out");
    if (!l->fixed)
        fix(l);
    for (size_t i = 0; i + n <= l->cells.len; i += n) {
        put_row(l, &l->cells.items[i]);
        int rc = output_flush_large(l->output, err);
        if (rc < 0)
            return rc;
    }
    vec_reset(&l->cells);
    l->text.len = 0;
    return 0;
}

int layout_row(struct layout *l, bool head, struct err *err)
{
    l->head |= head;
    if (!l->fixed && !l->failed && l->text.len < LAYOUT_WAIT_BYTES &&
        l->cells.len < (size_t)LAYOUT_WAIT_ROWS * l->columns.len)
        return 0;
    return print_waiting(l, err);
}

int layout_end(struct layout *l, struct err *err)
{
    return print_waiting(l, err);
}
