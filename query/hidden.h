/* Which words of a table are not shown (--stop, --filter). It hides rows; no number changes. */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"
#include "query/session.h"

/* Zeroed hides nothing. */
struct hidden {
    const char *stop;    /* a language of query/stopwords.h, as given; NULL: none */
    const char *pattern; /* a word, or one with wildcards, as given; NULL: any */
    /* after hidden_read */
    const char *list;
    const struct ast *filter;
};

/* ERR_USAGE where there is no such list, or the pattern is no word. The filter lives until the session's arena is reset. */
int hidden_read(struct hidden *h, struct session *s, struct err *err);
/* Is the word that this term is hidden? */
bool hidden_has(const struct hidden *h, struct bytes term);
/* The two apart: of a sequence of words all may be common ones, or none need match. */
bool hidden_is_stop(const struct hidden *h, struct bytes term);
bool hidden_is_other(const struct hidden *h, struct bytes term);

#define HIDDEN_OPTIONS(h)                                                             \
    {.name = "stop",                                                                  \
     .type = OPT_STRING,                                                              \
     .target = &(h)->stop,                                                            \
     .value = "LANG",                                                                 \
     .help = "Hide the commonest small words of a language (en, de, fr, es, it, pt, " \
             "nl, ru, tr); no number changes."},                                      \
    {                                                                                 \
        .name = "filter", .type = OPT_STRING, .target = &(h)->pattern,                \
        .value = "WORD",                                                              \
        .help = "Show only this word, or those that match it: mosc*, *ing."           \
    }
