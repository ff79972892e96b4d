/* Items of a query with a syntax of their own: stem(word), /regex/, ="exact surface", =exact. */
#include <string.h>

#include "base/opt.h"
#include "query/exact.h"
#include "query/regex.h"
#include "query/stem.h"
#include "query/syntax_lex.h"

static const char stem_call[] = "stem(";

enum {
    STEM_CALL = sizeof stem_call - 1
};

/* /.../ without a blank, a quotation mark or another / in it, with nothing glued to it: so that
 * neither and/or nor a path is one, unless it is a single name between two of them. */
static uint32_t regex_end(const struct syntax_lexer *lx, uint32_t at, uint32_t to)
{
    const uint8_t *q = lx->query.data;
    for (uint32_t i = at + 1; i < to && !syntax_lex_blank(lx, i); i++) {
        if (q[i] == '\\' && i + 1 < to) {
            i++;
        } else if (syntax_lex_quote(lx, i)) {
            return 0;
        } else if (q[i] == '/') {
            bool ends = i + 1 == to || q[i + 1] == '|' || syntax_lex_is_end(lx, i + 1);
            return ends && i > at + 1 ? i + 1 : 0;
        }
    }
    return 0;
}

/* =word up to a blank, a parenthesis, a | or a quotation mark. */
static uint32_t surface_end(const struct syntax_lexer *lx, uint32_t at, uint32_t to)
{
    uint32_t i = at + 1;
    while (i < to && !syntax_lex_is_end(lx, i) && lx->query.data[i] != '|' &&
           !syntax_lex_quote(lx, i)) {
        i++;
    }
    return i > at + 1 && lx->query.data[at + 1] != '=' ? i : 0;
}

uint32_t syntax_special_end(const struct syntax_lexer *lx, uint32_t at, uint32_t to)
{
    const uint8_t *q = lx->query.data;
    if (q[at] == '/') {
        return regex_end(lx, at, to);
    }
    if (q[at] == '=') {
        return surface_end(lx, at, to);
    }
    if (to - at > STEM_CALL && memcmp(q + at, stem_call, STEM_CALL) == 0) {
        const uint8_t *end = memchr(q + at, ')', to - at);
        return end ? (uint32_t)(end - q) + 1 : 0;
    }
    return 0;
}

/* --- stem(word, language) ------------------------------------------------------------------------ */

static int no_language(struct syntax_lexer *lx, uint32_t from, uint32_t to)
{
    char name[32] = {0};
    size_t len = to - from < sizeof name ? to - from : sizeof name - 1;
    memcpy(name, lx->query.data + from, len);
    const char *near = opt_nearest(name, stem_languages());
    return syntax_lex_fail(lx, from,
                           near ? "stem() does not know this language; did you mean %s?"
                                : "stem() does not know this language; there are "
                                  "english, german, french, spanish and others%s",
                           near ? near : "");
}

/* The language behind the comma in query[from, *to), which is moved to the comma. */
static int read_language(struct syntax_lexer *lx, uint32_t from, uint32_t *to,
                         const char **out)
{
    const uint8_t *q = lx->query.data;
    uint32_t comma = *to, begin, end = *to;
    *out = lx->language ? lx->language : "english";
    while (comma > from && q[comma - 1] != ',') {
        comma--;
    }
    if (comma == from) {
        return 0;
    }
    begin = comma;
    while (begin < end && q[begin] == ' ') {
        begin++;
    }
    while (end > begin && q[end - 1] == ' ') {
        end--;
    }
    *to = comma - 1;
    *out = stem_language(bytes_of(q + begin, end - begin));
    return *out ? 0 : no_language(lx, begin, end);
}

