/* Words, wildcards and phrases of a query. Text is cut at wildcards, what lies between goes
 * through the analyser, and what touches a wildcard becomes one pattern with it. */
#include <string.h>

#include "query/syntax_lex.h"
#include "query/wildcard.h"

/* A word or a run, a wildcard, or a group of alternatives. */
struct piece {
    uint32_t start, end; /* bytes of the query */
    struct ast *node;    /* NULL: a wildcard */
    uint8_t wild;        /* its character; 0: a node */
    bool ideograph;      /* of a Han, kana or Thai run */
    bool special;        /* an item with a syntax of its own */
};
typedef VEC(struct piece) pieces;

struct words {
    struct syntax_lexer *lx;
    enum syntax_words mode;
    uint32_t from, to;
    struct query_tokens tokens; /* owned, as the next two */
    pieces pieces;
    syntax_items items;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for its tree");
}

static int push_piece(struct words *w, struct piece piece, struct err *err)
{
    return vec_push(&w->pieces, piece) ? 0 : no_memory(err);
}

/* --- pieces ------------------------------------------------------------------------------- */

/* A node of a word that stands at `base`. */
static int make_word(struct words *w, uint32_t base, const struct query_token *t,
                     struct ast **out, struct err *err)
{
    int rc = syntax_lex_node(w->lx, AST_WORD, base + t->start, t->len, out, err);
    if (rc == 0) {
        (*out)->term = t->term;
    }
    return rc;
}

/* A node over words t[0..n), more than one, which are a run of ideographs that stands at `base`. */
static int make_run(struct words *w, uint32_t base, const struct query_token *t,
                    size_t n, struct ast **out, struct err *err)
{
    struct syntax_item run[SYNTAX_NODES_MAX];
    size_t term_len = 0;
    int rc = 0;
    if (n > SYNTAX_NODES_MAX) {
        return syntax_lex_fail(w->lx, base + t->start,
                               "the query has more than %d parts", SYNTAX_NODES_MAX);
    }
    for (size_t k = 0; k < n && rc == 0; k++) {
        rc = make_word(w, base, &t[k], &run[k].node, err);
        term_len += t[k].term.len;
    }
    if (rc) {
        return rc;
    }
    uint32_t len = t[n - 1].start + t[n - 1].len - t[0].start;
    rc = syntax_lex_node(w->lx, AST_RUN, base + t[0].start, len, out, err);
    uint8_t *term = rc ? NULL : arena_alloc(w->lx->arena, term_len);
    if (rc || !term) {
        return rc ? rc : no_memory(err);
    }
    (*out)->term = bytes_of(term, term_len);
    for (size_t k = 0; k < n; k++) {
        memcpy(term, run[k].node->term.data, run[k].node->term.len);
        term += run[k].node->term.len;
    }
    return syntax_lex_adopt(w->lx, *out, run, n, err);
}

/* The words of query[from, to), in which there is nothing but text. */
static int add_text(struct words *w, uint32_t from, uint32_t to, struct err *err)
{
    vec_reset(&w->tokens.tokens);
    int rc =
        analyser_query(w->lx->analyser, bytes_of(w->lx->query.data + from, to - from),
                       w->lx->arena, &w->tokens, err);
    const struct query_token *t = w->tokens.tokens.items;
    size_t n_tokens = w->tokens.tokens.len;
    for (size_t i = 0, n; i < n_tokens && rc == 0; i += n) {
        bool ideograph = t[i].flags & TOKEN_IDEOGRAPH;
        for (n = 1; ideograph && i + n < n_tokens; n++) {
            const struct query_token *last = &t[i + n - 1];
            if (!(t[i + n].flags & TOKEN_IDEOGRAPH) ||
                last->start + last->len != t[i + n].start) {
                break;
            }
        }
        struct piece p = {.start = from + t[i].start,
                          .end = from + t[i + n - 1].start + t[i + n - 1].len,
                          .ideograph = ideograph};
        rc = n > 1 ? make_run(w, from, t + i, n, &p.node, err)
                   : make_word(w, from, t + i, &p.node, err);
        if (rc == 0) {
            rc = push_piece(w, p, err);
        }
    }
    return rc;
}

/* Where an item with a syntax of its own ends that begins at `at`; 0: there is none. */
static uint32_t special_end(const struct words *w, uint32_t at, uint32_t to)
{
    bool may = w->lx->specials && w->mode != SYNTAX_WORDS_LITERAL;
    return may ? syntax_special_end(w->lx, at, to) : 0;
}

/* Is this byte behind a blank, or what begins an alternative? */
static bool begins_item(const struct words *w, uint32_t at)
{
    const uint8_t *q = w->lx->query.data;
    uint32_t back = at;
    if (at == w->from || q[at - 1] == '(' || q[at - 1] == '|') {
        return true;
    }
    do {
        back--;
    } while (back > w->from && (q[back] & 0xc0) == 0x80);
    return back + syntax_lex_blank(w->lx, back) == at;
}

