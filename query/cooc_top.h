/* The words whose pairs are looked for where none are named (cooc --top): the commonest of an archive, without those that say
 * little, or only those that are names. */
#pragma once

#include "base/err.h"
#include "query/hidden.h"
#include "query/queries.h"
#include "query/session.h"

enum cooc_among {
    COOC_AMONG_WORDS,
    COOC_AMONG_NAMES /* written with a capital, most of the time, where they do not begin a sentence */
};
#define COOC_AMONG "words|names"

enum {
    COOC_AMONG_NAMES_OF =
        16 /* as many words, for each name wanted, are asked whether they are one */
};

/* Appends at most n words as queries, commonest first, of equals by bytes. Words are terms that begin with a letter, have two
 * characters or more, are not hidden and mean themselves as a query; how common they are is told by their addresses in all
 * segments. The session is open. ERR_CORRUPT, ERR_NOMEM, ERR_STOPPED. */
int cooc_top_words(struct session *s, const struct hidden *hidden,
                   enum cooc_among among, size_t n, struct queries *out,
                   struct err *err);
