/* Sentence and paragraph starts, set on tokens that words_find found in a normalised text.
 * Rule: a paragraph starts where the separator holds an LF. A sentence starts where the
 * separator holds one of . ? ! ... U+2026 U+3002 U+061F U+FF01 U+FF1F U+06D4, then closing quotes or brackets, then
 * white space (none needed after ideographic stops), and the word begins with a capital, a
 * digit or is opened by a quote, unless the word before is an abbreviation (Mr Dr U.S Jan No vs ...)
 * or a single capital initial. A letter of a script without case counts as a capital. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "text/analyser.h"

enum {
    SENTENCES_SEEN_BITS = 9,
    SENTENCES_SEEN = 1 << SENTENCES_SEEN_BITS
};

/* What was read of separators, and of words beside full stops, of at most seven bytes: these and their length make a
 * number, in whose upper five bits stands what they say. A text has some thirty separators that are not one blank, and
 * nobody can foretell which stands between two words: reading each anew costs a branch or two for every byte. Zeroed it
 * holds none; it may go from text to text. */
struct sentences_seen {
    uint64_t seps[SENTENCES_SEEN];
    uint64_t words[SENTENCES_SEEN],
        nexts[SENTENCES_SEEN]; /* before and behind a stop */
};

/* Sets brk of tokens[0, n) of text; keeps BREAK_GLUED. tokens[0].brk becomes
 * BREAK_PARAGRAPH. odd: the numbers of those without TOKEN_AFTER_BLANK (words_odd); no other's brk is touched. *seen says
 * nothing else than reading would. */
void sentences_mark(struct bytes text, struct token *tokens, size_t n,
                    const uint32_t *odd, size_t n_odd, struct sentences_seen *seen);
