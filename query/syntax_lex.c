#include "query/syntax_lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text/utf8.h"
#include "query/span.h"

int syntax_lex_fail(struct syntax_lexer *lx, uint32_t position, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): when it reads several files
    vsnprintf(lx->note.text, sizeof lx->note.text, fmt, args);
    va_end(args);
    lx->note.position = position;
    return ERR_SYNTAX;
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for its tree");
}

int syntax_lex_node(struct syntax_lexer *lx, enum ast_kind kind, uint32_t start,
                    uint32_t len, struct ast **out, struct err *err)
{
    if (++lx->n_nodes > SYNTAX_NODES_MAX) {
        return syntax_lex_fail(lx, start, "the query has more than %d parts",
                               SYNTAX_NODES_MAX);
    }
    struct ast *node = arena_zalloc(lx->arena, sizeof *node);
    if (!node) {
        return no_memory(err);
    }
    node->kind = kind;
    node->start = start;
    node->len = len;
    node->text = bytes_of(lx->query.data + start, len);
    *out = node;
    return 0;
}

int syntax_lex_adopt(struct syntax_lexer *lx, struct ast *node,
                     const struct syntax_item *items, size_t n, struct err *err)
{
    struct ast **children = arena_alloc(lx->arena, (n ? n : 1) * sizeof(void *));
    if (!children) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        children[i] = items[i].node;
    }
    node->children = children;
    node->n_children = n;
    return 0;
}

/* --- characters ------------------------------------------------------------------------ */

