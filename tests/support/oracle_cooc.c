#include "tests/support/oracle_cooc.h"

#include <stdio.h>
#include <stdlib.h>

#define NEED(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

/* What is asked: of which articles, and how it is counted. */
struct question {
    const struct oracle *o;
    const struct oracle_answer *answers;
    size_t n;
    const struct cooc_options *options;
    const uint8_t *in; /* by article: it counts; NULL: all */
    bool sources;      /* are told */
};

/* Something that was seen in an article. */
struct sight {
    size_t story, article;
    size_t key[3]; /* what it is in its story */
};
typedef VEC(struct sight) sights;

/* The hits of a query in an article. */
struct matched {
    const struct oracle_wording *wording; /* NULL: it does not match */
};

static struct matched match_of(const struct oracle_answer *answer,
                               const struct oracle_article *a)
{
    for (size_t s = 0; s < answer->stories.len; s++) {
        const struct oracle_story *story = &answer->stories.items[s];
        for (size_t w = 0; w < story->n_wordings; w++) {
            for (size_t i = 0; i < story->wordings[w].n_articles; i++) {
                if (story->segment == a->made->segment &&
                    story->wordings[w].articles[i] == a->made->article_id)
                    return (struct matched){&story->wordings[w]};
            }
        }
    }
    return (struct matched){NULL};
}

static bool begins(const struct oracle_article *a, size_t token, enum cooc_scope scope)
{
    uint8_t brk = a->breaks[token];
    return token == 0 || brk == 2 || (brk == 1 && scope == COOC_SENTENCE);
}

/* Where the unit of a token begins. */
static size_t unit_of(const struct oracle_article *a, size_t token,
                      enum cooc_scope scope)
{
    while (!begins(a, token, scope))
        token--;
    return token;
}

/* Does a hit lie wholly in the unit that begins at `unit`? */
static bool is_in(const struct oracle_article *a, const struct oracle_wording *w,
                  size_t unit, enum cooc_scope scope)
{
    for (size_t i = 0; i < w->n_spans; i++) {
        const struct oracle_span *s = &w->spans[i];
        if (unit_of(a, s->first, scope) == unit &&
            unit_of(a, s->first + s->len - 1, scope) == unit)
            return true;
    }
    return false;
}

static void see(sights *v, const struct oracle *o, size_t article, size_t x, size_t y,
                size_t z)
{
    NEED(vec_push(
        v, (struct sight){o->articles.items[article].made->story, article, {x, y, z}}));
}

/* --- windows ------------------------------------------------------------------------------------ */

struct joined {
    const struct oracle_span *left, *right;
    size_t a, b; /* passages */
    bool a_left;
};

static size_t end_of(const struct oracle_span *s)
{
    return (size_t)s->first + s->len;
}

/* By end, length, left, right, side: the order of docs/QUERY.md. */
static bool is_better(const struct joined *x, const struct joined *y)
{
    if (!y->left)
        return true;
    if (end_of(x->right) != end_of(y->right))
        return end_of(x->right) < end_of(y->right);
    if (x->left->first != y->left->first)
        return x->left->first > y->left->first;
    if (x->left->len != y->left->len)
        return x->left->len < y->left->len;
    if (x->right->len != y->right->len)
        return x->right->len < y->right->len;
    return x->a_left && !y->a_left;
}

static void see_windows(const struct oracle *o, size_t article,
                        const struct oracle_wording *a, const struct oracle_wording *b,
                        uint32_t window, sights *out)
{
    size_t from = 0;
    for (;;) {
        struct joined best = {0};
        for (size_t i = 0; i < a->n_spans * b->n_spans * 2; i++) {
            size_t x = i / 2 % a->n_spans, y = i / 2 / a->n_spans;
            bool a_left = i % 2 == 0;
            const struct oracle_span *left = a_left ? &a->spans[x] : &b->spans[y];
            const struct oracle_span *right = a_left ? &b->spans[y] : &a->spans[x];
            struct joined j = {left, right, a->passages[x], b->passages[y], a_left};
            if (left->first >= from && end_of(left) <= right->first &&
                right->first < end_of(left) + window && is_better(&j, &best))
                best = j;
        }
        if (!best.left)
            return;
        see(out, o, article, best.a, best.b, best.a_left);
        from = end_of(best.right);
    }
}

