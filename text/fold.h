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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/endian.h"

enum {
    FOLD_SHORT = 16 /* bytes */
};

/* As analyser_fold (text/analyser.h). cap is at least 16; the result is cut at a character
 * boundary. The surface is well-formed UTF-8 and not empty. */
size_t fold_term(struct bytes surface, uint8_t *out, size_t cap);
/* Steps 1 to 6 on a whole string of any length, for oracles and filters: writes at most cap
 * bytes (whole characters), returns the length it would need. Ill-formed bytes count as
 * U+FFFD. */
size_t fold_text(struct bytes text, uint8_t *out, size_t cap);

/* Eight bytes, of which A to Z become small. */
static inline uint64_t fold_eight(uint64_t v)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t low = v & each * 0x7F;
    uint64_t from_a = low + each * (0x80 - 'A'), above_z = low + each * (0x7F - 'Z');
    return v | (from_a & ~above_z & ~v & each * 0x80) >> 2;
}

/* fold_term of an ASCII word of 1 to FOLD_SHORT bytes, if all that changes is its capitals; false: it may be otherwise. FOLD_SHORT
 * bytes are read at p, and written at out in any case. */
static inline bool fold_short(const uint8_t *p, size_t len, uint8_t *out)
{
    uint8_t first = p[0], last = p[len - 1], before = p[len - 1 - (len > 1)];
    store_u64(out, fold_eight(load_u64(p)));
    store_u64(out + 8, fold_eight(load_u64(p + 8)));
    return (first != '_') & (first != '\'') & (last != '_') & (last != '\'') &
           (before != '\'');
}

/* fold_term of a word behind whose first byte FOLD_SHORT bytes may be read; cap is at least FOLD_SHORT. */
static inline size_t fold_word(struct bytes word, uint8_t *out, size_t cap)
{
    const uint64_t each = UINT64_C(0x8080808080808080);
    if (word.len <= FOLD_SHORT) {
        size_t behind = 8 * (FOLD_SHORT - word.len); /* bits */
        uint64_t low = load_u64(word.data) & each,
                 high = load_u64(word.data + 8) & each;
        bool ascii =
            behind < 64 ? (low | high << behind) == 0 : low << (behind - 64) == 0;
        if (ascii && fold_short(word.data, word.len, out))
            return word.len;
    }
    return fold_term(word, out, cap);
}
