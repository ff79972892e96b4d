/* HTML where plain text is expected: the text of a JSON record that still has its page's tags, or character references.
 * Whether it is HTML is decided by the text itself; what is left of it is text with the way back to its source.
 *
 * Tags and comments go, references become characters, blocks become paragraphs, and what a reader of the page does not
 * read goes with all that is in it: scripts, styles, the head, navigation, buttons. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "text/analyser.h"
#include "indexer/record.h"

enum html_body_kind {
    HTML_BODY_NONE,       /* plain text */
    HTML_BODY_REFERENCES, /* plain text in which &rsquo; or &#8217; stand for characters */
    HTML_BODY_INLINE,     /* <b>, <em>, <span>: white space is the text's own */
    HTML_BODY_BLOCKS /* <p>, <div>, <br>: white space is a blank, an empty line parts paragraphs */
};

/* What the text is. HTML is a text that begins with a document type, with <html or with the tag of a block in small
 * letters; in which an element of a known name is opened and closed; or that has two <br>. Links (<a ...>) alone are
 * none, the normaliser takes them out of every text. So "shares of <IBM>", "PHILLIPS<P>" and "a < b" are
 * plain text. Linear in the length of the text. */
enum html_body_kind html_body_kind(struct bytes text);
/* Appends the text of `in`, which is of that kind (not NONE), to out->text and its way back to out->map. Linear, whatever the
 * bytes are; a tag or comment that does not end is text. ERR_NOMEM. */
int html_body_text(const struct source_text *in, enum html_body_kind kind,
                   struct record_text *out, struct err *err);
