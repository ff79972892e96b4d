#include "tests/support/oracle_spans.h"

#include <stdlib.h>
#include <string.h>

#include "text/analyser.h"
#include "tests/support/oracle_words.h"

#define NEED(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

static const uint8_t *ones(struct arena *arena, uint32_t n)
{
    uint8_t *flags = arena_alloc(arena, n + 1);
    NEED(flags);
    memset(flags, 1, n);
    return flags;
}

void oracle_spans_add(oracle_spans *list, struct oracle_span span)
{
    size_t at = 0;
    while (at < list->len &&
           (list->items[at].first < span.first ||
            (list->items[at].first == span.first && list->items[at].len < span.len)))
        at++;
    if (at < list->len && list->items[at].first == span.first &&
        list->items[at].len == span.len)
        return;
    NEED(vec_push(list, span));
    for (size_t i = list->len - 1; i > at; i--)
        list->items[i] = list->items[i - 1];
    list->items[at] = span;
}

/* Does a joined entry of `span` tokens with this key begin at token i? */
static bool joined_at(const struct oracle_article *a, size_t i, uint8_t span,
                      struct bytes key)
{
    uint8_t spans[2];
    size_t n = analyser_joins(a->made->terms, a->breaks, a->made->n_tokens, i, spans);
    for (size_t k = 0; k < n; k++) {
        size_t len = 0;
        bool same = true;
        for (size_t t = i; t < i + spans[k]; t++) {
            struct bytes term = a->made->terms[t];
            same = same && len + term.len <= key.len &&
                   memcmp(key.data + len, term.data, term.len) == 0;
            len += term.len;
        }
        if (spans[k] == span && same && len == key.len)
            return true;
    }
    return false;
}

/* Wildcards by trying everything: * takes nothing, or a character more. */
static bool like_pattern(const uint8_t *p, const uint8_t *p_end, const uint8_t *k,
                         const uint8_t *k_end)
{
    if (p == p_end)
        return k == k_end;
    if (*p == '*' && like_pattern(p + 1, p_end, k, k_end))
        return true;
    if (k == k_end)
        return false;
    if (*p != '*' && *p != '?')
        return *p == *k && like_pattern(p + 1, p_end, k + 1, k_end);
    const uint8_t *next = k + 1;
    while (next < k_end && (*next & 0xc0) == 0x80)
        next++;
    return like_pattern(*p == '*' ? p : p + 1, p_end, next, k_end);
}

/* May the item stand at token i with `len` tokens? */
static bool item_at(const struct oracle_article *a, const struct ast *item, size_t i,
                    uint32_t len)
{
    if (i + len > a->made->n_tokens)
        return false;
    struct bytes term = a->made->terms[i];
    if (item->kind == AST_ANY)
        return len == 1;
    if (item->kind == AST_PREFIX)
        return len == 1 && bytes_starts(term, item->term);
    if (item->kind == AST_PATTERN)
        return len == 1 &&
               like_pattern(item->term.data, item->term.data + item->term.len,
                            term.data, term.data + term.len);
    if (item->kind == AST_RUN) {
        for (size_t k = 0; k + 1 < item->n_children; k++) {
            uint8_t key[512];
            struct bytes x = item->children[k]->term, y = item->children[k + 1]->term;
            memcpy(key, x.data, x.len);
            memcpy(key + x.len, y.data, y.len);
            if (!joined_at(a, i + k, 2, bytes_of(key, x.len + y.len)))
                return false;
        }
        return len == item->n_children;
    }
    if (item->kind == AST_REGEX)
        return len == 1 && oracle_words_regex(item->term, term);
    if (item->kind == AST_STEM && len == 1 &&
        oracle_words_stem(item->language, item->term, term))
        return true;
    if (len == 1) {
        uint8_t alias[TERM_BYTES_MAX];
        size_t n = analyser_alias(term, alias);
        return bytes_equal(term, item->term) ||
               (n && bytes_equal(bytes_of(alias, n), item->term));
    }
    return len <= JOIN_SPAN_MAX && joined_at(a, i, (uint8_t)len, item->term);
}

static void phrase_from(const struct oracle_article *a, struct ast *const *items,
                        size_t n, uint32_t first, uint32_t at, oracle_spans *out,
                        struct arena *arena);

/* items[0] are alternatives: the rest behind each of them. */
static void alts_from(const struct oracle_article *a, struct ast *const *items,
                      size_t n, uint32_t first, uint32_t at, oracle_spans *out,
                      struct arena *arena)
{
    for (size_t i = 0; i < items[0]->n_children; i++) {
        const struct ast *alt = items[0]->children[i];
        bool phrase = alt->kind == AST_PHRASE;
        size_t k = phrase ? alt->n_children : 1;
        struct ast **list = arena_alloc(arena, (k + n) * sizeof *list);
        NEED(list);
        memcpy(list, phrase ? alt->children : &items[0]->children[i], k * sizeof *list);
        memcpy(list + k, items + 1, (n - 1) * sizeof *list);
        phrase_from(a, list, k + n - 1, first, at, out, arena);
    }
}

