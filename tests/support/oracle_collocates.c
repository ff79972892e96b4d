#include "tests/support/oracle_collocates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEED(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

/* A word that was seen: near a hit, or anywhere. */
struct sight {
    struct bytes word;
    size_t story, passage; /* of the answer, and in the story */
    address homes[COLLOCATES_WORDS_MAX];
    size_t article; /* of the oracle */
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

static size_t n_words(const struct collocates_options *options)
{
    return options->words > 1 ? options->words : 1;
}

/* The sequence of words at a token, which is there whole. */
static struct sight sight_of(const struct oracle *o, const struct oracle_article *a,
                             size_t token, const struct collocates_options *options,
                             struct arena *arena)
{
    struct sight s = {.word = word_of(o, a, token, options->by_surface)};
    struct buf text = {0};
    for (size_t i = 0; i < n_words(options); i++) {
        s.homes[i] = a->homes[token + i];
        buf_put_str(&text, i > 0 ? " " : "");
        buf_put_bytes(&text, word_of(o, a, token + i, options->by_surface));
    }
    if (n_words(options) > 1)
        s.word = arena_copy(arena, buf_bytes(&text));
    NEED(s.word.data && !text.failed);
    buf_release(&text);
    return s;
}

static size_t article_of(const struct oracle *o, uint32_t segment, article_id id)
{
    for (size_t i = 0; i < o->articles.len; i++) {
        const struct handmade_article *made = o->articles.items[i].made;
        if (made->segment == segment && made->article_id == id)
            return i;
    }
    abort();
}

static bool begins(const struct oracle_article *a, size_t token, enum ast_within within)
{
    uint8_t brk = a->breaks[token];
    return brk == 2 || (brk == 1 && within == AST_WITHIN_SENTENCE);
}

/* Is the token near the span? It is walked there, word by word. */
static bool is_near(const struct oracle_article *a, size_t token,
                    const struct oracle_span *s,
                    const struct collocates_options *options)
{
    size_t last = s->first + s->len - 1;
    if (token >= s->first && token <= last)
        return false;
    bool left = token < s->first;
    size_t distance = left ? s->first - token : token - last;
    if (distance > (left ? options->left : options->right))
        return false;
    if (options->within == AST_WITHIN_WORDS)
        return true;
    for (size_t i = left ? token + 1 : last + 1; i <= (left ? s->first : token); i++) {
        if (begins(a, i, options->within))
            return false;
    }
    return true;
}

/* Is all of the sequence near the span, on one side of it, and in one sentence? */
static bool is_sequence_near(const struct oracle_article *a, size_t token,
                             const struct oracle_span *s,
                             const struct collocates_options *options)
{
    size_t n = n_words(options);
    bool near = token + n <= a->made->n_tokens;
    for (size_t i = 0; i < n && near; i++) {
        near = is_near(a, token + i, s, options) &&
               (token < s->first) == (token + i < s->first) &&
               (i == 0 || !begins(a, token + i, AST_WITHIN_SENTENCE));
    }
    return near;
}

static void see_article(const struct oracle *o, const struct oracle_wording *w,
                        size_t story, size_t article,
                        const struct collocates_options *options, struct arena *arena,
                        sight_vec *out)
{
    const struct oracle_article *a = &o->articles.items[article];
    for (size_t k = 0; k < w->n_spans; k++) {
        for (size_t i = 0; i < a->made->n_tokens; i++) {
            if (!is_sequence_near(a, i, &w->spans[k], options))
                continue;
            struct sight s = sight_of(o, a, i, options, arena);
            s.story = story;
            s.passage = w->passages[k];
            s.article = article;
            NEED(vec_push(out, s));
        }
    }
}

static bool is_same(const struct sight *a, const struct sight *b)
{
    return a->story == b->story && a->passage == b->passage &&
           memcmp(a->homes, b->homes, sizeof a->homes) == 0;
}

/* Are two sights of a word one, in what is counted? */
typedef bool same_fn(const struct oracle *o, const struct sight *a,
                     const struct sight *b);

static bool same_passage(const struct oracle *o, const struct sight *a,
                         const struct sight *b)
{
    (void)o;
    return is_same(a, b);
}
static bool same_article(const struct oracle *o, const struct sight *a,
                         const struct sight *b)
{
    (void)o;
    return a->article == b->article;
}
static bool same_story(const struct oracle *o, const struct sight *a,
                       const struct sight *b)
{
    (void)o;
    return a->story == b->story;
}
static struct bytes outlet(const struct oracle *o, const struct sight *s)
{
    return o->articles.items[s->article].made->row.outlet;
}
static bool same_outlet(const struct oracle *o, const struct sight *a,
                        const struct sight *b)
{
    return outlet(o, a).len == 0 || bytes_equal(outlet(o, a), outlet(o, b));
}

/* How many of the word's there are that nothing before is the same as. */
static size_t distinct(const struct oracle *o, const sight_vec *v, struct bytes word,
                       same_fn *same)
{
    size_t n = 0;
    for (size_t i = 0; i < v->len; i++) {
        bool fresh = bytes_equal(v->items[i].word, word);
        for (size_t k = 0; k < i && fresh; k++)
            fresh = !bytes_equal(v->items[k].word, word) ||
                    !same(o, &v->items[i], &v->items[k]);
        n += fresh;
    }
    return n;
}

static size_t n_of(const sight_vec *v, struct bytes word)
{
    size_t n = 0;
    vec_foreach(struct sight, s, v)
        n += bytes_equal(s->word, word);
    return n;
}

static size_t n_outlets(const struct oracle *o, const sight_vec *v, struct bytes word)
{
    sight_vec named = {0};
    vec_foreach(struct sight, s, v) {
        if (outlet(o, s).len > 0)
            NEED(vec_push(&named, *s));
    }
    size_t n = distinct(o, &named, word, same_outlet);
    vec_release(&named);
    return n;
}

static int by_word(const void *a, const void *b)
{
    return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

static void print_line(struct buf *out, struct bytes word, const uint64_t n[7])
{
    char text[200];
    buf_put_bytes(out, word);
    for (size_t i = 0; i < 7; i++) {
        int len = snprintf(text, sizeof text, " %llu", (unsigned long long)n[i]);
        buf_put_bytes(out, bytes_of(text, (size_t)len));
    }
    buf_put_bytes(out, bytes_str("\n"));
}

/* All words of the archive, or sequences wherever sentences end, those of a passage in every article that has it. */
static void see_archive(const struct oracle *o,
                        const struct collocates_options *options, struct arena *arena,
                        sight_vec *out)
{
    for (size_t k = 0; k < o->articles.len; k++) {
        const struct oracle_article *a = &o->articles.items[k];
        for (size_t i = 0; i + n_words(options) <= a->made->n_tokens; i++) {
            struct sight s = sight_of(o, a, i, options, arena);
            s.story = a->made->story;
            s.article = k;
            NEED(vec_push(out, s));
        }
    }
}

static size_t n_distinct_pairs(const sight_vec *v)
{
    size_t n = 0;
    for (size_t i = 0; i < v->len; i++) {
        size_t k = 0;
        while (!is_same(&v->items[k], &v->items[i]))
            k++;
        n += k == i;
    }
    return n;
}

void oracle_collocates(const struct oracle *o, const struct oracle_answer *answer,
                       const struct collocates_options *options, struct buf *out)
{
    struct collocates_options single = *options;
    sight_vec near = {0}, everywhere = {0}, size = {0};
    struct arena arena = {0};
    VEC(struct bytes) words = {0};
    for (size_t s = 0; s < answer->stories.len; s++) {
        const struct oracle_story *story = &answer->stories.items[s];
        for (size_t w = 0; w < story->n_wordings; w++) {
            const struct oracle_wording *wording = &story->wordings[w];
            for (size_t i = 0; i < wording->n_articles; i++)
                see_article(o, wording, s,
                            article_of(o, story->segment, wording->articles[i]),
                            options, &arena, &near);
        }
    }
    single.words = 1;
    see_archive(o, options, &arena, &everywhere);
    see_archive(o, &single, &arena, &size);
    print_line(out, bytes_str("near"),
               (const uint64_t[7]){n_distinct_pairs(&near), near.len,
                                   n_distinct_pairs(&size), size.len});
    vec_foreach(struct sight, s, &near)
        NEED(vec_push(&words, s->word));
    if (words.len > 1)
        qsort(words.items, words.len, sizeof *words.items, by_word);
    for (size_t i = 0; i < words.len; i++) {
        struct bytes word = words.items[i];
        if (i > 0 && bytes_equal(words.items[i - 1], word))
            continue;
        print_line(out, word,
                   (const uint64_t[7]){
                       distinct(o, &near, word, same_passage), n_of(&near, word),
                       distinct(o, &everywhere, word, same_passage),
                       n_of(&everywhere, word), distinct(o, &near, word, same_article),
                       distinct(o, &near, word, same_story),
                       n_outlets(o, &near, word)});
    }
    vec_release(&words);
    vec_release(&near);
    vec_release(&everywhere);
    vec_release(&size);
    arena_release(&arena);
}

static int by_text(const void *a, const void *b)
{
    const struct collocates_word *x = a, *y = b;
    return bytes_compare(x->word, y->word);
}

void oracle_collocates_print(struct collocates *c, struct buf *out)
{
    collocates_words once = {0}, all = {0};
    struct err err = {0};
    print_line(out, bytes_str("near"),
               (const uint64_t[7]){c->near, c->near_all, collocates_size(c, false),
                                   collocates_size(c, true)});
    NEED(collocates_find_words(c, 0, false, &once, &err) == 0);
    NEED(collocates_find_words(c, 0, true, &all, &err) == 0);
    NEED(once.len == all.len && once.len == collocates_n_rows(c));
    if (once.len > 1) {
        qsort(once.items, once.len, sizeof *once.items, by_text);
        qsort(all.items, all.len, sizeof *all.items, by_text);
    }
    for (size_t i = 0; i < once.len; i++) {
        const struct collocates_word *w = &once.items[i];
        struct collocates_row r;
        collocates_row(c, w->row, &r);
        NEED(w->row == all.items[i].row && w->o == r.o && all.items[i].o == r.o_all);
        print_line(out, w->word,
                   (const uint64_t[7]){r.o, r.o_all, w->f2, all.items[i].f2, r.articles,
                                       r.stories, r.sources});
    }
    vec_release(&once);
    vec_release(&all);
}
