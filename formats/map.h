/* One article's map from its normalised text to the bytes of its record, as a string of
 * bytes (MAP; docs/format/map.md). Runs in which both advance together cost nothing but their
 * length; what an escape, a curly quote or a dropped blank does is one of a few common kinds. */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/offsetmap.h"

/* Appends the coding of m; failures stick in out. */
void map_encode(const struct offsetmap *m, struct buf *out);
/* Decodes one map; out is reset first. False if the bytes are no map; out->failed says when
 * memory was the reason. */
bool map_decode(struct bytes data, struct offsetmap *out);
