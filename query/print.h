/* A story of an answer as text, TSV and JSON (docs/OUTPUT.md has the columns and keys). */
#pragma once

#include "base/err.h"
#include "query/output.h"
#include "query/rows.h"

struct print_row {
    struct output *output;
    const struct row *row;
    uint64_t rank;     /* from 1 */
    uint64_t of;       /* stories that match */
    uint64_t hits_max; /* snippets a story in text */
};

int print_row_text(const struct print_row *p, struct err *err);
int print_row_tsv(const struct print_row *p, struct err *err);
int print_row_json(const struct print_row *p, struct err *err);
void print_head_tsv(struct output *o);

/* Parts that other commands print too. */
void print_date(struct output *o, int32_t day);
void print_metadata(
    struct output *o,
    const struct provenance_row *p); /* JSON: title, date, outlet, author, url */
void print_provenance(struct output *o,
                      const struct provenance_row *p); /* JSON: "provenance" */
/* "5 hits in 4 stories (6 in 5 articles)" */
void print_totals(struct output *o, const struct engine_totals *t);
