#include "query/svg_timeline.h"

#include <math.h>

#include "query/label.h"
#include "query/scale.h"
#include "query/svg.h"
#include "query/ticks.h"

enum {
    LINES_MOST = 6,   /* series beside each other in one panel */
    PLOT = 280,       /* heights: of the one panel, */
    PANEL = 84,       /* of each of several, */
    PANEL_HEAD = 22,  /* of its name, */
    AXIS = 34,        /* of the names of the bins, */
    VALUE = 30,       /* of what the values are, */
    LEGEND_LINE = 24, /* of a line of the legend */
    SAMPLE = 46,      /* a line in the legend */
    NAME_MOST = 260,  /* a name in the legend */
    HINTS_MOST = 400, /* bins whose values are told under the pointer */
    MARKS_FREE = 14,  /* pixels from point to point from which each has a mark; */
    MARKS_FAR = 60,   /* else marks are so far from each other */
    TICKS = 6
};

struct chart {
    struct svg svg;
    const struct picture_timeline *t;
    struct scale values;
    struct ticks ticks;
    double step;        /* between the lines of the scale */
    unsigned n_steps;   /* these lines */
    unsigned digits;    /* of the values at them */
    double least, most; /* the scale's ends */
    double left, band;  /* where the first bin begins, and a bin's width */
    bool lines, panels;
    double y, height; /* of the panel that is being drawn */
    struct buf text;
};

/* --- measures ---------------------------------------------------------------------------- */

static struct bytes cleaned(struct chart *c, struct bytes text)
{
    buf_reset(&c->text);
    label_short(&c->text, text);
    return buf_bytes(&c->text);
}

static void scale_values(struct chart *c)
{
    bool whole = true;
    scale_add(&c->values, 0);
    for (size_t s = 0; s < c->t->n_series; s++) {
        for (size_t b = 0; b < c->t->n_bins; b++) {
            double value = c->t->series[s].values[b];
            scale_add(&c->values, value);
            whole = whole && (!isfinite(value) || floor(value) == value);
        }
    }
    double length = c->values.most - c->values.least;
    c->step =
        scale_step(length > 0 ? length : 1, c->panels ? 3 : TICKS, whole, &c->digits);
    c->least = floor(c->values.least / c->step) * c->step;
    c->most = c->values.most + (c->values.most - c->least) * 0.04;
    if (c->most <= c->least)
        c->most = c->least + c->step;
    c->n_steps = (unsigned)((c->most - c->least) / c->step) + 1;
}

/* Places the plot beside the widest number of the scale. */
static int place(struct chart *c, struct err *err)
{
    double widest = 0;
    for (unsigned i = 0; i < c->n_steps; i++) {
        double v = c->least + i * c->step;
        buf_reset(&c->text);
        scale_spell(&c->text, v, c->digits);
        double width = label_width(buf_bytes(&c->text), SVG_SMALL);
        widest = width > widest ? width : widest;
    }
    c->left = SVG_MARGIN + widest + 10;
    c->band = (SVG_WIDTH - SVG_MARGIN - c->left) /
              (double)(c->t->n_bins > 0 ? c->t->n_bins : 1);
    return ticks_choose(&c->ticks, c->t->bins, c->t->n_bins, c->band, SVG_SMALL, err);
}

static double x_of(const struct chart *c, double bin)
{
    return c->left + (bin + 0.5) * c->band;
}

static double y_of(const struct chart *c, double value)
{
    return c->y + c->height * (c->most - value) / (c->most - c->least);
}

/* --- parts ------------------------------------------------------------------------------- */

static void put_scale(struct chart *c)
{
    double right = SVG_WIDTH - SVG_MARGIN;
    for (unsigned i = 0; i < c->n_steps; i++) {
        double v = c->least + i * c->step, y = y_of(c, v);
        bool zero = fabs(v) < c->step / 2;
        svg_line(&c->svg, c->left, y, right, y, zero ? SVG_SOFT : SVG_RULE, 1);
        svg_number(&c->svg, c->left - 8, y + 4.5,
                   (struct svg_type){SVG_END, SVG_SMALL, " fill=\"" SVG_SOFT "\""}, v,
                   c->digits);
    }
}

static void put_bins(struct chart *c)
{
    double y = c->y + c->height;
    vec_foreach(const struct tick, tick, &c->ticks.list) {
        double x = x_of(c, (double)tick->bin);
        struct bytes name = bytes_of(c->t->bins[tick->bin].data, tick->len);
        double half = label_width(name, SVG_SMALL) / 2, at = x;
        if (at + half > SVG_WIDTH - 4)
            at = SVG_WIDTH - 4 - half;
        svg_line(&c->svg, x, y, x, y + 5, SVG_SOFT, 1);
        svg_text(&c->svg, at, y + 20,
                 (struct svg_type){SVG_MIDDLE, SVG_SMALL, " fill=\"" SVG_SOFT "\""},
                 cleaned(c, name), 0);
    }
}

