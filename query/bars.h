/* Bars of text: eighths of a block where the locale has them, else #. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends a bar of share (0..1) of `width` columns, filled up with blanks where `fill` says so. What is more than
 * nothing is seen: an eighth of a column, or one #. */
void bars_put(struct buf *out, double share, unsigned width, bool blocks, bool fill);
/* Can the locale write blocks? By the values of LC_ALL, LC_CTYPE and LANG (NULL: not set), the first that is set
 * and not empty: it names UTF-8. */
bool bars_has_blocks(const char *lc_all, const char *lc_ctype, const char *lang);
/* The same of the environment. */
bool bars_blocks(void);
