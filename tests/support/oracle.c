#include "tests/support/oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/reconstruct.h"
#include "tests/support/oracle_filter.h"
#include "tests/support/oracle_spans.h"

#define NEED(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

/* --- reading what pieces say ---------------------------------------------------------------- */

/* Token i of the article must be what the stream has at address at; there its break is, if the
 * wording has one of its own, *own, which must not glue or part anything. */
static int check_token(const struct segment *s, const struct handmade_article *a,
                       size_t i, address at, const struct word_break *own,
                       struct err *err)
{
    surface_id surface;
    sep_id sep;
    term_id term;
    struct term_entry entry;
    struct bytes bytes;
    uint8_t brk = 0;
    int rc = reconstruct_stream(s, at, 1, &surface, &sep, err);
    if (rc == 0)
        rc = surfaces_term(&s->surfaces, surface, &term, err);
    if (rc == 0)
        rc = terms_get(&s->terms, term, &entry, err);
    if (rc == 0)
        rc = surfaces_sep(&s->surfaces, sep, &brk, &bytes, err);
    if (rc)
        return rc;
    bool same = own ? brk != own->brk && brk != 3 : brk == a->tokens[i].brk;
    if (own)
        brk = own->brk;
    if (!bytes_equal(bytes_of(entry.key, entry.key_len), a->terms[i]) ||
        (i > 0 && (!same || brk != a->tokens[i].brk)))
        return err_set(err, ERR_CORRUPT, "token %zu is not at address %u", i, at);
    return 0;
}

/* The break of the wording's own at a token, or NULL. */
static const struct word_break *break_at(const break_vec *breaks, size_t i)
{
    for (size_t k = 0; k < breaks->len; k++) {
        if (breaks->items[k].at == i)
            return &breaks->items[k];
    }
    return NULL;
}

/* In a look region the stream's breaks are others' business, but for what is glued. */
static int check_look(const struct segment *s, const struct handmade_article *a,
                      size_t i, address at, struct err *err)
{
    surface_id surface;
    sep_id sep;
    struct bytes bytes;
    uint8_t brk = 0;
    int rc = reconstruct_stream(s, at, 1, &surface, &sep, err);
    if (rc == 0)
        rc = surfaces_sep(&s->surfaces, sep, &brk, &bytes, err);
    if (rc)
        return rc;
    if ((brk == 3) != (a->tokens[i].brk == 3))
        return err_set(err, ERR_CORRUPT, "token %zu is glued in one place only", i);
    struct word_break own = {0, a->tokens[i].brk};
    return check_token(s, a, i, at, brk == own.brk ? NULL : &own, err);
}

static int read_homes(const struct segment *s, struct oracle_article *a,
                      struct err *err)
{
    const struct handmade_article *made = a->made;
    piece_vec pieces = {0};
    block_vec blocks = {0};
    break_vec breaks = {0};
    size_t i = 0;
    int rc = wordings_pieces(&s->wordings, made->wording_id, &pieces, err);
    if (rc == 0)
        rc = wordings_breaks(&s->wordings, made->wording_id, &breaks, err);
    if (rc == 0)
        rc = wordings_blocks(&s->wordings, made->story_id, &blocks, err);
    for (size_t k = 0; k < pieces.len && rc == 0; k++) {
        const struct piece *p = &pieces.items[k];
        for (uint32_t t = 0; t < p->own + p->look && rc == 0; t++) {
            if (i + t >= made->n_tokens) {
                rc = err_set(err, ERR_CORRUPT, "a piece runs over the wording's end");
                break;
            }
            rc = t < p->own ? check_token(s, made, i + t, p->start + t,
                                          break_at(&breaks, i + t), err)
                            : check_look(s, made, i + t, p->start + t, err);
            if (t < p->own)
                a->homes[i + t] = wordings_home(blocks.items, blocks.len, p->start + t);
        }
        i += p->own;
    }
    if (rc == 0 && i != made->n_tokens)
        rc = err_set(err, ERR_CORRUPT, "the pieces do not make the wording");
    vec_release(&pieces);
    vec_release(&blocks);
    vec_release(&breaks);
    return rc;
}

static int by_place(const void *a, const void *b)
{
    const struct handmade_article *x = ((const struct oracle_article *)a)->made;
    const struct handmade_article *y = ((const struct oracle_article *)b)->made;
    if (x->segment != y->segment)
        return x->segment < y->segment ? -1 : 1;
    return x->article_id < y->article_id ? -1 : x->article_id > y->article_id;
}

