#include "query/filter_judge.h"

#include <string.h>

#include "formats/provenance.h"
#include "query/ast.h"
#include "query/wildcard.h"

void filter_judge_release(struct filter_judge *j)
{
    analyser_free(j->analyser);
    arena_release(&j->scratch);
    vec_release(&j->tokens.tokens);
    *j = (struct filter_judge){0};
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for filters");
}

/* --- bytes -------------------------------------------------------------------------------- */

static uint8_t folded(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* Of a word: a letter or a digit, and any byte of a character beyond ASCII. */
static bool is_inner(uint8_t c)
{
    c = folded(c);
    return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* No word goes on across this byte of the text, or what begins or ends there, `c`, is none of one. */
static bool is_edge(struct bytes text, size_t at, uint8_t c)
{
    return at == 0 || at == text.len || !is_inner(c) ||
           !(is_inner(text.data[at - 1]) && is_inner(text.data[at]));
}

/* Does part stand in the text at this byte? */
static bool stands_at(struct bytes part, struct bytes text, size_t at, bool fold)
{
    if (part.len > text.len - at) {
        return false;
    }
    for (size_t i = 0; i < part.len; i++) {
        uint8_t a = part.data[i], b = text.data[at + i];
        if (fold ? folded(a) != folded(b) : a != b) {
            return false;
        }
    }
    return true;
}

/* How a pattern lies in the text. */
struct fit {
    bool fold;
    bool words; /* its ends are where words end, not those of the text */
};

/* May the first part of a pattern begin at this byte? */
static bool may_begin(struct fit fit, struct bytes part, struct bytes text, size_t at)
{
    return fit.words ? part.len == 0 || is_edge(text, at, part.data[0]) : at == 0;
}

static bool may_end(struct fit fit, struct bytes part, struct bytes text, size_t at)
{
    return fit.words ? part.len == 0 || is_edge(text, at, part.data[part.len - 1])
                     : at == text.len;
}

/* Each part between two * is taken where it first can be: what comes behind then has most room. */
static bool fits(struct bytes pattern, struct bytes text, struct fit fit)
{
    size_t at = 0, from = 0;
    bool first = true;
    for (;;) {
        size_t to = from;
        while (to < pattern.len && pattern.data[to] != '*') {
            to++;
        }
        bool last = to == pattern.len;
        struct bytes part = bytes_of(pattern.data + from, to - from);
        while (at <= text.len &&
               !(stands_at(part, text, at, fit.fold) &&
                 (!first || may_begin(fit, part, text, at)) &&
                 (!last || may_end(fit, part, text, at + part.len)))) {
            at++;
        }
        if (at > text.len) {
            return false;
        }
        at += part.len;
        if (last) {
            return true;
        }
        from = to + 1;
        first = false;
    }
}

bool filter_judge_place(struct bytes pattern, struct bytes text)
{
    return fits(pattern, text, (struct fit){.fold = true, .words = true});
}

bool filter_judge_name(struct bytes pattern, struct bytes text)
{
    return fits(pattern, text, (struct fit){.fold = false, .words = false});
}

static uint8_t tag_byte(uint8_t c)
{
    return c == '_' ? '-' : folded(c);
}

bool filter_judge_lang(struct bytes asked, struct bytes tag)
{
    if (asked.len > tag.len) {
        return false;
    }
    for (size_t i = 0; i < asked.len; i++) {
        if (tag_byte(asked.data[i]) != tag_byte(tag.data[i])) {
            return false;
        }
    }
    return asked.len == tag.len || tag_byte(tag.data[asked.len]) == '-';
}

/* --- words --------------------------------------------------------------------------------- */

/* The words of a value, and for a part of the query the places between them that it can reach. */
struct words {
    struct bytes value;
    const struct query_token *tokens;
    size_t n;
    struct arena *scratch;
};

/* One byte for each place 0..n: may what was matched so far end there? */
typedef uint8_t place;

static place *new_places(const struct words *w)
{
    return arena_zalloc(w->scratch, w->n + 1);
}

/* A hyphen, or nothing, is all there is between the two words. */
static bool is_glued(const struct words *w, size_t i)
{
    uint32_t end = w->tokens[i - 1].start + w->tokens[i - 1].len;
    const uint8_t *gap = w->value.data + end;
    switch (w->tokens[i].start - end) {
    case 0: return true;
    case 1: return *gap == '-';
    case 3:
        return memcmp(gap, "\xe2\x80\x90", 3) == 0 ||
               memcmp(gap, "\xe2\x80\x91", 3) == 0;
    default: return false;
    }
}

/* Marks in `to` where the word ends that begins with token i: behind it, or, if the word is what
 * several that hang together make, behind those. */
static void reach_word(const struct words *w, struct bytes term, size_t i, place *to)
{
    uint8_t alias[TERM_BYTES_MAX];
    size_t len = 0;
    if (bytes_equal(w->tokens[i].term, term) ||
        bytes_equal(bytes_of(alias, analyser_alias(w->tokens[i].term, alias)), term)) {
        to[i + 1] = 1;
    }
    for (size_t k = i; k < w->n && k < i + JOIN_SPAN_MAX && (k == i || is_glued(w, k));
         k++) {
        struct bytes part = w->tokens[k].term;
        if (part.len > term.len - len ||
            memcmp(term.data + len, part.data, part.len) != 0) {
            return;
        }
        len += part.len;
        if (len == term.len) {
            to[k + 1] = 1;
            return;
        }
    }
}

static int reach(const struct words *w, const struct ast *node, const place *from,
                 place *to, struct err *err);

/* The children one behind the other. */
static int reach_row(const struct words *w, const struct ast *node, const place *from,
                     place *to, struct err *err)
{
    for (size_t i = 0; i < node->n_children; i++) {
        place *next = i + 1 < node->n_children ? new_places(w) : to;
        if (!next) {
            return no_memory(err);
        }
        int rc = reach(w, node->children[i], from, next, err);
        if (rc) {
            return rc;
        }
        from = next;
    }
    return 0;
}

/* One token, as the node says. */
static bool is_token(const struct ast *node, struct bytes term)
{
    switch (node->kind) {
    case AST_PREFIX: return bytes_starts(term, node->term);
    case AST_PATTERN: return wildcard_matches(node->term, term);
    case AST_ANY: return true;
    default: return false;
    }
}

/* Marks in `to` where the node can end if it begins at a place that is marked in `from`. */
static int reach(const struct words *w, const struct ast *node, const place *from,
                 place *to, struct err *err)
{
    int rc = 0;
    if (node->kind == AST_PHRASE || node->kind == AST_RUN) {
        return reach_row(w, node, from, to, err);
    }
    for (size_t i = 0; node->kind == AST_ALTS && i < node->n_children && rc == 0; i++) {
        rc = reach(w, node->children[i], from, to, err);
    }
    for (size_t i = 0; i < w->n && node->kind != AST_ALTS; i++) {
        if (from[i] && node->kind == AST_WORD) {
            reach_word(w, node->term, i, to);
        } else if (from[i] && is_token(node, w->tokens[i].term)) {
            to[i + 1] = 1;
        }
    }
    return rc;
}

static int has_words(struct filter_judge *j, const struct filter *f, struct bytes value,
                     bool *out, struct err *err)
{
    if (!j->analyser && !(j->analyser = analyser_new())) {
        return no_memory(err);
    }
    vec_reset(&j->tokens.tokens);
    int rc = analyser_query(j->analyser, value, &j->scratch, &j->tokens, err);
    if (rc) {
        return rc;
    }
    struct words w = {value, j->tokens.tokens.items, j->tokens.tokens.len, &j->scratch};
    place *from = new_places(&w), *to = new_places(&w);
    if (!from || !to) {
        return no_memory(err);
    }
    memset(from, 1, w.n + 1);
    rc = reach(&w, f->words, from, to, err);
    *out = rc == 0 && memchr(to, 1, w.n + 1) != NULL;
    return rc;
}

/* --- one value ------------------------------------------------------------------------------- */

/* A value that is not empty. */
static int judge_one(struct filter_judge *j, const struct filter *f, struct bytes value,
                     bool *out, struct err *err)
{
    if (f->test == FILTER_TEST_WHOLE) {
        *out = bytes_equal(f->value, value);
        return 0;
    }
    switch (filter_field_of(f->kind)->takes) {
    case FILTER_TAKES_PLACE: *out = filter_judge_place(f->value, value); return 0;
    case FILTER_TAKES_NAME: *out = filter_judge_name(f->value, value); return 0;
    case FILTER_TAKES_LANG: *out = filter_judge_lang(f->value, value); return 0;
    default: break;
    }
    arena_reset(&j->scratch);
    return has_words(j, f, value, out, err);
}

int filter_judge_text(struct filter_judge *j, const struct filter *f,
                      struct bytes value, bool *out, struct err *err)
{
    *out = f->test == FILTER_TEST_NONE ? value.len == 0 : value.len > 0;
    if (f->test == FILTER_TEST_NONE || f->test == FILTER_TEST_ANY || value.len == 0) {
        return 0;
    }
    *out = false;
    int rc = 0;
    for (size_t from = 0, to; from < value.len && !*out && rc == 0; from = to + 1) {
        const uint8_t *end =
            f->kind == FILTER_TAG
                ? memchr(value.data + from, PROVENANCE_ITEMS, value.len - from)
                : NULL;
        to = end ? (size_t)(end - value.data) : value.len;
        rc = judge_one(j, f, bytes_of(value.data + from, to - from), out, err);
    }
    return rc;
}
