#include "tests/support/oracle_keyness.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/vec.h"

#define NEED(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

/* A word of an article. */
struct sight {
    struct bytes word;
    size_t story;
    address home;
    size_t article;
    struct bytes outlet;
};
typedef VEC(struct sight) sight_vec;

/* The word that stands at the home of a token: a copy may write it otherwise. */
static struct bytes word_of(const struct oracle *o, const struct oracle_article *a,
                            size_t token, bool by_surface)
{
    if (!by_surface)
        return a->made->terms[token];
    const struct handmade_story *s = &o->made->stories.items[a->made->story];
    const struct handmade_source *from = &s->stream.items[a->homes[token] - s->start];
    return o->made->articles.items[from->article].tokens[from->token].surface;
}

static void see_article(const struct oracle *o, size_t article, bool by_surface,
                        sight_vec *out)
{
    const struct oracle_article *a = &o->articles.items[article];
    for (size_t i = 0; i < a->made->n_tokens; i++)
        NEED(vec_push(out, (struct sight){word_of(o, a, i, by_surface), a->made->story,
                                          a->homes[i], article, a->made->row.outlet}));
}

static bool matches(const struct oracle_answer *answer,
                    const struct handmade_article *a)
{
    for (size_t s = 0; s < answer->stories.len; s++) {
        const struct oracle_story *story = &answer->stories.items[s];
        for (size_t w = 0; w < story->n_wordings && story->segment == a->segment; w++) {
            for (size_t i = 0; i < story->wordings[w].n_articles; i++) {
                if (story->wordings[w].articles[i] == a->article_id)
                    return true;
            }
        }
    }
    return false;
}

/* All words of the articles that match; answer NULL: of all. */
static void see(const struct oracle *o, const struct oracle_answer *answer,
                bool by_surface, sight_vec *out)
{
    for (size_t i = 0; i < o->articles.len; i++) {
        if (!answer || matches(answer, o->articles.items[i].made))
            see_article(o, i, by_surface, out);
    }
}

/* Is b another sight of what a is one of? */
typedef bool same_fn(const struct sight *a, const struct sight *b);

static bool same_home(const struct sight *a, const struct sight *b)
{
    return a->story == b->story && a->home == b->home;
}
static bool same_article(const struct sight *a, const struct sight *b)
{
    return a->article == b->article;
}
static bool same_story(const struct sight *a, const struct sight *b)
{
    return a->story == b->story;
}
static bool same_outlet(const struct sight *a, const struct sight *b)
{
    return b->outlet.len == 0 || bytes_equal(a->outlet, b->outlet);
}

/* Those of v[0..n), all of one word, that nothing before is the same as. */
static uint64_t distinct(const struct sight *v, size_t n, same_fn *same)
{
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++) {
        bool fresh = same != same_outlet || v[i].outlet.len > 0;
        for (size_t k = i; k > 0 && fresh; k--)
            fresh = !same(&v[k - 1], &v[i]);
        found += fresh;
    }
    return found;
}

static void print_line(struct buf *out, struct bytes word, const uint64_t *n,
                       size_t len)
{
    buf_put_bytes(out, word);
    for (size_t i = 0; i < len; i++)
        buf_printf(out, " %llu", (unsigned long long)n[i]);
    buf_put_u8(out, '\n');
}

static int by_word(const void *a, const void *b)
{
    const struct sight *x = a, *y = b;
    return bytes_compare(x->word, y->word);
}

static void sort(sight_vec *v)
{
    if (v->len > 1)
        qsort(v->items, v->len, sizeof *v->items, by_word);
}

/* The end of those that have the word of the i-th. */
static size_t end_of(const sight_vec *v, size_t i)
{
    size_t end = i;
    while (end < v->len && bytes_equal(v->items[i].word, v->items[end].word))
        end++;
    return end;
}

static uint64_t n_homes(const sight_vec *v)
{
    uint64_t n = 0;
    for (size_t i = 0, end; i < v->len; i = end) {
        end = end_of(v, i);
        n += distinct(&v->items[i], end - i, same_home);
    }
    return n;
}

void oracle_keyness(const struct oracle *o, const struct oracle_answer *subset,
                    const struct oracle_answer *other, bool by_surface, struct buf *out)
{
    sight_vec in = {0}, all = {0};
    see(o, subset, by_surface, &in);
    see(o, other, by_surface, &all);
    sort(&in);
    sort(&all);
    /* of the rest of the archive, what the subset has is taken off */
    uint64_t less = other ? 0 : 1, n = n_homes(&in), n_all = in.len;
    print_line(
        out, bytes_str("words"),
        (const uint64_t[4]){n, n_all, n_homes(&all) - less * n, all.len - less * n_all},
        4);
    for (size_t i = 0, k = 0; i < in.len || k < all.len;) {
        bool first =
            k == all.len || (i < in.len && by_word(&in.items[i], &all.items[k]) <= 0);
        struct bytes w = first ? in.items[i].word : all.items[k].word;
        size_t to = first ? end_of(&in, i) : i, end = k;
        if (k < all.len && bytes_equal(all.items[k].word, w))
            end = end_of(&all, k);
        const struct sight *mine = in.items + i;
        uint64_t a = distinct(mine, to - i, same_home), a_all = to - i;
        print_line(out, w,
                   (const uint64_t[7]){
                       a, a_all, distinct(all.items + k, end - k, same_home) - less * a,
                       end - k - less * a_all, distinct(mine, to - i, same_article),
                       distinct(mine, to - i, same_story),
                       distinct(mine, to - i, same_outlet)},
                   7);
        i = to;
        k = end;
    }
    vec_release(&in);
    vec_release(&all);
}

struct numbered {
    struct bytes word;
    uint32_t number;
};

static int by_numbered(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    return bytes_compare(x->word, y->word);
}

void oracle_keyness_print(const struct keyness *k, struct buf *out)
{
    VEC(struct numbered) rows = {0};
    struct arena arena = {0};
    struct err err = {0};
    for (uint32_t i = 0; i < k->words.n; i++) {
        struct keyness_pair once, all;
        struct words_entry e;
        keyness_get(k, i, false, &once);
        keyness_get(k, i, true, &all);
        if (i == 0)
            print_line(out, bytes_str("words"),
                       (const uint64_t[4]){once.n, all.n, once.other_n, all.other_n},
                       4);
        if (all.o + all.other_o == 0)
            continue;
        NEED(words_get(&k->words, i, &e, &err) == 0);
        NEED(vec_push(&rows, (struct numbered){arena_copy(&arena, e.text), i}));
    }
    if (rows.len > 1)
        qsort(rows.items, rows.len, sizeof *rows.items, by_numbered);
    vec_foreach(const struct numbered, n, &rows) {
        const struct keyness_count *c = &k->subset.counts[n->number];
        struct keyness_pair once, all;
        keyness_get(k, n->number, false, &once);
        keyness_get(k, n->number, true, &all);
        print_line(out, n->word,
                   (const uint64_t[7]){once.o, all.o, once.other_o, all.other_o,
                                       c->articles, c->stories,
                                       outlets_count(&c->sources)},
                   7);
    }
    vec_release(&rows);
    arena_release(&arena);
}
