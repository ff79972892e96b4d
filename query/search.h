/* Stories that match, as rows: what search prints, and commands that list stories as it does. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "query/listing.h"
#include "query/print.h"
#include "query/session.h"
#include "query/vimgrep.h"

struct search {
    struct session *session;
    /* options */
    struct listing listing;
    uint64_t hits; /* of a story; 0: all */
    struct shown shown;
    /* of JSON: the list's schema, and keys of its own behind "query"; head may be NULL */
    const char *list_schema;
    void (*head)(void *arg, struct output *o);
    void *head_arg;
    /* the rest is the implementation's */
    uint64_t hits_max; /* to load */
    uint64_t passed;   /* articles of the listing that come before the page */
    uint64_t shown_rows;
    struct row row, other;
    struct print_row print;
    struct table table;
    struct vimgrep vimgrep;
    bool columns; /* rows of the table: TSV, CSV, and text with --fields */
};

/* Before the options are parsed. */
void search_init(struct search *s, struct session *session);
void search_release(struct search *s);

#define SEARCH_OPTIONS(s)                                                             \
    {.name = "limit",                                                                 \
     .letter = 'n',                                                                   \
     .type = OPT_UINT,                                                                \
     .target = &(s)->listing.limit,                                                   \
     .value = "N",                                                                    \
     .help = "Show N stories, or articles (default 10, in vimgrep all; 0: all)."},    \
        {.name = "offset",                                                            \
         .type = OPT_UINT,                                                            \
         .target = &(s)->listing.offset,                                              \
         .value = "N",                                                                \
         .max = UINT32_MAX,                                                           \
         .help = "Pass over the first N of them."},                                   \
        {.name = "sort",                                                              \
         .type = OPT_CHOICE,                                                          \
         .target = &(s)->listing.sort,                                                \
         .value = "ORDER",                                                            \
         .choices = LISTING_SORTS,                                                    \
         .help =                                                                      \
             "score: the best first (the default); date: by the date of the article " \
             "shown, undated ones last; date-desc: the latest first; source: by "     \
             "outlet."},                                                              \
        {.name = "hits",                                                              \
         .type = OPT_UINT,                                                            \
         .target = &(s)->hits,                                                        \
         .value = "N",                                                                \
         .help =                                                                      \
             "Show N hits of a story (0: all; default: in text 3 snippets, in JSON "  \
             "all hits)."},                                                           \
        SHOWN_OPTION_COPIES(&(s)->shown), SHOWN_OPTION_KEEP(&(s)->shown)

/* Prints the answer to a query: an exit status (0 hits, 1 none) or a negative code. Opens the index, if it is not yet. The session has an analyser. */
int search_answer(struct search *s, struct bytes query, struct ast *tree,
                  struct err *err);
