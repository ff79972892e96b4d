#include "query/kwic_text.h"

#include <inttypes.h>

#include "text/utf8.h"
#include "query/calendar.h"
#include "query/fields.h"
#include "query/width.h"

/* Columns by name, and the texts they show; KWIC_TEXTS: something else, or nothing before the line. */
static const char *const names[] = {"date",     "outlet",  "article",  "story", "title",
                                    "author",   "section", "language", "url",   "input",
                                    "articles", "left",    "hit",      "right", NULL};
static const enum kwic_field meta_texts[] = {
    KWIC_TEXTS,   KWIC_OUTLET,   KWIC_ID,  KWIC_STORY, KWIC_TITLE, KWIC_AUTHOR,
    KWIC_SECTION, KWIC_LANGUAGE, KWIC_URL, KWIC_INPUT, KWIC_TEXTS};
enum {
    META_DATE = 0,
    META_N = sizeof meta_texts / sizeof *meta_texts
};

int kwic_text_choose(struct kwic_text *t, const char *fields, struct err *err)
{
    struct fields f = {0};
    int rc = fields_choose(&f, fields ? fields : "date,article", names, err);
    t->n_meta = 0;
    for (size_t i = 0; rc == 0 && i < f.chosen.len; i++) {
        if (f.chosen.items[i] < META_N)
            t->meta[t->n_meta++] = f.chosen.items[i];
    }
    fields_release(&f);
    return rc;
}

void kwic_text_release(struct kwic_text *t)
{
    buf_release(&t->cell.buf);
}

/* --- widths --------------------------------------------------------------------------------- */

static const uint8_t *next(const uint8_t *p, const uint8_t *end, uint32_t *cp)
{
    *cp = *p;
    return p + (*p < 0x80 ? 1 : utf8_decode(p, end, cp));
}

size_t kwic_text_fit(struct bytes text, uint64_t room)
{
    const uint8_t *p = text.data, *end = p + text.len;
    while (p < end) {
        uint32_t cp;
        const uint8_t *q = next(p, end, &cp);
        unsigned width = width_character(cp);
        if (width > room)
            break;
        room -= width;
        p = q;
    }
    return (size_t)(p - text.data);
}

size_t kwic_text_skip(struct bytes text, uint64_t room)
{
    const uint8_t *p = text.data, *end = p + text.len;
    uint64_t width = width_text(text);
    bool skipped = false;
    while (p < end) {
        uint32_t cp;
        const uint8_t *q = next(p, end, &cp);
        unsigned w = width_character(cp);
        if (width <= room && !(skipped && w == 0))
            break;
        width -= w;
        skipped = true;
        p = q;
    }
    return (size_t)(p - text.data);
}

/* --- cells ------------------------------------------------------------------------------------ */

/* A text on one line and safe; valid until the next call. */
static struct bytes clean(struct kwic_text *t, struct bytes text)
{
    buf_reset(&t->cell.buf);
    output_line(&t->cell, text);
    return buf_bytes(&t->cell.buf);
}

static struct bytes meta_cell(struct kwic_text *t, const struct kwic_rows *rows,
                              const struct kwic_row *row, uint32_t name)
{
    char text[CALENDAR_TEXT_MAX];
    if (meta_texts[name] != KWIC_TEXTS)
        return clean(t, kwic_rows_text(rows, row, meta_texts[name]));
    buf_reset(&t->cell.buf);
    if (name == META_DATE) {
        calendar_format(row->day, UINT32_MAX, text);
        buf_put_str(&t->cell.buf, text);
    } else {
        buf_printf(&t->cell.buf, "%" PRIu32, row->line.articles);
    }
    return buf_bytes(&t->cell.buf);
}

static void put_blanks(struct output *o, uint64_t n)
{
    while (n-- > 0)
        buf_put_u8(&o->buf, ' ');
}

static void put_meta(struct kwic_text *t, const struct kwic_rows *rows,
                     const struct kwic_row *row)
{
    struct output *o = t->output;
    output_style(o, t->n_meta ? "2" : NULL);
    for (size_t i = 0; i < t->n_meta; i++) {
        struct bytes cell = meta_cell(t, rows, row, t->meta[i]);
        uint64_t width = width_text(cell), room = t->meta_width[i];
        if (width > room) {
            cell.len = kwic_text_fit(cell, room - 1);
            width = width_text(cell) + 1;
            buf_put_bytes(&o->buf, cell);
            output_put(o, "…");
        } else {
            buf_put_bytes(&o->buf, cell);
        }
        put_blanks(o, room - width + 2);
    }
    if (t->n_meta)
        output_style(o, NULL);
}

