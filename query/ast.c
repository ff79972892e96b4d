#include "query/ast.h"

const char *ast_kind_name(enum ast_kind kind)
{
    static const char *const names[] = {
#define AST_NAME(name, text) text,
        AST_KINDS(AST_NAME)
#undef AST_NAME
    };
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : "?";
}

bool ast_is_item(const struct ast *node)
{
    return node->kind <= AST_ALTS;
}

uint32_t ast_least_tokens(const struct ast *node)
{
    uint32_t least = UINT32_MAX, sum = 0;
    if (node->kind == AST_RUN) {
        return (uint32_t)node->n_children;
    }
    for (size_t i = 0; i < node->n_children; i++) {
        uint32_t n = ast_least_tokens(node->children[i]);
        least = n < least ? n : least;
        sum += n;
    }
    bool row = node->kind == AST_PHRASE || node->kind == AST_EXACT;
    return node->kind == AST_ALTS ? least : row ? sum : 1;
}

bool ast_is_spans(const struct ast *node)
{
    switch (node->kind) {
    case AST_WORD:
    case AST_PREFIX:
    case AST_PATTERN:
    case AST_STEM:
    case AST_REGEX:
    case AST_EXACT:
    case AST_RUN:
    case AST_ANY:
    case AST_ALTS:
    case AST_PHRASE:
    case AST_WINDOW:
    case AST_NEAR:
    case AST_PRE:
    case AST_NOT_NEAR:
    case AST_ATLEAST: return true;
    case AST_IN:
    case AST_AND:
    case AST_NOT:
    case AST_FILTER: return false;
    case AST_OR: break;
    }
    for (size_t i = 0; i < node->n_children; i++) {
        if (!ast_is_spans(node->children[i])) {
            return false;
        }
    }
    return true;
}

bool ast_has_number(const struct ast *node)
{
    return node->kind >= AST_WINDOW && node->kind <= AST_IN;
}

const char *ast_within_name(enum ast_within within)
{
    return within == AST_WITHIN_SENTENCE ? "/s" : "/p";
}

static void put_term(struct bytes term, struct buf *out)
{
    for (size_t i = 0; i < term.len; i++) {
        if (term.data[i] < 0x20 || term.data[i] == 0x7f) {
            buf_printf(out, "\\x%02x", (unsigned)term.data[i]);
        } else {
            buf_put_u8(out, term.data[i]);
        }
    }
}

void ast_print(const struct ast *node, struct buf *out)
{
    buf_printf(out, "(%s", ast_kind_name(node->kind));
    if (node->within != AST_WITHIN_WORDS) {
        buf_printf(out, " %s", ast_within_name(node->within));
    } else if (node->part != AST_PART_FIRST) {
        buf_printf(out, " %s", node->part == AST_PART_TITLE ? "title" : "body");
    } else if (ast_has_number(node)) {
        buf_printf(out, " %u", (unsigned)node->distance);
    }
    if (node->language) {
        buf_printf(out, " %s", node->language);
    }
    if (node->term.len > 0) {
        buf_put_str(out, node->kind == AST_REGEX ? " /" : " ");
        put_term(node->term, out);
        buf_put_str(out, node->kind == AST_REGEX ? "/" : "");
    } else if (node->kind == AST_FILTER) {
        buf_put_u8(out, ' ');
        filter_print(&node->filter, out);
    } else {
        for (size_t i = 0; i < node->n_children; i++) {
            buf_put_u8(out, ' ');
            ast_print(node->children[i], out);
        }
    }
    buf_put_u8(out, ')');
}

bool ast_is_plain(const struct ast *node)
{
    switch (node->kind) {
    case AST_WORD:
    case AST_PREFIX:
    case AST_RUN: return true;
    case AST_NEAR:
    case AST_PRE:
        if (node->within != AST_WITHIN_WORDS)
            return false;
        break;
    case AST_PHRASE:
    case AST_AND:
    case AST_OR: break;
    default: return false;
    }
    for (size_t i = 0; i < node->n_children; i++)
        if (!ast_is_plain(node->children[i]))
            return false;
    return true;
}
