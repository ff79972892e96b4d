#include "tests/support/handmade_pairs.h"

#include <stdlib.h>

#include "tests/support/check.h"

struct place {
    term_id first, second;
    address at;
};

typedef VEC(struct place) places;

/* The words that a token of a story is: its term, and its form of span 1 if that is a word. */
static unsigned words_of(const struct handmade *h, const struct handmade_story *s,
                         size_t at, handmade_word word, void *arg, term_id out[2])
{
    const struct handmade_source *x = &s->stream.items[at];
    struct bytes term = h->articles.items[x->article].terms[x->token];
    uint8_t key[2048];
    size_t len = h->text.alias ? h->text.alias(term, key) : 0;
    out[0] = word(arg, term);
    out[1] = len > 0 ? word(arg, bytes_of(key, len)) : UINT32_MAX;
    return out[1] == UINT32_MAX ? 1 : 2;
}

/* Does a block begin there? */
static bool is_cut(const struct handmade_story *s, size_t at)
{
    for (size_t i = 0; i < s->blocks.len; i++) {
        if (s->blocks.items[i].start == at)
            return true;
    }
    return false;
}

static bool is_chosen(term_id first, term_id second)
{
    return (first * 7 + second * 3) % 4 != 0;
}

static void gather(const struct handmade *h, const struct handmade_story *s,
                   handmade_word word, void *arg, places *out)
{
    for (size_t at = 0; at + 1 < s->stream.len; at++) {
        term_id a[2], b[2];
        unsigned n = words_of(h, s, at, word, arg, a);
        unsigned m = words_of(h, s, at + 1, word, arg, b);
        for (unsigned i = 0; i < n * m && !is_cut(s, at + 1); i++) {
            struct place p = {a[i / m], b[i % m], s->start + (address)at};
            CHECK(!is_chosen(p.first, p.second) || vec_push(out, p));
        }
    }
}

static int by_place(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->second != b->second)
        return a->second < b->second ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

void handmade_pairs_write(const struct handmade *h, size_t from, size_t to,
                          handmade_word word, void *arg, struct bigrams_writer *w)
{
    places all = {0};
    for (size_t i = from; i < to; i++)
        gather(h, &h->stories.items[i], word, arg, &all);
    if (all.len > 0)
        qsort(all.items, all.len, sizeof *all.items, by_place);
    address *list = malloc((all.len + 1) * sizeof *list);
    CHECK(list);
    for (size_t i = 0, k; i < all.len; i = k) {
        const struct place *p = &all.items[i];
        struct buf encoded = {0};
        for (k = i; k < all.len && all.items[k].first == p->first &&
                    all.items[k].second == p->second;
             k++)
            list[k - i] = all.items[k].at;
        CHECK(addresses_encode(list, k - i, &encoded));
        bigrams_writer_put(w, p->first, p->second, (uint32_t)(k - i),
                           buf_bytes(&encoded));
        buf_release(&encoded);
    }
    free(list);
    vec_release(&all);
}
