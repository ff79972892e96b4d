/* Text of others in pictures: made harmless, measured, cut and broken, and written into XML. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"

enum {
    LABEL_SHORT = 160
};

/* Appends text on one line as log_sanitise has it, runs of blanks as one and none at the ends, and U+FFFD for the two
 * code points that XML 1.0 excludes (U+FFFE, U+FFFF). What is cleaned can be measured, cut and written. */
void label_clean(struct buf *out, struct bytes text);

/* The same of at most LABEL_SHORT characters, the last of them an ellipsis where there are more. */
void label_short(struct buf *out, struct bytes text);

/* The width of cleaned text in a sans serif of `size`: an estimate that the common ones stay below, because the picture
 * does not know which its reader has. */
double label_width(struct bytes clean, double size);
/* Bytes of cleaned text that fit into `width`, at a character's end; at least one character. */
size_t label_fit(struct bytes clean, double size, double width);
/* Appends cleaned text, or what fits of it with an ellipsis. */
void label_cut(struct buf *out, struct bytes clean, double size, double width);
/* As label_fit, at a blank where there is one: a line of a text that is broken over several. */
size_t label_line(struct bytes clean, double size, double width);

/* Appends cleaned text as XML: character data, or the value of an attribute in double quotes. */
void label_xml(struct buf *out, struct bytes clean);
