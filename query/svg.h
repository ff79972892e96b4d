/* The parts that pictures in SVG are made of: a frame with title, subtitle and note, text, lines, shapes.
 *
 * Units are pixels of the viewBox; a picture is SVG_WIDTH wide unless its content needs more. Colours can be told apart by
 * those who see some alike, and stay apart in grey (Okabe and Ito, "Color Universal Design", 2008; yellow is left out: it is
 * too light on white). The ground is white, so that a picture reads the same on a dark page. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "query/output.h"
#include "query/picture.h"

enum {
    SVG_WIDTH = 880,
    SVG_MARGIN = 24,
    SVG_HUES = 7,
    /* sizes of text */
    SVG_TITLE = 20,
    SVG_TEXT = 14,
    SVG_SMALL = 13
};

#define SVG_INK  "#1a1a1a"
#define SVG_SOFT "#555555" /* 7.5:1 on white */
#define SVG_RULE "#d9d9d9"

enum svg_anchor {
    SVG_START,
    SVG_MIDDLE,
    SVG_END
};

/* A picture that is being written. */
struct svg {
    struct output *o;
    double width, height;
    double top;    /* below the title and subtitle */
    double bottom; /* above the note */
};

/* Where the content of a picture of SVG_WIDTH begins. */
double svg_top(const struct picture_head *head, struct output *o);
/* Opens a picture that needs `inner` pixels of height between title and note. */
void svg_begin(struct svg *s, const struct picture_head *head, const char *description,
               double width, double inner, struct output *o);
void svg_end(struct svg *s, const struct picture_head *head);

/* How text is written. */
struct svg_type {
    enum svg_anchor anchor;
    unsigned size;
    const char *more; /* attributes of ours, each with a blank before it; or "" */
};

/* Text at a base line. clean: label_clean has been over it. It is cut to `most` pixels; 0: it is not. */
void svg_text(struct svg *s, double x, double y, struct svg_type type,
              struct bytes clean, double most);
void svg_number(struct svg *s, double x, double y, struct svg_type type, double value,
                unsigned digits);
void svg_line(struct svg *s, double x1, double y1, double x2, double y2,
              const char *stroke, double width);
void svg_rect(struct svg *s, double x, double y, double w, double h, const char *fill);

const char *svg_hue(size_t series);
/* The dashes of a series: "" or an attribute. */
const char *svg_dash(size_t series);
/* A mark of a series' own shape. */
void svg_mark(struct svg *s, size_t series, double x, double y);
