/* Raw text to normalised text, with the way back to the source's bytes.
 *
 * Almost every byte of a text stays as it is. A survey (text/survey.h) finds the few that may not (controls and
 * line ends, '<' and '[', and the characters dropped below), the stretches between them are
 * copied whole. Around each such place the maximal run of blanks, line ends, links and
 * dropped characters is one gap, and a gap becomes nothing, one blank, one LF or two:
 *  - ill-formed UTF-8 -> U+FFFD first
 *  - CR LF, CR, U+0085, U+2028 -> LF; form feed, vertical tab, U+2029 -> blank line; other
 *    C0 controls and DEL -> blank; soft hyphens and U+FEFF dropped
 *  - white space at both ends of the text and around line ends dropped; several blank lines
 *    -> one
 *  - inline links <https://...> dropped with the white space that only set them apart;
 *    Markdown links keep their label, <a ...> and </a> go; a word glued to the one before a
 *    link gets its blank back (text/markup.h has the rules)
 *  - a hard-wrapped text (text/wraps.h) has its single line ends turned into blanks, but
 *    behind a hyphen in a word they are dropped ("politi-\ncal" -> "politi-cal"); in an
 *    unwrapped text every line is a paragraph
 * A paragraph break is always at least one LF in the normalised text, and an LF is always a
 * paragraph break. Runs of blanks within a line stay, but in a title they become one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/offsetmap.h"
#include "text/analyser.h"
#include "text/survey.h"

/* Appends the normalised form of `in` to text and its map (to the record's bytes) to map.
 * single_line: a title, every gap is at most one blank. Adds to *repairs; survey is scratch memory. ERR_LIMIT for
 * 4 GiB and more, ERR_NOMEM. */
int normalise_text(const struct source_text *in, bool single_line,
                   struct survey *survey, struct buf *text, struct offsetmap *map,
                   struct text_repairs *repairs, struct err *err);
