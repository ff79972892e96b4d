/* The canonical order of articles (docs/ARCHITECTURE.md): dated first, earliest day, longest,
 * URL bytes, record digest, path of the input, place in it. It depends on the articles only,
 * never on the order in which they were read. */
#pragma once

#include "base/err.h"
#include "indexer/build.h"

/* Fills order[0..n) with the numbers of all articles of b in canonical order. */
int canonical_order(const struct build *b, uint32_t *order, struct err *err);
