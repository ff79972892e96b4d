/* The words around a hit, cut at token boundaries and preferably at the start of a sentence. */
#pragma once

#include "base/err.h"
#include "query/output.h"
#include "query/rows.h"

enum {
    SNIPPET_BEFORE_TOKENS = 12,
    SNIPPET_AFTER_TOKENS = 24
};

struct snippet {
    uint32_t from, to;           /* tokens */
    uint32_t text_from, text_to; /* bytes of row.text */
    bool cut_before, cut_after;  /* the article has more on that side */
};

/* The window around hit h of the row. */
int snippet_window(const struct row *r, size_t h, struct snippet *out, struct err *err);
/* Prints it on one line; every hit inside is marked: by colour, or by [brackets]. Hits that overlap are marked as one. */
void snippet_print(const struct row *r, const struct snippet *s, struct output *o);
/* The same text without marks. */
struct bytes snippet_text(const struct row *r, const struct snippet *s);