/* Length of the white space at p, 0 if there is none there. */
static size_t blank_length(const uint8_t *p, const uint8_t *end)
{
    if (*p == ' ' || (*p >= '\t' && *p <= '\r')) {
        return 1;
    }
    if (*p < 0x80) {
        return 0;
    }
    uint32_t cp;
    size_t len = utf8_decode(p, end, &cp);
    bool blank = cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
                 (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 ||
                 cp == 0x202f || cp == 0x205f || cp == 0x3000;
    return blank ? len : 0;
}

/* Length of a double quotation mark of any style at p, 0 if there is none. */
static size_t quote_length(const uint8_t *p, const uint8_t *end)
{
    if (*p == '"') {
        return 1;
    }
    if (*p < 0x80) {
        return 0;
    }
    uint32_t cp;
    size_t len = utf8_decode(p, end, &cp);
    bool quote =
        (cp >= 0x201c && cp <= 0x201f) || cp == 0xab || cp == 0xbb || cp == 0xff02;
    return quote ? len : 0;
}

uint32_t syntax_lex_quote(const struct syntax_lexer *lx, uint32_t at)
{
    const uint8_t *q = lx->query.data;
    return at < lx->query.len ? (uint32_t)quote_length(q + at, q + lx->query.len) : 0;
}

uint32_t syntax_lex_blank(const struct syntax_lexer *lx, uint32_t at)
{
    const uint8_t *q = lx->query.data;
    return at < lx->query.len ? (uint32_t)blank_length(q + at, q + lx->query.len) : 0;
}

bool syntax_lex_is_end(const struct syntax_lexer *lx, uint32_t at)
{
    const uint8_t *q = lx->query.data;
    return at >= lx->query.len || q[at] == '(' || q[at] == ')' ||
           blank_length(q + at, q + lx->query.len) > 0;
}

/* --- tokens ----------------------------------------------------------------------------- */

int syntax_lex_push(struct syntax_lexer *lx, struct syntax_token token, struct err *err)
{
    return vec_push(&lx->tokens, token) ? 0 : no_memory(err);
}

static bool chunk_is(struct bytes chunk, const char *text)
{
    return bytes_equal(chunk, bytes_str(text));
}

/* /s, /p, +s, +p: true, and the token. */
static bool same_unit(struct bytes chunk, struct syntax_token *t)
{
    if (chunk.len != 2 || (chunk.data[0] != '/' && chunk.data[0] != '+') ||
        (chunk.data[1] != 's' && chunk.data[1] != 'p')) {
        return false;
    }
    t->kind = chunk.data[0] == '/' ? SYNTAX_NEAR : SYNTAX_PRE;
    t->within = chunk.data[1] == 's' ? AST_WITHIN_SENTENCE : AST_WITHIN_PARAGRAPH;
    return true;
}

/* near/3 is a word; who types it mostly means the operator. */
static void hint_capitals(struct syntax_lexer *lx, const char *name, struct bytes chunk,
                          uint32_t at)
{
    size_t n = strlen(name);
    bool same = chunk.len > n;
    for (size_t i = 0; i < n && same; i++) {
        uint8_t c = chunk.data[i];
        same = (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) == name[i];
    }
    for (size_t i = n; i < chunk.len && same; i++) {
        same = chunk.data[i] >= '0' && chunk.data[i] <= '9';
    }
    if (same) {
        lx->note.position = at;
        snprintf(lx->note.text, sizeof lx->note.text,
                 "operators are written in capitals, as %s3: this is read as words",
                 name);
    }
}

/* NEAR/n and its like: 1 and the token, 0 if it is none of them, or ERR_SYNTAX. */
static int proximity(struct syntax_lexer *lx, struct bytes chunk,
                     struct syntax_token *t)
{
    static const struct {
        const char *name;
        enum syntax_token_kind kind;
    } names[] = {{"NEAR/", SYNTAX_NEAR},       {"PRE/", SYNTAX_PRE},
                 {"W/", SYNTAX_NEAR},          {"NOT-NEAR/", SYNTAX_NOT_NEAR},
                 {"ATLEAST/", SYNTAX_ATLEAST}, {"IN/", SYNTAX_IN}};
    static const size_t n_names = sizeof names / sizeof names[0];
    size_t k = 0;
    while (k < n_names && !bytes_starts(chunk, bytes_str(names[k].name))) {
        k++;
    }
    if (k == n_names) {
        for (k = 0; k < n_names; k++) {
            hint_capitals(lx, names[k].name, chunk, t->start);
        }
        return 0;
    }
    t->kind = names[k].kind;
    t->distance = 0;
    for (size_t i = strlen(names[k].name); i < chunk.len; i++) {
        uint8_t c = chunk.data[i];
        if (c < '0' || c > '9' || t->distance > SYNTAX_DISTANCE_MAX) {
            t->distance = 0;
            break;
        }
        t->distance = t->distance * 10 + (uint32_t)(c - '0');
    }
    if (t->distance < 1 || t->distance > SYNTAX_DISTANCE_MAX) {
        return syntax_lex_fail(lx, t->start, "%sn takes a number from 1 to %d",
                               names[k].name, SYNTAX_DISTANCE_MAX);
    }
    if (k == 2) {
        lx->note.position = t->start;
        snprintf(lx->note.text, sizeof lx->note.text, "W/%u is read as NEAR/%u",
                 (unsigned)t->distance, (unsigned)t->distance);
    }
    return 1;
}

int syntax_lex_quoted(struct syntax_lexer *lx, uint32_t from, uint32_t *inner,
                      uint32_t *inner_end, uint32_t *to)
{
    const uint8_t *q = lx->query.data, *end = q + lx->query.len;
    uint32_t at = *inner = from + (uint32_t)quote_length(q + from, end);
    size_t mark = 0;
    while (at < lx->query.len && !(mark = quote_length(q + at, end))) {
        at++;
    }
    if (mark == 0) {
        return syntax_lex_fail(lx, from, "this quotation mark has no partner");
    }
    *inner_end = at;
    *to = at + (uint32_t)mark;
    return 0;
}

/* An operator: 1 and the token, 0 if it is none, or ERR_SYNTAX. */
static int lex_operator(struct syntax_lexer *lx, struct bytes chunk,
                        struct syntax_token *t)
{
    if (same_unit(chunk, t)) {
        return 1;
    }
    if (chunk_is(chunk, "AND") || chunk_is(chunk, "OR") || chunk_is(chunk, "NOT")) {
        t->kind = chunk.data[0] == 'A'   ? SYNTAX_AND
                  : chunk.data[0] == 'O' ? SYNTAX_OR
                                         : SYNTAX_NOT;
        return 1;
    }
    return proximity(lx, chunk, t);
}

/* An operator, a filter or the words of a chunk: bytes [from, *to) up to a blank, a parenthesis or a
 * quote. A filter may take more, and then moves *to. */
static int lex_chunk(struct syntax_lexer *lx, uint32_t from, uint32_t *end,
                     struct err *err)
{
    uint32_t to = *end;
    struct bytes chunk = bytes_of(lx->query.data + from, to - from);
    struct syntax_token t = {.kind = SYNTAX_END, .start = from, .len = to - from};
    const struct filter_field *field = filter_field_at(chunk);
    int rc = field ? 0 : lex_operator(lx, chunk, &t);
    if (rc) {
        return rc < 0 ? rc : syntax_lex_push(lx, t, err);
    }
    if (lx->field) {
        return syntax_filter_value(lx, from, end, err);
    }
    if (field) {
        return syntax_filter_lex(lx, field, from, end, err);
    }
    rc = syntax_filter_unknown(lx, from, to);
    if (rc) {
        return rc;
    }
    t.kind = SYNTAX_ATOM;
    rc = syntax_lex_words(lx, from, to, SYNTAX_WORDS_CHUNK, &t.atom, err);
    return rc || !t.atom ? rc : syntax_lex_push(lx, t, err);
}

/* ~n behind a phrase: *to, where the ~ is, moves behind it. */
static int lex_window(struct syntax_lexer *lx, uint32_t *to, struct ast *atom)
{
    const uint8_t *q = lx->query.data;
    uint32_t n = 0, at = *to + 1;
    for (;
         at < lx->query.len && q[at] >= '0' && q[at] <= '9' && n <= SYNTAX_DISTANCE_MAX;
         at++) {
        n = n * 10 + (uint32_t)(q[at] - '0');
    }
    if (at == *to + 1 || n > SYNTAX_DISTANCE_MAX) {
        return syntax_lex_fail(lx, *to, "~n takes a number from 0 to %d",
                               SYNTAX_DISTANCE_MAX);
    }
    if (atom && atom->kind == AST_PHRASE) {
        for (size_t i = 0; i < atom->n_children; i++) {
            if (atom->children[i]->kind == AST_ANY) {
                return syntax_lex_fail(lx, atom->children[i]->start,
                                       "words in any order leave no place for a *");
            }
        }
        if (atom->n_children > SPAN_WINDOW_LISTS_MAX) {
            return syntax_lex_fail(lx, *to, "~n takes at most %d words",
                                   SPAN_WINDOW_LISTS_MAX);
        }
        atom->kind = AST_WINDOW;
        atom->distance = n;
    }
    *to = at;
    return 0;
}

/* "...": from is the opening mark, *to is set behind the closing one. */
static int lex_phrase(struct syntax_lexer *lx, uint32_t from, uint32_t *to,
                      struct err *err)
{
    uint32_t inner = from, at = from;
    int rc = syntax_lex_quoted(lx, from, &inner, &at, to);
    if (rc) {
        return rc;
    }
    struct syntax_token t = {.kind = SYNTAX_ATOM, .start = from, .len = *to - from};
    lx->specials = true;
    rc = syntax_lex_words(lx, inner, at, SYNTAX_WORDS_PHRASE, &t.atom, err);
    lx->specials = false;
    if (rc == 0 && *to < lx->query.len && lx->query.data[*to] == '~') {
        rc = lex_window(lx, to, t.atom);
    }
    return rc || !t.atom ? rc : syntax_lex_push(lx, t, err);
}

/* True for a - that stands for NOT: before a clause, after a blank or a parenthesis. */
static bool minus_is_not(const struct syntax_lexer *lx, uint32_t at, bool after_gap)
{
    const uint8_t *q = lx->query.data, *end = q + lx->query.len;
    if (!after_gap || q[at] != '-' || at + 1 == lx->query.len) {
        return false;
    }
    return q[at + 1] != '-' && q[at + 1] != ')' && !blank_length(q + at + 1, end);
}

/* A parenthesis. That which closes a group of a field's values ends them. */
static int lex_parenthesis(struct syntax_lexer *lx, uint32_t at, struct err *err)
{
    bool open = lx->query.data[at] == '(';
    struct syntax_token t = {
        .kind = open ? SYNTAX_OPEN : SYNTAX_CLOSE, .start = at, .len = 1};
    if (open) {
        lx->depth++;
    } else if (lx->depth > 0 && --lx->depth == lx->field_depth) {
        lx->field = NULL;
    }
    return syntax_lex_push(lx, t, err);
}

int syntax_lex_run(struct syntax_lexer *lx, struct err *err)
{
    const uint8_t *q = lx->query.data, *end = q + lx->query.len;
    uint32_t at = 0, n = (uint32_t)lx->query.len;
    bool after_gap = true;
    int rc = 0;
    while (at < n && rc == 0) {
        size_t blank = blank_length(q + at, end);
        if (blank || q[at] == '(' || q[at] == ')') {
            rc = blank ? 0 : lex_parenthesis(lx, at, err);
            after_gap = blank || q[at] == '(';
            at += blank ? (uint32_t)blank : 1;
        } else if (minus_is_not(lx, at, after_gap)) {
            rc = syntax_lex_push(
                lx, (struct syntax_token){.kind = SYNTAX_NOT, .start = at, .len = 1},
                err);
            after_gap = false;
            at++;
        } else if (!lx->field && (rc = syntax_special_lex(lx, &at, err)) != 0) {
            rc = rc > 0 ? 0 : rc;
            after_gap = false;
        } else if (quote_length(q + at, end)) {
            rc = lx->field ? syntax_filter_value(lx, at, &at, err)
                           : lex_phrase(lx, at, &at, err);
            after_gap = false;
        } else {
            uint32_t to = at;
            while (to < n && q[to] != '(' && q[to] != ')' &&
                   !blank_length(q + to, end) && !quote_length(q + to, end)) {
                to++;
            }
            rc = lex_chunk(lx, at, &to, err);
            after_gap = false;
            at = to;
        }
    }
    return rc ? rc
              : syntax_lex_push(
                    lx, (struct syntax_token){.kind = SYNTAX_END, .start = n}, err);
}

void syntax_lex_release(struct syntax_lexer *lx)
{
    vec_release(&lx->tokens);
}
