/* Word boundaries: UAX #29 (Unicode 15.0) with the project's deviations (docs/TEXT.md):
 *  - a segment is a word if it holds a letter or a digit; the rest is separator
 *  - leading and trailing ExtendNumLet (underscores) belong to the separator; the narrow
 *    no-break space U+202F is a blank
 *  - letters to which UAX #29 gives no class (Han, Hiragana, Thai, Lao, Khmer, Myanmar...)
 *    and Katakana: every character (with its marks) is a word; neighbours are glued
 *  - a ZWJ does not join a pictograph to a word
 *  - a word over TOKEN_BYTES_MAX bytes is cut
 * Breaks other than GLUED are set by text/sentences.h. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/vec.h"
#include "text/analyser.h"

struct token_vec {
    VEC(struct token) v;
};

/* Appends the words of text[from, to) (well-formed UTF-8; both are character boundaries) to
 * out; token starts are offsets in text. What lies outside [from, to) has no influence. brk
 * is BREAK_GLUED where a hyphen (U+002D, U+2010, U+2011) alone parts two words of which one
 * has a letter, or ideographs are adjacent; otherwise BREAK_NONE. *cut is increased by the
 * words that were cut. ERR_NOMEM; ERR_LIMIT if `to` does not fit in 32 bits. SIMD where the
 * processor has it. */
int words_find(struct bytes text, size_t from, size_t to, struct token_vec *out,
               uint64_t *cut, struct err *err);
/* The twin that tests compare it and the others of text/words_scan.h with. */
int words_find_scalar(struct bytes text, size_t from, size_t to, struct token_vec *out,
                      uint64_t *cut, struct err *err);

enum {
    WORDS_ODD_SLACK = 64 /* numbers behind a list of odd tokens that must be writable */
};

/* Lists the numbers of those of n tokens that have not TOKEN_AFTER_BLANK, one in six of a text, ascending, in a list with
 * room for all and WORDS_ODD_SLACK. Returns how many. SIMD where the processor has it. */
size_t words_odd(const struct token *tokens, size_t n, uint32_t *odd);
size_t words_odd_scalar(const struct token *tokens, size_t n,
                        uint32_t *odd); /* its twin */

/* Every boundary of plain UAX #29 (no deviations) in text, as offsets: for the tests with
 * Unicode's WordBreakTest.txt. Returns the number of boundaries written (<= cap). */
size_t words_uax29_boundaries(struct bytes text, size_t *out, size_t cap);
