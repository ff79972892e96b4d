/* An article of an index read again from its input, by offset and length in its provenance, and
 * analysed again: what the index says of it must be that. Inputs are plain files. */
#pragma once

#include "base/err.h"
#include "text/analyser.h"
#include "formats/segment.h"
#include "indexer/config.h"
#include "indexer/reader.h"

/* What is handed over; it lives until the function returns. */
struct reread_article {
    article_id id;
    const struct provenance_row *row;
    const struct record *record;
    const struct analysed *text;
};
typedef void (*reread_fn)(void *arg, const struct reread_article *a);

struct reread;
struct reread *reread_new(const struct config *c); /* NULL when out of memory */
void reread_free(struct reread *r);
/* Calls fn once. Errors are those of the files; what cannot be (another digest, no record or two
 * at the place) ends the program. */
int reread(struct reread *r, const struct segment *s, article_id id, reread_fn fn,
           void *arg, struct err *err);
