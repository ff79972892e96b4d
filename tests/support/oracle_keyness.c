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

/* Those of a word, or of any (NULL), that nothing before is the same as. */
static uint64_t distinct(const sight_vec *v, const struct bytes *word, same_fn *same)
{
    sight_vec known = {0};
    vec_foreach(const struct sight, s, v) {
        bool fresh = !word || bytes_equal(s->word, *word);
        fresh = fresh && (same != same_outlet || s->outlet.len > 0);
        for (size_t k = known.len; k > 0 && fresh; k--)
            fresh = !same(&known.items[k - 1], s);
        if (fresh)
            NEED(vec_push(&known, *s));
    }
    uint64_t n = known.len;
    vec_release(&known);
    return n;
}

static uint64_t n_of(const sight_vec *v, struct bytes word)
{
    uint64_t n = 0;
    vec_foreach(const struct sight, s, v)
        n += bytes_equal(s->word, word);
    return n;
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
    return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

void oracle_keyness(const struct oracle *o, const struct oracle_answer *subset,
                    const struct oracle_answer *other, bool by_surface, struct buf *out)
{
    sight_vec in = {0}, all = {0};
    VEC(struct bytes) words = {0};
    see(o, subset, by_surface, &in);
    see(o, other, by_surface, &all);
    /* of the rest of the archive, what the subset has is taken off */
    uint64_t less = other ? 0 : 1;
    uint64_t n = distinct(&in, NULL, same_home), n_all = in.len;
    uint64_t m = distinct(&all, NULL, same_home) - less * n;
    print_line(out, bytes_str("words"),
               (const uint64_t[4]){n, n_all, m, all.len - less * n_all}, 4);
    vec_foreach(const struct sight, s, &in)
        NEED(vec_push(&words, s->word));
    vec_foreach(const struct sight, s, &all)
        NEED(vec_push(&words, s->word));
    if (words.len > 1)
        qsort(words.items, words.len, sizeof *words.items, by_word);
    for (size_t i = 0; i < words.len; i++) {
        struct bytes w = words.items[i];
        if (i > 0 && bytes_equal(words.items[i - 1], w))
            continue;
        uint64_t a = distinct(&in, &w, same_home), a_all = n_of(&in, w);
        print_line(out, w,
                   (const uint64_t[7]){
                       a, a_all, distinct(&all, &w, same_home) - less * a,
                       n_of(&all, w) - less * a_all, distinct(&in, &w, same_article),
                       distinct(&in, &w, same_story), distinct(&in, &w, same_outlet)},
                   7);
    }
    vec_release(&words);
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
