/* Was this text broken into lines by a program that filled them (mail, old text files)? */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"

enum {
    WRAPS_WIDTH_MIN =
        40, /* characters; a narrower column is not taken for a wrapped text */
    WRAPS_WIDTH_MAX = 120
};

/* Decides for the whole text, from its lines that are followed by another line at once (no
 * blank line between): such a line of n characters is full for every width w with
 * n <= w < n + 1 + (first word of the next line). The text is wrapped if one width is right
 * for six in ten of them and for three at least (or for both of two, when each next line begins with a
 * small letter), and lines longer than WRAPS_WIDTH_MAX hold no more than a quarter of the text. */
bool wraps_decide(struct bytes text);
