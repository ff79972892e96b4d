/* A matrix on a terminal: shades with the numbers beside them. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "query/output.h"
#include "query/picture.h"

/* Prints a line a row and the columns' names above, without head and note. Columns that `width` has no room for (0: there is
 * room for all) follow as further blocks of lines. colour: the cells' backgrounds are of 256 colours; else a shade stands
 * before each number, of blocks where the locale has them (bars_blocks), else of dots and signs. Shades go from the least value to
 * the greatest; where there are values below 0, by the distance from it, and these are told by their sign and, in colour, by
 * another hue. What is 0 or missing has no shade. 0, ERR_NOMEM, ERR_OUTPUT or ERR_STOPPED. */
int heat_put(struct output *o, const struct picture_matrix *m, unsigned width,
             bool colour, bool blocks, struct err *err);
