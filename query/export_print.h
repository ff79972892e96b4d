/* Articles as rows of a table: everything that is known of each, and its text (docs/OUTPUT.md, "export"). */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "query/rows.h"
#include "query/table.h"

extern const struct table_schema export_print_schema;

/* Zeroed is ready. */
struct export_print {
    struct table table;
    struct buf text;
};

void export_print_release(struct export_print *p);
/* The row of an article that row_load_article has loaded, with so many hits of a query. ERR_CORRUPT, ERR_NOMEM,
 * ERR_OUTPUT, ERR_STOPPED. */
int export_print_row(struct export_print *p, const struct row *row, uint64_t hits,
                     struct err *err);
/* Where the body begins in a normalised text: behind the title and a blank line, if it has a title. */
size_t export_print_body(const struct row *row, struct bytes text);
