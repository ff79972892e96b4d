/* The tags of a record: items put one by one, or split out of one string, up to limits. What is over them is
 * counted, so that it can be told. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
    TAGS_ITEMS_MAX = 256,
    TAGS_ITEM_BYTES_MAX = 256, /* a longer one is cut at a character */
    TAGS_BYTES_MAX = 8192      /* of all, what stands between them included */
};

/* A zeroed struct has none. */
struct tags {
    uint8_t text[TAGS_BYTES_MAX]; /* items with PROVENANCE_ITEMS between them */
    size_t len;
    unsigned n;    /* items kept */
    unsigned lost; /* items left out or cut */
};

void tags_reset(struct tags *t);
/* One item: a clean line of well-formed UTF-8 (record_clean). An empty one, and one that is
 * there, adds nothing. */
void tags_put(struct tags *t, struct bytes item);
/* The items of one line: between semicolons if it has any, else between commas. Brackets around all of
 * them and quotes around each, as "['a', 'b']" has them, are taken off. */
void tags_split(struct tags *t, struct bytes line);
static inline struct bytes tags_text(const struct tags *t)
{
    return bytes_of(t->text, t->len);
}
