/* Lines of a concordance as rows of a table: TSV, CSV, JSON, JSON Lines (docs/OUTPUT.md, "kwic"). */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "query/kwic_rows.h"
#include "query/table.h"
#include "query/vimgrep.h"

extern const struct table_schema kwic_print_schema;

/* Whether a column is printed that says where a hit is in the input. */
bool kwic_print_wants_bytes(const struct table *t);
/* The rows that are read; the first has the number `line`, of `of`. ERR_NOMEM, ERR_OUTPUT, ERR_STOPPED. */
int kwic_print_rows(struct table *t, const struct kwic_rows *rows, uint64_t line,
                    uint64_t of, struct err *err);
/* The rows that are read as lines for editors. ERR_NOMEM, ERR_OUTPUT, ERR_STOPPED. */
int kwic_print_vimgrep(struct vimgrep *v, const struct kwic_rows *rows,
                       struct err *err);
