/* A story of an answer as text, columns and JSON (docs/OUTPUT.md has the columns and keys). */
#pragma once

#include "base/err.h"
#include "query/output.h"
#include "query/rows.h"
#include "query/table.h"

struct print_row {
    struct output *output;
    const struct row *row;
    uint64_t rank;                   /* from 1 */
    uint64_t of;                     /* stories, or articles, that match */
    uint64_t hits_max;               /* snippets in text, matches in JSON */
    enum shown_copies copies;        /* a row a story, or an article */
    const struct story_match *match; /* GROUP: with its wordings */
    struct row *other;               /* GROUP: scratch for its articles */
};

int print_row_text(const struct print_row *p, struct err *err);
int print_row_json(const struct print_row *p, struct err *err);
/* The paths of a row's keys, for session_keys. */
extern const char *const print_row_keys[];
/* As a row of a table of print_row_schema. */
int print_row_table(const struct print_row *p, struct table *t, struct err *err);
extern const struct table_schema print_row_schema;
/* The articles of p->match that match, in canonical order: lines with relation, date and outlet; the
 * JSON key members. */
int print_group_text(const struct print_row *p, struct err *err);
int print_group_json(const struct print_row *p, struct err *err);

/* Parts that other commands print too. */

const char *print_reader_name(uint8_t reader); /* "jsonl" */
void print_date(struct output *o, int32_t day);
/* JSON keys title, date, outlet, author, url, section, language; null what the article lacks; tags, a list. */
void print_metadata(struct output *o, const struct provenance_row *p);
/* A cell of a table: tags with semicolons between, null if there are none. */
void print_tags_cell(struct table *t, size_t column, struct bytes tags);
/* JSON key provenance. */
void print_provenance(struct output *o, const struct provenance_row *p);
/* JSON keys hits, stories, hits_all, articles. */
void print_counts(struct output *o, const struct engine_totals *t);
/* "5 hits in 4 stories (6 hits in 5 articles)" */
void print_totals(struct output *o, const struct engine_totals *t);
