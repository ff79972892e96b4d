/* An article as show prints it: what is known of it, its story's articles, and its text or parts of it. */
#pragma once

#include "base/err.h"
#include "query/dups_rows.h"
#include "query/pairs.h"
#include "query/rows.h"
#include "query/session.h"
#include "query/show_parts.h"

struct show_print {
    struct session *session;
    struct row
        *row; /* the article, as row_load_article has it; with parts, its hits too */
    const struct show_parts *parts; /* NULL: the whole text */
    struct bytes text;              /* normalised; without parts */
    bool marks;                     /* hits in parts are those of a query */
    struct dups_rows rows;          /* owned scratch */
    struct pairs *pairs;            /* rows of names and values */
    uint64_t members;               /* put so far */
};

/* The keys of JSON, for session_keys; the names of rows, for pairs_begin. */
extern const char *const show_print_keys[];
extern const char *const show_print_names[];

void show_print_release(struct show_print *p);
/* In the session's format. ERR_CORRUPT, ERR_NOMEM, ERR_OUTPUT, ERR_STOPPED. */
int show_print(struct show_print *p, struct err *err);
