/* Traces of markup in plain text: inline links, Markdown links, anchor tags, and the words
 * that a converter glued together before a link. Nothing here changes the text; it finds
 * what text/normalise.h takes out. Every function looks at a bounded stretch only.
 * The text is well-formed UTF-8 and `at` is an offset in it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

enum {
    MARKUP_URL_MAX = 4096,   /* bytes of an inline link or of a link's target */
    MARKUP_LABEL_MAX = 1024, /* bytes of a Markdown link's text */
    MARKUP_DEPTH_MAX = 4     /* brackets within brackets */
};

/* The length of the inline link "<https://...>" (also http, ftp, mailto:, www.) that begins
 * at text[at], 0 if there is none. No white space in it. */
size_t markup_url(struct bytes text, size_t at);

/* The length of the tag <a ...> or </a> at text[at], 0 if there is none. */
size_t markup_anchor(struct bytes text, size_t at);

/* A Markdown link "[label](target)" or "[label](target "title")" that begins at text[at]:
 * true, *close is the offset of its "](" and *end the offset behind its ")". The target
 * begins with http:, https:, ftp:, mailto:, www., / or #. The label holds no blank line. */
bool markup_markdown(struct bytes text, size_t at, size_t *close, size_t *end);

/* The joint in a word that lost the blank before it: "andIran", whose word ends at text[to].
 * The rule: the letters before the first capital are all lower case and at least two (so
 * not in iPhone, eBay, McCain, YouTube), and what follows them is not "OS" (macOS).
 * Returns the offset of the capital, 0 if there is no joint. The word is looked for in
 * text[from, to); it has no more than 64 letters. */
size_t markup_joint(struct bytes text, size_t from, size_t to);

/* True if a word that ends at text[at] and the label of a link that begins at text[label] lost the
 * blank between them: "and[Iran](...)". The rule of markup_joint: the word is at least two
 * letters, all lower case, and the label begins with a capital. */
bool markup_glued(struct bytes text, size_t from, size_t at, size_t label);

/* True if what stands at text[at] goes on with the word before a removed link: closing
 * punctuation, or, when no blank parts it from the link, anything but a word or an
 * opening sign ("Iran <url>-led"). */
bool markup_closes(struct bytes text, size_t at, bool spaced);
