#include "query/syntax.h"

#include <stdio.h>
#include <string.h>

#include "text/utf8.h"
#include "query/synonyms.h"
#include "query/syntax_lex.h"

/* Recursive descent over the tokens; NOT > proximity > AND > OR. */
struct parser {
    struct syntax_lexer *lx;
    size_t at;
    unsigned depth;
};

static int parse_or(struct parser *p, struct ast **out, struct err *err);

static const struct syntax_token *peek(const struct parser *p)
{
    return &p->lx->tokens.items[p->at];
}

static int too_deep(struct parser *p)
{
    return syntax_lex_fail(p->lx, peek(p)->start, "more than %d levels deep",
                           SYNTAX_DEPTH_MAX);
}

static int parse_primary(struct parser *p, struct ast **out, struct err *err)
{
    const struct syntax_token *t = peek(p);
    switch (t->kind) {
    case SYNTAX_ATOM:
        p->at++;
        *out = t->atom;
        return 0;
    case SYNTAX_OPEN: {
        p->at++;
        int rc = parse_or(p, out, err);
        if (rc == 0 && peek(p)->kind != SYNTAX_CLOSE) {
            return syntax_lex_fail(p->lx, t->start, "this parenthesis is not closed");
        }
        p->at++;
        return rc;
    }
    case SYNTAX_CLOSE:
        return syntax_lex_fail(p->lx, t->start,
                               "a word is missing before this parenthesis");
    case SYNTAX_END:
        return syntax_lex_fail(p->lx, t->start, "a word is missing at the end");
    case SYNTAX_AND:
    case SYNTAX_OR:
    case SYNTAX_NOT:
    case SYNTAX_NEAR:
    case SYNTAX_PRE:
    case SYNTAX_NOT_NEAR:
    case SYNTAX_ATLEAST:
    case SYNTAX_IN:
    case SYNTAX_PART: break;
    }
    return syntax_lex_fail(p->lx, t->start, "a word is missing before %.*s",
                           (int)t->len, (const char *)p->lx->query.data + t->start);
}

static bool is_proximity(enum syntax_token_kind kind)
{
    return kind == SYNTAX_NEAR || kind == SYNTAX_PRE || kind == SYNTAX_NOT_NEAR;
}

/* Of the operators that make a node of their own. */
static enum ast_kind kind_of(enum syntax_token_kind kind)
{
    switch (kind) {
    case SYNTAX_NEAR: return AST_NEAR;
    case SYNTAX_PRE: return AST_PRE;
    case SYNTAX_NOT_NEAR: return AST_NOT_NEAR;
    case SYNTAX_ATLEAST: return AST_ATLEAST;
    case SYNTAX_IN: return AST_IN;
    default: return AST_NOT;
    }
}

static int no_place(struct parser *p, const struct syntax_token *t, const char *verb)
{
    return syntax_lex_fail(p->lx, t->start,
                           "%.*s %s words, phrases and groups of OR; AND, NOT, IN and "
                           "filters have no place",
                           (int)t->len, (const char *)p->lx->query.data + t->start,
                           verb);
}

/* A node of t's kind over an only child. */
static int make_over(struct parser *p, const struct syntax_token *t, enum ast_kind kind,
                     struct ast *child, struct ast **out, struct err *err)
{
    uint32_t start = t->start < child->start ? t->start : child->start;
    uint32_t len = child->start + child->len - start;
    int rc = syntax_lex_node(p->lx, kind, start, len, out, err);
    if (rc == 0) {
        (*out)->distance = t->distance;
        (*out)->part = t->part;
        rc = syntax_lex_adopt(p->lx, *out, &(struct syntax_item){child}, 1, err);
    }
    return rc;
}

/* title: or body: over a clause. AND, OR and NOT are decided for each article, so what stands before
 * them may as well stand before each of their parts. */
static int make_part(struct parser *p, const struct syntax_token *t, struct ast *child,
                     struct ast **out, struct err *err)
{
    int rc = 0;
    *out = child;
    if (ast_is_spans(child)) {
        return make_over(p, t, AST_IN, child, out, err);
    }
    if (child->kind != AST_AND && child->kind != AST_OR && child->kind != AST_NOT) {
        return no_place(p, t, "takes");
    }
    for (size_t i = 0; i < child->n_children && rc == 0; i++) {
        rc = make_part(p, t, child->children[i], &child->children[i], err);
    }
    return rc;
}