/* What is shown where a pointer rests on a bar or a point. */
static void put_hint(struct chart *c, size_t series, size_t bin)
{
    struct buf *out = &c->svg.o->buf;
    buf_put_str(out, "<title>");
    label_xml(out, cleaned(c, c->t->bins[bin]));
    buf_put_str(out, ": ");
    scale_spell(out, c->t->series[series].values[bin], c->digits > 0 ? 2 : 0);
    buf_put_str(out, "</title>");
}

static int put_bars(struct chart *c, size_t series, struct err *err)
{
    struct buf *out = &c->svg.o->buf;
    const double *values = c->t->series[series].values;
    bool hints = c->t->n_bins <= HINTS_MOST;
    double gap = c->band > 3 ? c->band * 0.18 : 0, width = c->band - gap;
    int rc = 0;
    buf_printf(out, "<g fill=\"%s\">\n", svg_hue(0));
    for (size_t b = 0; b < c->t->n_bins && rc == 0; b++) {
        if (!isfinite(values[b]) || values[b] == 0)
            continue;
        double y = y_of(c, values[b]), zero = y_of(c, 0);
        double height = fabs(zero - y) < 1 ? 1 : fabs(zero - y);
        buf_printf(out, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"%s",
                   c->left + c->band * (double)b + gap / 2,
                   y < zero ? zero - height : zero, width, height,
                   hints ? ">" : "/>\n");
        if (hints) {
            put_hint(c, series, b);
            buf_put_str(out, "</rect>\n");
        }
        rc = output_flush_large(c->svg.o, err);
    }
    buf_put_str(out, "</g>\n");
    return rc;
}

/* The highest bar has its value above it. */
static void put_peak(struct chart *c, size_t series)
{
    const double *values = c->t->series[series].values;
    size_t peak = 0;
    for (size_t b = 0; b < c->t->n_bins; b++)
        if (isfinite(values[b]) &&
            (!isfinite(values[peak]) || values[b] > values[peak]))
            peak = b;
    if (c->t->n_bins == 0 || !isfinite(values[peak]) || values[peak] <= 0)
        return;
    buf_reset(&c->text);
    label_clean(&c->text, c->t->bins[peak]);
    buf_put_str(&c->text, ": ");
    scale_spell(&c->text, values[peak], c->digits > 0 ? 2 : 0);
    double x = x_of(c, (double)peak);
    double half = label_width(buf_bytes(&c->text), SVG_SMALL) / 2;
    double right = SVG_WIDTH - SVG_MARGIN;
    x = x + half > right ? right - half : x - half < c->left ? c->left + half : x;
    svg_text(&c->svg, x, y_of(c, values[peak]) - 6,
             (struct svg_type){SVG_MIDDLE, SVG_SMALL,
                               " fill=\"" SVG_INK
                               "\" stroke=\"#ffffff\" stroke-width=\"4\" "
                               "paint-order=\"stroke\""},
             buf_bytes(&c->text), 0);
}

static int put_line(struct chart *c, size_t series, struct err *err)
{
    struct buf *out = &c->svg.o->buf;
    const double *values = c->t->series[series].values;
    bool open = false;
    size_t every = (size_t)(c->band < MARKS_FREE ? MARKS_FAR / c->band + 1 : 1);
    int rc = 0;
    buf_printf(out,
               "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" "
               "stroke-linejoin=\"round\"%s d=\"",
               svg_hue(series), svg_dash(series));
    for (size_t b = 0; b < c->t->n_bins && rc == 0; b++) {
        bool is = isfinite(values[b]);
        if (is)
            buf_printf(out, "%s%.1f %.1f", open ? "L" : "M", x_of(c, (double)b),
                       y_of(c, values[b]));
        open = is;
        rc = output_flush_large(c->svg.o, err);
    }
    buf_put_str(out, "\"/>\n");
    for (size_t b = 0; b < c->t->n_bins && rc == 0; b++) {
        /* a point between gaps has no line that shows it */
        bool alone = (b == 0 || !isfinite(values[b - 1])) &&
                     (b + 1 == c->t->n_bins || !isfinite(values[b + 1]));
        bool marked = (b + series * every / LINES_MOST) % every == 0;
        if (!isfinite(values[b]) || !(marked || alone))
            continue;
        buf_put_str(out, "<g>");
        put_hint(c, series, b);
        svg_mark(&c->svg, series, x_of(c, (double)b), y_of(c, values[b]));
        buf_put_str(out, "</g>\n");
        rc = output_flush_large(c->svg.o, err);
    }
    return rc;
}

