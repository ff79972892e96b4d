/* The words around a hit, cut at token boundaries and preferably where sentences begin. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "query/output.h"
#include "query/rows.h"

enum {
    SNIPPET_TOKENS = 30,        /* about so many, unless the hit is longer */
    SNIPPET_BEFORE_TOKENS = 12, /* at most, of them */
    SNIPPET_AFTER_TOKENS = 8    /* at least, behind a hit, while the text lasts */
};

struct snippet {
    uint32_t from, to; /* tokens */
    uint32_t text_from,
        text_to; /* bytes of row.text; quotes and full stops at the ends too */
    bool cut_before, cut_after; /* a sentence is cut on that side */
};

/* The words around hit h (< hits.len), from token `least` on if the hit begins there or later: what a snippet
 * before has shown need not be shown again. A hit in the title has the title around it, another never. */
int snippet_around(const struct row *r, size_t h, uint32_t least, struct snippet *out,
                   struct err *err);
/* The beginning of the body, for a row without hits in it. ITER_END if it has no word. */
int snippet_of_body(const struct row *r, struct snippet *out, struct err *err);
/* The whole title as a snippet. ITER_END if the article has none, or it is not loaded. */
int snippet_of_title(const struct row *r, struct snippet *out, struct err *err);
/* Whether a sentence begins with a token that is loaded. */
bool snippet_starts_sentence(const struct row *r, uint32_t token);
/* Sets where the text of the words [from, to) begins and ends. */
int snippet_finish(const struct row *r, struct snippet *s, struct err *err);
/* Prints it on one line; every hit inside is marked: by style, or by [brackets] where there is no colour. Hits
 * that overlap or touch are marked as one. */
void snippet_print(const struct row *r, const struct snippet *s, struct output *o);
/* The same text as it stands in the article, without marks. */
struct bytes snippet_text(const struct row *r, const struct snippet *s);
