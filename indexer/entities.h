/* Character references of HTML: those of HTML 4 and the commoner ones of HTML 5 by name, and
 * numbers in both bases. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
    ENTITIES_NAME_MAX = 16
};

/* Decodes the reference at the start of text ("&amp;", "&#8217;", "&#x2019;"; a number may
 * lack its semicolon): how many bytes it took, 0 if there is none. */
size_t entities_decode(struct bytes text, uint8_t out[4], size_t *out_len);
