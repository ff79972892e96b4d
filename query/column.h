/* Text with styles, wrapped to a number of columns: one side of a side-by-side view. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "query/output.h"

struct column_part {
    uint32_t from, len; /* bytes of column.text */
    uint32_t width;
    bool marked;
};
struct column_line {
    uint32_t first, n; /* parts */
    uint32_t width;
};
/* Zeroed but for its width it is empty. */
struct column {
    uint32_t width;    /* at least 2 */
    const char *style; /* of marked text (output_style) */
    struct buf text;
    VEC(struct column_part) parts;
    VEC(struct column_line) lines;
    VEC(struct column_part) word; /* that is not in a line yet */
    uint32_t word_width;
    bool failed;
};
void column_release(struct column *c);
/* Empties it, keeps width and style. */
void column_reset(struct column *c);
/* Adds text that a line does not break in front of; it is made safe for terminals. Blanks in it break no line. */
void column_put(struct column *c, struct bytes text, bool marked);
/* A blank where a line may end. */
void column_blank(struct column *c);
/* Begins a new line if the last one holds anything. */
void column_break(struct column *c);
/* Lines so far, the one that is written to included; the last word may still need one more. */
size_t column_lines(const struct column *c);
/* Goes on in line `line`, or where it is if that is past; lines before it stay empty. The last word has ended. */
void column_skip_to(struct column *c, size_t line);
/* Ends the last word: then `lines` are all there. ERR_NOMEM if anything failed. */
int column_end(struct column *c, struct err *err);
/* Prints a line (nothing where there is none), without blanks behind it; returns its width. */
uint32_t column_print(const struct column *c, size_t line, struct output *o);
