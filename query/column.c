#include "query/column.h"

#include "base/log.h"
#include "text/utf8.h"
#include "query/width.h"

void column_release(struct column *c)
{
    buf_release(&c->text);
    vec_release(&c->parts);
    vec_release(&c->lines);
    vec_release(&c->word);
}

void column_reset(struct column *c)
{
    buf_reset(&c->text);
    vec_reset(&c->parts);
    vec_reset(&c->lines);
    vec_reset(&c->word);
    c->word_width = 0;
    c->failed = false;
}

static void new_line(struct column *c)
{
    struct column_line line = {.first = (uint32_t)c->parts.len};
    c->failed |= !vec_push(&c->lines, line);
}

static void append(struct column *c, struct column_part part)
{
    if (c->lines.len == 0)
        new_line(c);
    if (c->failed || !vec_push(&c->parts, part)) {
        c->failed = true;
        return;
    }
    struct column_line *line = &c->lines.items[c->lines.len - 1];
    line->n++;
    line->width += part.width;
}

static uint32_t line_width(const struct column *c)
{
    return c->lines.len > 0 ? c->lines.items[c->lines.len - 1].width : 0;
}

/* A part that is wider than a line, character by character. */
static void append_split(struct column *c, struct column_part part)
{
    const uint8_t *end = c->text.data + part.from + part.len;
    while (part.len > 0 && !c->failed) {
        struct column_part piece = {.from = part.from, .marked = part.marked};
        uint32_t room = c->width - line_width(c);
        while (part.len > 0) {
            uint32_t cp;
            uint32_t n = (uint32_t)utf8_decode(c->text.data + part.from, end, &cp);
            uint32_t w = width_character(cp);
            if (piece.width + w > room)
                break;
            piece.len += n;
            piece.width += w;
            part.from += n;
            part.len -= n;
        }
        if (piece.len > 0)
            append(c, piece);
        if (part.len > 0)
            new_line(c);
    }
}

static void end_word(struct column *c)
{
    uint32_t width = line_width(c);
    if (c->word.len == 0 || c->failed)
        return;
    if (width > 0 && width + 1 + c->word_width > c->width) {
        new_line(c);
    } else if (width > 0) {
        struct column_part blank = {(uint32_t)c->text.len, 1, 1, false};
        buf_put_u8(&c->text, ' ');
        append(c, blank);
    }
    vec_foreach(struct column_part, part, &c->word) {
        if (line_width(c) + part->width > c->width)
            append_split(c, *part);
        else
            append(c, *part);
    }
    vec_reset(&c->word);
    c->word_width = 0;
}

void column_put(struct column *c, struct bytes text, bool marked)
{
    struct column_part part = {.from = (uint32_t)c->text.len, .marked = marked};
    if (text.len == 0 || c->failed)
        return;
    log_sanitise(&c->text, text, false);
    if (c->text.failed || c->text.len > UINT32_MAX / 2) {
        c->failed = true;
        return;
    }
    part.len = (uint32_t)c->text.len - part.from;
    part.width = (uint32_t)width_text(bytes_of(c->text.data + part.from, part.len));
    c->word_width += part.width;
    c->failed |= !vec_push(&c->word, part);
}

void column_blank(struct column *c)
{
    end_word(c);
}

void column_break(struct column *c)
{
    end_word(c);
    if (line_width(c) > 0)
        new_line(c);
}

size_t column_lines(const struct column *c)
{
    return c->lines.len;
}

void column_skip_to(struct column *c, size_t line)
{
    while (c->lines.len <= line && !c->failed)
        new_line(c);
}

int column_end(struct column *c, struct err *err)
{
    end_word(c);
    while (c->lines.len > 0 && c->lines.items[c->lines.len - 1].n == 0)
        c->lines.len--;
    return c->failed || c->text.failed ? err_set(err, ERR_NOMEM, "out of memory") : 0;
}

uint32_t column_print(const struct column *c, size_t line, struct output *o)
{
    if (line >= c->lines.len)
        return 0;
    const struct column_line *l = &c->lines.items[line];
    for (uint32_t i = 0; i < l->n; i++) {
        const struct column_part *part = &c->parts.items[l->first + i];
        if (part->marked)
            output_style(o, c->style);
        buf_put(&o->buf, c->text.data + part->from, part->len);
        if (part->marked)
            output_style(o, NULL);
    }
    return l->width;
}
