#include "tests/support/oracle_filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/analyser.h"
#include "tests/support/oracle_spans.h"

#define NEED(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

enum {
    LIKE_WORDS = 25
};

/* The article with this ID. IDs that are only beginnings are not asked here. */
static const struct oracle_article *find(const struct oracle *o, struct bytes id)
{
    for (size_t i = 0; i < o->articles.len; i++) {
        if (bytes_equal(o->articles.items[i].made->row.id, id))
            return &o->articles.items[i];
    }
    abort();
}

/* --- is:, copies: --------------------------------------------------------------------------- */

static bool is_original(const struct oracle *o, const struct handmade_article *a)
{
    for (size_t i = 0; i < o->articles.len; i++) {
        const struct handmade_article *b = o->articles.items[i].made;
        if (b->story == a->story && b->article_id < a->article_id)
            return false;
    }
    return true;
}

/* Of several links between two stories only the first is in the index. */
static bool is_first_link(const struct handmade *h, size_t k)
{
    size_t x = h->articles.items[h->links.items[k].article].story;
    size_t y = h->articles.items[h->links.items[k].other].story;
    for (size_t i = 0; i < k; i++) {
        size_t v = h->articles.items[h->links.items[i].article].story;
        size_t w = h->articles.items[h->links.items[i].other].story;
        if ((v == x && w == y) || (v == y && w == x))
            return false;
    }
    return true;
}

static bool is_same_wording(const struct handmade *h, size_t article,
                            const struct handmade_article *a)
{
    const struct handmade_article *b = &h->articles.items[article];
    return a->story == b->story && a->wording == b->wording;
}

static bool is_excerpt(const struct oracle *o, const struct handmade_article *a)
{
    const struct handmade *h = o->made;
    for (size_t k = 0; k < h->links.len; k++) {
        const struct handmade_link *l = &h->links.items[k];
        if (l->relation == RELATION_EXCERPT && is_first_link(h, k) &&
            (is_same_wording(h, l->article, a) || is_same_wording(h, l->other, a)))
            return true;
    }
    return false;
}

static bool has_copies(const struct oracle *o, const struct handmade_article *a,
                       const struct filter *f)
{
    uint32_t others = 0;
    for (size_t i = 0; i < o->articles.len; i++) {
        const struct handmade_article *b = o->articles.items[i].made;
        others += b != a && b->story == a->story;
    }
    return f->least <= others && others <= f->most;
}

/* --- what the row says -------------------------------------------------------------------------- */

/* The words of a value. */
struct value {
    struct bytes text;
    struct query_tokens words;
};

/* Are there only hyphens between words i and i + 1, or nothing? */
static bool hangs_together(const struct value *v, size_t i)
{
    const struct query_token *a = &v->words.tokens.items[i], *b = a + 1;
    struct bytes gap =
        bytes_of(v->text.data + a->start + a->len, b->start - a->start - a->len);
    return gap.len == 0 || bytes_equal(gap, bytes_str("-"));
}

/* Is the word the term, or what words [at, end) make together, or an initialism of it? */
static bool is_word(const struct value *v, size_t at, size_t end, struct bytes term)
{
    const struct query_token *t = v->words.tokens.items;
    uint8_t alias[TERM_BYTES_MAX];
    struct buf joined = {0};
    if (end == at + 1 &&
        bytes_equal(bytes_of(alias, analyser_alias(t[at].term, alias)), term))
        return true;
    bool same = end - at <= JOIN_SPAN_MAX;
    for (size_t i = at; i < end; i++) {
        buf_put_bytes(&joined, t[i].term);
        same = same && (i + 1 == end || hangs_together(v, i));
    }
    same = same && bytes_equal(buf_bytes(&joined), term);
    buf_release(&joined);
    return same;
}

