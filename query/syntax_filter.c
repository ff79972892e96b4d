/* Fields of a query: name:value, name:a|b, name:="whole", name:(values and operators), and title:
 * and body:, which stand before a clause. */
#include <stdio.h>
#include <string.h>

#include "text/language.h"
#include "query/syntax_lex.h"

/* A value as it stands in the query. */
struct value {
    uint32_t start, end;       /* with = and quotation marks */
    struct bytes text;         /* without them */
    uint32_t words, words_end; /* the text's place in the query, where it has one */
    bool whole, quoted;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "query: no memory for its tree");
}

/* --- one value ------------------------------------------------------------------------------ */

static bool ends(const struct syntax_lexer *lx, uint32_t at)
{
    return syntax_lex_is_end(lx, at) || lx->query.data[at] == '|';
}

/* Up to a blank, a parenthesis or a |, of which quotation marks take the meaning; they are no
 * part of it: "last month"..today. */
static int read_mixed(struct syntax_lexer *lx, uint32_t at, struct value *out,
                      struct err *err)
{
    struct buf text = {0};
    int rc = 0;
    out->start = at;
    while (rc == 0 && !ends(lx, at)) {
        uint32_t from = at, to = at + 1, next = at + 1;
        if (syntax_lex_quote(lx, at)) {
            rc = syntax_lex_quoted(lx, at, &from, &to, &next);
        }
        if (rc == 0) {
            buf_put(&text, lx->query.data + from, to - from);
            at = next;
        }
    }
    out->end = at;
    if (rc == 0) {
        out->text = arena_copy(lx->arena, buf_bytes(&text));
        rc = text.failed || !out->text.data ? no_memory(err) : 0;
    }
    buf_release(&text);
    return rc;
}

/* A value in quotation marks, or one up to a blank, a parenthesis, a | or such a mark. */
static int read_plain(struct syntax_lexer *lx, uint32_t at, struct value *out)
{
    out->start = at;
    out->whole = at < lx->query.len && lx->query.data[at] == '=';
    at += out->whole;
    out->quoted = syntax_lex_quote(lx, at) > 0;
    if (out->quoted) {
        int rc = syntax_lex_quoted(lx, at, &out->words, &out->words_end, &at);
        if (rc) {
            return rc;
        }
    } else {
        out->words = at;
        while (!ends(lx, at) && !syntax_lex_quote(lx, at)) {
            at++;
        }
        out->words_end = at;
    }
    if (!ends(lx, at)) {
        return syntax_lex_fail(lx, at,
                               "a value in quotation marks stands for itself: put a "
                               "blank before what follows");
    }
    out->end = at;
    out->text =
        bytes_of(lx->query.data + out->words, (size_t)out->words_end - out->words);
    return 0;
}

static int refuse(struct syntax_lexer *lx, const struct filter_field *field,
                  uint32_t at, const char *wrong)
{
    if (wrong[0]) {
        return syntax_lex_fail(lx, at, "%s: %s", field->name, wrong);
    }
    return syntax_lex_fail(lx, at, "%s: takes %s", field->name, field->sentence);
}

/* A language as the index has it: lang:English and lang:eng are en. What is no language is looked for as it is. */
static int name_language(struct syntax_lexer *lx, struct filter *f, struct err *err)
{
    char tag[LANGUAGE_TAG_MAX];
    size_t len;
    if (!language_tag(f->value, tag, &len) || len == 0) {
        return 0;
    }
    f->value = arena_copy(lx->arena, bytes_of(tag, len));
    return f->value.data ? 0 : no_memory(err);
}

/* The node of a value; text is query[from, v->end). */
static int make_filter(struct syntax_lexer *lx, const struct filter_field *field,
                       uint32_t from, const struct value *v, struct ast **out,
                       struct err *err)
{
    char wrong[FILTER_WRONG_MAX];
    struct filter filter;
    if (!filter_read(field, v->text, v->whole, v->quoted, &filter, wrong)) {
        return refuse(lx, field, v->end > v->start ? v->start : from, wrong);
    }
    int rc = syntax_lex_node(lx, AST_FILTER, from, v->end - from, out, err);
    if (rc == 0 && field->takes == FILTER_TAKES_WORDS &&
        filter.test == FILTER_TEST_HAS) {
        struct ast *words = NULL;
        rc = syntax_lex_words(lx, v->words, v->words_end, SYNTAX_WORDS_PHRASE, &words,
                              err);
        if (rc == 0 && !words) {
            return refuse(lx, field, v->start, "");
        }
        filter.words = words;
    }
    if (rc == 0 && field->takes == FILTER_TAKES_LANG &&
        filter.test == FILTER_TEST_HAS) {
        rc = name_language(lx, &filter, err);
    }
    if (rc == 0) {
        (*out)->filter = filter;
    }
    return rc;
}

/* --- values and what stands for them --------------------------------------------------------- */

