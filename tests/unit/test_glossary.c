/* Words that stay from batch to batch, and what commits are told of them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/huge.h"
#include "text/analyser.h"
#include "indexer/vocabulary.h"

enum {
    WORDS = 4000,
    BATCHES = 60,
    WORKERS = 3,
    AHEAD = 2 /* batches that a worker may be ahead of the commits */
};

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Word number i, some with capitals, some longer than a slot holds. */
static struct bytes word(uint32_t i, char out[64])
{
    int n = snprintf(out, 64, "%s%uw", i % 3 ? "a" : "Ab", i);
    for (uint32_t k = 0; k < i % 16; k++)
        out[n++] = (char)('a' + k);
    return bytes_of(out, (size_t)n);
}

static uint32_t put_word(struct glossary *g, uint32_t w)
{
    char text[64] = {0};
    struct bytes b = word(w, text);
    struct surface_key key;
    uint64_t hash;
    if (b.len <= SURFACE_INLINE) {
        key = surface_key(b.data, b.len);
        hash = surface_hash(g->surfaces.seed, key);
    } else {
        key = surface_table_long(g->surfaces.seed, b, &hash);
    }
    struct surface_slot *slot = glossary_surface(g, key, hash, b, w % 3 != 0);
    cr_assert_not_null(slot);
    slot->count++;
    g->tokens++;
    return glossary_surface_number(g, slot->number);
}

static uint32_t put_tagged(struct intern *t, uint32_t w, uint8_t tag, bool *is_new)
{
    struct intern_key key;
    char text[64] = {0};
    intern_key(t, word(w, text), sizeof text, tag, &key);
    return intern_put(t, &key, is_new);
}

/* Word w as a separator, some longer than those that `recent` has. */
static uint32_t put_sep(struct glossary *g, uint32_t w)
{
    char text[64] = {0};
    const struct glossary_sep *sep = glossary_sep(g, word(w, text), (uint8_t)(w % 4));
    g->sep_counts.items[sep->own]++;
    return sep->number;
}

/* One batch and the words it is of. */
struct made {
    struct glossary_fresh fresh;
    struct glossary *glossary;
    uint32_t ids[500], words[500], n;
    uint32_t n_own; /* words and joined terms told by the glossary's own numbers */
    uint32_t seps[50], sep_words[50], joins[50], join_words[50];
};

static void make(struct made *m, struct glossary *g, size_t bytes_max, uint32_t *random)
{
    m->glossary = g;
    cr_assert(glossary_begin(g, bytes_max, &m->fresh));
    m->n_own = 0;
    m->n = 1 + next_random(random) % 500;
    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t r = next_random(random);
        m->words[i] = (r >> 16) % (1 + r % WORDS);
        m->ids[i] = put_word(g, m->words[i]);
        m->n_own += (m->ids[i] & GLOSSARY_OWN) != 0;
    }
    for (uint32_t i = 0; i < 50; i++) {
        bool is_new;
        m->sep_words[i] = next_random(random) % 100;
        m->seps[i] = put_sep(g, m->sep_words[i]);
        m->join_words[i] = next_random(random) % 300;
        m->joins[i] = glossary_joined_number(
            g, put_tagged(&g->joined, m->join_words[i], 2, &is_new));
        m->n_own += (m->joins[i] & GLOSSARY_OWN) != 0;
    }
    cr_assert(glossary_tell(g, &m->fresh));
}

/* What should have come out: numbers by first sight in the order of commits, and counts. */
struct expected {
    uint32_t number[WORDS], n;
    uint64_t count[WORDS], sep_count[100];
};

