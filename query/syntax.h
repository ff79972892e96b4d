/* Query text to tree (docs/QUERY.md has the grammar). An error is a code, a message and a
 * byte position. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "text/analyser.h"
#include "query/ast.h"

enum {
    SYNTAX_DEPTH_MAX = 64,        /* parentheses, NOTs and links of a NEAR chain */
    SYNTAX_NODES_MAX = 4096,      /* of a tree */
    SYNTAX_BYTES_MAX = 64 * 1024, /* of a query */
    SYNTAX_DISTANCE_MAX = 10000   /* of NEAR/n and PRE/n */
};

struct syntax_note {
    uint32_t position; /* byte of the query */
    char text[200];    /* what is wrong there, or a hint; empty: nothing to say */
};

struct syntax_result {
    struct ast *tree; /* in the arena; never NULL on success */
    bool literal;     /* it could not be parsed and is read as a literal phrase */
    struct syntax_note note; /* why, if literal; else a hint if note.text[0] */
};

/* What a query is read with; zeroed is ready. */
struct syntax_options {
    bool strict;
    const struct synonyms *synonyms; /* that stand for words of it; NULL: none */
    const char
        *stem_language; /* of stem() without one, from stem_language; NULL: english */
};

/* Parses a query; the tree and what it points at live in `arena`, the bytes `text` of its
 * nodes in `query`. strict: what cannot be parsed is ERR_SYNTAX (with position and caret
 * lines in err); else it becomes a literal phrase with a note. A query without a word, or
 * one over SYNTAX_BYTES_MAX or SYNTAX_NODES_MAX, is ERR_SYNTAX in both cases. ERR_NOMEM. */
int syntax_parse_with(struct bytes query, const struct syntax_options *options,
                      struct analyser *analyser, struct arena *arena,
                      struct syntax_result *out, struct err *err);
/* The same with no other options. */
int syntax_parse(struct bytes query, bool strict, struct analyser *analyser,
                 struct arena *arena, struct syntax_result *out, struct err *err);

/* Are there dates in the tree that are told from today? */
bool syntax_needs_today(const struct ast *tree);
/* Makes days of them, without which there is no plan. */
void syntax_set_today(struct ast *tree, int32_t today);

/* Appends "query\n    ^ message\n" for a terminal: the query on one line, control characters
 * as blanks, long ones cut around the position. */
void syntax_caret(struct bytes query, const struct syntax_note *note, struct buf *out);
