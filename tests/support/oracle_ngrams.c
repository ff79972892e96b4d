#include "tests/support/oracle_ngrams.h"

#include <stdlib.h>

#define NEED(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

/* A sequence in an article; a word of it is one of a single word. */
struct sight {
    struct bytes words[NGRAMS_WORDS_MAX];
    address homes[NGRAMS_WORDS_MAX];
    size_t n, story, article;
    struct bytes outlet;
};
typedef VEC(struct sight) sight_vec;

struct seer {
    const struct oracle *o;
    const struct ngrams_options *options;
    sight_vec words, sequences;
};

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

static void see(struct seer *s, size_t article, size_t at, size_t n, sight_vec *out)
{
    const struct oracle_article *a = &s->o->articles.items[article];
    struct sight sight = {.n = n,
                          .story = a->made->story,
                          .article = article,
                          .outlet = a->made->row.outlet};
    for (size_t k = 0; k < n; k++) {
        sight.words[k] = word_of(s->o, a, at + k, s->options->by_surface);
        sight.homes[k] = a->homes[at + k];
    }
    NEED(vec_push(out, sight));
}

/* All of it in one sentence? */
static bool is_whole(const struct oracle_article *a, size_t at, size_t n)
{
    for (size_t i = at + 1; i < at + n; i++) {
        if (a->breaks[i] == 1 || a->breaks[i] == 2)
            return false;
    }
    return true;
}

static bool has_hit(const struct oracle_wording *w, size_t at, size_t n)
{
    for (size_t k = 0; k < w->n_spans; k++) {
        if (w->spans[k].first >= at && w->spans[k].first + w->spans[k].len <= at + n)
            return true;
    }
    return false;
}

static void see_article(struct seer *s, size_t article, const struct oracle_wording *w)
{
    const struct oracle_article *a = &s->o->articles.items[article];
    for (size_t i = 0; i < a->made->n_tokens; i++) {
        see(s, article, i, 1, &s->words);
        for (size_t n = 2; n <= NGRAMS_WORDS_MAX && i + n <= a->made->n_tokens; n++) {
            if ((s->options->lengths >> n & 1) && is_whole(a, i, n) &&
                (!s->options->hits || has_hit(w, i, n)))
                see(s, article, i, n, &s->sequences);
        }
    }
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

static void see_all(struct seer *s, const struct oracle_answer *answer)
{
    if (!answer) {
        for (size_t i = 0; i < s->o->articles.len; i++)
            see_article(s, i, NULL);
        return;
    }
    for (size_t k = 0; k < answer->stories.len; k++) {
        const struct oracle_story *story = &answer->stories.items[k];
        for (size_t w = 0; w < story->n_wordings; w++) {
            const struct oracle_wording *wording = &story->wordings[w];
            for (size_t i = 0; i < wording->n_articles; i++)
                see_article(s, article_of(s->o, story->segment, wording->articles[i]),
                            wording);
        }
    }
}

static int by_words(const void *a, const void *b)
{
    const struct sight *x = a, *y = b;
    for (size_t i = 0; i < x->n && i < y->n; i++) {
        int order = bytes_compare(x->words[i], y->words[i]);
        if (order)
            return order;
    }
    return x->n < y->n ? -1 : x->n > y->n;
}

/* Are two sights of the same words one, in what is counted? */
typedef bool same_fn(const struct sight *a, const struct sight *b);

static bool same_passage(const struct sight *a, const struct sight *b)
{
    bool same = a->story == b->story;
    for (size_t i = 0; i < a->n; i++)
        same = same && a->homes[i] == b->homes[i];
    return same;
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
    return bytes_equal(a->outlet, b->outlet);
}

static uint64_t distinct(const struct sight *v, size_t n, same_fn *same)
{
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++) {
        bool fresh = same != same_outlet || v[i].outlet.len > 0;
        for (size_t k = 0; k < i && fresh; k++)
            fresh = !same(&v[k], &v[i]);
        found += fresh;
    }
    return found;
}

/* The end of those that have the words of the i-th; they are sorted. */
static size_t end_of(const sight_vec *v, size_t i)
{
    size_t end = i + 1;
    while (end < v->len && by_words(&v->items[i], &v->items[end]) == 0)
        end++;
    return end;
}