/* items[0] is an exact surface: the rest behind each way to lay it that is written like it. */
static void exact_from(const struct oracle_article *a, struct ast *const *items,
                       size_t n, uint32_t first, uint32_t at, oracle_spans *out,
                       struct arena *arena)
{
    oracle_spans ways = {0};
    phrase_from(a, items[0]->children, items[0]->n_children, at, at, &ways, arena);
    for (size_t i = 0; i < ways.len; i++) {
        uint32_t end = at + ways.items[i].len;
        if (oracle_words_exact(a->made, items[0], at, end))
            phrase_from(a, items + 1, n - 1, first, end, out, arena);
    }
    vec_release(&ways);
}

/* Adds every way to lay items[k..n) from token `at` on to a phrase that began at `first`. */
static void phrase_from(const struct oracle_article *a, struct ast *const *items,
                        size_t n, uint32_t first, uint32_t at, oracle_spans *out,
                        struct arena *arena)
{
    if (n == 0) {
        oracle_spans_add(
            out, (struct oracle_span){first, at - first, ones(arena, at - first)});
        return;
    }
    if (items[0]->kind == AST_EXACT) {
        exact_from(a, items, n, first, at, out, arena);
        return;
    }
    if (items[0]->kind == AST_ALTS) {
        alts_from(a, items, n, first, at, out, arena);
        return;
    }
    uint32_t longest =
        items[0]->kind == AST_RUN ? (uint32_t)items[0]->n_children : JOIN_SPAN_MAX;
    for (uint32_t len = 1; len <= longest && at + len <= a->made->n_tokens; len++) {
        if (item_at(a, items[0], at, len))
            phrase_from(a, items + 1, n - 1, first, at + len, out, arena);
    }
}

struct choice {
    struct oracle_span span;
    uint32_t left_len, right_len;
    bool swapped; /* the second operand is the left one */
};

/* Is x chosen before y? */
static bool before(const struct choice *x, const struct choice *y)
{
    uint32_t end_x = x->span.first + x->span.len, end_y = y->span.first + y->span.len;
    if (end_x != end_y)
        return end_x < end_y;
    if (x->span.len != y->span.len)
        return x->span.len < y->span.len;
    if (x->left_len != y->left_len)
        return x->left_len < y->left_len;
    if (x->right_len != y->right_len)
        return x->right_len < y->right_len;
    return !x->swapped && y->swapped;
}

/* The pair as a choice, if its distance is allowed; what begins before `from` is not. */
static bool pair(const struct oracle_article *a, const struct ast *node,
                 const struct oracle_span *left, const struct oracle_span *right,
                 uint32_t from, struct choice *out)
{
    uint32_t end = left->first + left->len;
    if (left->first < from || right->first < end)
        return false;
    if (node->within == AST_WITHIN_WORDS && right->first - (end - 1) > node->distance)
        return false;
    for (uint32_t i = left->first + 1; i < right->first + right->len; i++) {
        if ((node->within == AST_WITHIN_SENTENCE &&
             (a->breaks[i] == 1 || a->breaks[i] == 2)) ||
            (node->within == AST_WITHIN_PARAGRAPH && a->breaks[i] == 2))
            return false;
    }
    out->span.first = left->first;
    out->span.len = right->first + right->len - left->first;
    out->left_len = left->len;
    out->right_len = right->len;
    return true;
}

static void add_choice(oracle_spans *out, const struct choice *c,
                       const struct oracle_span *left, const struct oracle_span *right,
                       struct arena *arena)
{
    uint8_t *flags = arena_zalloc(arena, c->span.len);
    NEED(flags);
    memcpy(flags, left->matched, left->len);
    memcpy(flags + (right->first - left->first), right->matched, right->len);
    oracle_spans_add(out, (struct oracle_span){c->span.first, c->span.len, flags});
}

static oracle_spans near(const struct oracle_article *a, const struct ast *node,
                         struct arena *arena)
{
    oracle_spans x = oracle_spans_of(a, node->children[0], arena);
    oracle_spans y = oracle_spans_of(a, node->children[1], arena);
    oracle_spans out = {0};
    uint32_t from = 0;
    for (;;) {
        struct choice best = {0};
        const struct oracle_span *left = NULL, *right = NULL;
        for (size_t i = 0; i < x.len; i++) {
            for (size_t k = 0; k < y.len; k++) {
                const struct oracle_span *p = &x.items[i], *q = &y.items[k];
                struct choice c = {.swapped = false};
                if (pair(a, node, p, q, from, &c) && (!left || before(&c, &best))) {
                    best = c;
                    left = p;
                    right = q;
                }
                c.swapped = true;
                if (node->kind == AST_NEAR && pair(a, node, q, p, from, &c) &&
                    (!left || before(&c, &best))) {
                    best = c;
                    left = q;
                    right = p;
                }
            }
        }
        if (!left)
            break;
        add_choice(&out, &best, left, right, arena);
        from = best.span.first + best.span.len;
    }
    vec_release(&x);
    vec_release(&y);
    return out;
}

