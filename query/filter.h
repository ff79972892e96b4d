/* Filters of the query language: name:value. A filter says which articles, or which stories,
 * may match; it has no hits and does not change a score (docs/QUERY.md, "Filters").
 *
 * FILTER_FIELDS is the one table of fields: name, what a value is (for messages), and whether
 * the articles of one story may differ. A further field is a line there, the reading of its value in
 * filter.c and its meaning in query/evaluate_filter.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"

#define FILTER_FIELDS(X)                                                            \
    X(FILTER_IS, "is", "original, copy or excerpt", true)                           \
    X(FILTER_COPIES, "copies", "a number of other articles as 3, >3, <=3 or 2..5",  \
      false)                                                                        \
    X(FILTER_STORY, "story", "the ID of an article of the story, or its beginning", \
      false)                                                                        \
    X(FILTER_LIKE, "like", "the ID of the article to be like, or its beginning", false)

enum filter_kind {
#define FILTER_ENUM(kind, name, takes, by_article) kind,
    FILTER_FIELDS(FILTER_ENUM)
#undef FILTER_ENUM
};

enum filter_is {
    FILTER_ORIGINAL,
    FILTER_COPY,
    FILTER_EXCERPT
};

struct filter {
    enum filter_kind kind;
    enum filter_is is;    /* IS */
    uint32_t least, most; /* COPIES: both included; nothing can be if least > most */
    struct bytes value;   /* as typed; STORY, LIKE: an ID or its beginning */
};

struct filter_field {
    const char *name; /* what stands before the colon */
    const char *takes;
    enum filter_kind kind;
    bool by_article; /* articles of one story may differ */
};

/* The field that a chunk of a query begins with ("name:"), or NULL. */
const struct filter_field *filter_field_at(struct bytes chunk);
const struct filter_field *filter_field_of(enum filter_kind kind);
/* The name, with its colon, of a field that is kept for later versions and that the chunk begins
 * with; or NULL. */
const char *filter_reserved_at(struct bytes chunk);

/* Reads a value, whose bytes must stay as long as the filter. False if it is none for this
 * field. */
bool filter_read(const struct filter_field *field, struct bytes value,
                 struct filter *out);

/* Appends "is original", "copies 4..", "story cw-1001"; control bytes as \xNN. */
void filter_print(const struct filter *f, struct buf *out);
