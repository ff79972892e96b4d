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
    SYNTAX_PART, /* title: or body: before what they say */
    SYNTAX_END
};

struct syntax_token {
    enum syntax_token_kind kind;
    uint32_t start, len;    /* bytes of the query */
    uint32_t distance;      /* NEAR to IN */
    struct ast *atom;       /* ATOM */
    enum ast_within within; /* NEAR, PRE */
    enum ast_part part;     /* PART */
};

struct syntax_item {
    struct ast *node;
};
typedef VEC(struct syntax_item) syntax_items;

struct syntax_lexer {
    struct bytes query;
    struct analyser *analyser;
    struct arena *arena;
    VEC(struct syntax_token) tokens;  /* owned; ends with SYNTAX_END */
    size_t n_nodes;                   /* of all trees made */
    struct syntax_note note;          /* the error, after ERR_SYNTAX; else a hint */
    const struct filter_field *field; /* of the group of values that is open, or NULL */
    uint32_t field_depth;             /* parentheses that were open before it */
    uint32_t depth;                   /* parentheses that are open */
    const char *language;             /* of stem() without one; NULL: english */
    bool specials; /* the words at hand may have a syntax of their own */
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
/* Length of a double quotation mark of any style at a byte of the query, 0 if there is none. */
uint32_t syntax_lex_quote(const struct syntax_lexer *lx, uint32_t at);
/* Length of the white space at a byte, likewise. */
uint32_t syntax_lex_blank(const struct syntax_lexer *lx, uint32_t at);
/* Does a chunk end at this byte: at the query's end, a blank or a parenthesis? */
bool syntax_lex_is_end(const struct syntax_lexer *lx, uint32_t at);
/* What stands between quotation marks: `from` is the opening one, *to is set behind the closing
 * one, [*inner, *inner_end) is inside. ERR_SYNTAX without a closing one. */
int syntax_lex_quoted(struct syntax_lexer *lx, uint32_t from, uint32_t *inner,
                      uint32_t *inner_end, uint32_t *to);
int syntax_lex_push(struct syntax_lexer *lx, struct syntax_token token,
                    struct err *err);

/* Items with a syntax of their own (syntax_special.c). */

/* Where one ends that begins at `at`, the beginning of an item of query[.., to): stem(...), /.../, =word;
 * 0: there is none. */
uint32_t syntax_special_end(const struct syntax_lexer *lx, uint32_t at, uint32_t to);
/* Its node. ERR_SYNTAX, ERR_NOMEM. */
int syntax_special(struct syntax_lexer *lx, uint32_t from, uint32_t end,
                   struct ast **out, struct err *err);
/* The token of one that begins at *at, ="..." too, behind which *at is moved: 1; 0 if there is none. */
int syntax_special_lex(struct syntax_lexer *lx, uint32_t *at, struct err *err);

/* Fields (syntax_filter.c). */

/* The tokens of a chunk that begins with a field's name at `from`; *to is moved behind them. */
int syntax_filter_lex(struct syntax_lexer *lx, const struct filter_field *field,
                      uint32_t from, uint32_t *to, struct err *err);
/* The token of a value in a group of lx->field. */
int syntax_filter_value(struct syntax_lexer *lx, uint32_t from, uint32_t *to,
                        struct err *err);
/* The chunk query[from, to) is ERR_SYNTAX if it begins with the name of a field that there is not. */
int syntax_filter_unknown(struct syntax_lexer *lx, uint32_t from, uint32_t to);

/* Notes what is wrong at a byte of the query and returns ERR_SYNTAX. */
int syntax_lex_fail(struct syntax_lexer *lx, uint32_t position, const char *fmt, ...)
    ERR_PRINTF(3, 4);
