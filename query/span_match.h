/* A window whose lists have tokens in common: which token is whose. For span_window.c. */
#pragma once

#include "query/span.h"

#define SPAN_MATCH_WIDE UINT64_MAX

/* The last beginning, and 1, of a window that begins at `lo` or later, with a token of its own for each of the n lists, among
 * the first begun[i] spans of list i; 0: there is none. It ends with the last token that any of them has. SPAN_MATCH_WIDE
 * where a span that could be taken has several tokens: that is another question. Of 0, *lacking says which lists wait: a bit for each of those
 * of which one must have another token before there is such a window. */
uint64_t span_match(const struct hits *const *lists, const size_t *begun, size_t n,
                    uint32_t lo, uint32_t *lacking);