static uint64_t frequency(const struct seer *s, struct bytes word)
{
    struct sight key = {.words = {word}, .n = 1};
    for (size_t i = 0, end; i < s->words.len; i = end) {
        end = end_of(&s->words, i);
        if (by_words(&s->words.items[i], &key) == 0)
            return s->options->all
                       ? end - i
                       : distinct(&s->words.items[i], end - i, same_passage);
    }
    return 0;
}

static void put_numbers(struct buf *out, const uint64_t *n, size_t len)
{
    for (size_t i = 0; i < len; i++)
        buf_printf(out, " %llu", (unsigned long long)n[i]);
}

void oracle_ngrams(const struct oracle *o, const struct oracle_answer *answer,
                   const struct ngrams_options *options, struct buf *out)
{
    struct seer s = {.o = o, .options = options};
    uint64_t size = 0;
    see_all(&s, answer);
    if (s.words.len > 1)
        qsort(s.words.items, s.words.len, sizeof *s.words.items, by_words);
    if (s.sequences.len > 1)
        qsort(s.sequences.items, s.sequences.len, sizeof *s.sequences.items, by_words);
    for (size_t i = 0, end; i < s.words.len; i = end) {
        end = end_of(&s.words, i);
        size +=
            options->all ? end - i : distinct(&s.words.items[i], end - i, same_passage);
    }
    buf_printf(out, "size %llu\n", (unsigned long long)size);
    for (size_t i = 0, end; i < s.sequences.len; i = end) {
        const struct sight *v = &s.sequences.items[i];
        end = end_of(&s.sequences, i);
        uint64_t n[5] = {distinct(v, end - i, same_passage), end - i,
                         distinct(v, end - i, same_article),
                         distinct(v, end - i, same_story),
                         distinct(v, end - i, same_outlet)};
        if (n[options->all] < options->least)
            continue;
        for (size_t k = 0; k < v->n; k++) {
            buf_put_bytes(out, v->words[k]);
            buf_put_u8(out, ' ');
        }
        put_numbers(out, n, 5);
        for (size_t k = 0; k < v->n; k++) {
            uint64_t f = frequency(&s, v->words[k]);
            put_numbers(out, &f, 1);
        }
        buf_put_u8(out, '\n');
    }
    vec_release(&s.words);
    vec_release(&s.sequences);
}

/* A row with its words. */
struct named {
    struct sight name; /* only words and n */
    size_t row;
};

static int by_name(const void *a, const void *b)
{
    return by_words(&((const struct named *)a)->name, &((const struct named *)b)->name);
}

void oracle_ngrams_print(struct ngrams *g, ngrams_run_fn *run, void *arg,
                         struct buf *out)
{
    size_t n = g->rows.len;
    struct ngrams_detail *details = calloc(n + 1, sizeof *details);
    struct named *names = calloc(n + 1, sizeof *names);
    struct arena arena = {0};
    struct err err = {0};
    NEED(details && names);
    NEED(ngrams_details(g, g->rows.items, n, details, run, arg, &err) == 0);
    for (size_t i = 0; i < n; i++) {
        const struct ngrams_row *row = &g->rows.items[i];
        names[i].row = i;
        names[i].name.n = row->n;
        for (uint32_t k = 0; k < row->n; k++) {
            struct words_entry e;
            NEED(words_get(&g->words, row->words[k], &e, &err) == 0);
            names[i].name.words[k] = arena_copy(&arena, e.text);
        }
    }
    qsort(names, n, sizeof *names, by_name);
    buf_printf(out, "size %llu\n", (unsigned long long)g->size);
    for (size_t i = 0; i < n; i++) {
        const struct ngrams_row *row = &g->rows.items[names[i].row];
        const struct ngrams_detail *d = &details[names[i].row];
        for (uint32_t k = 0; k < row->n; k++) {
            buf_put_bytes(out, names[i].name.words[k]);
            buf_put_u8(out, ' ');
        }
        put_numbers(out,
                    (const uint64_t[5]){d->o, d->o_all, d->articles, d->stories,
                                        outlets_count(&d->sources)},
                    5);
        for (uint32_t k = 0; k < row->n; k++)
            put_numbers(out, &g->frequency[row->words[k]], 1);
        if (row->count != (g->options.all ? d->o_all : d->o))
            buf_printf(out, " counted %llu", (unsigned long long)row->count);
        buf_put_u8(out, '\n');
    }
    free(details);
    free(names);
    arena_release(&arena);
}