static void check_commit(struct vocabulary *v, struct made *m, struct expected *e)
{
    struct err err = {0};
    char text[64];
    struct glossary_numbers *numbers = &m->glossary->numbers;
    cr_assert_eq(vocabulary_merge(v, &m->fresh, numbers, &err), 0, "%s", err.msg);
    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t w = m->words[i];
        uint32_t number = glossary_mapped(numbers->map.surfaces.items, m->ids[i]);
        if (e->count[w]++ == 0)
            e->number[w] = e->n++;
        cr_assert_eq(number, e->number[w]);
        cr_assert(bytes_equal(lexicon_bytes(&v->surfaces, number), word(w, text)));
        uint8_t term[TERM_BYTES_MAX];
        size_t len = analyser_fold(word(w, text), term);
        cr_assert(bytes_equal(lexicon_bytes(&v->terms, v->surface_terms.items[number]),
                              bytes_of(term, len)));
    }
    for (uint32_t i = 0; i < 50; i++) {
        uint32_t sep = glossary_mapped(numbers->map.seps.items, m->seps[i]);
        uint32_t join = glossary_mapped(numbers->map.joined.items, m->joins[i]);
        e->sep_count[m->sep_words[i]]++;
        cr_assert(
            bytes_equal(lexicon_bytes(&v->seps, sep), word(m->sep_words[i], text)));
        cr_assert_eq(vocabulary_break(v, sep), m->sep_words[i] % 4);
        cr_assert(
            bytes_equal(lexicon_bytes(&v->terms, join), word(m->join_words[i], text)));
        cr_assert_eq(lexicon_tag(&v->terms, join), 2);
    }
    cr_assert_eq(numbers->map.seps.items[0], 0);
}

static void check_counts(const struct vocabulary *v, const struct expected *e)
{
    char text[64];
    cr_assert_eq(lexicon_count(&v->surfaces), e->n);
    for (uint32_t w = 0; w < WORDS; w++)
        cr_assert(e->count[w] == 0 ||
                  v->surfaces.counts.items[e->number[w]] == e->count[w]);
    for (uint32_t s = 0; s < lexicon_count(&v->seps); s++) {
        for (uint32_t w = 0; w < 100; w++) {
            if (bytes_equal(lexicon_bytes(&v->seps, s), word(w, text)))
                cr_assert_eq(v->seps.counts.items[s], e->sep_count[w]);
        }
    }
}

/* Separators of the same bytes and other breaks, and some that share a place with others: each has one number. */
Test(glossary, separators_keep_their_numbers)
{
    enum {
        SEPS = 3000,
        ASKED = 20000
    };
    static uint32_t own[SEPS];
    struct glossary g;
    struct glossary_fresh fresh;
    uint32_t random = 3, n = 1;
    glossary_init(&g);
    glossary_fresh_init(&fresh);
    cr_assert(glossary_begin(&g, SIZE_MAX, &fresh));
    for (int i = 0; i < ASKED; i++) {
        char bytes[32] = {0};
        uint32_t s = next_random(&random) % SEPS;
        int len = snprintf(bytes, sizeof bytes, "%u", s / 4);
        if (s % 7 == 0)
            memset(bytes + len, ',', 5), len += 5;
        const struct glossary_sep *sep =
            glossary_sep(&g, bytes_of(bytes, (size_t)len), (uint8_t)(s % 4));
        if (own[s] == 0)
            own[s] = n++;
        cr_assert_eq(sep->own, own[s]);
        cr_assert_eq(sep->number, own[s] | GLOSSARY_OWN);
    }
    const char blank[32] = " ";
    cr_assert_eq(glossary_sep(&g, bytes_of(blank, 1), BREAK_NONE)->own, 0);
    cr_assert_eq(glossary_sep(&g, bytes_of(blank, 1), BREAK_NONE)->number, 0);
    cr_assert_eq(g.sep_counts.len, n);
    glossary_fresh_release(&fresh);
    glossary_release(&g);
}

/* Several workers, each some batches ahead of the commits, with glossaries that are emptied never, now and then, and
 * before each batch: the vocabulary is as if one had read all. */
Test(glossary, workers_and_commits_agree)
{
    static const size_t bytes_max[] = {SIZE_MAX, 300000, 0};
    for (size_t k = 0; k < 3; k++) {
        static struct made made[BATCHES];
        static struct expected expected;
        struct vocabulary v;
        struct glossary workers[WORKERS];
        uint32_t random = 7, emptied = 0, committed = 0;
        expected = (struct expected){.n = 0};
        vocabulary_init(&v);
        for (int i = 0; i < WORKERS; i++)
            glossary_init(&workers[i]);
        for (uint32_t b = 0; b < BATCHES; b++) {
            glossary_fresh_init(&made[b].fresh);
            make(&made[b], &workers[next_random(&random) % WORKERS], bytes_max[k],
                 &random);
            emptied += made[b].fresh.emptied;
            if (b >= AHEAD)
                check_commit(&v, &made[committed++], &expected);
        }
        while (committed < BATCHES)
            check_commit(&v, &made[committed++], &expected);
        for (int i = 0; i < WORKERS; i++)
            vocabulary_count(&v, &workers[i]);
        check_counts(&v, &expected);
        cr_assert(k == 0 ? emptied == WORKERS : emptied > WORKERS);
        cr_assert(k < 2 || emptied == BATCHES);
        for (int i = 0; i < WORKERS; i++)
            glossary_release(&workers[i]);
        for (uint32_t b = 0; b < BATCHES; b++)
            glossary_fresh_release(&made[b].fresh);
        vocabulary_release(&v);
    }
}

