/* What a command prints: one buffer in front of standard output, text made safe for terminals,
 * TSV fields and JSON.
 *
 * Everything that comes from documents, names, paths or the query goes through output_text,
 * output_line, output_lines, output_field or the JSON functions. A failure to write sticks; it is told
 * by output_flush_large and output_finish. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "query/deadline.h"
#include "query/pager.h"

enum output_format {
    OUTPUT_TEXT,
    OUTPUT_TSV,
    OUTPUT_JSON,
    OUTPUT_JSONL,
    OUTPUT_CSV,
    OUTPUT_VIMGREP, /* search and kwic: path:line:column:text */
    OUTPUT_SVG,     /* pictures (query/picture.h), as the next */
    OUTPUT_VEGA,
    OUTPUT_DOT,
    OUTPUT_GRAPHML
};

enum {
    OUTPUT_JSON_DEPTH = 16
};

/* Where the buffer and its JSON stood when a row was whole. */
struct output_row {
    size_t len;
    uint8_t depth, row_depth;
    bool has_element[OUTPUT_JSON_DEPTH];
    char bracket[OUTPUT_JSON_DEPTH];
};

struct output {
    struct buf buf;
    struct output_row whole; /* the last time */
    int fd;
    int failed_errno;
    struct pager pager; /* started with the first write */
    bool color;         /* styles are written */
    bool links;         /* hyperlinks are written */
    unsigned width; /* columns of the terminal; 0: it is none, and lines may be long */
    /* JSON state: whether an element was put at each depth */
    uint8_t depth;
    bool has_element[OUTPUT_JSON_DEPTH];
    const char *keys[OUTPUT_JSON_DEPTH]; /* under which each depth was opened */
    const char *fields;                  /* what of a row is printed; NULL: all */
    uint8_t row_depth;                   /* of the row that is open; 0: none is */
    bool muted;                      /* a value that is not asked for is being put: */
    uint8_t muted_depth;             /* its key's depth, */
    size_t muted_from;               /* its place in the buffer */
    char bracket[OUTPUT_JSON_DEPTH]; /* that opened each depth */
    bool lines;                      /* of JSON, one after the other */
    bool written;                    /* some of it, whatever the buffer holds */
    /* checked between rows; what a reader takes to read does not count; may be NULL */
    struct deadline *deadline;
};

void output_init(struct output *o, int fd, bool color);
/* Writes what is left and waits for the pager; 0, ERR_NOMEM or ERR_OUTPUT. Releases the buffer in every case. Who leaves a
 * pager has read enough: that is no failure. */
int output_finish(struct output *o, struct err *err);
/* Writes the buffer out when it has grown; called between rows, so that memory stays bounded and a
 * command stops when nobody can read on or its time is over. 0, ERR_NOMEM, ERR_OUTPUT or ERR_STOPPED. */
int output_flush_large(struct output *o, struct err *err);

/* Where memory failed within a row, takes back what was put of it since the last output_flush_large; what was before it stays, and
 * more can be put once there is memory. */
void output_take_back(struct output *o);

/* Whether the reader has left the pager: a command that ends with ERR_OUTPUT then has not failed. */
bool output_was_left(const struct output *o);

/* --- text ---------------------------------------------------------------------------- */

/* Our own words, as they are. */
void output_put(struct output *o, const char *s);
/* At most 511 bytes. */
void output_printf(struct output *o, const char *fmt, ...) ERR_PRINTF(2, 3);
/* Text of others on one line: control, escape and bidi-override characters become U+FFFD,
 * line ends and tabs blanks. */
void output_text(struct output *o, struct bytes text);
/* As output_text, with each run of blanks and line ends as one blank. */
void output_line(struct output *o, struct bytes text);
/* As output_text over several lines: line ends and tabs are kept. */
void output_lines(struct output *o, struct bytes text);
/* A TSV field: as output_line; U+2028 and U+2029 too, which some readers take for line ends. */
void output_field(struct output *o, struct bytes text);
/* Marks what is printed of a command that was stopped by a limit ("timeout" or "memory") as a part: JSON is closed, the
 * outermost object gets "partial": true and "stopped_by"; JSON Lines, and JSON of which nothing was printed yet, get an
 * object of schema stemma.stopped/1. Not for other formats, whose rows have no end. */
void output_stop(struct output *o, const char *by, bool lines);
/* A CSV field (RFC 4180): as output_field, in quotes where it holds a comma, a quote, or a blank at an end. */
void output_csv(struct output *o, struct bytes text);
/* Turns a style on where colour is: "1" bold, "2" dim, "1;31" bold red; NULL turns it off. */
void output_style(struct output *o, const char *style);

/* A path (or what it is called), on one line; with hyperlinks a link to the file, if it is there. */
void output_path(struct output *o, struct bytes path);

/* --- JSON (RFC 8259); key NULL inside arrays and at the top --------------------------- */

/* A row of an answer, {"schema":...: of what is put until it is closed only what output.fields names is printed, and
 * the schema. Rows do not lie in rows. */
void output_open_row(struct output *o, const char *schema);
void output_close_row(struct output *o);
/* Whether a place in a row ("matches", "provenance.input") is printed: what is not need not be got. */
bool output_wants(const struct output *o, const char *path);

void output_open(struct output *o, const char *key, char bracket); /* '{' or '[' */
void output_close(struct output *o, char bracket);                 /* '}' or ']' */
/* Ill-formed UTF-8 becomes U+FFFD; controls and invisible or bidi characters \u escapes, so that JSON
 * is safe on a terminal too and means the same. */
void output_json_str(struct output *o, const char *key, struct bytes value);
/* The string, or null when it is empty. */
void output_json_opt(struct output *o, const char *key, struct bytes value);
void output_json_null(struct output *o, const char *key);
void output_json_int(struct output *o, const char *key, int64_t value);
void output_json_uint(struct output *o, const char *key, uint64_t value);
void output_json_real(struct output *o, const char *key, double value); /* 6 decimals */
/* So many significant figures, with an exponent where it is small; finite. */
void output_json_figures(struct output *o, const char *key, double value, int digits);
void output_json_bool(struct output *o, const char *key, bool value);