/* Names with a sample each; returns the height. draw: else it is only measured. */
static double put_legend(struct chart *c, double y, bool draw)
{
    double x = SVG_MARGIN, height = LEGEND_LINE;
    for (size_t s = 0; s < c->t->n_series; s++) {
        struct bytes name = cleaned(c, c->t->series[s].name);
        double text = label_width(name, SVG_TEXT);
        text = text > NAME_MOST ? NAME_MOST : text;
        if (x > SVG_MARGIN && x + SAMPLE + 8 + text > SVG_WIDTH - SVG_MARGIN) {
            x = SVG_MARGIN;
            height += LEGEND_LINE;
        }
        double at = y + height - LEGEND_LINE + 8;
        if (draw) {
            buf_printf(&c->svg.o->buf,
                       "<path d=\"M%.1f %.1fh%d\" stroke=\"%s\" "
                       "stroke-width=\"2\"%s/>\n",
                       x, at, SAMPLE, svg_hue(s), svg_dash(s));
            svg_mark(&c->svg, s, x + SAMPLE / 2.0, at);
            svg_text(&c->svg, x + SAMPLE + 8, at + 5,
                     (struct svg_type){SVG_START, SVG_TEXT, " fill=\"" SVG_INK "\""},
                     name, NAME_MOST);
        }
        x += SAMPLE + 8 + text + 22;
    }
    return height;
}

/* --- the whole --------------------------------------------------------------------------- */

static int put_panels(struct chart *c, struct err *err)
{
    int rc = 0;
    c->height = PANEL;
    for (size_t s = 0; s < c->t->n_series && rc == 0; s++) {
        svg_text(&c->svg, c->left, c->y + SVG_TEXT,
                 (struct svg_type){SVG_START, SVG_TEXT,
                                   " font-weight=\"bold\" fill=\"" SVG_INK "\""},
                 cleaned(c, c->t->series[s].name), SVG_WIDTH - SVG_MARGIN - c->left);
        c->y += PANEL_HEAD;
        put_scale(c);
        rc = put_bars(c, s, err);
        if (s + 1 == c->t->n_series)
            put_bins(c);
        c->y += PANEL + 10;
    }
    return rc;
}

static int put_plot(struct chart *c, struct err *err)
{
    int rc = 0;
    c->height = PLOT;
    put_scale(c);
    put_bins(c);
    if (!c->lines && c->t->n_series > 0) {
        rc = put_bars(c, 0, err);
        put_peak(c, 0);
    }
    for (size_t s = 0; c->lines && s < c->t->n_series && rc == 0; s++)
        rc = put_line(c, s, err);
    return rc;
}

static void describe(const struct chart *c, struct buf *out)
{
    const struct picture_timeline *t = c->t;
    buf_put_str(out, c->lines ? "A line a series: " : "Bars: ");
    buf_put_bytes(out, t->value);
    buf_put_str(out, " by ");
    buf_put_bytes(out, t->unit);
    if (t->n_bins > 0) {
        buf_put_str(out, " from ");
        buf_put_bytes(out, t->bins[0]);
        buf_put_str(out, " to ");
        buf_put_bytes(out, t->bins[t->n_bins - 1]);
    }
    for (size_t s = 0; s < t->n_series && t->n_series > 1; s++) {
        buf_put_str(out, s == 0 ? ", of " : ", ");
        buf_put_bytes(out, t->series[s].name);
    }
    buf_put_u8(out, 0);
}

static int draw(struct chart *c, struct output *o, struct err *err)
{
    struct buf words = {0};
    double inner = VALUE + AXIS;
    c->svg = (struct svg){.o = o};
    if (c->panels)
        inner += (double)c->t->n_series * (PANEL_HEAD + PANEL + 10);
    else
        inner += PLOT + (c->lines ? put_legend(c, 0, false) : 0);
    describe(c, &words);
    int rc = buf_check(&words, err);
    if (rc == 0) {
        svg_begin(&c->svg, &c->t->head, (const char *)words.data, SVG_WIDTH, inner, o);
        c->y = c->svg.top + (c->lines ? put_legend(c, c->svg.top, true) : 0);
        svg_text(&c->svg, SVG_MARGIN, c->y + SVG_SMALL - 2,
                 (struct svg_type){SVG_START, SVG_SMALL, " fill=\"" SVG_SOFT "\""},
                 cleaned(c, c->t->value), SVG_WIDTH - 2 * SVG_MARGIN);
        c->y += VALUE;
        rc = c->panels ? put_panels(c, err) : put_plot(c, err);
        svg_end(&c->svg, &c->t->head);
    }
    buf_release(&words);
    return rc;
}

int svg_timeline_put(const struct picture_timeline *t, struct output *o,
                     struct err *err)
{
    struct chart c = {.t = t,
                      .lines = t->n_series > 1 && t->n_series <= LINES_MOST,
                      .panels = t->n_series > LINES_MOST};
    scale_values(&c);
    int rc = place(&c, err);
    if (rc == 0)
        rc = draw(&c, o, err);
    if (rc == 0 && c.text.failed)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    buf_release(&c.text);
    ticks_release(&c.ticks);
    return rc;
}