static int parse_not(struct parser *p, struct ast **out, struct err *err)
{
    const struct syntax_token *t = peek(p);
    if (++p->depth > SYNTAX_DEPTH_MAX) {
        return too_deep(p);
    }
    bool is_number = t->kind == SYNTAX_ATLEAST || t->kind == SYNTAX_IN;
    struct ast *child = NULL;
    int rc;
    if (t->kind == SYNTAX_PART) {
        p->at++;
        rc = parse_primary(p, &child, err);
        if (rc == 0) {
            rc = make_part(p, t, child, out, err);
        }
    } else if (t->kind == SYNTAX_NOT || is_number) {
        p->at++;
        rc = parse_not(p, &child, err);
        if (rc == 0 && is_number && !ast_is_spans(child)) {
            return no_place(p, t, "takes");
        }
        if (rc == 0) {
            rc = make_over(p, t, kind_of(t->kind), child, out, err);
        }
    } else {
        rc = parse_primary(p, out, err);
    }
    p->depth--;
    return rc;
}

static int parse_prox(struct parser *p, struct ast **out, struct err *err)
{
    int rc = parse_not(p, out, err);
    unsigned links = 0;
    while (rc == 0 && is_proximity(peek(p)->kind)) {
        const struct syntax_token *t = peek(p);
        struct syntax_item pair[2] = {{*out}, {NULL}};
        struct ast *node;
        if (p->depth + ++links > SYNTAX_DEPTH_MAX) {
            return too_deep(p);
        }
        p->at++;
        rc = parse_not(p, &pair[1].node, err);
        if (rc) {
            return rc;
        }
        if (!ast_is_spans(pair[0].node) || !ast_is_spans(pair[1].node)) {
            return no_place(p, t, "joins");
        }
        uint32_t start = pair[0].node->start;
        uint32_t end = pair[1].node->start + pair[1].node->len;
        rc = syntax_lex_node(p->lx, kind_of(t->kind), start, end - start, &node, err);
        if (rc == 0) {
            node->distance = t->distance;
            node->within = t->within;
            rc = syntax_lex_adopt(p->lx, node, pair, 2, err);
            *out = node;
        }
    }
    return rc;
}

/* Makes children[0..n) a node of the kind, or gives the only child. */
static int make_list(struct parser *p, enum ast_kind kind,
                     const struct syntax_item *children, size_t n, struct ast **out,
                     struct err *err)
{
    *out = n ? children[0].node : NULL;
    if (n <= 1) {
        return 0;
    }
    uint32_t start = children[0].node->start;
    uint32_t len = children[n - 1].node->start + children[n - 1].node->len - start;
    int rc = syntax_lex_node(p->lx, kind, start, len, out, err);
    return rc ? rc : syntax_lex_adopt(p->lx, *out, children, n, err);
}

static int parse_and(struct parser *p, struct ast **out, struct err *err)
{
    syntax_items list = {0};
    int rc;
    for (;;) {
        struct ast *child;
        rc = parse_prox(p, &child, err);
        if (rc == 0 && !vec_push(&list, (struct syntax_item){child})) {
            rc = err_set(err, ERR_NOMEM, "query: no memory for its tree");
        }
        if (rc) {
            goto out;
        }
        enum syntax_token_kind kind = peek(p)->kind;
        if (kind == SYNTAX_AND) {
            p->at++;
        } else if (kind == SYNTAX_OR || kind == SYNTAX_CLOSE || kind == SYNTAX_END) {
            break;
        }
    }
    rc = make_list(p, AST_AND, list.items, list.len, out, err);
out:
    vec_release(&list);
    return rc;
}

static int parse_or(struct parser *p, struct ast **out, struct err *err)
{
    syntax_items list = {0};
    int rc;
    for (;;) {
        struct ast *child;
        rc = parse_and(p, &child, err);
        if (rc == 0 && !vec_push(&list, (struct syntax_item){child})) {
            rc = err_set(err, ERR_NOMEM, "query: no memory for its tree");
        }
        if (rc || peek(p)->kind != SYNTAX_OR) {
            break;
        }
        p->at++;
    }
    if (rc == 0) {
        rc = make_list(p, AST_OR, list.items, list.len, out, err);
    }
    vec_release(&list);
    return rc;
}