/* * is any bytes, and, where it says so, ? one character. */
static bool is_like_pattern(struct bytes pattern, struct bytes text, bool marks)
{
    if (pattern.len == 0)
        return text.len == 0;
    struct bytes rest = bytes_of(pattern.data + 1, pattern.len - 1);
    bool star = pattern.data[0] == '*', mark = marks && pattern.data[0] == '?';
    size_t one = 1;
    for (size_t i = 0; star && i <= text.len; i++) {
        if (is_like_pattern(rest, bytes_of(text.data + i, text.len - i), marks))
            return true;
    }
    while (mark && one < text.len && (text.data[one] & 0xc0) == 0x80)
        one++;
    return !star && text.len > 0 && (mark || text.data[0] == pattern.data[0]) &&
           is_like_pattern(rest, bytes_of(text.data + one, text.len - one), marks);
}

/* Is the node what words [at, end) are? */
static bool is_node(const struct value *v, const struct ast *node, size_t at,
                    size_t end)
{
    struct bytes term = at < end ? v->words.tokens.items[at].term : bytes_of(NULL, 0);
    switch (node->kind) {
    case AST_WORD: return at < end && is_word(v, at, end, node->term);
    case AST_PREFIX: return end == at + 1 && bytes_starts(term, node->term);
    case AST_PATTERN: return end == at + 1 && is_like_pattern(node->term, term, true);
    case AST_ANY: return end == at + 1;
    case AST_ALTS:
        for (size_t i = 0; i < node->n_children; i++) {
            if (is_node(v, node->children[i], at, end))
                return true;
        }
        return false;
    case AST_RUN:
    case AST_PHRASE: break;
    default: abort();
    }
    struct ast rest = *node;
    if (node->n_children == 0)
        return at == end;
    rest.children++;
    rest.n_children--;
    for (size_t middle = at; middle <= end; middle++) {
        if (is_node(v, node->children[0], at, middle) && is_node(v, &rest, middle, end))
            return true;
    }
    return false;
}

static bool has_words(struct bytes text, const struct ast *node, struct arena *arena)
{
    struct value v = {.text = text};
    struct analyser *analyser = analyser_new();
    struct err err;
    bool found = false;
    NEED(analyser && analyser_query(analyser, text, arena, &v.words, &err) == 0);
    size_t n = v.words.tokens.len;
    for (size_t at = 0; at < n; at++) {
        for (size_t end = at + 1; end <= n && !found; end++)
            found = is_node(&v, node, at, end);
    }
    vec_release(&v.words.tokens);
    analyser_free(analyser);
    return found;
}

static struct bytes lower(struct bytes text, struct arena *arena)
{
    uint8_t *out = arena_alloc(arena, text.len + 1);
    NEED(out);
    for (size_t i = 0; i < text.len; i++)
        out[i] =
            (uint8_t)(text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] + 32
                                                                 : text.data[i]);
    return bytes_of(out, text.len);
}

static bool of_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c >= 0x80;
}

/* Any stretch of the text that cuts no word which its ends belong to. */
static bool has_place(struct bytes pattern, struct bytes text, struct arena *arena)
{
    bool open_left = pattern.data[0] == '*';
    bool open_right = pattern.data[pattern.len - 1] == '*';
    pattern = lower(pattern, arena);
    text = lower(text, arena);
    for (size_t from = 0; from <= text.len; from++) {
        for (size_t to = from; to <= text.len; to++) {
            bool cut_left = from > 0 && from < text.len &&
                            of_word(text.data[from - 1]) && of_word(pattern.data[0]);
            bool cut_right = to > 0 && to < text.len && of_word(text.data[to]) &&
                             of_word(pattern.data[pattern.len - 1]);
            if ((open_left || !cut_left) && (open_right || !cut_right) &&
                is_like_pattern(pattern, bytes_of(text.data + from, to - from), false))
                return true;
        }
    }
    return false;
}

/* en is en, en-GB and EN_us. */
static bool is_language(struct bytes asked, struct bytes tag, struct arena *arena)
{
    struct buf a = {0}, b = {0};
    buf_put_bytes(&a, lower(asked, arena));
    buf_put_bytes(&b, lower(tag, arena));
    buf_put_str(&a, "-");
    buf_put_str(&b, "-");
    for (size_t i = 0; i < a.len; i++)
        a.data[i] = a.data[i] == '_' ? '-' : a.data[i];
    for (size_t i = 0; i < b.len; i++)
        b.data[i] = b.data[i] == '_' ? '-' : b.data[i];
    bool is = bytes_starts(buf_bytes(&b), buf_bytes(&a));
    buf_release(&a);
    buf_release(&b);
    return is;
}

