#include "query/svg.h"

#include "query/label.h"
#include "query/scale.h"

enum {
    TITLE_LINES = 2,
    SUBTITLE_LINES = 3,
    NOTE_LINES = 5,
    LEADING = 5 /* pixels between lines of text, beside its size */
};

static const struct svg_type note_type = {SVG_START, SVG_SMALL,
                                          " fill=\"" SVG_SOFT "\""};
static const char *const anchors[] = {"start", "middle", "end"};

void svg_text(struct svg *s, double x, double y, struct svg_type type,
              struct bytes clean, double most)
{
    struct buf cut = {0}, *out = &s->o->buf;
    if (most > 0)
        label_cut(&cut, clean, type.size, most);
    else
        buf_put_bytes(&cut, clean);
    buf_printf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%u\"", x, y, type.size);
    if (type.anchor != SVG_START)
        buf_printf(out, " text-anchor=\"%s\"", anchors[type.anchor]);
    buf_put_str(out, type.more);
    buf_put_u8(out, '>');
    label_xml(out, buf_bytes(&cut));
    buf_put_str(out, "</text>\n");
    out->failed |= cut.failed;
    buf_release(&cut);
}

void svg_number(struct svg *s, double x, double y, struct svg_type type, double value,
                unsigned digits)
{
    struct buf text = {0};
    scale_spell(&text, value, digits);
    svg_text(s, x, y, type, buf_bytes(&text), 0);
    s->o->buf.failed |= text.failed;
    buf_release(&text);
}

void svg_line(struct svg *s, double x1, double y1, double x2, double y2,
              const char *stroke, double width)
{
    buf_printf(&s->o->buf,
               "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" "
               "stroke-width=\"%.2f\"/>\n",
               x1, y1, x2, y2, stroke, width);
}

void svg_rect(struct svg *s, double x, double y, double w, double h, const char *fill)
{
    buf_printf(&s->o->buf,
               "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
               "fill=\"%s\"/>\n",
               x, y, w, h, fill);
}

/* --- the frame --------------------------------------------------------------------------- */

/* Text over several lines from a base line on; what the last has no room for is cut. draw: else it is only measured.
 * Returns the height. */
static double put_wrapped(struct svg *s, struct bytes text, double y,
                          struct svg_type type, unsigned lines, bool draw)
{
    struct buf clean = {0};
    label_clean(&clean, text);
    struct bytes rest = buf_bytes(&clean);
    double width = s->width - 2 * SVG_MARGIN, height = 0;
    for (unsigned i = 0; i < lines && rest.len > 0; i++) {
        size_t n = i + 1 < lines ? label_line(rest, type.size, width) : rest.len;
        if (draw)
            svg_text(s, SVG_MARGIN, y + height, type, bytes_of(rest.data, n), width);
        height += type.size + LEADING;
        while (n < rest.len && rest.data[n] == ' ')
            n++;
        rest = bytes_of(rest.data + n, rest.len - n);
    }
    s->o->buf.failed |= clean.failed;
    buf_release(&clean);
    return height;
}

static double put_top(struct svg *s, const struct picture_head *head, bool draw)
{
    static const struct svg_type title = {SVG_START, SVG_TITLE,
                                          " font-weight=\"bold\" fill=\"" SVG_INK "\""},
                                 subtitle = {SVG_START, SVG_TEXT,
                                             " fill=\"" SVG_SOFT "\""};
    double y = SVG_MARGIN + SVG_TITLE - 4;
    y += put_wrapped(s, head->title, y, title, TITLE_LINES, draw);
    y += put_wrapped(s, head->subtitle, y, subtitle, SUBTITLE_LINES, draw);
    return y;
}

static void put_tag(struct svg *s, const char *tag, struct bytes text)
{
    struct buf clean = {0};
    label_clean(&clean, text);
    buf_printf(&s->o->buf, "<%s>", tag);
    label_xml(&s->o->buf, buf_bytes(&clean));
    buf_printf(&s->o->buf, "</%s>\n", tag);
    s->o->buf.failed |= clean.failed;
    buf_release(&clean);
}

/* What is read out to those who do not see the picture. */
static void put_words(struct svg *s, const struct picture_head *head,
                      const char *description)
{
    const struct bytes parts[] = {bytes_str(description), head->subtitle, head->note};
    struct buf words = {0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].len == 0)
            continue;
        if (words.len > 0)
            buf_put_str(&words, ". ");
        buf_put_bytes(&words, parts[i]);
    }
    put_tag(s, "title", head->title);
    put_tag(s, "desc", buf_bytes(&words));
    s->o->buf.failed |= words.failed;
    buf_release(&words);
}

double svg_top(const struct picture_head *head, struct output *o)
{
    struct svg s = {.o = o, .width = SVG_WIDTH};
    return put_top(&s, head, false);
}

void svg_begin(struct svg *s, const struct picture_head *head, const char *description,
               double width, double inner, struct output *o)
{
    *s = (struct svg){.o = o, .width = width};
    s->top = put_top(s, head, false);
    s->bottom = s->top + inner;
    double note = put_wrapped(s, head->note, 0, note_type, NOTE_LINES, false);
    s->height = s->bottom + note + SVG_MARGIN - (note > 0 ? LEADING : 0);
    buf_printf(&o->buf,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
               "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
               "font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', "
               "sans-serif\">\n",
               s->width, s->height, s->width, s->height);
    put_words(s, head, description);
    svg_rect(s, 0, 0, s->width, s->height, "#ffffff");
    (void)put_top(s, head, true);
}

void svg_end(struct svg *s, const struct picture_head *head)
{
    (void)put_wrapped(s, head->note, s->bottom + SVG_SMALL, note_type, NOTE_LINES,
                      true);
    buf_put_str(&s->o->buf, "</svg>\n");
}

/* --- series ------------------------------------------------------------------------------ */

const char *svg_hue(size_t series)
{
    static const char *const hues[SVG_HUES] = {
        "#0072b2", "#d55e00", "#007a5a", "#a8437f", "#000000", "#b87400", "#3b9bd1"};
    return hues[series % SVG_HUES];
}

const char *svg_dash(size_t series)
{
    static const char *const dashes[] = {"",
                                         " stroke-dasharray=\"9 4\"",
                                         " stroke-dasharray=\"3 3\"",
                                         " stroke-dasharray=\"12 4 3 4\"",
                                         " stroke-dasharray=\"16 5\"",
                                         " stroke-dasharray=\"6 2 2 2 2 2\""};
    return dashes[series % (sizeof dashes / sizeof *dashes)];
}

void svg_mark(struct svg *s, size_t series, double x, double y)
{
    static const char *const shapes[] = {
        "m-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0z", /* circle */
        "m-3.4 -3.4h6.8v6.8h-6.8z",                          /* square */
        "m0 -4.6l4.4 7.8h-8.8z",                             /* triangle */
        "m0 -4.8l4.8 4.8l-4.8 4.8l-4.8 -4.8z",               /* diamond */
        "m0 4.6l4.4 -7.8h-8.8z",                             /* the other way up */
        "m-1.5 -4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z",            /* cross */
    };
    buf_printf(&s->o->buf,
               "<path d=\"M%.1f %.1f%s\" fill=\"%s\" stroke=\"#ffffff\" "
               "stroke-width=\"0.8\"/>\n",
               x, y, shapes[series % (sizeof shapes / sizeof *shapes)],
               svg_hue(series));
}
