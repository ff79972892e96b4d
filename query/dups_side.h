/* Two articles side by side: what differs is marked, long stretches that are alike are folded to a line. */
#pragma once

#include "query/column.h"
#include "query/diff.h"
#include "query/dups_text.h"
#include "query/output.h"

enum {
    DUPS_SIDE_CONTEXT = 8, /* words shown on each side of a fold */
    DUPS_SIDE_FOLD = 12    /* fewer words are not folded */
};

struct dups_side {
    struct output *output;
    const struct dups_text *text[2]; /* with their texts */
    struct column column[2];
};
/* width: columns of both sides together. */
void dups_side_begin(struct dups_side *s, struct output *o, const struct dups_text *a,
                     const struct dups_text *b, uint32_t width);
void dups_side_end(struct dups_side *s); /* accepts a zeroed struct */
/* A row of two texts of our own choice, as a head. */
int dups_side_row(struct dups_side *s, struct bytes left, struct bytes right,
                  struct err *err);
/* A line across both sides. */
void dups_side_rule(struct dups_side *s);
/* The hunks of diff_make over the two wordings. */
int dups_side_hunks(struct dups_side *s, const diff_hunks *hunks, struct err *err);
