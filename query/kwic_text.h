/* Lines of a concordance for people: the hits stand under each other, what does not fit the line is cut at its two
 * ends. Widths are those of characters on a terminal. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "query/kwic_rows.h"
#include "query/output.h"

enum {
    KWIC_TEXT_META_MAX = 16, /* columns of metadata */
    KWIC_TEXT_CELL_MAX = 30, /* columns of the terminal that one may take */
    KWIC_TEXT_LINE_MIN = 24  /* left to the text whatever stands before it */
};

/* Zeroed but for what is marked as set is ready. */
struct kwic_text {
    struct output *output; /* set */
    unsigned width;        /* set: columns of a line; 0: lines are not cut */
    uint32_t meta[KWIC_TEXT_META_MAX]; /* by kwic_text_choose */
    size_t n_meta;
    /* after the first rows, whose widths all have */
    bool laid_out;
    uint32_t meta_width[KWIC_TEXT_META_MAX];
    uint32_t left, hit; /* columns of the left context; the most a hit may have */
    struct output cell; /* scratch: only its buffer is used */
};

void kwic_text_release(struct kwic_text *t);
/* Which columns stand before the text: those that --fields names ("date,outlet"; NULL: date and article). The text
 * itself is always there. ERR_USAGE, ERR_NOMEM. */
int kwic_text_choose(struct kwic_text *t, const char *fields, struct err *err);
/* Prints the rows that are read. ERR_NOMEM, ERR_OUTPUT, ERR_STOPPED. */
int kwic_text_print(struct kwic_text *t, const struct kwic_rows *rows, struct err *err);
/* Bytes at the beginning of UTF-8 that take at most `room` columns, with the marks behind; where the end begins that
 * takes no more, behind the marks of what goes. */
size_t kwic_text_fit(struct bytes text, uint64_t room);
size_t kwic_text_skip(struct bytes text, uint64_t room);
