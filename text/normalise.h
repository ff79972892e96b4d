/* Raw text to normalised text, with the way back to the source's bytes.
 *
 * What it does, in one pass over the bytes (text/markup.h finds the links and joints):
 *  - ill-formed UTF-8 -> U+FFFD; CR LF and CR -> LF; BOM and soft hyphens dropped; NUL and other C0
 *    controls -> blank; U+2028 -> LF, U+2029, form feed and vertical tab -> blank line
 *  - blanks at line ends dropped; more than one blank line -> one; leading and trailing white
 *    space of the text dropped
 *  - inline <https://...> (and mailto:, www.) links dropped with the blanks and line ends that only set them apart;
 *    a word glued to the one before a link is split at its lower-to-upper joint (a blank is put in)
 *  - a hard-wrapped text (decided for the whole text) has its single line ends turned into
 *    blanks, line-end hyphens joined ("politi-\ncal" -> "politi-cal"), and paragraphs parted by a blank
 *    line; in an unwrapped text every line is a paragraph
 * A paragraph break is always at least one LF in the normalised text, and an LF is always a
 * paragraph break. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/offsetmap.h"
#include "text/analyser.h"

/* True if the text's lines end where a line of some 60 to 80 columns was full. */
bool normalise_is_wrapped(struct bytes text);

/* Appends the normalised form of `in` to text and its map (to the record's bytes) to map.
 * single_line: a title: every run of white space becomes one blank. */
int normalise_text(const struct source_text *in, bool single_line, struct buf *text,
                   struct offsetmap *map, struct text_repairs *repairs,
                   struct err *err);