int oracle_open(struct oracle *o, const struct snapshot *snapshot,
                const struct handmade *made, struct err *err)
{
    int rc = 0;
    memset(o, 0, sizeof *o);
    o->snapshot = snapshot;
    o->made = made;
    for (size_t i = 0; i < made->articles.len && rc == 0; i++) {
        struct oracle_article a = {.made = &made->articles.items[i]};
        size_t n = a.made->n_tokens;
        a.breaks = arena_zalloc(&o->arena, n + 1);
        a.homes = arena_zalloc(&o->arena, (n + 1) * sizeof *a.homes);
        NEED(a.breaks && a.homes);
        for (size_t k = 1; k < n; k++)
            a.breaks[k] = a.made->tokens[k].brk;
        rc = read_homes(&snapshot->segments[a.made->segment], &a, err);
        NEED(vec_push(&o->articles, a));
    }
    if (o->articles.len)
        qsort(o->articles.items, o->articles.len, sizeof *o->articles.items, by_place);
    return rc;
}

void oracle_close(struct oracle *o)
{
    vec_release(&o->articles);
    vec_release(&o->likes);
    arena_release(&o->arena);
}

/* --- one article ------------------------------------------------------------------------------ */

static bool has_span(const struct oracle_article *a, const struct ast *node,
                     struct arena *arena)
{
    oracle_spans spans = oracle_spans_of(a, node, arena);
    bool any = spans.len > 0;
    vec_release(&spans);
    return any;
}

/* The spans of IN's operand that lie in the part of the article that it names, as that is in `other`,
 * an article with the same words, whose title may be longer or shorter. */
static oracle_spans spans_in(const struct oracle_article *a, const struct ast *node,
                             const struct oracle_article *other, struct arena *arena)
{
    oracle_spans all = oracle_spans_of(a, node->children[0], arena), out = {0};
    size_t title = other->made->title_tokens;
    size_t from = node->part == AST_PART_TITLE ? 0 : title;
    size_t to = node->part == AST_PART_TITLE   ? title
                : node->part == AST_PART_FIRST ? title + node->distance
                                               : a->made->n_tokens;
    for (size_t i = 0; i < all.len; i++) {
        size_t end = (size_t)all.items[i].first + all.items[i].len;
        if (all.items[i].first >= from && end <= to)
            oracle_spans_add(&out, all.items[i]);
    }
    vec_release(&all);
    return out;
}

static bool matches(struct oracle *o, const struct oracle_article *a,
                    const struct ast *node, struct arena *arena)
{
    bool all = true, any = false;
    if (node->kind == AST_FILTER)
        return oracle_filter_matches(o, a, node, arena);
    if (node->kind == AST_IN) {
        oracle_spans spans = spans_in(a, node, a, arena);
        bool some = spans.len > 0;
        vec_release(&spans);
        return some;
    }
    if (node->kind != AST_AND && node->kind != AST_OR && node->kind != AST_NOT)
        return has_span(a, node, arena);
    for (size_t i = 0; i < node->n_children; i++) {
        bool one = matches(o, a, node->children[i], arena);
        all = all && one;
        any = any || one;
    }
    return node->kind == AST_AND ? all : node->kind == AST_OR ? any : !any;
}

/* The hits: spans of all atoms that are not under a NOT. */
static void add_hits(const struct oracle *o, const struct oracle_article *a,
                     const struct ast *node, oracle_spans *out, struct arena *arena)
{
    for (size_t i = 0; node->kind == AST_IN && i < o->articles.len; i++) {
        const struct oracle_article *other = &o->articles.items[i];
        if (other->made->segment != a->made->segment ||
            other->made->wording_id != a->made->wording_id ||
            (o->by_text && other != a))
            continue;
        oracle_spans spans = spans_in(a, node, other, arena);
        for (size_t k = 0; k < spans.len; k++)
            oracle_spans_add(out, spans.items[k]);
        vec_release(&spans);
    }
    if (node->kind == AST_IN)
        return;
    if (node->kind == AST_NOT || node->kind == AST_FILTER)
        return;
    if (node->kind == AST_AND || node->kind == AST_OR) {
        for (size_t i = 0; i < node->n_children; i++)
            add_hits(o, a, node->children[i], out, arena);
        return;
    }
    oracle_spans spans = oracle_spans_of(a, node, arena);
    for (size_t i = 0; i < spans.len; i++)
        oracle_spans_add(out, spans.items[i]);
    vec_release(&spans);
}

/* --- passages --------------------------------------------------------------------------------- */

struct passage {
    address *homes;
    size_t n;
};
typedef VEC(struct passage) passage_vec;