static bool has_item(struct bytes items, struct bytes item)
{
    struct buf all = {0};
    buf_printf(&all, "%c", PROVENANCE_ITEMS);
    buf_put_bytes(&all, items);
    buf_printf(&all, "%c", PROVENANCE_ITEMS);
    bool has = false;
    for (size_t i = 0; i + item.len + 2 <= all.len; i++)
        has = has || (all.data[i] == PROVENANCE_ITEMS &&
                      all.data[i + item.len + 1] == PROVENANCE_ITEMS &&
                      memcmp(all.data + i + 1, item.data, item.len) == 0);
    buf_release(&all);
    return has;
}

static bool has_value(const struct filter *f, struct bytes text, struct arena *arena)
{
    if (f->test == FILTER_TEST_NONE || f->test == FILTER_TEST_ANY)
        return (text.len == 0) == (f->test == FILTER_TEST_NONE);
    if (text.len > 0 && f->test == FILTER_TEST_WHOLE && f->kind == FILTER_TAG)
        return has_item(text, f->value);
    if (text.len == 0 || f->test == FILTER_TEST_WHOLE)
        return text.len > 0 && bytes_equal(text, f->value);
    if (f->kind == FILTER_URL || f->kind == FILTER_PATH)
        return has_place(f->value, text, arena);
    if (f->kind == FILTER_ID)
        return is_like_pattern(f->value, text, false);
    if (f->kind == FILTER_LANG)
        return is_language(f->value, text, arena);
    if (f->kind == FILTER_TAG) {
        const uint8_t *cut = memchr(text.data, PROVENANCE_ITEMS, text.len);
        size_t n = cut ? (size_t)(cut - text.data) : text.len;
        struct bytes rest = bytes_of(text.data + n + 1, cut ? text.len - n - 1 : 0);
        return has_words(bytes_of(text.data, n), f->words, arena) ||
               has_value(f, rest, arena);
    }
    return has_words(text, f->words, arena);
}

static bool has_path(const struct filter *f, const struct provenance_row *row,
                     struct arena *arena)
{
    struct buf path = {0};
    buf_put_bytes(&path, row->input);
    if (row->member.len > 0)
        buf_put_str(&path, "/");
    buf_put_bytes(&path, row->member);
    bool has = has_value(f, buf_bytes(&path), arena);
    buf_release(&path);
    return has;
}

static bool has_day(const struct filter *f, int32_t day)
{
    if (f->test != FILTER_TEST_HAS)
        return (day == DAY_NONE) == (f->test == FILTER_TEST_NONE);
    if (day == DAY_NONE)
        return false;
    if (f->from.kind == WHEN_DAYS &&
        (f->from.beyond ? day <= f->from.last : day < f->from.first))
        return false;
    if (f->to.kind == WHEN_DAYS && f->to.beyond)
        return day < f->to.first;
    return f->to.kind != WHEN_DAYS || day <= f->to.last;
}

/* --- like: ------------------------------------------------------------------------------------ */

struct word {
    struct bytes term;
    double weight;
};

static uint32_t occurrences(const struct handmade_article *a, struct bytes term)
{
    uint32_t n = 0;
    for (size_t i = 0; i < a->n_tokens; i++)
        n += bytes_equal(a->terms[i], term);
    return n;
}

static uint64_t stories_with(const struct oracle *o, struct bytes term)
{
    uint64_t n = 0;
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < o->articles.len; i++) {
        const struct handmade_article *a = o->articles.items[i].made;
        if (a->story != last && occurrences(a, term) > 0) {
            last = a->story;
            n++;
        }
    }
    return n;
}

static int by_weight(const void *x, const void *y)
{
    const struct word *a = x, *b = y;
    if (a->weight > b->weight || a->weight < b->weight)
        return a->weight > b->weight ? -1 : 1;
    return bytes_compare(a->term, b->term);
}

