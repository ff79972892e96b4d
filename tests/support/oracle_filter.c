#include "tests/support/oracle_filter.h"

#include <math.h>
#include <stdlib.h>

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
    switch (f->kind) {
    case FILTER_IS:
        if (f->is == FILTER_EXCERPT)
            return is_excerpt(o, a->made);
        return is_original(o, a->made) == (f->is == FILTER_ORIGINAL);
    case FILTER_COPIES: return has_copies(o, a->made, f);
    case FILTER_STORY: return find(o, f->value)->made->story == a->made->story;
    case FILTER_LIKE: break;
    default: abort();
    }
    return is_like(o, a->made, node, arena);
}