/* Its number in the list. */
static size_t add_passage(passage_vec *list, const struct oracle_article *a,
                          const struct oracle_span *span, struct arena *arena)
{
    struct passage p = {arena_alloc(arena, (span->len + 1) * sizeof(address)), 0};
    NEED(p.homes);
    for (uint32_t i = 0; i < span->len; i++) {
        if (span->matched[i])
            p.homes[p.n++] = a->homes[span->first + i];
    }
    for (size_t i = 0; i < list->len; i++) {
        const struct passage *q = &list->items[i];
        if (q->n == p.n && memcmp(q->homes, p.homes, p.n * sizeof *p.homes) == 0)
            return i;
    }
    NEED(vec_push(list, p));
    return list->len - 1;
}

/* --- ranking ---------------------------------------------------------------------------------- */

/* Stories in which the word has a span. */
static uint64_t story_count(struct oracle *o, const struct ast *word,
                            struct arena *arena)
{
    uint64_t n = 0;
    const struct handmade_article *last = NULL;
    for (size_t i = 0; i < o->articles.len; i++) {
        const struct oracle_article *a = &o->articles.items[i];
        bool same = last && last->story == a->made->story;
        if (!same && has_span(a, word, arena)) {
            last = a->made;
            n++;
        }
    }
    return n;
}

/* The words of alternatives, each for itself; of a run its pairs. */
static struct ast *words_of(const struct ast *alts, struct arena *arena)
{
    size_t n = 0, most = 0;
    for (size_t i = 0; i < alts->n_children; i++)
        most += 1 + alts->children[i]->text.len;
    struct ast *words = arena_zalloc(arena, (most + 1) * sizeof *words);
    struct ast *any = arena_zalloc(arena, sizeof *any);
    struct ast **list = arena_alloc(arena, (most + 1) * sizeof *list);
    NEED(words && any && list);
    for (size_t i = 0; i < alts->n_children; i++) {
        const struct ast *alt = alts->children[i];
        bool phrase = alt->kind == AST_PHRASE || alt->kind == AST_EXACT;
        for (size_t k = 0; k < (phrase ? alt->n_children : 1); k++) {
            const struct ast *item = phrase ? alt->children[k] : alt;
            size_t parts = item->kind == AST_RUN ? item->n_children - 1 : 1;
            for (size_t m = 0; m < parts; m++) {
                words[n] = *item;
                if (item->kind == AST_RUN) {
                    words[n].children += m;
                    words[n].n_children = 2;
                }
                list[n] = &words[n];
                n++;
            }
        }
    }
    *any = (struct ast){.kind = AST_ALTS, .children = list, .n_children = n};
    return any;
}

static double idf(struct oracle *o, const struct ast *node, struct arena *arena)
{
    if (node->kind == AST_ANY)
        return 0;
    if (node->kind == AST_ALTS)
        node = words_of(node, arena);
    double sum = 0, n = (double)o->snapshot->manifest.stories;
    if (node->kind == AST_PHRASE || node->kind == AST_WINDOW ||
        node->kind == AST_EXACT) {
        for (size_t i = 0; i < node->n_children; i++)
            sum += idf(o, node->children[i], arena);
        return sum;
    }
    if (node->kind == AST_RUN) {
        for (size_t i = 0; i + 1 < node->n_children; i++) {
            struct ast pair = *node;
            pair.children = node->children + i;
            pair.n_children = 2;
            double df = (double)story_count(o, &pair, arena);
            sum += log(1 + (n - df + 0.5) / (df + 0.5));
        }
        return sum;
    }
    double df = (double)story_count(o, node, arena);
    return log(1 + (n - df + 0.5) / (df + 0.5));
}

struct weight {
    const struct ast *node;
    double idf;
};
typedef VEC(struct weight) weight_vec;

static void add_weights(struct oracle *o, const struct ast *node, weight_vec *out,
                        struct arena *arena)
{
    if (node->kind == AST_NOT)
        return;
    if (ast_is_item(node) || node->kind == AST_PHRASE || node->kind == AST_WINDOW) {
        NEED(vec_push(out, (struct weight){node, idf(o, node, arena)}));
        return;
    }
    if (node->kind == AST_FILTER && node->filter.kind == FILTER_LIKE) {
        const struct oracle_like *like = oracle_filter_like(o, node, arena);
        for (size_t i = 0; i < like->n_words; i++)
            add_weights(o, &like->words[i], out, arena);
    }
    size_t n = node->kind == AST_NOT_NEAR ? 1 : node->n_children;
    for (size_t i = 0; i < n; i++)
        add_weights(o, node->children[i], out, arena);
}