static int make_stem(struct syntax_lexer *lx, uint32_t from, uint32_t end,
                     struct ast **out, struct err *err)
{
    const char *language = NULL;
    struct ast *word = NULL;
    uint32_t inner = from + STEM_CALL, to = end - 1;
    int rc = read_language(lx, inner, &to, &language);
    for (uint32_t i = inner; i < to && rc == 0; i++) {
        if (lx->query.data[i] == '*' || lx->query.data[i] == '?') {
            rc = syntax_lex_fail(lx, i, "stem() takes a word without wildcards");
        }
    }
    if (rc == 0) {
        rc = syntax_lex_words(lx, inner, to, SYNTAX_WORDS_LITERAL, &word, err);
    }
    if (rc) {
        return rc;
    }
    if (!word || word->kind != AST_WORD) {
        return syntax_lex_fail(lx, inner,
                               word ? "stem() takes one word; in a phrase each word "
                                      "has its own: \"stem(talk) stem(show)\""
                                    : "stem() takes a word");
    }
    lx->n_nodes--; /* it is no part of the tree */
    rc = syntax_lex_node(lx, AST_STEM, from, end - from, out, err);
    if (rc == 0) {
        (*out)->term = word->term;
        (*out)->language = language;
    }
    return rc;
}

/* --- /regex/ ---------------------------------------------------------------------------------------- */

static int make_regex(struct syntax_lexer *lx, uint32_t from, uint32_t end,
                      struct ast **out, struct err *err)
{
    struct regex_fault fault;
    struct bytes folded;
    int rc = regex_read(bytes_of(lx->query.data + from + 1, end - from - 2), lx->arena,
                        &folded, &fault, err);
    if (rc == ERR_SYNTAX) {
        return syntax_lex_fail(lx, from + 1 + (uint32_t)fault.at,
                               "regular expression: %s", fault.text);
    }
    if (rc == 0) {
        rc = syntax_lex_node(lx, AST_REGEX, from, end - from, out, err);
    }
    if (rc == 0) {
        (*out)->term = folded;
    }
    return rc;
}

/* --- ="surface" ------------------------------------------------------------------------------------- */

/* The text query[inner, to) of the item query[from, end). */
static int make_exact(struct syntax_lexer *lx, uint32_t from, uint32_t end,
                      uint32_t inner, uint32_t to, struct ast **out, struct err *err)
{
    struct bytes text = bytes_of(lx->query.data + inner, to - inner);
    struct ast *words = NULL;
    int rc = syntax_lex_words(lx, inner, to, SYNTAX_WORDS_LITERAL, &words, err);
    if (rc == 0 && !words) {
        return syntax_lex_fail(lx, from, "there is no word in this");
    }
    if (rc == 0) {
        rc = syntax_lex_node(lx, AST_EXACT, from, end - from, out, err);
    }
    if (rc == 0) {
        rc = exact_read(text, lx->analyser, lx->arena, *out, err);
    }
    if (rc) {
        return rc;
    }
    struct syntax_item one = {words};
    if (words->kind == AST_PHRASE) {
        (*out)->children = words->children;
        (*out)->n_children = words->n_children;
        return 0;
    }
    return syntax_lex_adopt(lx, *out, &one, 1, err);
}

int syntax_special(struct syntax_lexer *lx, uint32_t from, uint32_t end,
                   struct ast **out, struct err *err)
{
    switch (lx->query.data[from]) {
    case '/': return make_regex(lx, from, end, out, err);
    case '=': return make_exact(lx, from, end, from + 1, end, out, err);
    default: return make_stem(lx, from, end, out, err);
    }
}

int syntax_special_lex(struct syntax_lexer *lx, uint32_t *at, struct err *err)
{
    struct syntax_token t = {.kind = SYNTAX_ATOM, .start = *at};
    uint32_t end, inner, inner_end;
    int rc;
    if (lx->query.data[*at] == '=' && syntax_lex_quote(lx, *at + 1)) {
        rc = syntax_lex_quoted(lx, *at + 1, &inner, &inner_end, &end);
        if (rc == 0) {
            rc = make_exact(lx, *at, end, inner, inner_end, &t.atom, err);
        }
    } else {
        end = syntax_special_end(lx, *at, (uint32_t)lx->query.len);
        if (end == 0) {
            return 0;
        }
        rc = syntax_special(lx, *at, end, &t.atom, err);
    }
    if (rc) {
        return rc;
    }
    t.len = end - *at;
    *at = end;
    rc = syntax_lex_push(lx, t, err);
    return rc ? rc : 1;
}
