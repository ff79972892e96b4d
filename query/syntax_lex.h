/* Query text to tokens: operators, parentheses, and atoms that are trees already. For
 * syntax.c. */
#pragma once

#include "base/vec.h"
#include "query/syntax.h"

enum syntax_token_kind {
    SYNTAX_ATOM,
    SYNTAX_OPEN,
    SYNTAX_CLOSE,
    SYNTAX_AND,
    SYNTAX_OR,
    SYNTAX_NOT,
    SYNTAX_NEAR,
    SYNTAX_PRE,
    SYNTAX_NOT_NEAR,
    SYNTAX_ATLEAST, /* this and IN stand before what they say */
    SYNTAX_IN,
    SYNTAX_END
};

struct syntax_token {
    enum syntax_token_kind kind;
    uint32_t start, len;    /* bytes of the query */
    uint32_t distance;      /* NEAR to IN */
    struct ast *atom;       /* ATOM */
    enum ast_within within; /* NEAR, PRE */
};

struct syntax_item {
    struct ast *node;
};
typedef VEC(struct syntax_item) syntax_items;

struct syntax_lexer {
    struct bytes query;
    struct analyser *analyser;
    struct arena *arena;
    VEC(struct syntax_token) tokens; /* owned; ends with SYNTAX_END */
    size_t n_nodes;                  /* of all trees made */
    struct syntax_note note;         /* the error, after ERR_SYNTAX; else a hint */
};

/* Fills lx->tokens. ERR_SYNTAX with lx->note set when it is not a query; ERR_NOMEM. */
int syntax_lex_run(struct syntax_lexer *lx, struct err *err);
void syntax_lex_release(struct syntax_lexer *lx);

/* A node in the arena, counted against SYNTAX_NODES_MAX; text is query[start, start+len). */
int syntax_lex_node(struct syntax_lexer *lx, enum ast_kind kind, uint32_t start,
                    uint32_t len, struct ast **out, struct err *err);
/* Gives a node the children items[0..n). */
int syntax_lex_adopt(struct syntax_lexer *lx, struct ast *node,
                     const struct syntax_item *items, size_t n, struct err *err);
enum syntax_words {
    SYNTAX_WORDS_LITERAL, /* wildcards are separators */
    SYNTAX_WORDS_CHUNK,   /* wildcards inside words */
    SYNTAX_WORDS_PHRASE /* also * for a whole word, and groups of alternatives (a|b) */
};
/* The words of query[from, to) as one tree: NULL without a word, the item itself if it is
 * one, else a phrase, whose text is query[from, to). A wrong wildcard is ERR_SYNTAX. */
int syntax_lex_words(struct syntax_lexer *lx, uint32_t from, uint32_t to,
                     enum syntax_words mode, struct ast **out, struct err *err);
/* Notes what is wrong at a byte of the query and returns ERR_SYNTAX. */
int syntax_lex_fail(struct syntax_lexer *lx, uint32_t position, const char *fmt, ...)
    ERR_PRINTF(3, 4);
