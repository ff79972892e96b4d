/* Parts of an article that show prints instead of the whole: around a word, around hits, or from one word to another. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "query/rows.h"

enum {
    SHOW_PARTS_CONTEXT = 40, /* words on both sides, unless told otherwise */
    SHOW_PARTS_CONTEXT_MAX = 1000000,
    SHOW_PARTS_BEYOND = 20 /* more, if a sentence begins or ends there */
};

struct show_part {
    uint32_t from, to;             /* words of the article */
    uint32_t text_from, text_to;   /* bytes of row.text */
    uint64_t bytes_from, bytes_to; /* of the input */
    size_t first_hit, n_hits;      /* in row.hits */
};

/* Zeroed is ready. */
struct show_parts {
    VEC(struct show_part) parts; /* owned; ascending, and apart */
};

void show_parts_release(struct show_parts *p);
/* "120-180": words [120, 180). ERR_USAGE. */
int show_parts_read(const char *text, struct span *out, struct err *err);
/* Loads into row the text around the spans, which become its hits, and makes of them parts: each span with `context` words
 * on both sides, and up to where sentences begin; those that meet are one. `exact`: the span alone, cut at the article's
 * end. ITER_END if no span has a word of the article; ERR_CORRUPT, ERR_NOMEM. */
int show_parts_load(struct show_parts *p, struct row *row, const struct span *spans,
                    size_t n, uint32_t context, bool exact, struct err *err);