/* What was committed before a batch is told by the vocabulary's numbers, longer words too, until the glossary is emptied. */
Test(glossary, what_is_committed_has_the_vocabularys_numbers)
{
    static struct made made;
    static struct expected expected;
    struct vocabulary v;
    struct glossary g;
    uint32_t before = 0;
    vocabulary_init(&v);
    glossary_init(&g);
    glossary_fresh_init(&made.fresh);
    for (uint32_t b = 0; b < 6; b++) {
        uint32_t random = 7; /* the same batch each time */
        make(&made, &g, b == 4 ? 0 : SIZE_MAX, &random);
        cr_assert_eq(made.fresh.emptied, b == 0 || b == 4);
        cr_assert(b == 0 || b == 4 ? made.n_own == made.n + 50 : made.n_own == 0);
        check_commit(&v, &made, &expected);
        cr_assert(b == 0 || lexicon_count(&v.surfaces) == before);
        before = lexicon_count(&v.surfaces);
    }
    glossary_fresh_release(&made.fresh);
    glossary_release(&g);
    vocabulary_release(&v);
}

/* A batch is told of nothing that one before it was told of. */
Test(glossary, what_is_known_is_not_told_again)
{
    struct glossary g;
    struct glossary_fresh f;
    glossary_init(&g);
    glossary_fresh_init(&f);
    for (uint32_t round = 0; round < 3; round++) {
        cr_assert(glossary_begin(&g, SIZE_MAX, &f));
        cr_assert_eq(f.emptied, round == 0);
        for (uint32_t w = 0; w < 100 + round; w++)
            put_word(&g, w);
        cr_assert(glossary_tell(&g, &f));
        cr_assert_eq(f.surfaces.entries.len, round == 0 ? 100 : 1);
        cr_assert_eq(f.seps.entries.len, round == 0 ? 1 : 0);
    }
    cr_assert_geq(glossary_memory(&g), 102 * sizeof(struct surface_slot));
    /* Counts would not hold what comes: they go out before the next batch. */
    g.tokens = UINT32_MAX;
    cr_assert(glossary_begin(&g, SIZE_MAX, &f));
    cr_assert(f.emptied);
    cr_assert_eq(f.surface_counts.len, 102);
    uint32_t sum = 0;
    for (size_t i = 0; i < 102; i++) {
        const struct glossary_count *c = &f.surface_counts.items[i];
        cr_assert_eq(c->number & GLOSSARY_OWN, GLOSSARY_OWN);
        cr_assert_eq(c->count, 3 - ((c->number & ~GLOSSARY_OWN) > 99) -
                                   ((c->number & ~GLOSSARY_OWN) > 100));
        sum += c->count;
    }
    cr_assert_eq(sum, 303);
    cr_assert_eq(g.surfaces.words.entries.len, 0);
    glossary_fresh_release(&f);
    glossary_release(&g);
}

Test(huge, memory_is_zeroed_and_whole)
{
    static const size_t sizes[] = {
        0, 1, 4096, HUGE_PAGE_BYTES - 1, HUGE_PAGE_BYTES, 3 * HUGE_PAGE_BYTES + 5};
    for (size_t i = 0; i < 2 * (sizeof sizes / sizeof *sizes); i++) {
        size_t n = sizes[i / 2];
        unsigned char *p = i % 2 ? huge_alloc_touched(n) : huge_alloc(n);
        cr_assert_not_null(p);
        cr_assert_eq((uintptr_t)p % 16, 0);
        cr_assert(n < HUGE_PAGE_BYTES || (uintptr_t)p % HUGE_PAGE_BYTES == 0);
        for (size_t k = 0; k < n; k += 61)
            cr_assert_eq(p[k]++, 0);
        huge_free(p, n);
    }
    huge_free(NULL, 1);
    cr_assert_null(huge_alloc(SIZE_MAX));
    cr_assert_null(huge_alloc_touched(SIZE_MAX));
}
