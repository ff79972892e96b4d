/* Canonical decomposition (UAX #15, NFD; Unicode 15.0): texts that are canonically equivalent become the
 * same. For comparing what is written; terms have a folding of their own (text/fold.h). */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    DECOMPOSE_MAX = 4 /* characters that one can become */
};

/* One step: cp is first and second, or, if second is 0, first alone. */
struct decompose_entry {
    uint32_t cp, first, second;
};
extern const struct decompose_entry decompose_table[]; /* ascending cp; generated */
extern const size_t decompose_table_count;

/* The full canonical decomposition of a code point; returns how many out has, at least one. */
size_t decompose(uint32_t cp, uint32_t out[DECOMPOSE_MAX]);
/* Puts marks that follow one another in canonical order (stable, by combining class). */
void decompose_order(uint32_t *text, size_t n);
