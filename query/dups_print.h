/* A row of dups as text, columns and JSON (docs/OUTPUT.md has the columns and keys). */
#pragma once

#include "query/dups_rows.h"
#include "query/output.h"
#include "query/table.h"

/* As a row of a table of dups_print_schema. */
int dups_print_row(struct table *t, const struct dups_row *row, struct err *err);
extern const struct table_schema dups_print_schema;
/* A stemma.dups/1 object; the paths of its keys, for session_keys. */
extern const char *const dups_print_keys[];
void dups_print_json(struct output *o, const struct dups_row *row);
/* One line: relation, date, ID, outlet, and the figures in a bracket. */
void dups_print_line(struct output *o, const struct dups_row *row);
/* The line, the place in the input, the figures in words and the rule: two to four lines. */
void dups_print_full(struct output *o, const struct dups_row *row);

/* Parts that other files print too. */

/* What a relation to the original means: "part of the original". */
const char *dups_print_relation(uint8_t relation);
/* JSON keys covered to rule; null where nothing was compared. */
void dups_print_figures_json(struct output *o, const struct evidence *e, bool compared);
/* "92%" of a fraction in 1/10000. */
void dups_print_percent(struct output *o, uint32_t fraction);
/* "3 words", "1 word". */
void dups_print_count(struct output *o, uint64_t n, const char *one, const char *many);
