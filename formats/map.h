/* One article's map from its normalised text to the bytes of its record, as a string of
 * bytes (MAP; docs/format/map.md). Runs in which both advance together cost nothing but their
 * length; what an escape, a curly quote or a dropped blank does is one of a few common kinds. */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/offsetmap.h"
#include "formats/coding.h"

/* Appends the coding of m: kinds of its entries, runs, the rest. Failures stick in out. */
void map_encode(const struct offsetmap *m, struct buf *out);
/* Decodes one map; out is reset first. False if the bytes are no map; out->failed says when
 * memory was the reason. */
bool map_decode(struct bytes data, struct offsetmap *out);

/* Many maps side by side, by columns: the kinds of all entries, their runs, the rest. That packs
 * better than one map after the other, for what kinds repeat and runs hardly do. A zeroed struct
 * is empty. */
struct map_columns {
    struct buf kinds, runs, rest; /* owned; failures stick in them */
};
void map_columns_release(struct map_columns *m);
/* Appends a map that map_encode made. False, and nothing appended, if its kinds and runs are none. */
bool map_columns_put(struct map_columns *m, struct bytes map);
/* Appends the bytes of all to `out` and empties them. */
void map_columns_take(struct map_columns *m, struct buf *out);

/* Reads them again, in order. */
struct map_columns_reader {
    struct cursor kinds, runs, rest;
};
/* False if data is not what map_columns_take gives. It must stay. */
bool map_columns_open(struct map_columns_reader *r, struct bytes data);
/* How many entries the next map has, each of which makes two segments at most; SIZE_MAX if there is no map. */
size_t map_columns_entries(const struct map_columns_reader *r);
/* The next map; out is reset first. NULL: it is passed over. False if there is none, or it is damaged; out->failed
 * says when memory was the reason. */
bool map_columns_next(struct map_columns_reader *r, struct offsetmap *out);
/* Whether nothing is left. */
bool map_columns_ended(const struct map_columns_reader *r);
