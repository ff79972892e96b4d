/* Lines of cells that stand under each other, for people: rows wait until it is known how wide their columns are,
 * and go out as they come once there are many. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/vec.h"
#include "query/output.h"

enum {
    LAYOUT_WAIT_ROWS = 1000,       /* rows that wait; the widths are theirs */
    LAYOUT_WAIT_BYTES = 256 * 1024 /* of their texts */
};

struct layout_column {
    bool right; /* cells stand to the right */
    bool wide;  /* gives way where the line is too long */
    uint32_t width;
};

struct layout_cell {
    size_t from, len; /* of layout.text */
    uint32_t width;
};

/* Zeroed but for the output it is empty. */
struct layout {
    struct output *output;
    VEC(struct layout_column)
    columns;                       /* put there by the caller, before the first cell */
    VEC(struct layout_cell) cells; /* of the rows that wait, the one that is made too */
    struct buf text;
    bool failed; /* no memory */
    bool fixed;  /* the widths are known */
    bool head;   /* the next row printed is the head */
};
void layout_release(struct layout *l);

/* The next cell of the row; made safe for terminals, on one line. */
void layout_cell(struct layout *l, struct bytes text);
/* The first row is the head: it is printed bold. Prints the rows that wait once there are many. ERR_NOMEM, ERR_OUTPUT. */
int layout_row(struct layout *l, bool head, struct err *err);
/* Prints what waits. */
int layout_end(struct layout *l, struct err *err);