/* The values at `at`, with | between them, as one atom whose text begins at `from`. */
static int lex_values(struct syntax_lexer *lx, const struct filter_field *field,
                      uint32_t from, uint32_t at, uint32_t *to, struct err *err)
{
    struct syntax_token t = {.kind = SYNTAX_ATOM, .start = from};
    syntax_items list = {0};
    uint32_t start = from;
    int rc;
    for (;;) {
        struct value v = {0};
        struct syntax_item item;
        rc = field->takes == FILTER_TAKES_DATE ? read_mixed(lx, at, &v, err)
                                               : read_plain(lx, at, &v);
        if (rc == 0) {
            rc = make_filter(lx, field, start, &v, &item.node, err);
        }
        if (rc == 0 && !vec_push(&list, item)) {
            rc = no_memory(err);
        }
        at = v.end;
        if (rc || at >= lx->query.len || lx->query.data[at] != '|') {
            break;
        }
        start = ++at;
    }
    t.len = at - from;
    *to = at;
    if (rc == 0 && list.len == 1) {
        t.atom = list.items[0].node;
    } else if (rc == 0) {
        rc = syntax_lex_node(lx, AST_OR, from, t.len, &t.atom, err);
        if (rc == 0) {
            rc = syntax_lex_adopt(lx, t.atom, list.items, list.len, err);
        }
    }
    vec_release(&list);
    return rc ? rc : syntax_lex_push(lx, t, err);
}

int syntax_filter_lex(struct syntax_lexer *lx, const struct filter_field *field,
                      uint32_t from, uint32_t *to, struct err *err)
{
    uint32_t at = from + (uint32_t)strlen(field->name) + 1;
    bool group = at < lx->query.len && lx->query.data[at] == '(';
    if (field->takes == FILTER_TAKES_QUERY) {
        struct syntax_token t = {.kind = SYNTAX_PART, .start = from, .len = at - from};
        t.part = field->kind == FILTER_TITLE ? AST_PART_TITLE : AST_PART_BODY;
        if (!group && syntax_lex_is_end(lx, at)) {
            return refuse(lx, field, from, "");
        }
        *to = at;
        return syntax_lex_push(lx, t, err);
    }
    if (group) {
        lx->field = field;
        lx->field_depth = lx->depth;
        *to = at;
        return 0;
    }
    return lex_values(lx, field, from, at, to, err);
}

int syntax_filter_value(struct syntax_lexer *lx, uint32_t from, uint32_t *to,
                        struct err *err)
{
    const uint8_t *q = lx->query.data;
    uint32_t end = from;
    while (!ends(lx, end) && !syntax_lex_quote(lx, end)) {
        end++;
    }
    const struct filter_field *other = filter_field_at(bytes_of(q + from, end - from));
    if (other) {
        return syntax_lex_fail(lx, from,
                               "between the parentheses of %s: stand its values; "
                               "%s: has no place there",
                               lx->field->name, other->name);
    }
    return lex_values(lx, lx->field, from, from, to, err);
}

/* --- today -------------------------------------------------------------------------------------- */

bool syntax_needs_today(const struct ast *tree)
{
    bool needs =
        when_is_relative(&tree->filter.from) || when_is_relative(&tree->filter.to);
    for (size_t i = 0; i < tree->n_children && !needs; i++) {
        needs = syntax_needs_today(tree->children[i]);
    }
    return needs;
}

void syntax_set_today(struct ast *tree, int32_t today)
{
    filter_resolve(&tree->filter, today);
    for (size_t i = 0; i < tree->n_children; i++) {
        syntax_set_today(tree->children[i], today);
    }
}

/* --- names that are none ----------------------------------------------------------------------- */

int syntax_filter_unknown(struct syntax_lexer *lx, uint32_t from, uint32_t to)
{
    const struct filter_field *nearest = NULL;
    struct bytes name;
    /* a quotation mark or a parenthesis behind the colon begins a value, too */
    bool more = syntax_lex_quote(lx, to) > 0 ||
                (to < lx->query.len && lx->query.data[to] == '(');
    struct bytes chunk = bytes_of(lx->query.data + from, (size_t)to - from + more);
    if (!filter_unknown_at(chunk, &name, &nearest)) {
        return 0;
    }
    if (nearest) {
        return syntax_lex_fail(lx, from, "there is no field %.*s: did you mean %s:",
                               (int)name.len, (const char *)name.data, nearest->name);
    }
    if (lx->query.data[to - 1] == ':') {
        return 0; /* said:"..." */
    }
    char names[160];
    size_t n, used = 0;
    const struct filter_field *fields = filter_fields(&n);
    for (size_t i = 0; i < n; i++) {
        if (used < sizeof names) {
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
                                     i > 0 ? " " : "", fields[i].name);
        }
    }
    return syntax_lex_fail(lx, from, "there is no field %.*s: there are %s",
                           (int)name.len, (const char *)name.data, names);
}