/* --- layout ------------------------------------------------------------------------------------ */

static uint32_t at_most(uint64_t width, uint32_t most)
{
    return width < most ? (uint32_t)width : most;
}

static void lay_out(struct kwic_text *t, const struct kwic_rows *rows)
{
    uint64_t before = 0, hit = 0, left = 0;
    vec_foreach(struct kwic_row, row, &rows->rows) {
        for (size_t i = 0; i < t->n_meta; i++) {
            uint32_t width = at_most(width_text(meta_cell(t, rows, row, t->meta[i])),
                                     KWIC_TEXT_CELL_MAX);
            t->meta_width[i] = width > t->meta_width[i] ? width : t->meta_width[i];
        }
        uint64_t width = width_text(clean(t, kwic_rows_text(rows, row, KWIC_MATCH)));
        hit = width > hit ? width : hit;
        width = width_text(clean(t, kwic_rows_text(rows, row, KWIC_LEFT)));
        left = width > left ? width : left;
    }
    for (size_t i = 0; i < t->n_meta; i++)
        before += t->meta_width[i] + 2;
    uint32_t line = t->width > before + KWIC_TEXT_LINE_MIN ? t->width - (uint32_t)before
                                                           : KWIC_TEXT_LINE_MIN;
    t->hit = t->width ? at_most(hit, line / 3) : UINT32_MAX;
    t->left = t->width ? at_most(left, (line - t->hit) / 2) : at_most(left, 10000);
    t->laid_out = true;
}

/* The two ends of a hit that is too wide for its column. Returns the columns it takes. */
static uint64_t put_hit(struct kwic_text *t, struct bytes hit)
{
    struct output *o = t->output;
    uint64_t width = width_text(hit);
    output_style(o, "1;31");
    output_put(o, o->color ? "" : "[");
    if (width <= t->hit) {
        buf_put_bytes(&o->buf, hit);
    } else {
        uint32_t half = t->hit > 3 ? (t->hit - 3) / 2 : 1;
        size_t to = kwic_text_fit(hit, half), from = kwic_text_skip(hit, half);
        buf_put(&o->buf, hit.data, to);
        output_put(o, " … ");
        buf_put(&o->buf, hit.data + from, hit.len - from);
        width = width_text(bytes_of(hit.data, to)) + 3 +
                width_text(bytes_of(hit.data + from, hit.len - from));
    }
    output_put(o, o->color ? "" : "]");
    output_style(o, NULL);
    return width + (o->color ? 0 : 2);
}

static void put_row(struct kwic_text *t, const struct kwic_rows *rows,
                    const struct kwic_row *row)
{
    struct output *o = t->output;
    uint64_t used = 0;
    put_meta(t, rows, row);
    for (size_t i = 0; i < t->n_meta; i++)
        used += t->meta_width[i] + 2;
    struct bytes left = clean(t, kwic_rows_text(rows, row, KWIC_LEFT));
    size_t from = kwic_text_skip(left, t->left);
    left = bytes_of(left.data + from, left.len - from);
    put_blanks(o, t->left - width_text(left));
    buf_put_bytes(&o->buf, left);
    used += t->left;
    used += put_hit(t, clean(t, kwic_rows_text(rows, row, KWIC_MATCH)));
    struct bytes right = clean(t, kwic_rows_text(rows, row, KWIC_RIGHT));
    if (t->width)
        right.len = kwic_text_fit(right, t->width > used ? t->width - used : 0);
    while (right.len > 0 && right.data[right.len - 1] == ' ')
        right.len--;
    buf_put_bytes(&o->buf, right);
    output_put(o, "\n");
}

int kwic_text_print(struct kwic_text *t, const struct kwic_rows *rows, struct err *err)
{
    if (!t->laid_out)
        lay_out(t, rows);
    vec_foreach(struct kwic_row, row, &rows->rows) {
        put_row(t, rows, row);
        int rc = t->cell.buf.failed ? err_set(err, ERR_NOMEM, "out of memory")
                                    : output_flush_large(t->output, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}
