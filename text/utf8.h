/* UTF-8 as RFC 3629 has it: decode, encode, validate, replace. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
    UTF8_REPLACEMENT = 0xFFFD
};

/* Decodes the character at p (p < end): its length in bytes is returned and *cp set. An
 * ill-formed sequence gives U+FFFD and the length of its maximal subpart (Unicode 15,
 * section 3.9, "substitution of maximal subparts"), so a caller always goes forward. */
size_t utf8_decode(const uint8_t *p, const uint8_t *end, uint32_t *cp);
/* Decodes the character that ends before p (p > begin). */
size_t utf8_decode_back(const uint8_t *begin, const uint8_t *p, uint32_t *cp);
/* Writes 1 to 4 bytes. cp is a scalar value (anything else is written as U+FFFD). */
size_t utf8_encode(uint32_t cp, uint8_t out[4]);
/* Length of the well-formed prefix: text.len when all of it is well-formed. SIMD where the
 * processor has it. */
size_t utf8_valid_prefix(struct bytes text);
size_t utf8_valid_prefix_scalar(struct bytes text); /* the twin tests compare it with */
/* Length of the prefix that is ASCII. */
size_t utf8_ascii_prefix(struct bytes text);
size_t utf8_ascii_prefix_scalar(struct bytes text);