static int parse_query(struct syntax_lexer *lx, struct ast **out, struct err *err)
{
    int rc = syntax_lex_run(lx, err);
    if (rc) {
        return rc;
    }
    struct parser p = {lx, 0, 0};
    rc = parse_or(&p, out, err);
    if (rc == 0 && peek(&p)->kind != SYNTAX_END) {
        return syntax_lex_fail(lx, peek(&p)->start,
                               "this parenthesis was never opened");
    }
    return rc;
}

/* --- the literal reading ---------------------------------------------------------------- */

static int refuse(struct bytes query, const struct syntax_note *note, struct err *err)
{
    struct buf caret = {0};
    syntax_caret(query, note, &caret);
    int rc =
        err_set(err, ERR_SYNTAX, "query: byte %u: %s\n%.*s", (unsigned)note->position,
                note->text, (int)caret.len, (const char *)caret.data);
    buf_release(&caret);
    return rc;
}

static int parse_literal(struct syntax_lexer *lx, struct ast **out, struct err *err)
{
    struct syntax_note why = lx->note;
    lx->n_nodes = 0;
    int rc = syntax_lex_words(lx, 0, (uint32_t)lx->query.len, SYNTAX_WORDS_LITERAL, out,
                              err);
    if (rc == 0) {
        lx->note = why;
    }
    return rc;
}

int syntax_parse(struct bytes query, bool strict, struct analyser *analyser,
                 struct arena *arena, struct syntax_result *out, struct err *err)
{
    struct syntax_options options = {.strict = strict};
    return syntax_parse_with(query, &options, analyser, arena, out, err);
}

int syntax_parse_with(struct bytes query, const struct syntax_options *options,
                      struct analyser *analyser, struct arena *arena,
                      struct syntax_result *out, struct err *err)
{
    struct syntax_lexer lx = {.query = query,
                              .analyser = analyser,
                              .arena = arena,
                              .language = options->stem_language};
    struct ast *tree = NULL;
    if (query.len > SYNTAX_BYTES_MAX) {
        return err_set(err, ERR_SYNTAX, "query: longer than %d bytes",
                       SYNTAX_BYTES_MAX);
    }
    int rc = parse_query(&lx, &tree, err);
    bool literal = rc == ERR_SYNTAX;
    if (literal) {
        struct syntax_note why = lx.note;
        rc = parse_literal(&lx, &tree, err);
        if (rc == 0 && tree && options->strict) {
            rc = refuse(query, &why, err);
            goto out;
        }
    }
    if (rc == 0 && tree && options->synonyms) {
        rc = synonyms_apply(options->synonyms, &lx, &tree, err);
    }
    if (rc == ERR_SYNTAX) {
        rc = refuse(query, &lx.note, err);
    } else if (rc == 0 && !tree) {
        rc = err_set(err, ERR_SYNTAX, "query: there is no word in it");
    }
    if (rc == 0) {
        *out = (struct syntax_result){tree, literal, lx.note};
    }
out:
    syntax_lex_release(&lx);
    return rc;
}

/* --- the caret ---------------------------------------------------------------------------- */

enum {
    CARET_BEFORE = 60, /* characters of the query shown before the spot, and after it */
    CARET_AFTER = 40
};

void syntax_caret(struct bytes query, const struct syntax_note *note, struct buf *out)
{
    const uint8_t *begin = query.data, *end = query.data + query.len;
    const uint8_t *spot =
        begin + (note->position < query.len ? note->position : query.len);
    const uint8_t *from = spot, *p;
    size_t column = 0;
    uint32_t cp;
    while (from > begin && column < CARET_BEFORE) {
        from -= utf8_decode_back(begin, from, &cp);
        column++;
    }
    if (from > begin) {
        buf_put_str(out, "...");
        column += 3;
    }
    size_t shown = 0;
    for (p = from; p < end && shown < CARET_BEFORE + CARET_AFTER; shown++) {
        uint8_t coded[4];
        p += utf8_decode(p, end, &cp);
        bool hidden = cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x61c ||
                      (cp >= 0x200b && cp <= 0x200f) ||
                      (cp >= 0x2028 && cp <= 0x202e) ||
                      (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff;
        buf_put(out, coded, utf8_encode(hidden ? ' ' : cp, coded));
    }
    if (p < end) {
        buf_put_str(out, "...");
    }
    buf_put_u8(out, '\n');
    for (size_t i = 0; i < column; i++) {
        buf_put_u8(out, ' ');
    }
    buf_printf(out, "^ %s\n", note->text);
}
