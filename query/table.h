/* Rows of named columns, declared once and printed in any format: lines of aligned columns in text, TSV, CSV,
 * JSON and JSONL objects.
 *
 *     static const struct table_column columns[] = {
 *         [TERM] = {.name = "term"},
 *         [HITS] = {.name = "hits", .kind = TABLE_UINT},
 *     };
 *     static const struct table_schema schema = {"stemma.terms/1", "stemma.terms-list/1", columns, 2};
 *
 *     struct table t = {0};
 *     rc = table_begin(&t, session, &schema, err);
 *     if (rc == 0 && (o = table_list(&t)))          in JSON: keys of the list before its results
 *         output_json_str(o, "query", query);
 *     for each row: table_text(&t, TERM, term); table_uint(&t, HITS, n); rc = table_row(&t, err);
 *     if (rc == 0 && (o = table_tail(&t)))          in JSON: keys behind them
 *         output_json_bool(o, "more", more);
 *     if (rc == 0)
 *         rc = table_end(&t, err);
 *     table_release(&t);
 *
 * --fields chooses columns and their order, -0 ends rows with NUL (docs/OUTPUT.md). Texts are made safe for
 * terminals here. A cell that is not set is null: empty in lines. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/vec.h"
#include "query/layout.h"
#include "query/session.h"

enum table_kind {
    TABLE_TEXT,
    TABLE_UINT,
    TABLE_INT,
    TABLE_REAL, /* `digits` behind the point in lines, 6 in JSON; what is not finite is null */
    TABLE_BOOL, /* 1 or 0 in TSV and CSV, yes or no in text */
    TABLE_LIST /* texts with PROVENANCE_ITEMS between them (formats/provenance.h), put as one text: a list in JSON, empty
                  for null, else one text with "; " between them */
};

enum table_flag {
    TABLE_NULLABLE = 1, /* may be null; for those who read the declaration */
    TABLE_EXTRA = 2,    /* only if --fields names it */
    TABLE_WIDE = 4,     /* in text: is cut where the terminal is too narrow for all */
    TABLE_RIGHT = 8,    /* in text: to the right, as numbers are */
    TABLE_TEXT_HIDDEN = 16, /* in text only if --fields names it */
    TABLE_TEXT_ONLY = 32,   /* in text, and nowhere else */
    TABLE_FIGURES =
        64 /* TABLE_REAL: `digits` are significant figures, in JSON too, with an exponent where
                          the value is small: 3.1e-45 */
};

struct table_column {
    const char *name;
    uint8_t kind;   /* enum table_kind */
    uint8_t digits; /* TABLE_REAL */
    uint8_t flags;  /* enum table_flag */
};

struct table_schema {
    const char *row;  /* "stemma.terms/1"; NULL where rows are never JSON */
    const char *list; /* "stemma.terms-list/1" */
    const struct table_column *columns;
    size_t n;
};

struct table_cell {
    bool set;
    union {
        uint64_t u;
        int64_t i;
        double r;
        bool b;
        struct {
            size_t from, len; /* of table.texts */
        } text;
    };
};

/* Zeroed is ready; `results` may be set. */
struct table {
    const char *results; /* the list's key for its rows; NULL: "results" */
    struct session *session;
    const struct table_schema *schema;
    VEC(uint32_t) shown;      /* columns, in the order they are printed */
    struct table_cell *cells; /* owned; of the row that is put together */
    struct buf texts;         /* what its cells say */
    struct buf scratch;
    struct layout layout; /* text */
    bool in_results;      /* JSON: the list is open */
    bool in_tail;
    uint64_t n_rows;
};

/* Whether rows are lines of columns, for commands that have another layout in text, and other keys in JSON: tsv and csv, and
 * text where --fields asks for columns. */
bool table_is_asked(const struct session *s);

/* Chooses the columns and prints what comes before the rows. ERR_USAGE where --fields names no column (the
 * nearest is named), ERR_NOMEM. */
int table_begin(struct table *t, struct session *s, const struct table_schema *schema,
                struct err *err);
void table_release(struct table *t);
/* Where keys of the list's own may be put, before the first row: NULL unless the format is json. */
struct output *table_list(struct table *t);
/* The same behind the last row. */
struct output *table_tail(struct table *t);

/* Whether the column is printed: a value that is dear to get need not be got. */
bool table_wants(const struct table *t, size_t column);
/* Cells of the row, in any order; a text is copied. */
void table_text(struct table *t, size_t column, struct bytes value);
void table_opt(struct table *t, size_t column, struct bytes value); /* null if empty */
void table_uint(struct table *t, size_t column, uint64_t value);
void table_int(struct table *t, size_t column, int64_t value);
void table_real(struct table *t, size_t column, double value);
void table_bool(struct table *t, size_t column, bool value);
void table_null(struct table *t, size_t column);
/* Ends the row. ERR_NOMEM, ERR_OUTPUT. */
int table_row(struct table *t, struct err *err);
/* Prints what waits and closes the list. ERR_NOMEM, ERR_OUTPUT. */
int table_end(struct table *t, struct err *err);
