/* stats --by: stories, articles and words of the archive by outlet, year ... */
#pragma once

#include "base/err.h"
#include "query/grouping.h"
#include "query/session.h"

/* Zeroed but for `total` is none. */
struct stats_groups {
    const char *by; /* --by as given; NULL: no groups */
    int sort;       /* index into GROUPING_SORTS */
    uint64_t limit; /* groups shown; 0: all */
    bool total;     /* a row of it ends the groups */
};

#define STATS_GROUPS_OPTIONS(g)                                                       \
    {.name = "by",                                                                    \
     .type = OPT_STRING,                                                              \
     .target = &(g)->by,                                                              \
     .value = "FIELD,...",                                                            \
     .help = "Stories, articles and words by source, author, section, lang, tag, "    \
             "year, month, week or day; several are nested."},                        \
        {.name = "sort",                                                              \
         .type = OPT_CHOICE,                                                          \
         .target = &(g)->sort,                                                        \
         .value = "ORDER",                                                            \
         .choices = GROUPING_SORTS,                                                   \
         .help = "Order of groups: key (by value; the default where the first field " \
                 "is a date), count (most articles first; the default else)."},       \
        {.name = "limit",                                                             \
         .letter = 'n',                                                               \
         .type = OPT_UINT,                                                            \
         .target = &(g)->limit,                                                       \
         .value = "N",                                                                \
         .help = "Show the first N groups (default 0: all)."},                        \
    {                                                                                 \
        .name = "total", .type = OPT_FLAG, .target = &(g)->total,                     \
        .help = "End the groups with a row of the total (the default; --no-total: "   \
                "without)."                                                           \
    }

/* Prints them for an open session. ERR_USAGE where --by names no field. */
int stats_groups_print(const struct stats_groups *g, struct session *s,
                       struct err *err);