/* Every word of the article once that stands in two stories or more, weightiest first. */
static struct word *weigh(const struct oracle *o, const struct handmade_article *a,
                          size_t *n, struct arena *arena)
{
    struct word *words = arena_alloc(arena, (a->n_tokens + 1) * sizeof *words);
    double all = (double)o->snapshot->manifest.stories;
    NEED(words);
    *n = 0;
    for (size_t i = 0; i < a->n_tokens; i++) {
        bool known = false;
        for (size_t k = 0; k < i && !known; k++)
            known = bytes_equal(a->terms[k], a->terms[i]);
        double df = (double)stories_with(o, a->terms[i]);
        if (!known && df > 1) {
            double idf = log(1.0 + (all - df + 0.5) / (df + 0.5));
            words[(*n)++] =
                (struct word){a->terms[i], (double)occurrences(a, a->terms[i]) * idf};
        }
    }
    qsort(words, *n, sizeof *words, by_weight);
    return words;
}

const struct oracle_like *oracle_filter_like(struct oracle *o, const struct ast *node,
                                             struct arena *arena)
{
    for (size_t i = 0; i < o->likes.len; i++) {
        if (o->likes.items[i].filter == node)
            return &o->likes.items[i];
    }
    const struct handmade_article *a = find(o, node->filter.value)->made;
    struct oracle_like like = {.filter = node, .story = a->story};
    struct word *words = weigh(o, a, &like.n_words, arena);
    like.n_words = like.n_words < LIKE_WORDS ? like.n_words : LIKE_WORDS;
    like.words = arena_zalloc(arena, (like.n_words + 1) * sizeof *like.words);
    NEED(like.words);
    for (size_t i = 0; i < like.n_words; i++)
        like.words[i] = (struct ast){.kind = AST_WORD, .term = words[i].term};
    NEED(vec_push(&o->likes, like));
    return &o->likes.items[o->likes.len - 1];
}

/* A story matches if one of its articles has one of the words. */
static bool is_like(struct oracle *o, const struct handmade_article *a,
                    const struct ast *node, struct arena *arena)
{
    const struct oracle_like *like = oracle_filter_like(o, node, arena);
    if (a->story == like->story)
        return false;
    for (size_t i = 0; i < o->articles.len; i++) {
        if (o->articles.items[i].made->story != a->story)
            continue;
        for (size_t w = 0; w < like->n_words; w++) {
            oracle_spans spans =
                oracle_spans_of(&o->articles.items[i], &like->words[w], arena);
            bool any = spans.len > 0;
            vec_release(&spans);
            if (any)
                return true;
        }
    }
    return false;
}

bool oracle_filter_matches(struct oracle *o, const struct oracle_article *a,
                           const struct ast *node, struct arena *arena)
{
    const struct filter *f = &node->filter;
    const struct provenance_row *row = &a->made->row;
    switch (f->kind) {
    case FILTER_IS:
        if (f->is == FILTER_EXCERPT)
            return is_excerpt(o, a->made);
        return is_original(o, a->made) == (f->is == FILTER_ORIGINAL);
    case FILTER_COPIES: return has_copies(o, a->made, f);
    case FILTER_STORY: return find(o, f->value)->made->story == a->made->story;
    case FILTER_SOURCE: return has_value(f, row->outlet, arena);
    case FILTER_AUTHOR: return has_value(f, row->author, arena);
    case FILTER_SECTION: return has_value(f, row->section, arena);
    case FILTER_LANG: return has_value(f, row->language, arena);
    case FILTER_TAG: return has_value(f, row->tags, arena);
    case FILTER_URL: return has_value(f, row->url, arena);
    case FILTER_ID: return has_value(f, row->id, arena);
    case FILTER_PATH: return has_path(f, row, arena);
    case FILTER_DATE: return has_day(f, row->day);
    case FILTER_WORDS: {
        uint64_t n = a->made->n_tokens - a->made->title_tokens;
        return f->least <= n && n <= f->most;
    }
    case FILTER_LIKE: break;
    default: abort();
    }
    return is_like(o, a->made, node, arena);
}