/* The end of a group of alternatives that begins with the parenthesis at `at`: behind its
 * closing one; 0 if it is none, but punctuation. */
static uint32_t group_end(const struct words *w, uint32_t at)
{
    const uint8_t *q = w->lx->query.data;
    bool bar = false;
    if (w->mode != SYNTAX_WORDS_PHRASE || q[at] != '(') {
        return 0;
    }
    for (uint32_t i = at + 1; i < w->to && q[i] != '('; i++) {
        uint32_t special = begins_item(w, i) ? special_end(w, i, w->to) : 0;
        i = special ? special : i;
        if (i < w->to && q[i] == ')') {
            return bar ? i + 1 : 0;
        }
        bar = bar || (i < w->to && q[i] == '|');
    }
    return 0;
}

/* (a|b c): query[from, to) with its parentheses. */
static int add_group(struct words *w, uint32_t from, uint32_t to, struct err *err)
{
    const uint8_t *q = w->lx->query.data;
    struct piece p = {.start = from, .end = to};
    syntax_items list = {0};
    uint32_t at = from + 1;
    int rc = syntax_lex_node(w->lx, AST_ALTS, from, to - from, &p.node, err);
    while (rc == 0 && at < to) {
        uint32_t end = at;
        struct syntax_item item;
        while (end < to - 1 && q[end] != '|') {
            uint32_t special = begins_item(w, end) ? special_end(w, end, to - 1) : 0;
            end = special ? special : end + 1;
        }
        rc = syntax_lex_words(w->lx, at, end, SYNTAX_WORDS_CHUNK, &item.node, err);
        if (rc == 0 && !item.node) {
            rc = syntax_lex_fail(w->lx, at, "an alternative without a word");
        }
        if (rc == 0 && !vec_push(&list, item)) {
            rc = no_memory(err);
        }
        at = end + 1;
    }
    if (rc == 0) {
        rc = syntax_lex_adopt(w->lx, p.node, list.items, list.len, err);
    }
    vec_release(&list);
    return rc ? rc : push_piece(w, p, err);
}

/* An item with a syntax of its own. */
static int add_special(struct words *w, uint32_t from, uint32_t to, struct err *err)
{
    struct piece p = {.start = from, .end = to, .special = true};
    bool specials = w->lx->specials;
    w->lx->specials = false; /* what is in it has none */
    int rc = syntax_special(w->lx, from, to, &p.node, err);
    w->lx->specials = specials;
    return rc ? rc : push_piece(w, p, err);
}

static int find_pieces(struct words *w, struct err *err)
{
    const uint8_t *q = w->lx->query.data;
    uint32_t from = w->from;
    int rc = 0;
    for (uint32_t at = from; at < w->to && rc == 0;) {
        bool wild = w->mode != SYNTAX_WORDS_LITERAL && (q[at] == '*' || q[at] == '?');
        uint32_t special = begins_item(w, at) ? special_end(w, at, w->to) : 0;
        uint32_t group = special ? 0 : group_end(w, at);
        uint32_t end = special ? special : group ? group : at + 1;
        if (end == at + 1 && !wild) {
            at = end;
            continue;
        }
        rc = add_text(w, from, at, err);
        if (rc == 0 && special) {
            rc = add_special(w, at, end, err);
        } else if (rc == 0 && group) {
            rc = add_group(w, at, end, err);
        } else if (rc == 0) {
            rc = push_piece(w, (struct piece){.start = at, .end = end, .wild = q[at]},
                            err);
        }
        from = at = end;
    }
    return rc ? rc : add_text(w, from, w->to, err);
}

/* --- items -------------------------------------------------------------------------------- */

static int push_item(struct words *w, struct ast *node, struct err *err)
{
    return vec_push(&w->items, (struct syntax_item){node}) ? 0 : no_memory(err);
}

static bool is_word(const struct piece *p)
{
    return p->node && p->node->kind == AST_WORD && !p->ideograph;
}

/* Does the piece belong to one pattern with the one before it? */
static bool is_chained(const struct piece *p)
{
    bool grouped = p->special || p[-1].special ||
                   (p->node && p->node->kind == AST_ALTS) ||
                   (p[-1].node && p[-1].node->kind == AST_ALTS);
    return p[-1].end == p->start && !grouped && (p->wild || p[-1].wild);
}