/* Can items[k..n) be laid into [begin, end) on tokens that are not taken? */
static bool can_lay(const oracle_spans *items, size_t n, uint32_t begin, uint32_t end,
                    bool *taken)
{
    if (n == 0)
        return true;
    for (size_t i = 0; i < items->len; i++) {
        uint32_t first = items->items[i].first, len = items->items[i].len;
        bool ok = first >= begin && first + len <= end;
        for (uint32_t t = first; ok && t < first + len; t++)
            ok = !taken[t];
        if (!ok)
            continue;
        memset(taken + first, true, len);
        bool rest = can_lay(items + 1, n - 1, begin, end, taken);
        memset(taken + first, false, len);
        if (rest)
            return true;
    }
    return false;
}

static uint32_t shortest(const struct ast *node)
{
    uint32_t n = node->kind == AST_RUN ? (uint32_t)node->n_children : 1;
    bool row = node->kind == AST_PHRASE || node->kind == AST_EXACT;
    if (row)
        n = 0;
    for (size_t i = 0; i < node->n_children; i++) {
        uint32_t one = shortest(node->children[i]);
        if (row)
            n += one;
        if (node->kind == AST_ALTS && (i == 0 || one < n))
            n = one;
    }
    return n;
}

static oracle_spans window(const struct oracle_article *a, const struct ast *node,
                           struct arena *arena)
{
    uint32_t room = node->distance, from = 0;
    oracle_spans out = {0};
    oracle_spans *items = arena_zalloc(arena, node->n_children * sizeof *items);
    bool *taken = arena_zalloc(arena, a->made->n_tokens + 1);
    NEED(items && taken);
    for (size_t i = 0; i < node->n_children; i++) {
        items[i] = oracle_spans_of(a, node->children[i], arena);
        room += shortest(node->children[i]);
    }
    for (uint32_t end = 1; end <= a->made->n_tokens; end++) {
        for (uint32_t len = 1; len <= room && len <= end - from; len++) {
            if (!can_lay(items, node->n_children, end - len, end, taken))
                continue;
            oracle_spans_add(&out,
                             (struct oracle_span){end - len, len, ones(arena, len)});
            from = end;
            break;
        }
    }
    for (size_t i = 0; i < node->n_children; i++)
        vec_release(&items[i]);
    return out;
}

static oracle_spans not_near(const struct oracle_article *a, const struct ast *node,
                             struct arena *arena)
{
    oracle_spans x = oracle_spans_of(a, node->children[0], arena);
    oracle_spans y = oracle_spans_of(a, node->children[1], arena);
    oracle_spans out = {0};
    for (size_t i = 0; i < x.len; i++) {
        bool any = false;
        for (size_t k = 0; k < y.len; k++) {
            int64_t begin = x.items[i].first, last = begin + x.items[i].len - 1;
            int64_t y_begin = y.items[k].first, y_last = y_begin + y.items[k].len - 1;
            any = any || (y_begin - last <= (int64_t)node->distance &&
                          begin - y_last <= (int64_t)node->distance);
        }
        if (!any)
            oracle_spans_add(&out, x.items[i]);
    }
    vec_release(&x);
    vec_release(&y);
    return out;
}

oracle_spans oracle_spans_of(const struct oracle_article *a, const struct ast *node,
                             struct arena *arena)
{
    oracle_spans out = {0};
    struct ast *self = NULL;
    switch (node->kind) {
    case AST_NEAR:
    case AST_PRE: return near(a, node, arena);
    case AST_NOT_NEAR: return not_near(a, node, arena);
    case AST_WINDOW: return window(a, node, arena);
    case AST_ATLEAST:
        out = oracle_spans_of(a, node->children[0], arena);
        if (out.len < node->distance)
            vec_reset(&out);
        return out;
    case AST_OR:
        for (size_t i = 0; i < node->n_children; i++) {
            oracle_spans one = oracle_spans_of(a, node->children[i], arena);
            for (size_t k = 0; k < one.len; k++)
                oracle_spans_add(&out, one.items[k]);
            vec_release(&one);
        }
        return out;
    case AST_PHRASE:
        for (uint32_t i = 0; i < a->made->n_tokens; i++)
            phrase_from(a, node->children, node->n_children, i, i, &out, arena);
        return out;
    case AST_WORD:
    case AST_PREFIX:
    case AST_PATTERN:
    case AST_STEM:
    case AST_REGEX:
    case AST_EXACT:
    case AST_RUN:
    case AST_ANY:
    case AST_ALTS:
        self = arena_alloc(arena, sizeof *self);
        NEED(self);
        *self = *node;
        for (uint32_t i = 0; i < a->made->n_tokens; i++)
            phrase_from(a, &self, 1, i, i, &out, arena);
        return out;
    case AST_AND:
    case AST_NOT:
    case AST_IN:
    case AST_FILTER: break;
    }
    abort(); /* has no spans */
}