/* --- what is seen in an article --------------------------------------------------------------------- */

static bool is_unit(const struct cooc_options *options)
{
    return options->scope == COOC_SENTENCE || options->scope == COOC_PARAGRAPH;
}

/* Units with a hit of each query; NULL: of any or none. */
static void see_units(const struct oracle *o, size_t article,
                      const struct oracle_wording *a, const struct oracle_wording *b,
                      enum cooc_scope scope, sights *out)
{
    const struct oracle_article *x = &o->articles.items[article];
    for (size_t i = 0; i < x->made->n_tokens; i++) {
        if (begins(x, i, scope) && (!a || is_in(x, a, i, scope)) &&
            (!b || is_in(x, b, i, scope)))
            see(out, o, article, x->homes[i], 0, 0);
    }
}

static void see_total(const struct oracle *o, size_t article,
                      const struct oracle_wording *w,
                      const struct cooc_options *options, sights *out)
{
    if (is_unit(options))
        see_units(o, article, w, NULL, options->scope, out);
    else if (options->scope == COOC_ARTICLE)
        see(out, o, article, 0, 0, 0);
    for (size_t i = 0; options->scope == COOC_WINDOW && i < w->n_spans; i++)
        see(out, o, article, w->passages[i], 0, 0);
}

static void see_pair(const struct oracle *o, size_t article,
                     const struct oracle_wording *a, const struct oracle_wording *b,
                     const struct cooc_options *options, sights *out)
{
    if (is_unit(options))
        see_units(o, article, a, b, options->scope, out);
    else if (options->scope == COOC_ARTICLE)
        see(out, o, article, 0, 0, 0);
    else
        see_windows(o, article, a, b, options->window, out);
}

static bool is_asked(const struct question *q, size_t article)
{
    return !q->in || q->in[article];
}

/* Everything that N counts. */
static void see_size(const struct question *q, sights *out)
{
    const struct oracle *o = q->o;
    const struct cooc_options *options = q->options;
    for (size_t k = 0; k < o->articles.len; k++) {
        const struct oracle_article *a = &o->articles.items[k];
        if (!is_asked(q, k))
            continue;
        if (is_unit(options))
            see_units(o, k, NULL, NULL, options->scope, out);
        else if (options->scope == COOC_ARTICLE)
            see(out, o, k, 0, 0, 0);
        for (size_t i = 0; options->scope == COOC_WINDOW && i < a->made->n_tokens; i++)
            see(out, o, k, a->homes[i], 0, 0);
    }
}

/* --- how much of it is different ---------------------------------------------------------------------- */

typedef bool same_fn(const struct oracle *o, const struct sight *a,
                     const struct sight *b);

static bool same_story(const struct oracle *o, const struct sight *a,
                       const struct sight *b)
{
    (void)o;
    return a->story == b->story;
}
static bool same_thing(const struct oracle *o, const struct sight *a,
                       const struct sight *b)
{
    return same_story(o, a, b) && a->key[0] == b->key[0] && a->key[1] == b->key[1] &&
           a->key[2] == b->key[2];
}
static bool same_article(const struct oracle *o, const struct sight *a,
                         const struct sight *b)
{
    (void)o;
    return a->article == b->article;
}
static struct bytes outlet(const struct oracle *o, const struct sight *s)
{
    return o->articles.items[s->article].made->row.outlet;
}
static bool same_outlet(const struct oracle *o, const struct sight *a,
                        const struct sight *b)
{
    return bytes_equal(outlet(o, a), outlet(o, b));
}

static size_t distinct(const struct oracle *o, const sights *v, same_fn *same)
{
    size_t n = 0;
    for (size_t i = 0; i < v->len; i++) {
        bool fresh = same != same_outlet || outlet(o, &v->items[i]).len > 0;
        for (size_t k = 0; k < i && fresh; k++)
            fresh = !same(o, &v->items[i], &v->items[k]);
        n += fresh;
    }
    return n;
}

static void print_line(struct buf *out, const char *what, const size_t *n, size_t len)
{
    char text[64];
    buf_put_str(out, what);
    for (size_t i = 0; i < len; i++) {
        snprintf(text, sizeof text, " %zu", n[i]);
        buf_put_str(out, text);
    }
    buf_put_str(out, "\n");
}

