/* Words that stand for others (--synonyms FILE). A line of the file is
 *
 *     turkey, türkiye                          each stands for all of the line
 *     uk => united kingdom, great britain      those on the left stand for those on the right, too
 *
 * and # begins a comment. An entry is a word or several; it is read as the words of a query are, without wildcards and
 * operators. What a line brings in is not looked up again. */
#pragma once

#include "base/err.h"
#include "text/analyser.h"
#include "query/syntax_lex.h"

enum {
    SYNONYMS_BYTES_MAX = 16 << 20, /* of a file */
    SYNONYMS_ENTRIES_MAX = 256,    /* of a line */
    SYNONYMS_WORDS_MAX = 16        /* of an entry */
};

struct synonyms; /* for all threads, once read */

/* Reads a file. ERR_USAGE, with its name and the line, when it cannot be opened or is no such file; ERR_IO,
 * ERR_LIMIT, ERR_NOMEM. */
int synonyms_read(const char *path, struct analyser *analyser, struct synonyms **out,
                  struct err *err);
void synonyms_free(struct synonyms *s); /* accepts NULL */

/* Puts alternatives in the place of words of a tree, and of several words of a phrase that are an entry together:
 * of those that begin with a word the longest. Exact surfaces, stems, patterns and fields stay as they are. Nodes are
 * counted and made by the lexer, of the tree's query: ERR_SYNTAX with its note for too many; ERR_NOMEM. */
int synonyms_apply(const struct synonyms *s, struct syntax_lexer *lx, struct ast **tree,
                   struct err *err);