/* articles[0..n) are those of one story. */
static double score(struct oracle *o, const struct oracle_article *articles, size_t n,
                    const weight_vec *weights, struct arena *arena)
{
    const struct manifest *m = &o->snapshot->manifest;
    const struct handmade_article *made = articles[0].made;
    struct story_view view;
    double sum = 0;
    NEED(wordings_story(&o->snapshot->segments[made->segment].wordings, made->story_id,
                        &view, NULL) == 0);
    for (size_t w = 0; w < weights->len; w++) {
        passage_vec passages = {0};
        for (size_t i = 0; i < n; i++) {
            oracle_spans spans =
                oracle_spans_of(&articles[i], weights->items[w].node, arena);
            for (size_t k = 0; k < spans.len; k++)
                add_passage(&passages, &articles[i], &spans.items[k], arena);
            vec_release(&spans);
        }
        double tf = (double)passages.len;
        double mean = m->homes ? (double)m->homes / (double)m->stories : 1;
        double norm = 1.2 * (0.25 + 0.75 * view.homes / mean);
        sum += weights->items[w].idf * tf * 2.2 / (tf + norm);
        vec_release(&passages);
    }
    return sum;
}

/* --- stories ---------------------------------------------------------------------------------- */

static bool same_spans(const struct oracle_wording *w, const oracle_spans *spans)
{
    bool same = w->n_spans == spans->len;
    for (size_t i = 0; same && i < spans->len; i++)
        same = w->spans[i].first == spans->items[i].first &&
               w->spans[i].len == spans->items[i].len &&
               memcmp(w->spans[i].matched, spans->items[i].matched,
                      spans->items[i].len) == 0;
    return same;
}

/* Adds an article that matches, one of n in the story, and its wording unless an article before had
 * the same, with the same spans. */
static void add_article(struct oracle_story *s, const struct handmade_article *a,
                        size_t n, const oracle_spans *spans, size_t *passages,
                        struct arena *arena)
{
    struct oracle_wording *w = &s->wordings[s->n_wordings ? s->n_wordings - 1 : 0];
    if (s->n_wordings == 0 || w->wording != a->wording_id || !same_spans(w, spans)) {
        struct oracle_span *copy = arena_alloc(arena, (spans->len + 1) * sizeof *copy);
        NEED(copy);
        for (size_t i = 0; i < spans->len; i++)
            copy[i] = spans->items[i];
        w = &s->wordings[s->n_wordings++];
        *w =
            (struct oracle_wording){a->wording_id, copy, spans->len, passages, NULL, 0};
        w->articles = arena_alloc(arena, n * sizeof *w->articles);
        NEED(w->articles);
    }
    w->articles[w->n_articles++] = a->article_id;
}

/* articles[0..n) are those of one story. */
static void ask_story(struct oracle *o, const struct oracle_article *articles, size_t n,
                      const struct ast *query, const weight_vec *weights,
                      struct arena *arena, struct oracle_answer *out)
{
    struct oracle_story s = {.segment = articles[0].made->segment,
                             .story = articles[0].made->story_id};
    passage_vec passages = {0};
    s.wordings = arena_alloc(arena, n * sizeof *s.wordings);
    NEED(s.wordings);
    for (size_t i = 0; i < n; i++) {
        const struct oracle_article *a = &articles[i];
        if (!matches(o, a, query, arena))
            continue;
        oracle_spans spans = {0};
        add_hits(o, a, query, &spans, arena);
        size_t *numbers = arena_alloc(arena, (spans.len + 1) * sizeof *numbers);
        NEED(numbers);
        for (size_t k = 0; k < spans.len; k++)
            numbers[k] = add_passage(&passages, a, &spans.items[k], arena);
        add_article(&s, a->made, n, &spans, numbers, arena);
        s.articles++;
        s.hits_all += spans.len;
        vec_release(&spans);
    }
    s.hits = passages.len;
    vec_release(&passages);
    if (s.articles == 0)
        return;
    s.score = score(o, articles, n, weights, arena);
    out->hits += s.hits;
    out->hits_all += s.hits_all;
    out->articles += s.articles;
    NEED(vec_push(&out->stories, s));
}

static bool has_exact(const struct ast *node)
{
    bool has = node->kind == AST_EXACT;
    for (size_t i = 0; i < node->n_children; i++)
        has = has || has_exact(node->children[i]);
    return has;
}

int oracle_ask(struct oracle *o, const struct ast *query, struct arena *arena,
               struct oracle_answer *out, struct err *err)
{
    weight_vec weights = {0};
    (void)err;
    memset(out, 0, sizeof *out);
    vec_reset(&o->likes);
    o->by_text = has_exact(query);
    add_weights(o, query, &weights, arena);
    for (size_t i = 0; i < o->articles.len;) {
        size_t n = 1;
        while (i + n < o->articles.len &&
               o->articles.items[i + n].made->story == o->articles.items[i].made->story)
            n++;
        ask_story(o, &o->articles.items[i], n, query, &weights, arena, out);
        i += n;
    }
    vec_release(&weights);
    return 0;
}
