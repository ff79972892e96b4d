/* Surface to term. The steps, in order (docs/TEXT.md):
 *  1. apostrophes U+2018 2019 201B 02BB..02BF FF07 to '
 *  2. NFKD (UAX #15, Unicode 15); blanks that a decomposition brings are dropped, other
 *     white space becomes one blank
 *  3. full case folding (CaseFolding.txt C+F), dotted and dotless i alike
 *  4. marks dropped: canonical combining class 1, 10..36 and 200..240, enclosing marks and
 *     the Arabic tatweel; kana voicing, nukta and virama stay, they make other letters
 *  5. alef forms to alef; default-ignorable characters dropped
 *  6. NFC of what is left (Hangul, kana)
 *  7. a trailing 's is dropped (possessive), leading and trailing _ and ' are dropped
 * If nothing is left the surface itself is the term. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* As analyser_fold (text/analyser.h). cap is at least 16; the result is cut at a character
 * boundary. The surface is well-formed UTF-8 and not empty. */
size_t fold_term(struct bytes surface, uint8_t *out, size_t cap);
/* Steps 1 to 6 on a whole string of any length, for oracles and filters: writes at most cap
 * bytes (whole characters), returns the length it would need. Ill-formed bytes count as
 * U+FFFD. */
size_t fold_text(struct bytes text, uint8_t *out, size_t cap);