static void print_sights(const struct oracle *o, const char *what, const sights *v,
                         struct buf *out)
{
    print_line(out, what, (const size_t[]){distinct(o, v, same_thing), v->len}, 2);
}

static void answer(const struct question *q, struct buf *out)
{
    const struct oracle *o = q->o;
    sights v = {0};
    see_size(q, &v);
    print_sights(o, "N", &v, out);
    for (size_t i = 0; i < q->n; i++) {
        vec_reset(&v);
        for (size_t k = 0; k < o->articles.len; k++) {
            struct matched m = match_of(&q->answers[i], &o->articles.items[k]);
            if (m.wording && is_asked(q, k))
                see_total(o, k, m.wording, q->options, &v);
        }
        print_sights(o, "f", &v, out);
    }
    for (size_t a = 0; a < q->n; a++) {
        for (size_t b = a + 1; b < q->n; b++) {
            vec_reset(&v);
            for (size_t k = 0; k < o->articles.len; k++) {
                struct matched x = match_of(&q->answers[a], &o->articles.items[k]);
                struct matched y = match_of(&q->answers[b], &o->articles.items[k]);
                if (x.wording && y.wording && is_asked(q, k))
                    see_pair(o, k, x.wording, y.wording, q->options, &v);
            }
            print_line(out, "pair",
                       (const size_t[]){a, b, distinct(o, &v, same_thing), v.len,
                                        distinct(o, &v, same_article),
                                        distinct(o, &v, same_story),
                                        q->sources ? distinct(o, &v, same_outlet) : 0},
                       7);
        }
    }
    vec_release(&v);
}

void oracle_cooc(const struct oracle *o, const struct oracle_answer *answers, size_t n,
                 const struct cooc_options *options, struct buf *out)
{
    struct question q = {o, answers, n, options, NULL, true};
    answer(&q, out);
}

/* Is an article of the bin's group? */
static bool is_of(const struct oracle_article *a, const struct cooc_bins *bins,
                  const struct cooc_bin *bin)
{
    const struct provenance_row *row = &a->made->row;
    enum bins_unit unit;
    if (grouping_is_date(bins->groups.keys.field[0], &unit))
        return bins_of(unit, row->day) == bin->value;
    if (bin->value == GROUPING_NONE)
        return row->outlet.len == 0;
    return bytes_equal(
        row->outlet, values_get(&bins->groups.column[0].values, (uint32_t)bin->value));
}

void oracle_cooc_bins(const struct oracle *o, const struct oracle_answer *answers,
                      size_t n, const struct cooc_options *options,
                      const struct cooc_bins *bins, struct buf *out)
{
    uint8_t *in = calloc(o->articles.len + 1, 1);
    NEED(in);
    vec_foreach(const struct cooc_bin, bin, &bins->bins) {
        struct question q = {o, answers, n, options, in, false};
        for (size_t k = 0; k < o->articles.len; k++)
            in[k] = is_of(&o->articles.items[k], bins, bin);
        answer(&q, out);
    }
    free(in);
}

static void print_counts(const struct cooc *c, const struct cooc_count *size,
                         const struct cooc_count *totals, const struct cooc_pair *pairs,
                         bool sources, struct buf *out)
{
    print_line(out, "N", (const size_t[]){size->once, size->all}, 2);
    for (size_t q = 0; q < c->n_queries; q++)
        print_line(out, "f", (const size_t[]){totals[q].once, totals[q].all}, 2);
    for (size_t a = 0; a < c->n_queries; a++) {
        for (size_t b = a + 1; b < c->n_queries; b++) {
            const struct cooc_pair *p = &pairs[cooc_index(c, a, b)];
            print_line(out, "pair",
                       (const size_t[]){a, b, p->o.once, p->o.all, p->articles,
                                        p->stories, sources ? p->sources : 0},
                       7);
        }
    }
}

void oracle_cooc_print(const struct cooc *c, struct buf *out)
{
    print_counts(c, &c->size, c->totals, c->pairs, true, out);
}

void oracle_cooc_print_bins(const struct cooc_bins *bins, struct buf *out)
{
    vec_foreach(const struct cooc_bin, b, &bins->bins)
        print_counts(bins->c, &b->size, b->totals, b->pairs, false, out);
}