/* A word of query[p->start, p[n-1].end) with the wildcards in it. */
static int push_pattern(struct words *w, const struct piece *p, size_t n,
                        struct err *err)
{
    struct ast *node;
    size_t len = 0, n_words = 0;
    for (size_t i = 0; i < n; i++) {
        len += p[i].wild ? 1 : p[i].node->term.len;
        n_words += !p[i].wild;
    }
    w->lx->n_nodes -= n_words; /* they are no part of the tree */
    bool prefix = n == 2 && p[1].wild == '*';
    int rc = syntax_lex_node(w->lx, prefix ? AST_PREFIX : AST_PATTERN, p->start,
                             p[n - 1].end - p->start, &node, err);
    if (rc) {
        return rc;
    }
    if (prefix) {
        node->term = p[0].node->term;
        return push_item(w, node, err);
    }
    if (len > WILDCARD_BYTES_MAX) {
        return syntax_lex_fail(w->lx, p->start,
                               "a word with wildcards has at most %d bytes",
                               WILDCARD_BYTES_MAX);
    }
    uint8_t *term = arena_alloc(w->lx->arena, len), *to = term;
    if (!term) {
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        if (p[i].node) {
            memcpy(to, p[i].node->term.data, p[i].node->term.len);
            to += p[i].node->term.len;
        } else if (p[i].wild == '?' || to == term || to[-1] != '*') {
            *to++ = p[i].wild;
        }
    }
    node->term = bytes_of(term, (size_t)(to - term));
    return push_item(w, node, err);
}

/* A * that touches no word. */
static int push_any(struct words *w, const struct piece *p, size_t n, struct err *err)
{
    struct ast *node;
    if (w->mode != SYNTAX_WORDS_PHRASE || n > 1) {
        return syntax_lex_fail(w->lx, p->start,
                               w->mode == SYNTAX_WORDS_PHRASE
                                   ? "of these wildcards one is enough"
                                   : "a * must touch a word here; alone it stands for "
                                     "a word between quotation marks");
    }
    int rc = syntax_lex_node(w->lx, AST_ANY, p->start, 1, &node, err);
    return rc ? rc : push_item(w, node, err);
}

/* Pieces p[0..n) that touch one another, at least one of them a wildcard. */
static int push_chain(struct words *w, const struct piece *p, size_t n, struct err *err)
{
    const uint8_t *q = w->lx->query.data;
    size_t n_words = 0, n_runs = 0;
    uint8_t before = p->start > w->from ? q[p->start - 1] : ' ';
    while (n > 0 && p[n - 1].wild == '?') {
        n--; /* at the end of a word it is a question mark */
    }
    while (n > 0 && p->wild == '?' && before > ' ' && before < 0x80) {
        p++; /* in the midst of an address of the web, say */
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        n_words += is_word(&p[i]);
        n_runs += p[i].node && !is_word(&p[i]);
    }
    if (n == 0) {
        return 0;
    }
    if (n_words + n_runs == 0) {
        return push_any(w, p, n, err);
    }
    if (n == 1) {
        return push_item(w, p->node, err);
    }
    if (n_runs == 0) {
        return push_pattern(w, p, n, err);
    }
    /* every character is a word: what may go on before it or behind it changes nothing */
    size_t run = p[0].wild == '*';
    if (n_runs + n_words == 1 && p[run].node &&
        (run + 1 == n || p[run + 1].wild == '*')) {
        return push_item(w, p[run].node, err);
    }
    return syntax_lex_fail(w->lx, p->start,
                           "wildcards have no place between Han, kana or Thai "
                           "characters: each is a word");
}

static int make_items(struct words *w, struct err *err)
{
    const struct piece *p = w->pieces.items;
    size_t n_pieces = w->pieces.len;
    int rc = 0;
    for (size_t i = 0, n; i < n_pieces && rc == 0; i += n) {
        for (n = 1; i + n < n_pieces && is_chained(&p[i + n]); n++) {}
        rc = n == 1 && p[i].node ? push_item(w, p[i].node, err)
                                 : push_chain(w, p + i, n, err);
    }
    return rc;
}

static int make_phrase(struct words *w, struct ast **out, struct err *err)
{
    size_t n_any = 0;
    *out = NULL;
    vec_foreach(struct syntax_item, item, &w->items) {
        n_any += item->node->kind == AST_ANY;
    }
    if (n_any && n_any == w->items.len) {
        return syntax_lex_fail(w->lx, w->items.items[0].node->start,
                               "a * needs a word beside it");
    }
    if (w->items.len <= 1) {
        *out = w->items.len ? w->items.items[0].node : NULL;
        return 0;
    }
    int rc = syntax_lex_node(w->lx, AST_PHRASE, w->from, w->to - w->from, out, err);
    return rc ? rc : syntax_lex_adopt(w->lx, *out, w->items.items, w->items.len, err);
}

int syntax_lex_words(struct syntax_lexer *lx, uint32_t from, uint32_t to,
                     enum syntax_words mode, struct ast **out, struct err *err)
{
    struct words w = {.lx = lx, .mode = mode, .from = from, .to = to};
    int rc = find_pieces(&w, err);
    if (rc == 0) {
        rc = make_items(&w, err);
    }
    if (rc == 0) {
        rc = make_phrase(&w, out, err);
    }
    vec_release(&w.tokens.tokens);
    vec_release(&w.pieces);
    vec_release(&w.items);
    return rc;
}
